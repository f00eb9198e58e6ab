"""Datanorm 4 and 5: a zip of DATANORM.001, DATANORM.WRG and DATPREIS.001, made for one customer (K record).

DATANORM.001 has list prices, DATPREIS.001 the customer's net prices; prices on request stand in neither. A
price is a whole number of cents, so its unit is raised, to 1000 at most, until no cent is cut. Line breaks
and the signs Datanorm does not allow are replaced, code page is 850.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from itertools import islice
from math import ceil
from tempfile import SpooledTemporaryFile, TemporaryFile
from typing import IO

from django.conf import settings

from catalog.exports.order import ExportOrder
from catalog.exports.registry import register
from catalog.exports.row import ExportRow
from catalog.exports.rows import chunks
from catalog.exports.text import clean
from catalog.models import Category
from catalog.texts import translated

PIECE = 256 * 1024
ENCODING = "cp850"
WIDTH = 40
LINE = "\r\n"
END_OF_FILE = b"\x1a"
# Not allowed in Datanorm (datanorm.de), and signs of other pages that have a neighbour in 850.
_REPLACED = str.maketrans({
    ";": ",", "[": "(", "]": ")", "{": "(", "}": ")", "\\": "/", "|": "/", "~": "-", "–": "-", "—": "-",
    "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "€": "EUR", "…": "...", "•": "-", "Ω": "Ohm",
})  # fmt: skip
_REPLACEABLE = re.compile("[" + re.escape("".join(map(chr, _REPLACED))) + "]")
# Version 4 says units in words, 5 in codes with PCE for a piece.
UNITS_4 = {
    "C62": "Stck", "MTR": "m", "KGM": "kg", "LTR": "l", "MTK": "qm", "MTQ": "cbm", "HUR": "Std", "RO": "Rol",
    "PK": "Pck", "CT": "Ktn", "PR": "Paar", "SET": "Satz",
}  # fmt: skip
UNITS_5 = {"C62": "PCE"}
# Version 4 has a code for 1, 10, 100 and 1000; both keep to those, for the sake of receivers.
PRICE_UNITS = (1, 10, 100, 1000)
GROSS, NET, ON_REQUEST = "1", "2", "9"
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the two versions differ in what we write."""

    version: int
    units: dict[str, str]

    def header(self, order: ExportOrder, kind: str) -> list[str]:
        """V and K records; version 4 has fixed columns, 128 of them."""
        supplier, title = _plain(settings.SUPPLIER_NAME or "Supplier"), _plain(order.organisation.name)
        currency = order.organisation.currency
        number = _plain(order.organisation.number)
        if self.version == 4:
            text = f"{supplier[:WIDTH]:<{WIDTH}}{title[:WIDTH]:<{WIDTH}}{'':<35}"
            return [f"V {order.today:%d%m%y}{text}04{currency}", f"K;;{number}; ;"]
        fields = f"{kind};{order.today:%Y%m%d};{currency};{title[:WIDTH]};{supplier[:WIDTH]}"
        return [f"V;050;{fields};;;;;;;;", f"K;{number};{title[:WIDTH]};"]

    def price_unit(self, unit: int) -> str:
        return str(PRICE_UNITS.index(unit)) if self.version == 4 else str(unit)

    def end(self, count: int) -> list[str]:
        """Version 5 closes with the number of records before."""
        return [] if self.version == 4 else [f"E;{count};"]


FOUR, FIVE = Dialect(4, UNITS_4), Dialect(5, UNITS_5)


def _write(dialect: Dialect, order: ExportOrder) -> Iterator[bytes]:
    """Articles and prices in one go over the rows: the prices wait beside until the articles are written."""
    with TemporaryFile() as file, SpooledTemporaryFile(max_size=PIECE) as waiting:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open("DATANORM.001", "w", force_zip64=True) as articles:
                _articles(dialect, order, articles, waiting)
            groups = [*dialect.header(order, "S"), *_groups(dialect, order)]
            archive.writestr("DATANORM.WRG", _bytes([*groups, *dialect.end(len(groups))]) + END_OF_FILE)
            waiting.seek(0)
            with archive.open("DATPREIS.001", "w", force_zip64=True) as prices:
                while piece := waiting.read(PIECE):
                    prices.write(piece)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _write_prices(dialect: Dialect, order: ExportOrder) -> Iterator[bytes]:
    """Net prices alone."""
    out = _Counted(dialect, order, "P")
    yield out.begun
    for rows in chunks(order):
        yield out.records(list(_price_records(dialect, rows, order.incremental)))
    yield out.ended()


