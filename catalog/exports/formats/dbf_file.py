"""DBF (dBase III): for programs that read nothing newer. Texts of at most 254 characters, code page 1252.

The table is written to a temporary file and handed out when it is whole: its header counts the rows.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import dbf

from catalog.exports.errors import ExportRefused
from catalog.exports.order import ExportOrder
from catalog.exports.registry import register
from catalog.exports.row import ExportRow
from catalog.exports.rows import chunks
from catalog.exports.text import clean

CODE_PAGE, ENCODING = "cp1252", "cp1252"
PIECE = 256 * 1024
# A row has some 1,100 bytes; readers of the time hold files of less than a gigabyte, and many less than this.
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


@register("dbf", label="DBF (dBase III)", media_type="application/vnd.dbf", extension="dbf")
def write(order: ExportOrder) -> Iterator[bytes]:
    """Refuses more rows than programs of this kind can hold."""
    count = order.count()
    if count > MOST_ROWS:
        raise ExportRefused(
            f"The file would have {count:,} rows, and a DBF is made with {MOST_ROWS:,} at most. "
            "Choose categories or brands, or take CSV."
        )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "articles.dbf"
        table = dbf.Table(
            str(path),
            field_specs="; ".join(f"{name} {kind}" for name, kind in FIELDS),
            dbf_type="db3",
            codepage=CODE_PAGE,
            on_disk=True,
        )
        table.open(mode=dbf.READ_WRITE)
        try:
            for rows in chunks(order):
                for row in rows:
                    table.append(values(row))
        finally:
            table.close()
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def values(row: ExportRow) -> tuple[str | Decimal | int | date | None, ...]:
    """One value a field, in the order of ``FIELDS``."""
    scales: list[Decimal | None] = [value for pair in row.scales[:SCALES] for value in pair]
    metal = row.metals[0] if len(row.metals) == 1 else None
    return (
        _text(row.sku, 40), _text(row.customer_number, 40), row.status, row.gtin, _text(row.brand, 50),
        _text(row.manufacturer_number, 50), _text(row.name, 160), _text(row.description), row.category[:60],
        row.list_amount, row.net_amount, row.currency, row.price_quantity, row.price_unit, row.valid_until,
        *scales, *(None,) * (2 * SCALES - len(scales)),
        row.order_unit, row.content_quantity, row.content_unit, row.minimum_quantity, row.quantity_step,
        row.stock, row.next_date, row.lead_time_days, _text(row.successor, 40), row.etim_class, row.unspsc,
        _text(row.discount_group, 20), "+".join(each.metal for each in row.metals)[:12],
        metal.weight if metal else None, metal.per if metal else None, metal.base if metal else None,
        row.metal_amount, sum((each.amount for each in row.levies), Decimal(0)) if row.levies else None,
        _text(row.image),
    )  # fmt: skip


def _text(text: str, longest: int = LONGEST_TEXT) -> str:
    """What the code page has no sign for becomes a question mark."""
    return clean(text)[:longest].encode(ENCODING, "replace").decode(ENCODING)
