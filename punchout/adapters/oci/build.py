"""The return form of OCI (4.0, "Transferring data from the catalog"): one hidden field a value.

First the parameters of the return address, then SAP's ITS fields as they came, then the items, one after
the other, indexed from 1 without a gap.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from punchout.adapters.oci.fields import (
    DEFAULT_VERSION,
    FIELDS,
    LENGTHS,
    Version,
    cut,
    fit,
    keep_pairs,
    price_unit_limit,
)
from punchout.adapters.oci.hook import action_and_fields, take_apart
from punchout.adapters.oci.options import OciOptions
from punchout.adapters.oci.outgoing import LONGTEXT
from punchout.adapters.sets import PART, Part, Sets
from punchout.adapters.texts import DEFAULT, one_line, plain_text, transliterate
from punchout.adapters.units import OCI_UNITS, translate_unit
from punchout.documents import ReturnForm, ReturnLine
from punchout.mapping.tables import buyer_class

# NEW_ITEM-EXT_SCHEMA_TYPE as buyers expect it, and where the code stands on our line.
SCHEMAS = {"unspsc": ("UNSPSC", "unspsc"), "eclass": ("ECLASS", "eclass"), "etim": ("ETIM", "etim_class")}
# Values that may be cut to fit a field; a code that does not fit is left out instead.
TEXT_VALUES = frozenset(("brand", "category", "description", "name"))
# What an additional field can say of surcharges, and of which kinds.
SURCHARGES = {
    "levies": frozenset(("levy",)),
    "metal_surcharge": frozenset(("metal",)),
    "surcharges": frozenset(("levy", "metal")),
}
NO_SETS: Sets = MappingProxyType({})
# In the echo of a session that answers VALIDATE.
VALIDATES = "validates"
ROOT, OUTLINE = "R", "O"  # NEW_ITEM-ITEM_TYPE
PRICE_END = Decimal(10) ** 11  # NEW_ITEM-PRICE is 11.3: eleven digits before the point
QUANTA = [Decimal(1).scaleb(-decimals) for decimals in range(10)]

Pair = tuple[str, str]


def return_form(
    *,
    return_url: str,
    echo: Mapping[str, Any],
    quote_id: str,
    lines: tuple[ReturnLine, ...],
    options: OciOptions,
    sets: Sets = NO_SETS,
) -> ReturnForm:
    """The cart as form; prices net in the line's currency, per PRICEUNIT. ``quote_id`` may be empty.

    ``sets``: the parts of articles that go as packages (OCI 5.0).
    """
    if echo.get(VALIDATES):
        # The buyer's cart has the line of a surcharge already; VALIDATE is for the article alone.
        lines = tuple(line for line in lines if not line.parent)
    action, fields = action_and_fields(return_url, options.hook_query, _its(echo))
    items = _Items(echo, quote_id, options, sets)
    return ReturnForm(
        action=action,
        fields=(*fields, *items.fields(lines)),
        target=echo.get("target") or "_top",
        charset=echo.get("charset") or DEFAULT,
    )


def leave_form(*, return_url: str, echo: Mapping[str, Any], options: OciOptions) -> ReturnForm | None:
    """How to go back without a cart; OCI has no message for it, so it depends on the buyer's system."""
    target, charset = echo.get("target") or "_top", echo.get("charset") or DEFAULT
    if echo.get("cancel_url"):
        action, fields = take_apart(echo["cancel_url"])
        return ReturnForm(action=action, fields=fields, target=target, charset=charset, method="get")
    if options.on_leave == "close":
        return None
    action, fields = action_and_fields(return_url, options.hook_query, _its(echo))
    return ReturnForm(action=action, fields=fields, target=target, charset=charset)


def additional_fields(
    lines: Sequence[ReturnLine], echo: Mapping[str, Any], options: OciOptions
) -> Iterator[dict[str, str]]:
    """Of each line what ``extra_fields`` make of it, but for surcharges, for an answer that is no form."""
    items = _Items(echo, "", options, NO_SETS)
    sources = [(name, source) for name, source in options.extra_fields.items() if source not in SURCHARGES]
    for line in lines:
        yield {name: items.additional(name, source, line) for name, source in sources}


def _its(echo: Mapping[str, Any]) -> list[Pair]:
    return [(name, value) for name, value in echo.get("its", ())]


def scale_price(
    price: Decimal, price_unit: int, *, decimals: int = 3, limit: int = 99999
) -> tuple[Decimal, int]:
    """The same price with at most ``decimals`` decimals, per a PRICEUNIT of at most ``limit``.

    Exact wherever the limit lets it be; otherwise PRICE is rounded half up at the largest PRICEUNIT.
    """
    unit = price_unit
    if unit > limit:
        unit = 10 ** (len(str(limit)) - 1)
        price = price * unit / price_unit
    quantum = QUANTA[decimals]
    rounded = price.quantize(quantum, ROUND_HALF_UP)
    while price != rounded and unit * 10 <= limit and price * 10 < PRICE_END:
        price, unit = price * 10, unit * 10
        rounded = price.quantize(quantum, ROUND_HALF_UP)
    return rounded, unit