for _dialect in (FOUR, FIVE):
    register(
        f"datanorm-{_dialect.version}",
        label=f"Datanorm {_dialect.version}",
        media_type="application/zip",
        extension="zip",
        orderable_only=True,
    )(partial(_write, _dialect))
    register(
        f"datpreis-{_dialect.version}",
        label=f"Datanorm {_dialect.version}, net prices",
        media_type="application/octet-stream",
        extension="001",
        orderable_only=True,
        only_prices=True,
    )(partial(_write_prices, _dialect))


class _Counted:
    """Records as bytes, counted for the end record."""

    def __init__(self, dialect: Dialect, order: ExportOrder, kind: str) -> None:
        self._dialect = dialect
        header = dialect.header(order, kind)
        self._count = len(header)
        self.begun = _bytes(header)

    def records(self, found: list[str]) -> bytes:
        self._count += len(found)
        return _bytes(found)

    def ended(self) -> bytes:
        return _bytes(self._dialect.end(self._count)) + END_OF_FILE


def _articles(dialect: Dialect, order: ExportOrder, articles: IO[bytes], waiting: IO[bytes]) -> None:
    groups = _group_numbers()
    out, prices = _Counted(dialect, order, "A"), _Counted(dialect, order, "P")
    articles.write(out.begun)
    waiting.write(prices.begun)
    number = 0
    for rows in chunks(order):
        found: list[str] = []
        for row in rows:
            number += 1
            found += _article(dialect, row, f"{number:08d}", groups.get(row.category, ("", "")))
        articles.write(out.records(found))
        waiting.write(prices.records(list(_price_records(dialect, rows, order.incremental))))
    articles.write(out.ended())
    waiting.write(prices.ended())


def _article(dialect: Dialect, row: ExportRow, key: str, group: tuple[str, str]) -> list[str]:
    sku = _plain(row.sku)
    if row.removed:
        return [f"A;L;{sku};"] if dialect.version == 4 else [f"B;L;{sku};;;"]
    short = _wrapped(row.name)
    first, second = (*short, "", "")[:2]
    # What the two short texts cannot hold begins the long one.
    lines = [
        line for text in (row.name if len(short) > 2 else "", row.description) for line in _wrapped(text)
    ]
    unit = dialect.units.get(row.order_unit, row.order_unit)
    cents, size, kind = _listed(row)
    if row.net_amount is None and dialect.version == 5:
        kind = ON_REQUEST
    price_unit, main, own = dialect.price_unit(size), *group
    discount, text_key = _plain(row.discount_group), key if lines else ""
    records = _text_records(dialect, key, lines)
    if dialect.version == 4:
        records += [
            f"A;N;{sku};{'00' if not lines else '30'};{first};{second};{kind};{price_unit};{unit};{cents};"
            f"{discount};{main};{text_key};",
            f"B;N;{sku}; ; ; ;0;0;0;{row.gtin}; ;{own};0;0; ; ;",
        ]
    else:
        maker = _plain(row.manufacturer_number)
        minimum = f"{row.minimum_quantity.normalize():f}" if row.minimum_quantity else ""
        whole = minimum if minimum.isdigit() else ""
        records.append(
            f"A;N;{sku};{first};{second};{unit};{kind};{price_unit};{cents};{discount};{main};{own};"
            f";;;{_plain(row.brand)};{maker};;{row.gtin};;{whole};;{'3' if lines else ''};{text_key};;;;;;"
        )
    return records


def _text_records(dialect: Dialect, key: str, lines: list[str]) -> list[str]:
    """Version 4 has two lines in a record, 5 one."""
    if dialect.version == 5:
        return [f"T;N;{key};1;{number:02d};{line};" for number, line in enumerate(lines, 1)]
    records = []
    for number, pair in enumerate(_by(2, lines)):
        parts = [f"{2 * number + place};;{line};" for place, line in enumerate(pair, 1)]
        records.append(f"T;N;{key};;{''.join(parts)}")
    return records


def _price_records(dialect: Dialect, rows: list[ExportRow], incremental: bool) -> Iterator[str]:
    """Net prices, and those from larger quantities on.

    Version 4 packs three articles into a record and leaves the price unit to the article; it has no way to
    say that a price is gone. Version 5 says "on request" where there may have been one.
    """
    priced = [(row, _plain(row.sku), _unit_of(row)) for row in rows if row.net_amount is not None]
    if dialect.version == 4:
        packed = [f"{sku};{NET};{_cents(row.net_amount, row, unit)};;;;;;;" for row, sku, unit in priced]
        for three in _by(3, packed):
            yield f"P;A;{''.join(three)}"
        for row, sku, unit in priced:
            if row.scales:
                yield from _scale_records(dialect, row, sku, unit)
        return
    for row, sku, unit in priced:
        yield f"P;{sku};{NET};{unit};{_cents(row.net_amount, row, unit)};;;;;;;;;"
        if row.scales:
            yield from _scale_records(dialect, row, sku, unit)
    if incremental:
        for row in rows:
            if row.net_amount is None and not row.removed:
                yield f"P;{_plain(row.sku)};{ON_REQUEST};{row.price_quantity or 1};0;;;;;;;;;"


