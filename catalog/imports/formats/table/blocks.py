"""Whole columns of a table at once: the same staged rows as record by record, in a third of the time.

A block of rows is looked at column by column, which costs Python little for each cell. What needs any thought
(a control character, an unknown unit, a number that is none, a text to cut) is left to the long way through
records, row by row, so that every refusal is made in one place. Only tables of plain columns are read so:
attributes, pictures, metals, levies and deletions always take the long way.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from catalog.imports.formats.table.options import TableOptions
from catalog.imports.formats.table.rows import Row
from catalog.imports.held import LENGTHS, SKU, TITLE, quantity_of
from catalog.imports.records import Ready
from catalog.imports.registry import Reading
from catalog.imports.rows import EMPTY, Defaults
from catalog.imports.tables import LANGUAGES, TABLES

BLOCK = 2_000
_ARTICLE_TEXTS = ("manufacturer_part_number", "discount_group", "unspsc", "etim_class", "eclass")
_NAMES = tuple(f"name_{code}" for code in LANGUAGES)
_DESCRIPTIONS = tuple(f"description_{code}" for code in LANGUAGES)
_UNITS = ("order_unit", "content_unit")
_QUANTITIES = ("content_quantity", "minimum_quantity", "quantity_step")
ARTICLE = frozenset(
    [
        "sku", "gtin", "brand", "category", "price_unit", "lead_time_days",
        *_ARTICLE_TEXTS, *_NAMES, *_DESCRIPTIONS, *_UNITS, *_QUANTITIES,
    ]
)  # fmt: skip
PRICE = frozenset(
    [
        "sku", "price", "net_price", "price_unit", "currency", "customer", "from_quantity", "valid_from",
        "valid_until",
    ]
)  # fmt: skip
STOCK = frozenset(["sku", "stock", "site", "next_date", "next_quantity"])
# A price as the column holds it, without thousands: what is longer or finer is thought about.
_AMOUNTS = {
    ".": re.compile(r"(?:(?:[0-9]{1,10}(?:\.[0-9]{1,4})?)?\|)*"),
    ",": re.compile(r"(?:(?:[0-9]{1,10}(?:,[0-9]{1,4})?)?\|)*"),
}
_GTIN_LENGTHS = frozenset([0, 8, 12, 13, 14])
Column = list[Any]
UNSURE = object()
Maker = Callable[[int, int], Ready]


class Reader(NamedTuple):
    """What the long way uses to read single cells; each raises ``ValueError`` for what it cannot."""

    number: Callable[[Any], Decimal]
    whole: Callable[[Any], int]
    day: Callable[[Any], date]


class Blocks:
    """Makes ``Ready`` rows of blocks of cells; says which rows of a block it leaves to the long way."""

    def __init__(
        self, places: Mapping[str, int], reading: Reading, options: TableOptions, cells: Reader,
        languages: tuple[str, ...],
    ) -> None:  # fmt: skip
        self.places = places
        self.reading = reading
        self.replace = options.replace
        self.amounts = _AMOUNTS[options.decimal_sign]
        self.sign = options.decimal_sign
        self.cells = cells
        self.defaults = Defaults(reading.language, languages, reading.currency, reading.order_unit)
        self.width = max(places.values()) + 1
        self.articles = bool(set(places) - PRICE - STOCK)
        self.prices = [name for name in ("price", "net_price") if name in places]
        self.stock = "stock" in places
        self._known: dict[str, dict[str, Any]] = {}

    @staticmethod
    def takes(places: Mapping[str, int]) -> bool:
        """Whether all columns are plain ones."""
        return set(places) <= ARTICLE | PRICE | STOCK

    def of(self, rows: Sequence[Row]) -> Iterator[Ready | Row]:
        """What is ready of the rows, and between it the rows that take the long way, in their order."""
        makers, bad = self.read(rows)
        first = 0
        for place in (*sorted(bad), len(rows)):
            if first < place:
                yield from (make(first, place) for make in makers)
            if place < len(rows):
                yield rows[place]
            first = place + 1

    def read(self, rows: Sequence[Row]) -> tuple[list[Maker], set[int]]:
        """For each kind of row a maker of the rows from one place to another, and the places left out."""
        bad: set[int] = set()
        cut = [row.cells for row in rows]
        widths = set(map(len, cut))
        if min(widths) < self.width or (widths != {self.width} and len(widths) > 1):
            cut = [cells[: self.width] for cells in cut]
        columns = list(zip(*cut, strict=False))
        # Rows that are too short, and the numbers and days of spreadsheets, take the long way.
        if len(columns) < self.width or not all(set(map(type, column)) == {str} for column in columns):
            return [], set(range(len(rows)))
        lines = [row.line for row in rows]
        cells = {name: list(columns[place]) for name, place in self.places.items()}
        skus = self._texts(cells["sku"], SKU, bad)
        if "" in skus:
            bad.update(place for place, sku in enumerate(skus) if not sku)
        made: list[tuple[str, list[Column]]] = []
        units = self._whole("price_unit", cells, 1, 1_000_000, bad)
        if self.articles:
            made.append(("article", self._article(lines, skus, cells, units, bad)))
        made += [("price", self._price(name, lines, skus, cells, units, bad)) for name in self.prices]
        if self.stock:
            made.append(("stock", self._stock(lines, skus, cells, bad)))
        return [_maker(table, columns) for table, columns in made], bad

    def _article(
        self, lines: Column, skus: Column, cells: Mapping[str, Column], units: Column, bad: set[int]
    ) -> list[Column]:
        count = len(lines)
        empty: Mapping[str, Any] = EMPTY if self.replace else {}
        found: dict[str, Column] = {}

        def filled(name: str, column: Column) -> Column:
            default = empty.get(name)
            return [cell or default for cell in column] if "" in column or None in column else column

        for name in _ARTICLE_TEXTS:
            if name in cells:
                found[name] = filled(name, self._texts(cells[name], LENGTHS[name], bad))
        for name in _NAMES:
            if name in cells:
                column = self._texts(cells[name], LENGTHS["name"], bad)
                found[name] = [cell or None for cell in column] if "" in column else column
        for name in _DESCRIPTIONS:
            default = "" if self.replace and name[-2:] in self.defaults.languages else None
            if name in cells:
                column = self._texts(cells[name], LENGTHS["description"], bad, lines=False)
                found[name] = [cell or default for cell in column] if "" in column else column
            elif default is not None:
                found[name] = [default] * count
        if "gtin" in cells:
            found["gtin"] = filled("gtin", _gtins(cells["gtin"], bad))
        for name, most in (("brand", LENGTHS["brand"]), ("category", TITLE)):
            if name in cells:
                found[name] = [cell or None for cell in self._texts(cells[name], most, bad)]
        for name in _UNITS:
            if name in cells:
                found[name] = self._mapped(name, cells[name], self._unit, bad)
        if self.replace:
            # Neither the file nor the profile gives one: refused the long way.
            own = self.defaults.order_unit or UNSURE
            given = found.get("order_unit", [None] * count)
            found["order_unit"] = [unit or own for unit in given]
            _unsure(found["order_unit"], bad)
            found["content_unit"] = [unit or "" for unit in found.get("content_unit", [""] * count)]
        for name in _QUANTITIES:
            if name in cells:
                found[name] = filled(name, self._mapped(name, cells[name], self._quantity, bad))
        if "price_unit" in cells:
            found["price_unit"] = [unit or empty.get("price_unit") for unit in units]
        if "lead_time_days" in cells:
            days = self._whole("lead_time_days", cells, 0, 32_000, bad)
            default = empty.get("lead_time_days")
            found["lead_time_days"] = [default if each is None else each for each in days]
        constant = {"action": "replace" if self.replace else "change", **empty, **_NO_PARTS}
        constant["seq"] = None
        return [
            lines if name == "line" else skus if name == "sku" else found.get(name)
            or [_text_of(constant.get(name))] * count
            for name in TABLES["article"]
        ]  # fmt: skip

    def _price(
        self, name: str, lines: Column, skus: Column, cells: Mapping[str, Column], units: Column,
        bad: set[int],
    ) -> list[Column]:  # fmt: skip
        count = len(lines)
        amounts = self._amounts(cells[name], bad)
        currency = self.defaults.currency
        currencies = [currency] * count
        if "currency" in cells:
            currencies = [cell or currency for cell in self._texts(cells["currency"], 3, bad)]
        odd = {each for each in set(currencies) if not (len(each) == 3 and each.isascii() and each.isupper())}
        if odd:
            bad.update(place for place, each in enumerate(currencies) if each in odd)
        starts = self._mapped("valid_from", cells.get("valid_from"), self._day, bad, count)
        ends = self._mapped("valid_until", cells.get("valid_until"), self._day, bad, count)
        if "valid_from" in cells and "valid_until" in cells:
            pairs = zip(starts, ends, strict=True)
            bad.update(
                place for place, (start, end) in enumerate(pairs)
                if type(start) is type(end) is str and end < start
            )  # fmt: skip
        minimum: Column = ["0"] * count
        customers: Column = [None] * count
        if name == "net_price":
            if "from_quantity" in cells:
                minimum = [
                    each or "0"
                    for each in self._mapped("from_quantity", cells["from_quantity"], self._minimum, bad)
                ]
            if "customer" in cells:
                own = self.reading.customer
                customers = [cell or own for cell in self._texts(cells["customer"], 40, bad)]
            else:
                customers = [self.reading.customer] * count
        nothing: Column = [None] * count
        return [
            nothing, nothing, lines, skus, amounts, currencies, units, minimum, starts, ends, customers
        ]  # fmt: skip

    def _stock(self, lines: Column, skus: Column, cells: Mapping[str, Column], bad: set[int]) -> list[Column]:
        count = len(lines)
        sites = self._texts(cells["site"], 200, bad) if "site" in cells else [""] * count
        return [
            [None] * count, lines, skus, sites,
            self._mapped("stock", cells["stock"], self._any_quantity, bad),
            self._mapped("next_date", cells.get("next_date"), self._day, bad, count),
            self._mapped("next_quantity", cells.get("next_quantity"), self._any_quantity, bad, count),
        ]  # fmt: skip

    def _texts(self, cells: Column, most: int, bad: set[int], *, lines: bool = True) -> Column:
        """The cells as they are, when none of them needs cleaning; those that do are left out."""
        # Between single blanks any other blank, in a cell or at its ends, makes two: one look finds them all.
        joined = " ".join(filter(None, cells) if "" in cells else cells)
        if (
            joined.isprintable()
            and "  " not in joined
            and joined[:1] != " "
            and joined[-1:] != " "
            and max(map(len, cells)) <= most
        ):
            return cells
        for place, cell in enumerate(cells):
            if (
                not cell.isprintable()
                or len(cell) > most
                or cell[:1] == " "
                or cell[-1:] == " "
                or (lines and "  " in cell)
            ):
                bad.add(place)
        return cells

    def _amounts(self, cells: Column, bad: set[int]) -> Column:
        """Amounts as texts that the database reads; ``None`` for an empty cell."""
        joined = "|".join(cells) + "|"
        if joined.count("|") > len(cells) or not self.amounts.fullmatch(joined):
            fits = self.amounts.fullmatch
            bad.update(place for place, cell in enumerate(cells) if "|" in cell or not fits(cell + "|"))
        if self.sign == ",":
            cells = [cell.replace(",", ".") for cell in cells]
        return [cell or None for cell in cells] if "" in cells else cells

    def _mapped(
        self, name: str, cells: Column | None, read: Callable[[str], Any], bad: set[int], count: int = 0
    ) -> Column:
        """Each cell as ``read`` makes it, asked once for each different one; an empty one is ``None``."""
        if cells is None:
            return [None] * count
        known = self._known.setdefault(name, {"": None})
        if len(known) > 20_000:
            known.clear()
            known[""] = None
        for cell in set(cells) - known.keys():
            try:
                known[cell] = read(cell)
            except ValueError:
                known[cell] = UNSURE
        column = [known[cell] for cell in cells]
        _unsure(column, bad)
        return column

    def _whole(self, name: str, cells: Mapping[str, Column], least: int, most: int, bad: set[int]) -> Column:
        def read(cell: str) -> Any:
            whole = self.cells.whole(cell)
            return whole if least <= whole <= most else UNSURE

        return self._mapped(name, cells.get(name), read, bad, len(cells["sku"]))

    def _unit(self, cell: str) -> Any:
        return self.reading.unit(cell.strip()) or UNSURE

    def _quantity(self, cell: str) -> Any:
        quantity = quantity_of(self.cells.number(cell))
        return UNSURE if quantity is None or quantity <= 0 else f"{quantity:f}"

    def _minimum(self, cell: str) -> Any:
        quantity = quantity_of(self.cells.number(cell))
        return UNSURE if quantity is None or quantity < 0 else f"{quantity:f}"

    def _any_quantity(self, cell: str) -> Any:
        quantity = quantity_of(self.cells.number(cell))
        return UNSURE if quantity is None else f"{quantity:f}"

    def _day(self, cell: str) -> str:
        return self.cells.day(cell).isoformat()


_NO_PARTS = {name: 0 for name in TABLES["article"] if name.startswith("has_")}


def _text_of(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _unsure(column: Column, bad: set[int]) -> None:
    if UNSURE in column:
        bad.update(place for place, value in enumerate(column) if value is UNSURE)


def _gtins(cells: Column, bad: set[int]) -> Column:
    joined = "".join(cells)
    if (not joined or (joined.isascii() and joined.isdigit())) and set(map(len, cells)) <= _GTIN_LENGTHS:
        return cells
    bad.update(
        place for place, cell in enumerate(cells)
        if cell and not (cell.isascii() and cell.isdigit() and len(cell) in _GTIN_LENGTHS)
    )  # fmt: skip
    return cells


def _maker(table: str, columns: list[Column]) -> Maker:
    # A row without an amount or a quantity says nothing about it.
    needed = {"price": 4, "stock": 4}.get(table)

    def make(first: int, last: int) -> Ready:
        def rows(seq: int) -> Iterator[tuple[Any, ...]]:
            numbers = range(seq, seq + last - first)
            found = zip(numbers, *(column[first:last] for column in columns[1:]), strict=True)
            if needed is None or None not in columns[needed]:
                return found
            return (row for row in found if row[needed] is not None)

        return Ready(table, last - first, rows)

    return make
