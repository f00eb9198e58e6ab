"""Reads a cart that a shop returns in Oracle XML, as iProcurement does, and says what it stumbles over.

One field ``oracleCart`` with ``response/body/OrderLinesDataElements``. There is no price unit. Never raises
for what a shop sends.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from urllib.parse import unquote_plus

from django.utils.translation import gettext as _
from lxml import etree

from punchout.sandbox.dialects import OracleDialect
from punchout.sandbox.form_body import TooManyFields, read_form
from punchout.sandbox.received import Line, ReceivedCart, Remark, Severity
from punchout.sandbox.xml_reading import XmlRefused, inner_text, parse_xml, without_declaration

FIELD = "oracleCart"
CONTRACTED = "CONTRACTED"
PATHS = {
    "itemID": "item/itemNumber/supplierItemNumber/itemID",
    "supplierReferenceNumber": "item/itemNumber/supplierItemNumber/supplierReferenceNumber",
    "manufacturerItemID": "item/itemNumber/manufacturerItemNumber/itemID",
    "manufacturerName": "item/itemNumber/manufacturerItemNumber/manufacturerName",
    "itemDescription": "item/itemDescription",
    "supplierUOMType": "item/unitOfMeasure/supplierUnitOfMeasure/supplierUOMType",
    "categoryCode": "category/categoryCode",
    "currency": "price/currency",
    "unitPrice": "price/unitPrice",
}
# Without one of them the line does not get into the requisition.
NEEDED = ("itemID", "itemDescription", "supplierUOMType", "categoryCode", "currency", "unitPrice")
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,15})?\Z", re.ASCII)


def read_cart(
    raw: bytes,
    content_type: str,
    dialect: OracleDialect,
    hook_fields: Mapping[str, str] | None = None,
    address_fields: Mapping[str, str] | None = None,
) -> ReceivedCart:
    """The cart in a posted form; ``hook_fields`` is the query of the return address as it was sent."""
    try:
        form = read_form(raw, content_type, "utf-8")
    except TooManyFields:
        return _unreadable(_("The form has too many fields to be a cart."), "")
    values = [value for name, value in form.fields if name == FIELD]
    if len(values) != 1:
        shown = "\n".join(f"{name} = {value}" for name, value in form.fields)
        return _unreadable(_("The form does not have the field %(name)s once.") % {"name": FIELD}, shown)
    text = values[0].lstrip()
    document = without_declaration(unquote_plus(text) if text.startswith("%") else text)
    try:
        root = parse_xml(document.encode("utf-8", "replace"))
    except XmlRefused as refused:
        return _unreadable(_("The cart is not XML: %(reason)s") % {"reason": str(refused)[:200]}, document)
    elements = root.findall("body/OrderLinesDataElements/orderLine")
    if root.tag != "response" or not elements:
        return _unreadable(
            _("There is no order line: Oracle stops with an error at an empty cart."), document
        )
    lines = tuple(_line(number, element, dialect) for number, element in enumerate(elements, start=1))
    return ReceivedCart(
        outcome="cart",
        lines=lines,
        remarks=tuple(_address_remarks(hook_fields or {}, address_fields or {})),
        currency=next((line.currency for line in lines if line.currency), ""),
        encoding=form.charset,
        document=document,
    )


def _unreadable(text: str, document: str) -> ReceivedCart:
    return ReceivedCart(outcome="unreadable", remarks=(Remark("lost", FIELD, text),), document=document)


def _address_remarks(sent: Mapping[str, str], found: Mapping[str, str]) -> Iterable[Remark]:
    """The query of the return address is the transaction: without it nobody knows whose cart it is."""
    text = _("This parameter of the return address did not come back in the address.")
    return [Remark("wrong", name, text) for name, value in sent.items() if found.get(name) != value]


def _line(number: int, element: etree._Element, dialect: OracleDialect) -> Line:
    """The line that this system makes of an ``orderLine``."""
    remarks: list[Remark] = []

    def say(severity: Severity, name: str, text: str, sent: str = "", kept: str = "") -> None:
        remarks.append(Remark(severity, name, text, sent, kept))

    values = {name: inner_text(element.find(path)) for name, path in PATHS.items()}
    for name in NEEDED:
        if not values[name]:
            say("lost", name, _("Missing; the line is dropped."))
    for name, limit in dialect.lengths.items():
        if len(values[name]) > limit:
            lost = name in dialect.too_long_is_lost
            text = _("%(length)s characters; this system keeps %(limit)s.")
            said = text % {"length": len(values[name]), "limit": limit}
            kept = "" if lost else values[name][:limit]
            say("lost" if lost else "cut", name, said, values[name], kept)
            values[name] = values[name][:limit]
    unit = values["supplierUOMType"]
    if unit and unit not in dialect.known_units:
        text = _("This system has no unit %(value)s; the line is dropped.")
        say("lost", "supplierUOMType", text % {"value": unit[:20]})
    item, code = element.find("item"), element.find("category/categoryCode")
    quantity = _number(item.get("quantity", "") if item is not None else "")
    price = _number(values["unitPrice"])
    if quantity is None or quantity <= 0:
        say("lost", "quantity", _("There is no quantity above zero; the line is dropped."))
    if price is None and values["unitPrice"]:
        say("lost", "unitPrice", _("Not a number with a decimal point; the line is dropped."))
    if (
        element.find("contract") is not None
        and inner_text(element.find("contract/catalogType")) != CONTRACTED
    ):
        say("wrong", "catalogType", _("The contract is ignored: the line is not CONTRACTED."))
    identifier = code.get("categoryCodeIdentifier", "") if code is not None else ""
    return Line(
        number=number,
        part_id=values["itemID"],
        description=values["itemDescription"],
        quantity=quantity,
        unit=unit,
        price=price,
        currency=values["currency"],
        manufacturer=values["manufacturerName"],
        manufacturer_part_id=values["manufacturerItemID"],
        classifications=((identifier, values["categoryCode"]),) if values["categoryCode"] else (),
        fields=tuple((name, value) for name, value in values.items() if value),
        remarks=tuple(remarks),
    )


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.match(text) else None
