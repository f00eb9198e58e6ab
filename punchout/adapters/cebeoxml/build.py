"""Writes cebeoXML 2.0.0 answers: a message, and a list or detail of articles or of the open order.

Numbers have a decimal comma. Elements stand in the order in which clients were seen to read them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from lxml import etree

from catalog.models import Product
from punchout.adapters.cebeoxml.articles import ArticleFacts
from punchout.adapters.cebeoxml.open_order import OpenOrder
from punchout.adapters.cebeoxml.options import CebeoOptions
from punchout.adapters.cebeoxml.outgoing import DELIVERY_ADDRESS
from punchout.adapters.cebeoxml.parse import ROOT, VERSION
from punchout.adapters.texts import one_line
from punchout.adapters.units import translate_unit
from punchout.documents import ReturnLine
from punchout.models import PunchoutSession

CONTENT_TYPE = "text/xml; charset=utf-8"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA = "http://b2b.cebeo.be/XMLschema/2.0.0/cebeoXML.xsd"
# A piece is PCE, a metre MTR; other units go as the catalog has them.
UNITS: Mapping[str, str] = {"C62": "PCE"}
# Belgian contributions by their schemes; Auvibel collects what Sabam is owed for private copies. Any other
# one is an Ecotax. Clients add them up: where none is due it is zero, not left out.
CONTRIBUTIONS = ("Ecotax", "Recupel", "Sabam")
SCHEMES = {"recupel": "Recupel", "auvibel": "Sabam", "sabam": "Sabam"}
# Order units that are a reel of cable.
REELS = frozenset(("RO", "RL", "CL"))
NONE = Decimal(0)
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Material:
    """How an article is named in a list and in an order line."""

    sku: str
    customer_number: str
    gtin: str
    brand_code: str
    brand_name: str
    reference: str
    description: str
    reel_length: Decimal | None = None  # metres on a reel of cable


def message(code: int, text: str) -> bytes:
    """An answer that is only a message."""
    return _bytes(_answer(code, text)[0])


def article_answer(
    text: str, response_type: str, articles: Sequence[ArticleFacts], options: CebeoOptions
) -> bytes:
    """``Article/List`` or ``Article/Detail``; with ``Message`` only the message."""
    root, response = _answer(0, text)
    if response_type != "Message":
        listed = etree.SubElement(etree.SubElement(response, "Article"), response_type)
        _add(listed, "NumberOfLines", str(len(articles)))
        for facts in articles:
            _item(listed, facts, options)
    return _bytes(root)


def order_answer(text: str, response_type: str, order: OpenOrder, options: CebeoOptions) -> bytes:
    """``Order/Detail`` with header and lines, ``Order/List`` with the header alone."""
    root, response = _answer(0, text)
    if response_type != "Message":
        detail = etree.SubElement(etree.SubElement(response, "Order"), response_type)
        _header(detail, order)
        if response_type == "Detail":
            for line in order.lines:
                _order_line(detail, line, options)
    return _bytes(root)


def _answer(code: int, text: str) -> tuple[etree._Element, etree._Element]:
    root = etree.Element(ROOT, nsmap={"xsi": _INSTANCE}, attrib={"version": VERSION})
    root.set(f"{{{_INSTANCE}}}noNamespaceSchemaLocation", _SCHEMA)
    response = etree.SubElement(root, "Response")
    _add(response, "Message", one_line(text)).set("code", str(code))
    return root, response


def _item(listed: etree._Element, facts: ArticleFacts, options: CebeoOptions) -> None:
    product = facts.product
    item = etree.SubElement(listed, "Item")
    _material(item, _named(product, facts.customer_number))
    _add(item, "StockCode", "1" if facts.stock > 0 else "0")
    _add(item, "Stock", number(facts.stock))
    _add(item, "UnitOfMeasure", translate_unit(product.order_unit, options.units, UNITS))
    _unit_price(item, facts.net_price, facts.list_price, options, contributions(facts.levies))
    _add(item, "SalesPackQuantity", number(product.quantity_step))


def _named(product: Product, customer_number: str) -> Material:
    return Material(
        sku=product.sku,
        customer_number=customer_number,
        gtin=product.gtin,
        brand_code=product.brand.code,
        brand_name=product.brand.name,
        reference=product.manufacturer_part_number,
        description=product.name,
        reel_length=product.content_quantity
        if product.order_unit in REELS and product.content_unit == "MTR"
        else None,
    )


def _material(parent: etree._Element, named: Material) -> None:
    values: Mapping[str, str] = {
        "SupplierItemID": named.sku,
        "CustomerItemID": named.customer_number,
        "EAN": named.gtin,
        "BrandCode": named.brand_code,
        "BrandName": named.brand_name,
        "Reference": named.reference,
        "Description": named.description,
        "ReelLength": number(named.reel_length) if named.reel_length is not None else "",
    }
    material = etree.SubElement(parent, "Material")
    for name, value in values.items():
        if value:
            _add(material, name, one_line(value))


def _unit_price(
    parent: etree._Element,
    net: Decimal | None,
    listed: Decimal | None,
    options: CebeoOptions,
    due: Mapping[str, Decimal],
    mapped: Mapping[str, str] = NOTHING,
) -> None:
    """Without a net price there is none to give; the buyer asks for a quotation."""
    if net is None:
        return
    prices = etree.SubElement(parent, "UnitPrice")
    for name, price in (("NetPrice", net), ("TarifPrice", listed)):
        own = amount(price, options.price_decimals) if price is not None else ""
        if text := mapped.get(name, own):
            _add(prices, name, text.replace(".", ","))
    for name in CONTRIBUTIONS:
        _add(prices, name, amount(due.get(name, NONE), options.price_decimals))


def contributions(levies: Iterable[tuple[str, Decimal]]) -> Mapping[str, Decimal]:
    """What is due of each element of ``CONTRIBUTIONS`` per order unit, from schemes and their amounts."""
    due: dict[str, Decimal] = {}
    for scheme, value in levies:
        name = SCHEMES.get(scheme.casefold(), "Ecotax")
        due[name] = due.get(name, NONE) + value
    return due


def _header(parent: etree._Element, order: OpenOrder) -> None:
    session = order.session
    header = etree.SubElement(parent, "OrderHeader")
    _add(header, "SupplierOrderID", str(session.cart_id))
    for name in ("CustomerOrderID", "CustomerOrderRef"):
        _if_any(header, name, session.sent(name, ""))
    _add(header, "OrderDate", timezone.localtime(session.ended_at or session.seen_at).date().isoformat())
    ordered_by = one_line(str(session.person or session.connection.username))
    _add(header, "OrderedBy", session.sent("OrderedBy", ordered_by))
    _delivery(header, session)
    for name in ("ContactPerson", "ContactTelephone", "Comments"):
        _if_any(header, name, session.sent(name, ""))


def _delivery(header: etree._Element, session: PunchoutSession) -> None:
    """``DeliveryLocation``, where the visit has a delivery site or the mapping an address."""
    site = session.delivery_site
    own = (site.name, site.street, site.postal_code, site.city) if site else ("", "", "", "")
    parts = zip(DELIVERY_ADDRESS, own, strict=True)
    values = {name: text for name, known in parts if (text := session.sent(name, one_line(known)))}
    if values:
        address = etree.SubElement(etree.SubElement(header, "DeliveryLocation"), "DeliveryAddress")
        for name, text in values.items():
            _add(address, name, text)


def _order_line(parent: etree._Element, line: ReturnLine, options: CebeoOptions) -> None:
    element = etree.SubElement(parent, "OrderLine")
    _add(element, "SupplierOrderLineID", str(line.number))
    _if_any(element, "CustomerOrderLineID", line.sent("CustomerOrderLineID", ""))
    named = Material(
        sku=line.sent("SupplierItemID", line.sku),
        customer_number=line.sent("CustomerItemID", line.buyer_part_number),
        gtin=line.sent("EAN", line.gtin),
        brand_code="",
        brand_name=line.sent("BrandName", line.brand),
        reference=line.sent("Reference", line.manufacturer_part_number),
        description=line.sent("Description", line.name),
    )
    _material(element, named)
    _add(element, "OrderedQuantity", line.sent("OrderedQuantity", number(line.quantity)))
    _if_any(element, "RequestedDeliveryDate", line.sent("RequestedDeliveryDate", ""))
    unit = translate_unit(line.unit, options.units, UNITS)
    _add(element, "UnitOfMeasure", line.sent("UnitOfMeasure", unit))
    listed = line.list_price / line.price_unit if line.list_price is not None else None
    beside = line.surcharges
    metal = sum((each.amount / each.price_unit for each in beside if each.kind == "metal"), Decimal(0))
    levies = [(each.code, each.amount / each.price_unit) for each in beside if each.kind == "levy"]
    net = line.price / line.price_unit + metal
    _unit_price(element, net, listed, options, contributions(levies), line.mapped)


def amount(value: Decimal, decimals: int) -> str:
    """A price with a decimal comma: two decimals, more where it has them, rounded half up at ``decimals``."""
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    whole, _point, rest = f"{rounded:f}".partition(".")
    return f"{whole},{rest.rstrip('0').ljust(2, '0')}"


def number(value: Decimal) -> str:
    """A quantity with a decimal comma, and none when it is whole."""
    whole, _point, rest = f"{value:f}".partition(".")
    rest = rest.rstrip("0")
    return f"{whole},{rest}" if rest else whole


def _add(parent: etree._Element, name: str, value: str) -> etree._Element:
    element = etree.SubElement(parent, name)
    element.text = value
    return element


def _if_any(parent: etree._Element, name: str, value: str) -> None:
    if value:
        _add(parent, name, value)


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def listed(numbers: Iterable[str], most: int = 10) -> str:
    """Article numbers for a message, the first few of many."""
    found = list(numbers)
    return ", ".join(found[:most]) + (" …" if len(found) > most else "")