class _Items:
    """Writes lines for one return: one version, one charset, one set of options."""

    def __init__(
        self,
        echo: Mapping[str, Any],
        quote_id: str,
        options: OciOptions,
        sets: Sets,
    ) -> None:
        self.version: Version = echo.get("version") or DEFAULT_VERSION
        self.charset: str = echo.get("charset") or DEFAULT
        self.quote_id = quote_id
        self.options = options
        self.sets = sets
        self._parents: set[int] = set()
        # Parts of sets stand between the lines of the cart, so an index is not the number of a line.
        self._indexes: dict[int, int] = {}
        self.price_unit_limit = price_unit_limit(self.version)
        self.lengths = LENGTHS[self.version]
        # Brands, groups and units repeat from line to line: each is worked out once a cart.
        charset = self.charset
        self._text = cache(lambda value: transliterate(one_line(value), charset))
        self._unit = cache(lambda code: translate_unit(code, options.units, OCI_UNITS))
        self.vendor = self._text(echo.get("vendor") or "")
        self.schema, self.code = SCHEMAS.get(options.classification, ("", ""))

    def fields(self, lines: tuple[ReturnLine, ...]) -> list[Pair]:
        pairs: list[Pair] = []
        descriptions = self._descriptions(lines)
        self._parents = {line.parent for line in lines}
        index = 0
        for line, description in zip(lines, descriptions, strict=True):
            index += 1
            self._indexes[line.number] = index
            suffix = f"[{index}]"
            pairs += [
                (f"NEW_ITEM-{name}{suffix}", value) for name, value in self._line(line, description).items()
            ]
            longtext = self._longtext(line)
            if longtext:
                pairs.append((f"NEW_ITEM-LONGTEXT_{index}:132[]", longtext))
            for part in self._parts(line):
                index += 1
                fields = self._part(line, part)
                pairs += [(f"NEW_ITEM-{name}[{index}]", value) for name, value in fields.items()]
        return pairs

    def _parts(self, line: ReturnLine) -> tuple[Part, ...]:
        return self.sets.get(line.number, ())

    def _part(self, line: ReturnLine, part: Part) -> dict[str, str]:
        """An article of a set: below the set's line, which has the price of all."""
        name = cut(self._text(part.name) or part.sku, FIELDS["DESCRIPTION"].length(self.version))
        values = {
            "DESCRIPTION": name,
            "QUANTITY": self._number(line.quantity * part.quantity, 3),
            "UNIT": self._unit(part.unit),
            "PRICE": self._number(Decimal(0), self.options.price_decimals),
            "CURRENCY": line.sent("CURRENCY", line.currency),
            "PRICEUNIT": "1",
            "VENDOR": self.vendor,
            "VENDORMAT": self._text(part.sku),
            "EXT_PRODUCT_ID": self._text(part.sku),
            "ITEM_TYPE": OUTLINE,
            "PARENT_ID": str(self._indexes[line.number]),
        }
        for name, value in part.mapped.items():
            values[name.removeprefix(PART)] = self._text(value)
        fitting = ((field, fit(field, value, self.version)) for field, value in values.items())
        sent = {field: value for field, value in fitting if value is not None}
        keep_pairs(sent)
        return sent

    def _line(self, line: ReturnLine, description: str) -> dict[str, str]:
        """The fields of one line as they fit, each beside what it needs."""
        version, lengths = self.version, self.lengths
        # Nearly all fit, and are not asked about one by one: a cart has 9,000.
        values = {
            name: fitting
            for name, value in self._values(line, description)
            if value and (fitting := value if len(value) <= lengths[name] else fit(name, value, version))
        }
        for name, source in self.options.extra_fields.items():
            fitting = fit(name, self.additional(name, source, line), self.version)
            if fitting is not None:
                values[name] = fitting
            elif source == "=":
                values.pop(name, None)
        for name, value in line.mapped.items():
            fitting = fit(name, self._text(value), version) if name != LONGTEXT else None
            if fitting is None:
                values.pop(name, None)
            else:
                values[name] = fitting
        if (
            "MATNR" in values
            and "DESCRIPTION" not in line.mapped
            and self.options.material_number == "instead"
        ):
            values.pop("DESCRIPTION", None)
        keep_pairs(values)
        return values

    def _descriptions(self, lines: tuple[ReturnLine, ...]) -> list[str]:
        """DESCRIPTION of each line: some systems lose LONGTEXT, so two articles never share one."""
        length = FIELDS["DESCRIPTION"].length(self.version)
        names = [self._text(line.name) or self._text(line.sku) for line in lines]
        short = [name if len(name) <= length else cut(name, length) for name in names]
        count = Counter(short)
        return [
            text if count[text] == 1 else f"{cut(name, length - len(line.sku) - 1)} {line.sku}".strip()
            for text, name, line in zip(short, names, lines, strict=True)
        ]

    def _longtext(self, line: ReturnLine) -> str:
        if LONGTEXT in line.mapped:
            return transliterate(line.mapped[LONGTEXT], self.charset)
        if not self.options.longtext:
            return ""
        name, text = one_line(line.name), plain_text(line.description)
        return transliterate(
            f"{name}\n{text}" if name and text and text != name else name or text, self.charset
        )

    def _values(self, line: ReturnLine, description: str) -> list[Pair]:
        """The fields in their order; one without a value is left out later."""
        options, text = self.options, self._text
        price, price_unit = scale_price(
            line.price, line.price_unit, decimals=options.price_decimals, limit=self.price_unit_limit
        )
        sku = text(line.sku)
        values = [
            ("DESCRIPTION", description),
            ("MATNR", text(line.buyer_part_number) if options.material_number != "none" else ""),
            ("QUANTITY", self._number(line.quantity, 3)),
            ("UNIT", self._unit(line.unit)),
            ("PRICE", self._number(price, options.price_decimals)),
            ("CURRENCY", line.currency),
            ("PRICEUNIT", str(price_unit)),
            ("LEADTIME", str(line.lead_time_days)),
            ("VENDOR", self.vendor),
            ("VENDORMAT", sku),
            ("MANUFACTMAT", text(line.manufacturer_part_number)),
            ("MATGROUP", text(buyer_class(options.classifications, line)) if options.classifications else ""),
            *self._agreement(line),
            ("EXT_QUOTE_ITEM", str(line.number)),
            # A line for a surcharge is no article that could be looked up or validated.
            ("EXT_PRODUCT_ID", "" if line.parent else sku),
            ("ATTACHMENT", line.picture_url if options.attachment else ""),
        ]
        if self.schema:
            values.append(("EXT_SCHEMA_TYPE", self.schema))
            values.append(("EXT_CATEGORY_ID", text(getattr(line, self.code))))
        if line.parent or self.sets or options.surcharge_hierarchy:
            values += self._hierarchy(line)
        return values

    def _hierarchy(self, line: ReturnLine) -> Iterator[Pair]:
        """OCI 5.0: the article is the root; its surcharges and the parts of a set name it by its index."""
        if line.parent and self.options.surcharge_service:
            yield "SERVICE", "X"
        if self._parts(line):
            yield "ITEM_TYPE", ROOT
        if not self.options.surcharge_hierarchy:
            return
        if line.parent:
            yield "ITEM_TYPE", OUTLINE
            yield "PARENT_ID", str(self._indexes.get(line.parent, line.parent))
        elif line.number in self._parents:
            yield "ITEM_TYPE", ROOT

    def _number(self, value: Decimal, decimals: int) -> str:
        return f"{value:.{decimals}f}".replace(".", self.options.decimal_sign)

    def _agreement(self, line: ReturnLine) -> list[Pair]:
        """The number of the cart, and that of the contract or quotation behind the price."""
        field = self.options.agreement_field
        if field == "CONTRACT":
            contract, _slash, item = self._text(line.agreement).partition("/")
            return [
                ("CONTRACT", contract.strip()),
                ("CONTRACT_ITEM", item.strip()),
                ("EXT_QUOTE_ID", self.quote_id),
            ]
        reference = self._text(line.agreement) if field == "EXT_QUOTE_ID" else ""
        return [("EXT_QUOTE_ID", reference or self.quote_id)]

    def _surcharges(self, line: ReturnLine, kinds: frozenset[str]) -> str:
        """Per PRICEUNIT as sent, so that it adds to PRICE; nothing where none is due."""
        _price, price_unit = scale_price(
            line.price, line.price_unit, decimals=self.options.price_decimals, limit=self.price_unit_limit
        )
        amounts = [
            each.amount * price_unit / each.price_unit for each in line.surcharges if each.kind in kinds
        ]
        return self._number(sum(amounts, Decimal(0)), 4) if amounts else ""

    def additional(self, name: str, source: str, line: ReturnLine) -> str:
        """What an additional field holds for that line."""
        literal = source.startswith("=")
        if source == "tax_rate":
            return self.options.tax_rate
        if source in SURCHARGES:
            return self._surcharges(line, SURCHARGES[source])
        value = self._text(source[1:] if literal else getattr(line, source))
        known = FIELDS.get(name)
        if known is not None and (literal or source in TEXT_VALUES):
            return cut(value, known.length(self.version)) if known.length(self.version) else ""
        return value
