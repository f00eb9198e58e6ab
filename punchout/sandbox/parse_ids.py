"""Reads a cart that a shop returns by IDS-Connect, as a trade ERP does, and says what it stumbles over.

IDS-Connect 2.0 and 2.5: one field ``warenkorb``, elements in the order of the schema, amounts with a point.
``NetPrice`` is the total of the line. Never raises for what a shop sends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from lxml import etree

from punchout.sandbox.build_ids import NAMESPACE
from punchout.sandbox.dialects import IdsDialect
from punchout.sandbox.form_body import PostedForm, TooManyFields, read_form
from punchout.sandbox.ids_lines import read_item
from punchout.sandbox.received import Line, ReceivedCart, Remark
from punchout.sandbox.xml_reading import XmlRefused, inner_text, parse_xml, without_declaration

FIELD = "warenkorb"
ORDER_MARK = "Warenkorbrückgabe mit Bestellung"
RETURN_MARKS = ("Warenkorbrückgabe", ORDER_MARK)
ORDER_NUMBER, ORDER_NUMBER_LENGTH = "OrderConfNo", 15
_INFO = ("Date", "Time", "RueckgabeKZ", "Version")


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What the system remembers of its launch: the query of its return address, and the cart it sent."""

    hook_fields: Mapping[str, str] = field(default_factory=dict)
    positions: tuple[tuple[str, str], ...] = ()
    editing: bool = False


def read_cart(
    raw: bytes,
    content_type: str,
    dialect: IdsDialect,
    sent: Sent | None = None,
    address_fields: Mapping[str, str] | None = None,
) -> ReceivedCart:
    """The cart in a posted return form; ``address_fields`` is the query of the address it was posted to."""
    try:
        form = _form(raw, content_type)
    except TooManyFields:
        return _unreadable(_("The form has too many fields to be a cart."), "")
    documents = [value for name, value in form.fields if name.lower() == FIELD]
    if not documents:
        return _unreadable(_("The form has no field %(name)s.") % {"name": FIELD}, _shown(form))
    document = without_declaration(documents[0].lstrip("\ufeff \t\r\n"))
    try:
        root = parse_xml(document.encode("utf-8", "replace"))
    except XmlRefused as refused:
        return _unreadable(_("The cart is not XML: %(reason)s") % {"reason": str(refused)[:200]}, document)
    if etree.QName(root).localname != "Warenkorb":
        return _unreadable(_("The document is not a Warenkorb."), document)
    remarks = [*_form_remarks(form, documents), *_hook_remarks(sent, address_fields or {})]
    return _understood(root, document, form.charset, remarks, dialect, sent or Sent())


def _form(raw: bytes, content_type: str) -> PostedForm:
    form = read_form(raw, content_type, "utf-8")
    return read_form(raw, content_type, "windows-1252") if form.undecodable else form


def _unreadable(text: str, document: str) -> ReceivedCart:
    return ReceivedCart(outcome="unreadable", remarks=(Remark("lost", FIELD, text),), document=document)


def _shown(form: PostedForm) -> str:
    return "\n".join(f"{name} = {value}" for name, value in form.fields)


def _understood(
    root: etree._Element,
    document: str,
    charset: str,
    remarks: list[Remark],
    dialect: IdsDialect,
    sent: Sent,
) -> ReceivedCart:
    if etree.QName(root).namespace != NAMESPACE:
        text = _("The elements are not in the namespace of IDS-Connect; a validating system reads nothing.")
        remarks.append(Remark("wrong", "xmlns", text))
    info = _values(_child(root, "WarenkorbInfo"))
    version = info.get("Version", "")
    remarks += _info_remarks(info, dialect)
    orders = [element for element in root if _name(element) == "Order"]
    items = [item for order in orders for item in order if _name(item) == "OrderItem"]
    header = _values(_child(orders[0], "OrderInfo")) if orders else {}
    currency = header.get("Cur", "")
    ordered = info.get("RueckgabeKZ") == ORDER_MARK
    remarks += _order_remarks(header.get(ORDER_NUMBER, ""), ordered=ordered)
    if version < "2.5":
        if not items:
            text = _("An empty cart; version 2.0 asks for at least one line.")
            remarks.append(Remark("wrong", "OrderItem", text))
        if not currency:
            remarks.append(Remark("wrong", "Cur", _("Mandatory in version 2.0.")))
    lines = tuple(
        read_item(number, item, currency, version, dialect) for number, item in enumerate(items, start=1)
    )
    remarks += _position_remarks(lines, sent)
    return ReceivedCart(
        outcome="cart" if lines else "emptied" if sent.editing else "cancelled",
        lines=lines,
        remarks=tuple(remarks),
        currency=currency,
        ordered=ordered if lines else None,
        order_number=header.get(ORDER_NUMBER, "")[:ORDER_NUMBER_LENGTH] if ordered else "",
        encoding=charset,
        document=document,
        extra_fields=tuple(header.items()),
    )


