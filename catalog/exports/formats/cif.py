"""Ariba Catalog Interchange Format 3.0 (CIF): a level-2 catalog, one punch-out item an article.

Every field is quoted and holds no quote of its own: loaders disagree on whether it is doubled or escaped.
"""

from collections.abc import Iterator

from django.utils import timezone

from catalog.exports.levels import Entry, entries
from catalog.exports.order import ExportOrder
from catalog.exports.registry import register
from catalog.exports.row import ExportRow
from catalog.exports.rows import chunks
from catalog.exports.supplier import Supplier, punchout_url, supplier_for
from catalog.exports.text import clean
from catalog.exports.unit_price import unit_price

LINE = "\r\n"
LONGEST_ID, LONGEST_DESCRIPTION, LONGEST_SHORT_NAME = 255, 2000, 50
# The twelve of the specification in its order, then the named ones.
FIELDS = (
    "Supplier ID", "Supplier Part ID", "Manufacturer Part ID", "Item Description", "SPSC Code", "Unit Price",
    "Unit of Measure", "Lead Time", "Manufacturer Name", "Supplier URL", "Manufacturer URL", "Market Price",
    "Currency", "Short Name", "Language", "Expiration Date", "Delete", "PunchOut Enabled", "PunchoutLevel",
    "Image",
)  # fmt: skip
AUXILIARY = "Supplier Part Auxiliary ID"
# As the specification's own examples write them; the country says nothing about prices.
LENGTHS = {
    "Supplier Part ID": LONGEST_ID,
    "Manufacturer Part ID": LONGEST_ID,
    "Item Description": LONGEST_DESCRIPTION,
    "Short Name": LONGEST_SHORT_NAME,
}
LOCALES = {"en": "en_US", "nl": "nl_NL", "fr": "fr_FR", "de": "de_DE"}


@register(
    "cif", label="CIF 3.0", media_type="text/plain; charset=utf-8", extension="cif", orderable_only=True
)
def write(order: ExportOrder) -> Iterator[bytes]:
    """Prices are of one unit of measure; a price for each order comes from the punch-out itself."""
    supplier = supplier_for(order.organisation)
    url = punchout_url(supplier, order.origin)
    header = {
        "CHARSET": "UTF-8",
        "LOADMODE": "I" if order.incremental else "F",
        "CODEFORMAT": "UNSPSC",
        "CURRENCY": order.organisation.currency,
        "SUPPLIERID_DOMAIN": clean(supplier.domain),
        "ITEMCOUNT": str(order.count()),
        "TIMESTAMP": f"{timezone.localtime():%Y-%m-%d %H:%M:%S}",
        "UNUOM": "TRUE",
        "FIELDNAMES": ",".join(FIELDS),
    }
    levels = list(entries(order))
    names: tuple[str, ...] = FIELDS
    if levels:
        # Only where it is needed: a loader that does not know the field warns about each line.
        names = (*FIELDS, AUXILIARY)
        header |= {"ITEMCOUNT": str(order.count() + len(levels)), "FIELDNAMES": ",".join(names)}
    lines = ["CIF_I_V3.0", *(f"{key}: {value}" for key, value in header.items()), "DATA"]
    locale = LOCALES[order.written_language]
    yield (LINE.join(lines) + LINE).encode()
    yield "".join(_line(_level_fields(entry, supplier, url, locale)) for entry in levels).encode()
    rest = ("",) if levels else ()
    for rows in chunks(order):
        yield "".join([_line(_fields(row, supplier, url, locale) + rest) for row in rows]).encode()
    yield f"ENDOFDATA{LINE}".encode()


def _line(fields: tuple[str, ...]) -> str:
    together = "".join(fields)
    # Looked at together first: most lines have nothing to replace.
    if not together.isprintable() or '"' in together or "\\" in together:
        written = (clean(field).replace('"', "''").replace("\\", "/") for field in fields)
        # What stands for a quote is longer than it.
        limits = (LENGTHS.get(name) for name in (*FIELDS, AUXILIARY))
        fields = tuple([field[:limit] for field, limit in zip(written, limits, strict=False)])
    return '"' + '","'.join(fields) + '"' + LINE


def _level_fields(entry: Entry, supplier: Supplier, url: str, locale: str) -> tuple[str, ...]:
    """The shop, an aisle or a shelf: it has no price, and the launch gets number and level back."""
    values = {
        "Supplier ID": supplier.identity,
        "Supplier Part ID": entry.number[:LONGEST_ID],
        "Item Description": entry.name[:LONGEST_DESCRIPTION],
        "SPSC Code": supplier.default_unspsc,
        "Supplier URL": url,
        "Short Name": entry.name[:LONGEST_SHORT_NAME],
        "Language": locale,
        "PunchOut Enabled": "TRUE",
        "PunchoutLevel": entry.level,
        AUXILIARY: entry.level,
    }
    return tuple(values.get(name, "") for name in (*FIELDS, AUXILIARY))


def _fields(row: ExportRow, supplier: Supplier, url: str, locale: str) -> tuple[str, ...]:
    description = f"{row.name}. {row.description}" if row.description else row.name
    return (
        supplier.identity,
        row.sku[:LONGEST_ID],
        row.manufacturer_number[:LONGEST_ID],
        description[:LONGEST_DESCRIPTION],
        row.unspsc or supplier.default_unspsc,
        unit_price(row, row.net_amount),
        supplier.unit(row.order_unit) if row.order_unit else "",
        "" if row.lead_time_days is None else str(row.lead_time_days),
        row.brand,
        "" if row.removed else url,
        "",
        unit_price(row, row.list_amount),
        row.currency,
        row.name[:LONGEST_SHORT_NAME],
        locale,
        row.valid_until.isoformat() if row.valid_until else "",
        "TRUE" if row.removed else "",
        "TRUE",
        "product",
        row.image,
    )
