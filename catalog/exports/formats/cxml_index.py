"""cXML Index: a level-2 catalog of punch-out items, valid for the DTD 1.2.071.

The item's address is that of every launch: the buyer's system names the article in ``SelectedItem`` of its
``PunchOutSetupRequest``, by the ``ItemID`` that stands here (cXML Reference Guide 1.2.051).
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from xml.sax.saxutils import quoteattr

from django.utils import timezone

from catalog.exports.errors import ExportRefused
from catalog.exports.levels import Entry, entries
from catalog.exports.order import ExportOrder
from catalog.exports.registry import register
from catalog.exports.row import ExportRow
from catalog.exports.rows import chunks
from catalog.exports.supplier import Supplier, punchout_url, supplier_for
from catalog.exports.text import clean, xml_text, xml_texts
from catalog.exports.unit_price import unit_price

DOCTYPE = '<!DOCTYPE Index SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.071/cXML.dtd">'


@register(
    "cxml-index",
    label="cXML Index",
    media_type="application/xml",
    extension="xml",
    orderable_only=True,
)
def write(order: ExportOrder) -> Iterator[bytes]:
    """Refuses an empty one: an Index holds at least one item, and without it deletes or says nothing."""
    supplier = supplier_for(order.organisation)
    url = punchout_url(supplier, order.origin)
    begin = "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            DOCTYPE,
            f'<Index loadmode="{"Incremental" if order.incremental else "Full"}">',
            f"<SupplierID domain={_attribute(supplier.domain)}>{xml_text(supplier.identity)}</SupplierID>\n",
        )
    )
    language = _attribute(order.written_language)
    address = xml_text(url)
    empty = True
    if levels := "".join(_level(entry, supplier, url, language) for entry in entries(order)):
        yield f"{begin}<IndexItem>\n{levels}</IndexItem>\n".encode()
        empty = False
    for rows in chunks(order):
        parts = [begin] if empty else []
        empty = False
        # One IndexItem holds items of one kind.
        for removed, group in groupby(rows, attrgetter("removed")):
            items = "".join(
                _delete(row) if removed else _punchout(row, supplier, address, language) for row in group
            )
            parts.append(f"<IndexItem>\n{items}</IndexItem>\n")
        yield "".join(parts).encode()
    if empty:
        raise ExportRefused("There is nothing to send: an Index holds at least one article.")
    yield b"</Index>\n"


def _punchout(row: ExportRow, supplier: Supplier, url: str, language: str) -> str:
    sku, own, name, description, brand, maker_number, gtin, image = xml_texts(
        row.sku, row.customer_number, row.name, row.description or row.name, row.brand,
        row.manufacturer_number, row.gtin, row.image,
    )  # fmt: skip
    price = unit_price(row, row.net_amount)
    return (
        f"<IndexItemPunchout><ItemID><SupplierPartID>{sku}</SupplierPartID>"
        + (f"<BuyerPartID>{own}</BuyerPartID>" if own else "")
        + f'</ItemID><PunchoutDetail punchoutLevel="product"><Description xml:lang={language}>'
        f"<ShortName>{name}</ShortName>{description}</Description><URL>{url}</URL>"
        f"{_classification(row, supplier)}"
        + (f'<UnitPrice><Money currency="{row.currency}">{price}</Money></UnitPrice>' if price else "")
        + f"<UnitOfMeasure>{xml_text(supplier.unit(row.order_unit))}</UnitOfMeasure>"
        f"<ManufacturerName>{brand}</ManufacturerName>"
        + (f"<ManufacturerPartID>{maker_number}</ManufacturerPartID>" if maker_number else "")
        + f"<LeadTime>{row.lead_time_days}</LeadTime>"
        + (_expiration(row.valid_until) if row.valid_until else "")
        + (f'<Extrinsic name="GTIN">{gtin}</Extrinsic>' if gtin else "")
        + (f'<Extrinsic name="Image">{image}</Extrinsic>' if image else "")
        + "</PunchoutDetail></IndexItemPunchout>\n"
    )


def _level(entry: Entry, supplier: Supplier, url: str, language: str) -> str:
    """The shop, an aisle or a shelf: the launch gets number and level back and opens it."""
    code = supplier.default_unspsc
    domain, code = ("UNSPSC", code) if code else ("custom", entry.number)
    return (
        f"<IndexItemPunchout><ItemID><SupplierPartID>{xml_text(entry.number)}</SupplierPartID>"
        f"<SupplierPartAuxiliaryID>{entry.level}</SupplierPartAuxiliaryID></ItemID>"
        f'<PunchoutDetail punchoutLevel="{entry.level}">'
        f"<Description xml:lang={language}>{xml_text(entry.name)}</Description><URL>{xml_text(url)}</URL>"
        f'<Classification domain="{domain}">{xml_text(code)}</Classification>'
        "</PunchoutDetail></IndexItemPunchout>\n"
    )


def _delete(row: ExportRow) -> str:
    number = f"<SupplierPartID>{xml_text(row.sku)}</SupplierPartID>"
    return f"<IndexItemDelete><ItemID>{number}</ItemID></IndexItemDelete>\n"


def _classification(row: ExportRow, supplier: Supplier) -> str:
    """At least one, the DTD asks for it."""
    code = row.unspsc or supplier.default_unspsc
    domain, code = ("UNSPSC", code) if code else ("custom", row.category)
    found = f'<Classification domain="{domain}">{xml_text(code)}</Classification>'
    if row.etim_class:
        found += f'<Classification domain="ETIM">{xml_text(row.etim_class)}</Classification>'
    return found


@lru_cache(maxsize=1_024)
def _expiration(day: date) -> str:
    """The end of the last day, as ``datetime.tz`` of the DTD."""
    moment = datetime.combine(day, time(23, 59, 59), timezone.get_current_timezone())
    return f"<ExpirationDate>{moment.isoformat()}</ExpirationDate>"


def _attribute(text: str) -> str:
    return quoteattr(clean(text))
