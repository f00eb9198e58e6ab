"""Reads what a cebeoXML web service answers, as an installer's ERP does: articles, or the open order.

cebeoXML 2.0.0; numbers have a decimal comma, prices are per unit of measure. Never raises for what comes.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from lxml import etree

from punchout.sandbox.dialects import CebeoDialect
from punchout.sandbox.received import Line, ReceivedCart, Remark, Severity
from punchout.sandbox.xml_reading import XmlRefused, inner_text, parse_xml

_NUMBER = re.compile(r"\d{1,12}(?:,\d{1,8})?\Z", re.ASCII)
# The ERP adds these to the net price; each is an amount per unit of measure.
CONTRIBUTIONS = ("Ecotax", "Recupel", "Bebat", "Sabam")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """``Message/@code`` (0 is done) with its text, and the lines that came with it."""

    code: str = ""
    text: str = ""
    cart: ReceivedCart


def read_answer(function: str, raw: bytes, dialect: CebeoDialect) -> Answer:
    """The open order is a cart; articles are offers (outcome ``answered``)."""
    try:
        root = parse_xml(raw)
    except XmlRefused as refused:
        text = _("The answer is not cebeoXML: %(reason)s") % {"reason": str(refused)[:200]}
        return _unreadable(raw, text)
    message = root.find("Response/Message")
    if root.tag != "cebeoXML" or message is None:
        return _unreadable(raw, _("The answer is XML, but has no Response with a Message."))
    tag = "OrderLine" if function == "Order/Get" else "Item"
    lines = tuple(_line(number, element, dialect) for number, element in enumerate(root.iter(tag), start=1))
    listed = root.findtext("Response/Article/List/NumberOfLines", "")
    remarks = []
    if listed.strip() and listed.strip() != str(len(lines)):
        text = _("NumberOfLines says %(said)s, there are %(found)s.")
        remarks.append(Remark("wrong", "NumberOfLines", text % {"said": listed[:20], "found": len(lines)}))
    header = root.find("Response/Order/Detail/OrderHeader")
    facts = tuple((str(child.tag), inner_text(child)) for child in (() if header is None else header))
    text = inner_text(message)
    if function == "Order/Get" and lines:
        outcome = "cart"
    elif function == "Order/Get":
        outcome = "cancelled"
    else:
        outcome = "answered"
    cart = ReceivedCart(
        outcome=outcome,  # type: ignore[arg-type]
        lines=lines,
        remarks=tuple(remarks),
        currency="EUR" if lines else "",
        status_code=message.get("code", ""),
        status_text=text,
        encoding="xml",
        document=etree.tostring(root, encoding="unicode", pretty_print=True),
        extra_fields=facts,
    )
    return Answer(code=message.get("code", ""), text=text, cart=cart)


def _unreadable(raw: bytes, text: str) -> Answer:
    cart = ReceivedCart(
        outcome="unreadable",
        remarks=(Remark("lost", "cebeoXML", text),),
        document=raw[:200_000].decode("utf-8", "replace"),
    )
    return Answer(cart=cart)


def _line(number: int, element: etree._Element, dialect: CebeoDialect) -> Line:
    remarks: list[Remark] = []

    def say(severity: Severity, name: str, text: str, sent: str = "", kept: str = "") -> None:
        remarks.append(Remark(severity, name, text, sent, kept))

    values = {
        f"{prefix}{child.tag}": inner_text(child)
        for prefix, parent in (
            ("", element),
            ("Material/", element.find("Material")),
            ("UnitPrice/", element.find("UnitPrice")),
        )
        for child in (() if parent is None else parent)
        if isinstance(child.tag, str) and not len(child)
    }
    kept = dict(values)
    for name, limit in dialect.lengths.items():
        value = values.get(f"Material/{name}", "")
        if len(value) > limit:
            text = _("%(length)s characters; this system keeps %(limit)s.")
            say("cut", name, text % {"length": len(value), "limit": limit}, value, value[:limit])
            kept[f"Material/{name}"] = value[:limit]
    if not values.get("Material/SupplierItemID"):
        say("lost", "SupplierItemID", _("Missing; the line is dropped."))
    unit = values.get("UnitOfMeasure", "")
    if not unit:
        say("lost", "UnitOfMeasure", _("Missing; the line is dropped."))
    elif unit not in dialect.known_units:
        text = _("This system has no unit %(value)s; the user chooses one.")
        say("wrong", "UnitOfMeasure", text % {"value": unit[:20]}, unit)
    ordered = "OrderedQuantity" in values
    quantity = _number(values.get("OrderedQuantity", "")) if ordered else Decimal(1)
    if quantity is None or quantity <= 0:
        say("lost", "OrderedQuantity", _("There is no quantity above zero; the line is dropped."))
    net = values.get("UnitPrice/NetPrice", "")
    price = _number(net)
    if not net:
        say("note", "NetPrice", _("There is no net price; the ERP asks for a quotation."))
    elif price is None:
        say("lost", "NetPrice", _("“%(value)s” is not a number with a decimal comma.") % {"value": net[:20]})
    for name in CONTRIBUTIONS:
        value = values.get(f"UnitPrice/{name}", "")
        if value and _number(value) is None:
            text = _("“%(value)s” is not a number with a decimal comma.") % {"value": value[:20]}
            say("wrong", name, text, value)
    return Line(
        number=number,
        part_id=kept.get("Material/SupplierItemID", ""),
        description=kept.get("Material/Description", ""),
        quantity=quantity,
        unit=unit,
        price=price,
        currency="EUR",
        manufacturer=values.get("Material/BrandName", ""),
        manufacturer_part_id=values.get("Material/Reference", ""),
        fields=tuple(values.items()),
        remarks=tuple(remarks),
    )


def _number(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ".")) if _NUMBER.match(text.strip()) else None
