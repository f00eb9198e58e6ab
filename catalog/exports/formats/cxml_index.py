"""cXML Index: a level-2 catalog of punch-out items, valid for the DTD 1.2.071.

The item's address is that of every launch: the buyer's system names the article in ``SelectedItem`` of its
``PunchOutSetupRequest``, by the ``ItemID`` that stands here (cXML Reference Guide 1.2.051).
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import groupby
from operator import attrgetter
from xml.sax.saxutils import escape, quoteattr

from django.utils import timezone

from catalog.exports.errors import ExportRefused
from catalog.exports.levels import Entry, entries
from catalog.exports.order import ExportOrder
from catalog.exports.registry import register
from catalog.exports.row import ExportRow
from catalog.exports.rows import chunks
from catalog.exports.supplier import Supplier, punchout_url, supplier_for
from catalog.exports.text import clean
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
            f"<SupplierID domain={_attribute(supplier.domain)}>{_text(supplier.identity)}</SupplierID>\n",
        )
    )
    language = _attribute(order.written_language)
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
                _delete(row) if removed else _punchout(row, supplier, url, language) for row in group
            )
            parts.append(f"<IndexItem>\n{items}</IndexItem>\n")
        yield "".join(parts).encode()
    if empty:
        raise ExportRefused("There is nothing to send: an Index holds at least one article.")
    yield b"</Index>\n"


def _punchout(row: ExportRow, supplier: Supplier, url: str, language: str) -> str:
    number = f"<BuyerPartID>{_text(row.customer_number)}</BuyerPartID>" if row.customer_number else ""
    return (
        f"<IndexItemPunchout><ItemID><SupplierPartID>{_text(row.sku)}</SupplierPartID>{number}</ItemID>"
        f'<PunchoutDetail punchoutLevel="product">{_description(row, language)}<URL>{_text(url)}</URL>'
        f"{_classification(row, supplier)}{_price(row)}"
        f"<UnitOfMeasure>{_text(supplier.unit(row.order_unit))}</UnitOfMeasure>"
        f"<ManufacturerName>{_text(row.brand)}</ManufacturerName>"
        f"{_optional('ManufacturerPartID', row.manufacturer_number)}"
        f"<LeadTime>{row.lead_time_days}</LeadTime>"
        f"{_expiration(row.valid_until)}{_extrinsics(row)}"
        "</PunchoutDetail></IndexItemPunchout>\n"
    )


def _level(entry: Entry, supplier: Supplier, url: str, language: str) -> str:
    """The shop, an aisle or a shelf: the launch gets number and level back and opens it."""
    code = supplier.default_unspsc
    domain, code = ("UNSPSC", code) if code else ("custom", entry.number)
    return (
        f"<IndexItemPunchout><ItemID><SupplierPartID>{_text(entry.number)}</SupplierPartID>"
        f"<SupplierPartAuxiliaryID>{entry.level}</SupplierPartAuxiliaryID></ItemID>"
        f'<PunchoutDetail punchoutLevel="{entry.level}">'
        f"<Description xml:lang={language}>{_text(entry.name)}</Description><URL>{_text(url)}</URL>"
        f'<Classification domain="{domain}">{_text(code)}</Classification>'
        "</PunchoutDetail></IndexItemPunchout>\n"
    )


def _delete(row: ExportRow) -> str:
    number = f"<SupplierPartID>{_text(row.sku)}</SupplierPartID>"
    return f"<IndexItemDelete><ItemID>{number}</ItemID></IndexItemDelete>\n"


def _description(row: ExportRow, language: str) -> str:
    short = f"<ShortName>{_text(row.name)}</ShortName>"
    return f"<Description xml:lang={language}>{short}{_text(row.description or row.name)}</Description>"


def _classification(row: ExportRow, supplier: Supplier) -> str:
    """At least one, the DTD asks for it."""
    code = row.unspsc or supplier.default_unspsc
    domain, code = ("UNSPSC", code) if code else ("custom", row.category)
    found = f'<Classification domain="{domain}">{_text(code)}</Classification>'
    if row.etim_class:
        found += f'<Classification domain="ETIM">{_text(row.etim_class)}</Classification>'
    return found


def _price(row: ExportRow) -> str:
    amount = unit_price(row, row.net_amount)
    if not amount:
        return ""
    return f"<UnitPrice><Money currency={_attribute(row.currency)}>{amount}</Money></UnitPrice>"


def _expiration(day: date | None) -> str:
    """The end of the last day, as ``datetime.tz`` of the DTD."""
    if day is None:
        return ""
    moment = datetime.combine(day, time(23, 59, 59), timezone.get_current_timezone())
    return f"<ExpirationDate>{moment.isoformat()}</ExpirationDate>"


def _extrinsics(row: ExportRow) -> str:
    pairs = (("GTIN", row.gtin), ("Image", row.image))
    return "".join(f'<Extrinsic name="{name}">{_text(value)}</Extrinsic>' for name, value in pairs if value)


def _optional(tag: str, text: str) -> str:
    return f"<{tag}>{_text(text)}</{tag}>" if text else ""


def _text(text: str) -> str:
    return escape(clean(text))


def _attribute(text: str) -> str:
    return quoteattr(clean(text))
