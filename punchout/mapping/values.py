"""What the names of an expression hold: plain values, worked out when asked for, nothing to call."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from typing import Any

from punchout.adapters.sets import Part
from punchout.adapters.texts import one_line, plain_text
from punchout.documents import ReturnLine
from punchout.mapping.tables import buyer_class, tax_code

UNIT_PRICE = Decimal("0.000001")
# What one value of the launch may hold.
LONGEST_VALUE = 4_000


class Open(dict[str, str]):
    """Values whose names are the data's own; one that is not there is empty, nothing else is reached."""

    def __missing__(self, name: str) -> str:
        return ""


class Launched(Open):
    """Values of a launch, whose names are matched whatever their case where none is written alike."""

    def __missing__(self, name: str) -> str:
        folded = name.casefold()
        return next((value for known, value in self.items() if known.casefold() == folded), "")


@dataclass(frozen=True, slots=True)
class Rules:
    """What turns our codes into the buyer's, for one connection."""

    unit: Callable[[str], str]
    currencies: Mapping[str, str] = field(default_factory=dict)
    taxes: Mapping[str, str] = field(default_factory=dict)
    classifications: Mapping[str, str] = field(default_factory=dict)
    vat_percent: str = ""
    _codes: dict[tuple[str, ...], tuple[str, str]] = field(default_factory=dict, repr=False, compare=False)

    def codes(self, line: ReturnLine) -> tuple[str, str]:
        """The buyer's class and tax code, looked up once for all articles that are classed alike."""
        classed = (line.etim_class, line.eclass, line.unspsc, line.category)
        found = self._codes.get(classed)
        if found is None:
            found = self._codes[classed] = (
                buyer_class(self.classifications, line),
                tax_code(self.taxes, line, self.vat_percent),
            )
        return found


class LineValues:
    """The values of ``line.…`` for one line."""

    __slots__ = ("line", "rules")

    def __init__(self, line: ReturnLine, rules: Rules) -> None:
        self.line = line
        self.rules = rules

    def __getitem__(self, name: str) -> Any:
        return _LINE[name](self)


def _attribute(name: str) -> Callable[[LineValues], Any]:
    get = attrgetter(name)
    return lambda values: get(values.line)


def _clean(name: str) -> Callable[[LineValues], str]:
    get = attrgetter(name)
    return lambda values: one_line(get(values.line))


def _surcharges(*kinds: str) -> Callable[[LineValues], Decimal | str]:
    """What the surcharges of those kinds come to for the line, also where they are in its price."""

    def found(values: LineValues) -> Decimal | str:
        amounts = [each.total for each in values.line.surcharges if each.kind in kinds]
        return sum(amounts, Decimal(0)) if amounts else ""

    return found


def _quantity(values: LineValues) -> Decimal:
    return _short(values.line.quantity)


def _short(quantity: Decimal) -> Decimal:
    """Without zeros that say nothing."""
    whole = quantity.to_integral_value()
    return whole if whole == quantity else quantity.normalize()


def _unit_price(values: LineValues) -> Decimal:
    """At least two decimals, at most six, rounded half up."""
    exact = (values.line.price / values.line.price_unit).quantize(UNIT_PRICE, ROUND_HALF_UP).normalize()
    return exact if int(exact.as_tuple().exponent) <= -2 else exact.quantize(Decimal("0.01"))


def part_values(number: int, part: Part, line: ReturnLine, rules: Rules) -> Mapping[str, Any]:
    """The values of ``part.…`` for an article of the set on that line."""
    quantity = line.quantity * part.quantity
    return {
        "sku": one_line(part.sku),
        "name": one_line(part.name),
        "quantity": _short(quantity),
        "per_set": _short(part.quantity),
        "unit": rules.unit(part.unit),
        "unit_code": part.unit,
        "unspsc": part.unspsc,
        "category": one_line(part.category),
        "number": number,
    }


_LINE: Mapping[str, Callable[[LineValues], Any]] = {
    **{
        name: _attribute(name)
        for name in (
            "number", "price", "price_unit", "list_price", "total", "lead_time_days", "language", "token",
            "gtin", "unspsc", "etim_class", "eclass", "picture_url", "page_url",
        )
    },
    **{
        name: _clean(name)
        for name in (
            "sku", "name", "brand", "category", "manufacturer_part_number", "buyer_part_number", "agreement",
        )
    },
    "description": lambda values: plain_text(values.line.description),
    "quantity": _quantity,
    "unit_price": _unit_price,
    "unit": lambda values: values.rules.unit(values.line.unit),
    "unit_code": _attribute("unit"),
    "currency": lambda values: values.rules.currencies.get(values.line.currency, values.line.currency),
    "surcharges": _surcharges("metal", "levy"),
    "metal_surcharge": _surcharges("metal"),
    "levies": _surcharges("levy"),
    "buyer_class": lambda values: values.rules.codes(values.line)[0],
    "tax_rate": lambda values: values.rules.vat_percent,
    "tax_code": lambda values: values.rules.codes(values.line)[1],
}  # fmt: skip


def name_of(code: str) -> str:
    """A code or a parameter as an expression can speak of it: letters, digits and ``_``."""
    return re.sub(r"\W", "_", code)


def launch_values(echo: Mapping[str, Any]) -> Launched:
    """What a session kept of its launch, by name; of what is nested only one level, and only plain values."""
    found = Launched()
    for value in echo.values():
        if isinstance(value, Mapping):
            _take(found, value.items())
        elif isinstance(value, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in value):
            _take(found, value)
    _take(found, echo.items())
    return found


def _take(found: Open, pairs: Any) -> None:
    for name, value in pairs:
        if isinstance(name, str) and isinstance(value, str | int) and not isinstance(value, bool):
            found[name_of(name)] = one_line(str(value)[:LONGEST_VALUE])
