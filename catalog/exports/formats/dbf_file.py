"""DBF (dBase III): for programs that read nothing newer. Texts of at most 254 characters, code page 1252.

Records have a fixed width, so a row is one template filled in. The header counts the rows and comes first, so
the table is written to a temporary file and handed out when it is whole.
"""

import struct
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from tempfile import TemporaryFile

from catalog.exports.errors import ExportRefused
from catalog.exports.order import ExportOrder
from catalog.exports.registry import register
from catalog.exports.row import ExportRow
from catalog.exports.rows import STOCK, chunks
from catalog.exports.text import cleaned

ENCODING = "cp1252"
PIECE = 256 * 1024
# A row has some 1,500 bytes; readers of the time hold files of less than a gigabyte, and many less than this.
MOST_ROWS = 500_000
LONGEST_TEXT = 254
# Ten characters a name, capitals; C text, N number with its decimals, D day. They stay as they are.
FIELDS = (
    ("ARTNO", "C(40)"), ("CUSTNO", "C(40)"), ("STATUS", "C(12)"), ("GTIN", "C(14)"), ("MAKER", "C(50)"),
    ("MAKERNO", "C(50)"), ("NAME", "C(160)"), ("DESCRIPT", "C(254)"), ("CATEGORY", "C(60)"),
    ("LISTPRICE", "N(14,4)"), ("NETPRICE", "N(14,4)"), ("CURRENCY", "C(3)"), ("PRICEQTY", "N(9,0)"),
    ("PRICEUNIT", "C(3)"), ("VALIDTO", "D"), ("SCALE1QTY", "N(12,3)"), ("SCALE1PRC", "N(14,4)"),
    ("SCALE2QTY", "N(12,3)"), ("SCALE2PRC", "N(14,4)"), ("SCALE3QTY", "N(12,3)"), ("SCALE3PRC", "N(14,4)"),
    ("ORDERUNIT", "C(3)"), ("CONTENT", "N(12,3)"), ("CONTUNIT", "C(3)"), ("MINQTY", "N(12,3)"),
    ("QTYSTEP", "N(12,3)"), ("STOCK", "N(14,3)"), ("NEXTDATE", "D"), ("LEADDAYS", "N(5,0)"),
    ("SUCCESSOR", "C(40)"), ("ETIMCLASS", "C(8)"), ("UNSPSC", "C(8)"), ("DISCGROUP", "C(20)"),
    ("METAL", "C(12)"), ("METALKG", "N(12,4)"), ("METALPER", "N(9,0)"), ("METALBASE", "N(12,4)"),
    ("METALSUR", "N(14,4)"), ("ECOTAX", "N(12,4)"), ("IMAGE", "C(254)"),
)  # fmt: skip
SCALES = 3

SCALES = 3
# dBase III without memos; the mark of code page 1252.
VERSION, CODE_PAGE = 0x03, 0x03
END_OF_HEADER, END_OF_FILE = b"\r", b"\x1a"


def _width(kind: str) -> tuple[int, int]:
    """Characters and decimals: ``N(14,4)``, ``C(40)``, ``D``."""
    if kind == "D":
        return 8, 0
    length, _comma, decimals = kind[2:-1].partition(",")
    return int(length), int(decimals or 0)


# Numbers stand at the right, all else at the left; blanks are no value.
_RECORD = " " + "".join(f"{{:{'>' if kind[0] == 'N' else '<'}{_width(kind)[0]}}}" for _name, kind in FIELDS)


@register("dbf", label="DBF (dBase III)", media_type="application/vnd.dbf", extension="dbf", stock=True)
def write(order: ExportOrder) -> Iterator[bytes]:
    """Refuses more rows than programs of this kind can hold."""
    expected = order.count()
    if expected > MOST_ROWS:
        raise ExportRefused(
            f"The file would have {expected:,} rows, and a DBF is made with {MOST_ROWS:,} at most. "
            "Choose categories or brands, or take CSV."
        )
    count = 0
    with TemporaryFile() as file:
        file.write(_header(order.today, 0))
        for rows in chunks(order, STOCK):
            # What the code page has no sign for becomes a question mark.
            file.write("".join([_RECORD.format(*values(row)) for row in rows]).encode(ENCODING, "replace"))
            count += len(rows)
        file.write(END_OF_FILE)
        file.seek(0)
        file.write(_header(order.today, count))
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _header(today: date, count: int) -> bytes:
    """What the table is, and a descriptor of 32 bytes for each field."""
    fields = b"".join(
        struct.pack("<11sc4xBB14x", name.encode("ascii"), kind[0].encode("ascii"), *_width(kind))
        for name, kind in FIELDS
    )
    record = 1 + sum(_width(kind)[0] for _name, kind in FIELDS)
    begin = struct.pack(
        "<BBBBIHH17xB2x", VERSION, today.year % 100, today.month, today.day, count,
        32 + len(fields) + len(END_OF_HEADER), record, CODE_PAGE,
    )  # fmt: skip
    return begin + fields + END_OF_HEADER


def values(row: ExportRow) -> tuple[str | int, ...]:
    """One value a field, in the order of ``FIELDS`` and no wider than it."""
    sku, own, brand, maker_number, name, description, successor, group, image = cleaned(
        row.sku[:40], row.customer_number[:40], row.brand[:50], row.manufacturer_number[:50], row.name[:160],
        row.description[:LONGEST_TEXT], row.successor[:40], row.discount_group[:20],
        row.image[:LONGEST_TEXT],
    )  # fmt: skip
    scales = [
        text for bound, amount in row.scales[:SCALES] for text in (thousandths(bound), amount_text(amount))
    ]
    metal = row.metals[0] if len(row.metals) == 1 else None
    levies = sum((each.amount for each in row.levies), Decimal(0)) if row.levies else None
    return (
        sku, own, row.status, row.gtin, brand, maker_number, name, description, row.category[:60],
        amount_text(row.list_amount), amount_text(row.net_amount), row.currency,
        row.price_quantity or "", row.price_unit, _day(row.valid_until),
        *scales, *("",) * (2 * SCALES - len(scales)),
        row.order_unit, thousandths(row.content_quantity), row.content_unit,
        thousandths(row.minimum_quantity), thousandths(row.quantity_step), thousandths(row.stock, 14),
        _day(row.next_date), "" if row.lead_time_days is None else row.lead_time_days,
        successor, row.etim_class, row.unspsc, group, "+".join([each.metal for each in row.metals])[:12],
        amount_text(metal.weight, 12) if metal else "", metal.per if metal else "",
        amount_text(metal.base, 12) if metal else "", amount_text(row.metal_amount),
        amount_text(levies, 12), image,
    )  # fmt: skip


def amount_text(value: Decimal | None, width: int = 14) -> str:
    return "" if value is None else fitted(f"{value:.4f}", width)


@lru_cache(maxsize=16_384)
def thousandths(value: Decimal | None, width: int = 12) -> str:
    return "" if value is None else fitted(f"{value:.3f}", width)


def fitted(number: str, width: int) -> str:
    """A number too wide for its field loses decimals; one that still is becomes stars, as dBase does it."""
    if len(number) <= width:
        return number
    return number[:width].rstrip(".") if 0 < number.find(".") <= width else "*" * width


def _day(value: date | None) -> str:
    return f"{value:%Y%m%d}" if value else ""
