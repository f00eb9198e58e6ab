"""Reads a Peppol Punch Out cart, a UBL 2.1 Catalogue, and holds it against the rules of transaction T77.

PEPPOL-T77-R001 to R010 are named in the remarks. Never raises for what a shop sends.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from lxml import etree

from punchout.sandbox.dialects import PeppolDialect
from punchout.sandbox.form_body import TooManyFields, read_form
from punchout.sandbox.received import Line, ReceivedCart, Remark, Severity
from punchout.sandbox.xml_reading import XmlRefused, inner_text, parse_xml

CATALOGUE = "{urn:oasis:names:specification:ubl:schema:xsd:Catalogue-2}Catalogue"
NAMES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
CUSTOMIZATION = "urn:fdc:peppol.eu:poacc:trns:punch_out:3"
PROFILE = "urn:fdc:peppol.eu:poacc:bis:punch_out:3"
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,12})?\Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


def read_catalogue(
    raw: bytes,
    content_type: str,
    dialect: PeppolDialect,
    reference: str = "",
    sent: Mapping[str, str] | None = None,
    address_fields: Mapping[str, str] | None = None,
) -> ReceivedCart:
    """The cart in the posted field; ``reference`` is what the launch sent and must come back."""
    try:
        form = read_form(raw, content_type, "utf-8")
    except TooManyFields:
        return _unreadable(dialect, _("The form has too many fields to be a cart."), "")
    value = next((text for name, text in form.fields if name == dialect.cart_field), "")
    if not value:
        shown = "\n".join(f"{name} = {text}" for name, text in form.fields)
        return _unreadable(
            dialect, _("The form has no field %(name)s.") % {"name": dialect.cart_field}, shown
        )
    document, encoding = _decoded(value)
    shown = document.decode("utf-8", "replace")
    try:
        root = parse_xml(document)
    except XmlRefused as refused:
        return _unreadable(
            dialect, _("The cart is not XML: %(reason)s") % {"reason": str(refused)[:200]}, shown
        )
    if root.tag != CATALOGUE:
        return _unreadable(dialect, _("The document is not a UBL Catalogue."), shown)
    lines = tuple(
        _line(number, element, dialect)
        for number, element in enumerate(root.findall("cac:CatalogueLine", NAMES), start=1)
    )
    remarks = [*_head_remarks(root, reference), *_address_remarks(sent or {}, address_fields or {})]
    if not lines:
        remarks.append(
            Remark("wrong", "CatalogueLine", _("A cancelled cart has no message at all (use case 2)."))
        )
    whole = _text(root, "cbc:ActionCode") == "true"
    return ReceivedCart(
        outcome="cart" if lines else "cancelled",
        lines=lines,
        remarks=tuple(remarks),
        currency=next((line.currency for line in lines if line.currency), ""),
        status_text=_("prices hold for the whole cart only") if whole else "",
        encoding=encoding,
        document=etree.tostring(root, encoding="unicode", pretty_print=True),
    )


def _unreadable(dialect: PeppolDialect, text: str, document: str) -> ReceivedCart:
    remark = Remark("lost", dialect.cart_field, text)
    return ReceivedCart(outcome="unreadable", remarks=(remark,), document=document)


def _decoded(value: str) -> tuple[bytes, str]:
    """base64, or the document as it is: the parties agree on one, so both are read."""
    if value.lstrip().startswith("<"):
        return value.strip().encode("utf-8", "replace"), "xml"
    compact = "".join(value.replace(" ", "+").split())
    try:
        return base64.b64decode(compact, validate=True), "base64"
    except (binascii.Error, ValueError):
        return value.encode("utf-8", "replace"), "xml"


def _text(parent: etree._Element, path: str) -> str:
    return inner_text(parent.find(path, NAMES))


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.match(text) else None


def _head_remarks(root: etree._Element, reference: str) -> Iterator[Remark]:
    if not _text(root, "cbc:CustomizationID").startswith(CUSTOMIZATION):
        yield Remark("wrong", "CustomizationID", _("R010: not the one of Peppol Punch Out 3."))
    if _text(root, "cbc:ProfileID") != PROFILE:
        yield Remark("wrong", "ProfileID", _("Not the one of Peppol Punch Out 3."))
    for name in ("cbc:ID", "cbc:IssueDate", "cac:ProviderParty", "cac:ReceiverParty"):
        if root.find(name, NAMES) is None:
            yield Remark("wrong", name.partition(":")[2], _("Required and missing."))
    if _text(root, "cbc:ActionCode") not in {"true", "false"}:
        yield Remark("wrong", "ActionCode", _("Must be true or false."))
    issued, ends = _text(root, "cbc:IssueDate"), _text(root, "cac:ValidityPeriod/cbc:EndDate")
    if ends and (not _DATE.match(ends) or ends < issued):
        yield Remark("wrong", "ValidityPeriod", _("R001: it ends before the cart was issued."))
    if reference and _text(root, "cac:ReceiverParty/cac:Contact/cbc:ID") != reference:
        text = _("%(reference)s was sent and did not come back: nobody knows whose cart this is.")
        yield Remark("wrong", "ReceiverParty/Contact/ID", text % {"reference": reference})


def _address_remarks(sent: Mapping[str, str], found: Mapping[str, str]) -> Iterator[Remark]:
    text = _("This parameter of the return address did not come back in the address.")
    for name, value in sent.items():
        if found.get(name) != value:
            yield Remark("wrong", name, text)


def _line(number: int, element: etree._Element, dialect: PeppolDialect) -> Line:
    remarks: list[Remark] = []

    def say(severity: Severity, name: str, text: str, sent: str = "", kept: str = "") -> None:
        remarks.append(Remark(severity, name, text, sent, kept))

    wanted = element.find("cac:RequiredItemLocationQuantity", NAMES)
    item = element.find("cac:Item", NAMES)
    where = wanted if wanted is not None else etree.Element("none")
    what = item if item is not None else etree.Element("none")
    amount = where.find("cac:Price/cbc:PriceAmount", NAMES)
    basis = where.find("cac:Price/cbc:BaseQuantity", NAMES)
    batch = where.find("cac:DeliveryUnit/cbc:BatchQuantity", NAMES)
    quantity, price = _number(inner_text(batch)), _number(inner_text(amount))
    price_unit = _number(inner_text(basis))
    unit = "" if batch is None else batch.get("unitCode", "")
    if quantity is None or quantity <= 0:
        say("lost", "BatchQuantity", _("R002: there is no quantity above zero."))
    if price is None or price < 0:
        say("lost", "PriceAmount", _("R003: there is no price, or one below zero."))
    if basis is not None and basis.get("unitCode") != unit:
        sent = f"{basis.get('unitCode', '')} / {unit}"
        say("wrong", "BaseQuantity", _("R006: its unit is not that of the quantity."), sent)
    if not unit:
        say("lost", "unitCode", _("There is no unit; the line is dropped."))
    elif unit not in dialect.known_units:
        text = _("%(value)s is not mapped to a unit of this buyer; the line fails at import.")
        say("lost", "unitCode", text % {"value": unit[:20]}, unit)
    seller = _text(what, "cac:SellersItemIdentification/cbc:ID")
    standard = _text(what, "cac:StandardItemIdentification/cbc:ID")
    if not seller and not standard:
        say("lost", "Item", _("R004: neither the seller's nor a standard number."))
    name = _text(what, "cbc:Name")
    if not name:
        say("lost", "Name", _("Required and missing."))
    limit = dialect.lengths.get("Name", 0)
    if limit and len(name) > limit:
        text = _("%(length)s characters; this system keeps %(limit)s.")
        say("cut", "Name", text % {"length": len(name), "limit": limit}, name, name[:limit])
        name = name[:limit]
    _tax(what, say)
    images = [
        code
        for code in what.iterfind("cac:ItemSpecificationDocumentReference/cbc:DocumentTypeCode", NAMES)
        if inner_text(code) == "PRODUCT_IMAGE"
    ]
    if len(images) > 1:
        say("wrong", "ItemSpecificationDocumentReference", _("R005: more than one main image."))
    for prop in what.iterfind("cac:AdditionalItemProperty", NAMES):
        value = _text(prop, "cbc:Value")
        if _text(prop, "cbc:Name") == "ServiceIndicator" and value not in {"true", "false"}:
            say("wrong", "ServiceIndicator", _("R007: must be true or false."), value)
    codes = what.iterfind("cac:CommodityClassification/cbc:ItemClassificationCode", NAMES)
    return Line(
        number=number,
        part_id=seller or standard,
        description=name,
        long_text=_text(what, "cbc:Description"),
        quantity=quantity,
        unit=unit,
        price=price,
        price_unit=price_unit if price_unit is not None and price_unit > 0 else Decimal(1),
        currency="" if amount is None else amount.get("currencyID", ""),
        lead_time=_text(where, "cbc:LeadTimeMeasure"),
        manufacturer=_text(what, "cac:ManufacturerParty/cac:PartyName/cbc:Name"),
        manufacturer_part_id=_text(what, "cac:ManufacturersItemIdentification/cbc:ID"),
        classifications=tuple((code.get("listID", ""), inner_text(code)) for code in codes),
        fields=tuple(_flat(element)),
        remarks=tuple(remarks),
    )


def _tax(item: etree._Element, say: object) -> None:
    """R008 and R009: a category has its rate, and only the standard rate is above zero."""
    assert callable(say)
    category = _text(item, "cac:ClassifiedTaxCategory/cbc:ID")
    percent = _number(_text(item, "cac:ClassifiedTaxCategory/cbc:Percent"))
    if not category:
        say("wrong", "ClassifiedTaxCategory", _("Required and missing."))
    elif percent is None and category != "O":
        say("wrong", "Percent", _("R008: a tax category needs its rate."))
    elif category == "S" and percent is not None and percent <= 0:
        say("wrong", "Percent", _("R009: the standard rate is above zero."))


def _flat(element: etree._Element, prefix: str = "") -> Iterator[tuple[str, str]]:
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = prefix + etree.QName(child).localname
        if len(child):
            yield from _flat(child, f"{name}/")
        else:
            yield name, inner_text(child)