def _scale_records(dialect: Dialect, row: ExportRow, sku: str, unit: int) -> Iterator[str]:
    """Quantities are whole numbers in Datanorm: what holds from 12.5 on, certainly does from 13 on."""
    scales = {ceil(bound): amount for bound, amount in row.scales}
    for step, (bound, amount) in enumerate(scales.items(), 1):
        price = _cents(amount, row, unit)
        if dialect.version == 4:
            # Basis 1: quantities. The price is per the article's own unit.
            yield f"Z;N;{sku};{step};1;1;;{NET};{price};{bound};;"
        else:
            kind = f"{NET};{dialect.price_unit(unit)}"
            yield f"Z;N;{sku};{step:02d};1;;;1;+;{kind};{price};;1;{bound};;"


def _listed(row: ExportRow) -> tuple[int, int, str]:
    """Cents, unit and kind of the price in the article: the list price, or nothing where it is on request."""
    if row.net_amount is None:
        return 0, 1, GROSS
    if row.list_amount is None:
        return 0, _unit_of(row), NET
    unit = _unit_of(row)
    return _cents(row.list_amount, row, unit), unit, GROSS


def _unit_of(row: ExportRow) -> int:
    """The smallest price unit of Datanorm in which all amounts of the article are whole cents."""
    amounts = [row.net_amount, row.list_amount, *[amount for _bound, amount in row.scales]]
    given = row.price_quantity or 1
    for unit in PRICE_UNITS:
        if unit < given and unit != PRICE_UNITS[-1]:
            continue
        if all(_exact(amount, given, unit) for amount in amounts if amount is not None):
            return unit
    return PRICE_UNITS[-1]


def _exact(amount: Decimal, given: int, unit: int) -> bool:
    price = amount * unit / given
    return price == price.quantize(CENT)


def _cents(amount: Decimal | None, row: ExportRow, unit: int) -> int:
    assert amount is not None
    price = amount * unit / (row.price_quantity or 1)
    return int((price * 100).quantize(Decimal(1), ROUND_HALF_UP))


def _group_numbers() -> dict[str, tuple[str, str]]:
    """Of each category its main group and itself, as numbers; a top one is its own main group."""
    rows = list(Category.objects.order_by("id").values_list("id", "parent_id", "slug"))
    parents = {pk: parent for pk, parent, _slug in rows}

    def top(pk: int) -> int:
        while (parent := parents.get(pk)) is not None:
            pk = parent
        return pk

    return {slug: (str(top(pk)), "" if parent is None else str(pk)) for pk, parent, slug in rows}


def _groups(dialect: Dialect, order: ExportOrder) -> list[str]:
    numbers = _group_numbers()
    found = list(Category.objects.order_by("position", "id"))
    names = {each.slug: _plain(translated(each, "name", order.written_language))[:WIDTH] for each in found}
    titles = {numbers[each.slug][0]: names[each.slug] for each in found if each.parent_id is None}
    records = []
    for each in found:
        main, own = numbers[each.slug]
        if dialect.version == 4:
            records.append(f"S;;{main};{titles[main]};{own};{names[each.slug] if own else ''};")
        else:
            records.append(f"S;{main};{own};{names[each.slug]};")
    return records


def _plain(text: str) -> str:
    """Looked at first: to replace takes ten times as long as to see that there is nothing to replace."""
    text = clean(text)
    return text.translate(_REPLACED) if _REPLACEABLE.search(text) else text


def _wrapped(text: str) -> list[str]:
    """Lines of at most 40 characters, cut between words where that is possible.

    A line is full only where a word goes on in the next one: readers put such lines together without a blank.
    """
    lines: list[str] = []
    rest = " ".join(_plain(text).split())
    while rest:
        cut = rest[:WIDTH].rfind(" ") if len(rest) > WIDTH else len(rest)
        cut = cut if cut > 0 else WIDTH
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return lines


def _bytes(records: list[str]) -> bytes:
    return "".join(record + LINE for record in records).encode(ENCODING, "replace")


def _by(size: int, found: list[str]) -> Iterator[tuple[str, ...]]:
    rest = iter(found)
    while part := tuple(islice(rest, size)):
        yield part
