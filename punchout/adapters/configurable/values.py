"""What a return can be made of: the named values of a cart and its lines, as plain data."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from typing import Any

from punchout.adapters.texts import one_line, plain_text, transliterate
from punchout.adapters.units import translate_unit
from punchout.documents import ReturnLine
from punchout.template_language import FORLOOP, Names, frozen, names_of

# Texts of ``ReturnLine`` that go as they are, once they are readable.
TEXTS = (
    "sku", "name", "description", "brand", "manufacturer_part_number", "gtin", "unspsc", "etim_class",
    "eclass", "category", "agreement", "picture_url", "buyer_part_number", "language", "currency", "token",
)  # fmt: skip
NUMBERS = ("number", "quantity", "price", "price_unit", "unit_price", "list_price", "total", "lead_time_days")
LINE_VALUES = (*TEXTS, *NUMBERS, "unit")
CART_VALUES = (
    "cart_id", "currency", "customer_number", "date", "language", "line_count", "shopper", "test", "total",
)  # fmt: skip
# What a value may hold; the shop's own descriptions are far shorter.
LONGEST_VALUE = 4_000
UNIT_PRICE = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class CartFacts:
    """What is said about the cart as a whole. ``launch``: the launch's own parameters to be given back."""

    cart_id: str
    currency: str
    customer_number: str
    date: date
    language: str
    shopper: str
    test: bool
    launch: Mapping[str, str] = field(default_factory=dict)


def line_names(launch: Sequence[str]) -> Names:
    """What a field of a line may speak of."""
    return names_of(CART_VALUES, line=LINE_VALUES, launch=launch)


def cart_names(launch: Sequence[str]) -> Names:
    """What a field of the whole cart may speak of."""
    return names_of(CART_VALUES, launch=launch)


def document_names(launch: Sequence[str]) -> Names:
    """What a document may speak of."""
    return names_of((*CART_VALUES, "lines"), line=LINE_VALUES, launch=launch, forloop=FORLOOP)


def cart_values(facts: CartFacts, lines: Sequence[ReturnLine], charset: str) -> dict[str, Any]:
    """The values of the cart, without its lines."""
    return {
        "cart_id": facts.cart_id,
        "currency": facts.currency,
        "customer_number": facts.customer_number,
        "date": facts.date,
        "language": facts.language,
        "line_count": len(lines),
        "shopper": _text(facts.shopper, charset),
        "test": facts.test,
        "total": sum((line.total for line in lines), Decimal("0.00")),
        "launch": frozen({name: _text(value, charset) for name, value in facts.launch.items()}),
    }


class LineValues(Mapping[str, Any]):
    """The values of one line, each worked out when it is asked for; nothing can change them.

    A price is per ``price_unit`` units, ``unit_price`` per unit, with at most six decimals.
    """

    __slots__ = ("charset", "line", "units")

    def __init__(self, line: ReturnLine, units: Mapping[str, str], charset: str) -> None:
        self.line, self.units, self.charset = line, units, charset

    def __getitem__(self, name: str) -> Any:
        return _LINE[name](self)

    def __iter__(self) -> Iterator[str]:
        return iter(LINE_VALUES)

    def __len__(self) -> int:
        return len(LINE_VALUES)


def per_unit(price: Decimal, price_unit: int) -> Decimal:
    """The price of one unit: at least two decimals, at most six, rounded half up."""
    exact = (price / price_unit).quantize(UNIT_PRICE, ROUND_HALF_UP).normalize()
    return exact if int(exact.as_tuple().exponent) <= -2 else exact.quantize(Decimal("0.01"))


def _text(value: str, charset: str) -> str:
    return transliterate(one_line(value)[:LONGEST_VALUE], charset)


def _whole_if_possible(quantity: Decimal) -> Decimal:
    whole = quantity.to_integral_value()
    return whole if whole == quantity else quantity.normalize()


def _readable(name: str) -> Callable[[LineValues], str]:
    get = attrgetter(name)
    return lambda values: _text(get(values.line), values.charset)


def _as_it_is(name: str) -> Callable[[LineValues], Any]:
    get = attrgetter(name)
    return lambda values: get(values.line)


_LINE: Mapping[str, Callable[[LineValues], Any]] = {
    **{name: _readable(name) for name in TEXTS if name != "description"},
    **{name: _as_it_is(name) for name in ("number", "price", "price_unit", "total", "lead_time_days")},
    "description": lambda values: transliterate(
        plain_text(values.line.description)[:LONGEST_VALUE], values.charset
    ),
    "quantity": lambda values: _whole_if_possible(values.line.quantity),
    "unit_price": lambda values: per_unit(values.line.price, values.line.price_unit),
    "list_price": lambda values: "" if values.line.list_price is None else values.line.list_price,
    "unit": lambda values: translate_unit(values.line.unit, values.units),
}


# -- a cart to try things out on -----------------------------------------------------------------------------

SAMPLE_FACTS = CartFacts("4711", "EUR", "100001", date(2026, 1, 31), "en", "buyer@example.com", True)
