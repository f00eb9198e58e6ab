"""Reads tables: each row is an article, its prices and its stock, as far as its columns say."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import Any, cast

from django.utils.translation import gettext_lazy

from catalog.imports.errors import FileRefused
from catalog.imports.formats.table import columns
from catalog.imports.formats.table.blocks import BLOCK, Blocks, Reader
from catalog.imports.formats.table.cells import Cells, WrongCell, currency, text_of
from catalog.imports.formats.table.columns import ATTRIBUTE, BREAKS
from catalog.imports.formats.table.formulas import unsaved_formula
from catalog.imports.formats.table.options import CsvOptions, TableOptions, XlsxOptions
from catalog.imports.formats.table.rows import Row, csv_rows, xlsx_rows
from catalog.imports.records import (
    Action,
    ArticleRecord,
    FeatureValue,
    FileHeader,
    Levy,
    Media,
    MetalContent,
    PriceKind,
    PriceRecord,
    Ready,
    Record,
    Refusal,
    StockRecord,
)
from catalog.imports.registry import Reading, register
from catalog.imports.source import Source
from catalog.imports.tables import LANGUAGES
from catalog.models import Product
from catalog.wording import said as _

# Fields of a row that belong to no article.
_PRICE = frozenset(
    ["price", "net_price", "currency", "customer", "from_quantity", "valid_from", "valid_until", "sku"]
    + [f"{name}_{n}" for n in BREAKS for name in ("from_quantity", "net_price")]
)
_STOCK = frozenset(["stock", "site", "next_date", "next_quantity", "sku"])
_LEVIES = {"recupel": "Recupel", "bebat": "Bebat", "auvibel": "Auvibel"}
YES = frozenset(["1", "x", "y", "j", "o", "yes", "ja", "oui", "true", "wahr", "vrai", "waar", "d", "delete"])
NO = frozenset(["", "0", "n", "no", "nee", "nein", "non", "false", "falsch", "faux"])
# Words for the status of an article, beside the shop's own.
STATUSES = {
    **{value: value for value in Product.Status.values},
    "run out": "run-out", "uitlopend": "run-out", "fin de série": "run-out", "auslauf": "run-out",
    "actief": "active", "actif": "active", "aktiv": "active", "a": "active",
}  # fmt: skip
# Of amounts, in which a currency may stand as well.
_MONEY = frozenset(
    ["price", "net_price", "copper_base", *_LEVIES] + [f"net_price_{number}" for number in BREAKS]
)


def _has_text(source: Source) -> bool:
    head = source.head
    return bool(head) and not source.is_workbook and head[:1] not in (b"<", b"\x00")


def _looks_like_csv(source: Source) -> bool:
    name = source.main.name.casefold() if source.main else ""
    return name.endswith((".csv", ".tsv", ".txt")) and _has_text(source)


@register("csv", label=gettext_lazy("CSV"), options=CsvOptions, sniff=_looks_like_csv, tabular=True)
def read_csv(source: Source, reading: Reading) -> tuple[FileHeader, Iterator[Record]]:
    """A text with one row a line."""
    options = cast(CsvOptions, reading.options)
    return _read(csv_rows(source, options), reading, options, "CSV")


@register(
    "xlsx",
    label=gettext_lazy("XLSX spreadsheet"),
    options=XlsxOptions,
    sniff=lambda source: source.is_workbook,
    tabular=True,
)
def read_xlsx(source: Source, reading: Reading) -> tuple[FileHeader, Iterator[Record]]:
    """One sheet of a spreadsheet."""
    options = cast(XlsxOptions, reading.options)
    header, records = _read(xlsx_rows(source, options), reading, options, "XLSX")
    cell = unsaved_formula(source)
    if cell:
        reason = _(
            "A formula has no value that was saved (%s); such cells count as empty. Save the file again."
        )
        header = replace(header, notes=(reason % cell,))
    return header, records


def _read(
    rows: Iterator[Row], reading: Reading, options: TableOptions, label: str
) -> tuple[FileHeader, Iterator[Record]]:
    places = _places(rows, options)
    languages = [code for code in LANGUAGES if {f"name_{code}", f"description_{code}"} & places.keys()]
    header = FileHeader(
        format=label,
        full=options.full,
        currency=reading.currency,
        languages=tuple(languages) or (reading.language,),
    )
    return header, _Table(places, reading, options, header.languages).records(rows)


def _places(rows: Iterator[Row], options: TableOptions) -> dict[str, int]:
    """Which column holds which field; takes the rows up to the headings."""
    headings: dict[str, int] = {}
    if options.header_row:
        row = None
        for row in rows:
            if row.line >= options.header_row:
                break
        if row is None:
            raise FileRefused(_("There is nothing to read in the file."))
        for place, cell in enumerate(row.cells):
            headings.setdefault(str(cell or "").strip(), place)
    places: dict[str, int] = {}
    for heading, name in options.columns.items():
        if heading in headings:
            places[name] = headings[heading]
        elif heading.startswith("#") and heading[1:].isdigit() and int(heading[1:]) > 0:
            places[name] = int(heading[1:]) - 1
        else:
            raise FileRefused(_("The file has no column %s.") % heading, options.header_row)
    if "sku" not in places:
        raise FileRefused(_("No column is mapped to the article number."))
    return places


class _Table:
    """Rows to records by the columns there are."""

    def __init__(
        self, places: dict[str, int], reading: Reading, options: TableOptions, languages: tuple[str, ...]
    ) -> None:
        self.reading = reading
        self.languages = languages
        self.options = options
        self.places = places
        self.sku = places["sku"]
        self.attributes = {
            name.removeprefix(ATTRIBUTE): place
            for name, place in places.items()
            if name.startswith(ATTRIBUTE)
        }
        # The price unit belongs to the price alone when there is nothing else to say about the article.
        of_article = set(places) - _PRICE - _STOCK - {"price_unit"}
        self.articles = bool(of_article)
        self.prices = "price" in places
        self.net_prices = [
            (f"net_price{n}", f"from_quantity{n}")
            for n in ("", *(f"_{each}" for each in BREAKS))
            if f"net_price{n}" in places
        ]
        self.stock = "stock" in places
        self.cells = Cells(options)
        self.converters: list[tuple[str, int, Callable[[Any], Any]]] = [
            (name, place, self.cells.reader(name, columns.BY_NAME[name].kind))
            for name, place in places.items()
            if name in columns.BY_NAME and name != "sku"
        ]

    def records(self, rows: Iterator[Row]) -> Iterator[Record]:
        if not self.reading.ready or not Blocks.takes(self.places):
            for line, cells in rows:
                yield from self._row(line, cells)
            return
        blocks = Blocks(
            self.places, self.reading, self.options,
            Reader(self.cells.number, self.cells.whole, self.cells.day), self.languages,
        )  # fmt: skip
        while block := list(islice(rows, BLOCK)):
            for part in blocks.of(block):
                if isinstance(part, Ready):
                    yield part
                else:
                    yield from self._row(*part)

    def _row(self, line: int, cells: list[Any]) -> Iterator[Record]:
        width = len(cells)
        sku = text_of(cells[self.sku]) if self.sku < width else ""
        if not sku:
            yield Refusal(line, "", self._heading("sku"), "", _("There is no article number."))
            return
        values: dict[str, Any] = {}
        wrong: list[Refusal] = []
        for name, place, convert in self.converters:
            cell = cells[place] if place < width else None
            if cell is None or cell == "":
                continue
            try:
                values[name] = convert(cell)
            except WrongCell as error:
                try:
                    values[name] = self._signed(name, cell, cells)
                except WrongCell as other:
                    reason = other.args[0] if other.args else error.args[0]
                    wrong.append(Refusal(line, sku, self._heading(name), str(cell), reason, fatal=False))
        if self.articles:
            yield from self._article(line, sku, values, cells, wrong)
        # A price whose amount, unit or dates are wrong is none at all.
        broken = {refusal.field for refusal in wrong} if wrong else ()
        if self.prices or self.net_prices:
            yield from self._prices(line, sku, values, broken, wrong)
        if self.stock and "stock" in values:
            yield StockRecord(
                line, sku, values.get("site", ""), values["stock"], values.get("next_date"),
                values.get("next_quantity"),
            )  # fmt: skip
        yield from wrong

    def _article(
        self, line: int, sku: str, values: dict[str, Any], cells: list[Any], wrong: list[Refusal]
    ) -> Iterator[Record]:
        if (flag := values.get("deleted", "").casefold()) in YES:
            yield ArticleRecord(line, sku, Action.DELETE)
            return
        if flag not in NO:
            wrong.append(
                Refusal(line, sku, self._heading("deleted"), flag, _("Neither yes nor no."), fatal=False)
            )
        get = values.get
        status = get("status")
        if status is not None:
            word, status = status, STATUSES.get(status.casefold())
            if status is None:
                reason = _("There is no such status.")
                wrong.append(Refusal(line, sku, self._heading("status"), word, reason, fatal=False))
        texts = {
            part: {code: values[key] for code in LANGUAGES if (key := f"{part}_{code}") in values}
            for part in ("name", "description")
        }
        units = {}
        for name in ("order_unit", "content_unit"):
            word = get(name)
            if word is None:
                continue
            units[name] = self.reading.unit(word)
            if units[name] is None:
                reason = _("The unit is not known; the profile can say which one it is.")
                wrong.append(Refusal(line, sku, self._heading(name), word, reason, fatal=False))
        category = get("category")
        yield ArticleRecord(
            line,
            sku,
            Action.REPLACE if self.options.replace else Action.CHANGE,
            names=texts["name"],
            descriptions=texts["description"],
            gtin=get("gtin"),
            brand=get("brand"),
            manufacturer_part_number=get("manufacturer_part_number"),
            categories=(category,) if category else (),
            status=status,
            order_unit=units.get("order_unit"),
            content_quantity=get("content_quantity"),
            content_unit=units.get("content_unit"),
            price_unit=get("price_unit"),
            minimum_quantity=get("minimum_quantity"),
            quantity_step=get("quantity_step"),
            unspsc=get("unspsc"),
            etim_class=get("etim_class"),
            eclass=get("eclass"),
            lead_time_days=get("lead_time_days"),
            discount_group=get("discount_group"),
            successor=get("successor"),
            customer_number=get("customer_number"),
            features=self._features(cells) if self.attributes else None,
            media=self._media(values),
            metals=self._metals(values),
            levies=self._levies(values),
        )

    def _features(self, cells: list[Any]) -> tuple[FeatureValue, ...]:
        found = []
        for code, place in self.attributes.items():
            cell = cells[place] if place < len(cells) else None
            text = "" if cell is None else text_of(cell)
            if not text:
                continue
            # "16 A" and "16" are numbers, with and without a unit; "IP65" is a word.
            match = re.fullmatch(r"([+-]?[\d.,' ]+)\s*([^\d\s.,'][^\d]{0,11})?", text)
            try:
                if match is None:
                    raise WrongCell
                number = cell if isinstance(cell, Decimal) else self.cells.number(match[1].strip())
                found.append(FeatureValue(code, number=number, unit=(match[2] or "").strip()))
            except WrongCell:
                found.append(FeatureValue(code, value=text))
        return tuple(found)

    def _media(self, values: dict[str, Any]) -> tuple[Media, ...] | None:
        if not {"picture", "document"} & self.places.keys():
            return None
        # Several addresses in one cell are divided by a blank or a bar.
        return tuple(
            Media(source, kind, position=position)
            for kind in ("picture", "document")
            for position, source in enumerate(re.split(r"[|\s]+", values.get(kind, "")))
            if source
        )

    def _metals(self, values: dict[str, Any]) -> tuple[MetalContent, ...] | None:
        if "copper_weight" not in self.places:
            return None
        weight = values.get("copper_weight")
        if not weight:
            return ()
        return (MetalContent("CU", weight, values.get("price_unit") or 1, values.get("copper_base")),)

    def _levies(self, values: dict[str, Any]) -> tuple[Levy, ...] | None:
        if not _LEVIES.keys() & self.places.keys():
            return None
        currency = values.get("currency") or self.reading.currency
        return tuple(
            Levy(scheme, values[name], currency) for name, scheme in _LEVIES.items() if values.get(name)
        )

    def _prices(
        self, line: int, sku: str, values: dict[str, Any], broken: Collection[str], wrong: list[Refusal]
    ) -> Iterator[Record]:
        needed = ("price_unit", "valid_from", "valid_until", "currency", "customer")
        if broken and any(self._heading(name) in broken for name in needed if name in self.places):
            wrong.append(
                Refusal(line, sku, _("price"), "", _("The price was left out, for what is wrong beside it."))
            )
            return
        currency = values.get("currency") or self.reading.currency
        unit = values.get("price_unit")
        days = values.get("valid_from"), values.get("valid_until")
        if "price" in values:
            yield PriceRecord(line, sku, values["price"], currency, unit, PriceKind.LIST, Decimal(0), *days)
        customer = values.get("customer", self.reading.customer)
        for name, quantity in self.net_prices:
            if name not in values or (broken and self._heading(quantity) in broken):
                continue
            yield PriceRecord(
                line, sku, values[name], currency, unit, PriceKind.NET, values.get(quantity, Decimal(0)),
                *days, customer=customer,
            )  # fmt: skip

    def _signed(self, name: str, cell: Any, cells: list[Any]) -> Decimal:
        """An amount with its currency beside it, which must be the one of the row."""
        if name not in _MONEY:
            raise WrongCell
        place = self.places.get("currency", len(cells))
        own = currency(cells[place]) if place < len(cells) and cells[place] else self.reading.currency
        return self.cells.amount(cell, own)

    def _heading(self, name: str) -> str:
        return next((heading for heading, each in self.options.columns.items() if each == name), name)