def _form_remarks(form: PostedForm, documents: list[str]) -> list[Remark]:
    remarks = []
    if len(documents) > 1:
        remarks.append(Remark("wrong", FIELD, _("The field comes twice; the first value is used.")))
    text = _("Not a field of IDS-Connect; it is ignored.")
    others = dict.fromkeys(name for name, _value in form.fields if name.lower() != FIELD)
    return remarks + [Remark("note", name[:80], text) for name in others]


def _hook_remarks(sent: Sent | None, address_fields: Mapping[str, str]) -> list[Remark]:
    """The query of the return address is the session of the client: without it nobody knows whose cart."""
    text = _("This parameter of the return address did not come back in the address.")
    return [
        Remark("wrong", name, text)
        for name, value in (sent.hook_fields.items() if sent else ())
        if address_fields.get(name) != value
    ]


def _info_remarks(info: Mapping[str, str], dialect: IdsDialect) -> list[Remark]:
    missing = [name for name in _INFO if not info.get(name)]
    remarks = [Remark("wrong", name, _("Missing in WarenkorbInfo.")) for name in missing]
    mark = info.get("RueckgabeKZ", "")
    if mark and mark not in RETURN_MARKS:
        text = _("“%(value)s” is not a kind of return.") % {"value": mark[:40]}
        remarks.append(Remark("wrong", "RueckgabeKZ", text))
    version = info.get("Version", "")
    if version and version != dialect.version:
        text = _("The launch announced %(asked)s, the cart is %(given)s.")
        values = {"asked": dialect.version, "given": version[:10]}
        remarks.append(Remark("note", "Version", text % values))
    return remarks


def _order_remarks(number: str, *, ordered: bool) -> list[Remark]:
    """The number belongs to the mark: it is what the user asks the supplier about."""
    if ordered and not number:
        text = _("The cart is said to be ordered, and the number of the order is missing.")
        return [Remark("wrong", ORDER_NUMBER, text)]
    if number and not ordered:
        text = _(
            "There is a number of an order, and the cart is not said to be ordered; it is ordered again."
        )
        return [Remark("wrong", ORDER_NUMBER, text)]
    if len(number) > ORDER_NUMBER_LENGTH:
        values = {"length": len(number), "limit": ORDER_NUMBER_LENGTH}
        text = _("%(length)s characters; this system keeps %(limit)s.") % values
        return [Remark("cut", ORDER_NUMBER, text, number, number[:ORDER_NUMBER_LENGTH])]
    return []


def _position_remarks(lines: tuple[Line, ...], sent: Sent) -> list[Remark]:
    """Which positions of the sent cart did not come back under their numbers."""
    back = {value for line in lines for name, value in line.fields if name == "RefItems/Customer"}
    text = _("Position %(number)s (%(article)s) was sent and did not come back.")
    return [
        Remark("note", "RefItems", text % {"number": number, "article": article})
        for number, article in sent.positions
        if number not in back
    ]


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _child(parent: etree._Element, name: str) -> etree._Element | None:
    return next((element for element in parent if _name(element) == name), None)


def _values(element: etree._Element | None) -> dict[str, str]:
    return {} if element is None else {_name(child): inner_text(child) for child in element if _name(child)}
