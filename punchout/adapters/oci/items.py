"""The items of a return form: what each field holds, for all lines of a cart at once."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from itertools import chain, compress
from typing import Any

from punchout.adapters.oci.fields import (
    DEFAULT_VERSION,
    FIELDS,
    LENGTHS,
    Version,
    cut,
    fit,
    keep_pairs,
    kept_pairs,
    price_unit_limit,
)
from punchout.adapters.oci.options import OciOptions
from punchout.adapters.oci.outgoing import LONGTEXT
from punchout.adapters.sets import PART, Part, Sets
from punchout.adapters.texts import (
    DEFAULT,
    all_as_written,
    one_line,
    plain_text,
    transliterate,
    written,
)
from punchout.adapters.units import OCI_UNITS, translate_unit
from punchout.documents import ReturnLine
from punchout.form_text import BETWEEN, WITHIN, Pair, WrittenFields, is_apart
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
ROOT, OUTLINE = "R", "O"  # NEW_ITEM-ITEM_TYPE
PRICE_END = Decimal(10) ** 11  # NEW_ITEM-PRICE is 11.3: eleven digits before the point
QUANTA = [Decimal(1).scaleb(-decimals) for decimals in range(7)]  # with more, zero is written 0E-7


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


def _either(values: Sequence[str], others: Sequence[str] | None) -> Sequence[str]:
    if others is None:
        return values
    return [value or other for value, other in zip(values, others, strict=True)]


class _Shape:
    """What the fields of an item are called, for all items that have the same."""

    def __init__(self, fields: tuple[str, ...], longtext: bool) -> None:
        self._fields, self._longtext = fields, longtext
        # A name of an operator's that cannot be told from its value where fields are kept.
        self.plain = not any(odd in name for name in fields for odd in ("=", "\n", WITHIN, BETWEEN))

    def names(self, index: int) -> list[str]:
        names = [f"NEW_ITEM-{name}[{index}]" for name in self._fields]
        return [*names, f"NEW_ITEM-LONGTEXT_{index}:132[]"] if self._longtext else names


@lru_cache(maxsize=2048)
def _template(shape: _Shape, index: int) -> str:
    """The fields at that place as ``WrittenFields`` has them, but for their values."""
    escaped = (name.replace("%", "%%") for name in shape.names(index))
    return BETWEEN.join(f"{name}{WITHIN}%s" for name in escaped)


# Most lines of most carts have the same fields.
_shape = lru_cache(maxsize=64)(_Shape)


Item = tuple[_Shape, int, tuple[str, ...]]  # an item's fields, its place in the form, and what they hold


class Items:
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

    def fields(self, lines: tuple[ReturnLine, ...], before: Sequence[Pair]) -> Sequence[Pair]:
        """The items behind what is ``before`` them in the form, as one text wherever that can be one."""
        items = self._items(lines)
        count = len(before) + sum([len(values) for _shape, _index, values in items])
        if all(shape.plain for shape in {shape for shape, _index, _values in items}):
            texts = [_template(shape, index) % values for shape, index, values in items]
            text = BETWEEN.join([*map(WITHIN.join, before), *texts])
            if is_apart(text, count) and not any("=" in name or "\n" in name for name, _value in before):
                return WrittenFields(text, count)
        pairs = (zip(shape.names(index), values, strict=True) for shape, index, values in items)
        return (*before, *chain.from_iterable(pairs))

    def _items(self, lines: tuple[ReturnLine, ...]) -> list[Item]:
        index = 0
        for line in lines:
            index += 1
            self._indexes[line.number] = index
            index += len(self._parts(line))
        # Field by field for all lines, and only then line by line: a cart has 9,000 fields.
        names = written([line.name for line in lines], self.charset)
        columns = {name: values for name, values in self._columns(lines, names).items() if any(values)}
        # LONGTEXT stands last, and is called otherwise.
        rows = zip(*columns.values(), self._longtexts(lines, names), strict=True)
        keeping: dict[tuple[bool, ...], tuple[_Shape, list[bool]]] = {}
        items: list[Item] = []
        for line, row in zip(lines, rows, strict=True):
            has = tuple(map(bool, row))
            kept = keeping.get(has)
            if kept is None:
                present = kept_pairs(tuple(compress(columns, has)))
                kept = keeping[has] = (
                    _shape(present, has[-1]),
                    [*(name in present for name in columns), has[-1]],
                )
            index = self._indexes[line.number]
            items.append((kept[0], index, tuple(compress(row, kept[1]))))
            for place, part in enumerate(self._parts(line), start=index + 1):
                sent = self._part(line, part)
                items.append((_shape(tuple(sent), False), place, tuple(sent.values())))
        return items

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

    def _columns(self, lines: tuple[ReturnLine, ...], names: Sequence[str]) -> dict[str, Sequence[str]]:
        """All fields, each with what it holds for every line; empty: left out."""
        columns = self._own(lines, names)
        parents = {line.parent for line in lines}
        if self.sets or self.options.surcharge_hierarchy or any(parents):
            places = [dict(self._hierarchy(line, parents)) for line in lines]
            for name in ("SERVICE", "ITEM_TYPE", "PARENT_ID"):
                columns[name] = self._fitting(name, [place.get(name, "") for place in places])
        for name, source in self.options.extra_fields.items():
            values = self._fitting(name, [self.additional(name, source, line) for line in lines])
            # One that is empty takes the field out only where the operator says so.
            columns[name] = values if source == "=" else _either(values, columns.get(name))
        for name in dict.fromkeys(chain.from_iterable(line.mapped for line in lines)):
            if name != LONGTEXT:
                columns[name] = self._mapped(name, lines, columns.get(name))
        if self.options.material_number == "instead":
            described = zip(lines, columns["MATNR"], columns["DESCRIPTION"], strict=True)
            columns["DESCRIPTION"] = [
                "" if number and "DESCRIPTION" not in line.mapped else description
                for line, number, description in described
            ]
        return columns

    def _own(self, lines: tuple[ReturnLine, ...], names: Sequence[str]) -> dict[str, Sequence[str]]:
        """The fields in their order, without mapping and additional fields, as they fit."""
        options, charset, decimals = self.options, self.charset, self.options.price_decimals
        nothing = [""] * len(lines)
        # What the mapping says of every line, nobody needs to work out.
        mapped: Collection[str] = lines[0].mapped.keys() if lines else ()
        if not all(line.mapped.keys() == mapped for line in lines):
            mapped = ()
        skus = written([line.sku for line in lines], charset)
        prices = [
            scale_price(line.price, line.price_unit, decimals=decimals, limit=self.price_unit_limit)
            for line in lines
        ]
        columns: dict[str, Sequence[str]] = {
            "DESCRIPTION": nothing if "DESCRIPTION" in mapped else self._descriptions(lines, names, skus),
            "MATNR": nothing
            if options.material_number == "none"
            else written([line.buyer_part_number for line in lines], charset),
            "QUANTITY": [self._number(line.quantity, 3) for line in lines],
            "UNIT": [self._unit(line.unit) for line in lines],
            "PRICE": [self._number(price, decimals) for price, _unit in prices],
            "CURRENCY": [line.currency for line in lines],
            "PRICEUNIT": [str(unit) for _price, unit in prices],
            "LEADTIME": [str(line.lead_time_days) for line in lines],
            "VENDOR": [self.vendor] * len(lines),
            "VENDORMAT": skus,
            "MANUFACTMAT": written([line.manufacturer_part_number for line in lines], charset),
            "MATGROUP": written([buyer_class(options.classifications, line) for line in lines], charset)
            if options.classifications and "MATGROUP" not in mapped
            else nothing,
            **self._agreements(lines),
            "EXT_QUOTE_ITEM": [str(line.number) for line in lines],
            # A line for a surcharge is no article that could be looked up or validated.
            "EXT_PRODUCT_ID": ["" if line.parent else sku for line, sku in zip(lines, skus, strict=True)],
            "ATTACHMENT": [line.picture_url for line in lines] if options.attachment else nothing,
        }
        if self.schema:
            columns["EXT_SCHEMA_TYPE"] = [self.schema] * len(lines)
            columns["EXT_CATEGORY_ID"] = written([getattr(line, self.code) for line in lines], charset)
        return {name: self._fitting(name, values) for name, values in columns.items()}

    def _fitting(self, name: str, values: Sequence[str]) -> Sequence[str]:
        """The values of a field as they fit; one that is left out is empty."""
        length = self.lengths.get(name)
        if length is not None and max(map(len, values), default=0) <= length:
            return values
        return [fit(name, value, self.version) or "" for value in values]

    def _mapped(self, name: str, lines: tuple[ReturnLine, ...], own: Sequence[str] | None) -> Sequence[str]:
        """What the mapping makes of a field, where it does."""
        texts = [line.mapped.get(name, "") for line in lines]
        values = self._fitting(name, written(texts, self.charset))
        if own is None or all(name in line.mapped for line in lines):
            return values
        return [
            value if name in line.mapped else left
            for line, value, left in zip(lines, values, own, strict=True)
        ]

    def _descriptions(
        self, lines: tuple[ReturnLine, ...], names: Sequence[str], skus: Sequence[str]
    ) -> list[str]:
        """DESCRIPTION of each line: some systems lose LONGTEXT, so two articles never share one."""
        length = FIELDS["DESCRIPTION"].length(self.version)
        names = [name or sku for name, sku in zip(names, skus, strict=True)]
        short = [name if len(name) <= length else cut(name, length) for name in names]
        count = Counter(short)
        return [
            text
            if count[text] == 1
            else f"{cut(name, max(0, length - len(line.sku) - 1))} {line.sku}".strip()
            for text, name, line in zip(short, names, lines, strict=True)
        ]

    def _longtexts(self, lines: tuple[ReturnLine, ...], names: Sequence[str]) -> list[str]:
        own = [""] * len(lines)
        if self.options.longtext:
            texts: Sequence[str] = [line.description for line in lines]
            if not all_as_written(texts, self.charset):
                texts = [transliterate(plain_text(text), self.charset) for text in texts]
            own = [
                f"{name}\n{text}" if name and text and text != name else name or text
                for name, text in zip(names, texts, strict=True)
            ]
        return [
            transliterate(line.mapped[LONGTEXT], self.charset) if LONGTEXT in line.mapped else text
            for line, text in zip(lines, own, strict=True)
        ]

    def _hierarchy(self, line: ReturnLine, parents: Collection[int]) -> Iterator[Pair]:
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
        elif line.number in parents:
            yield "ITEM_TYPE", ROOT

    def _number(self, value: Decimal, decimals: int) -> str:
        # A number that has these decimals is written as it is, in a quarter of the time.
        text = str(value) if value.same_quantum(QUANTA[decimals]) else f"{value:.{decimals}f}"
        return text.replace(".", self.options.decimal_sign)

    def _agreements(self, lines: tuple[ReturnLine, ...]) -> dict[str, Sequence[str]]:
        """The number of the cart, and that of the contract or quotation behind the price."""
        field = self.options.agreement_field
        if field not in ("CONTRACT", "EXT_QUOTE_ID"):
            return {"EXT_QUOTE_ID": [self.quote_id] * len(lines)}
        agreements = [self._text(line.agreement) for line in lines]
        if field == "EXT_QUOTE_ID":
            return {field: [agreement or self.quote_id for agreement in agreements]}
        contracts = [agreement.partition("/") for agreement in agreements]
        return {
            "CONTRACT": [contract.strip() for contract, _slash, _item in contracts],
            "CONTRACT_ITEM": [item.strip() for _contract, _slash, item in contracts],
            "EXT_QUOTE_ID": [self.quote_id] * len(lines),
        }

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
