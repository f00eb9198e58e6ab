"""One ``OrderItem`` of an IDS-Connect cart as a trade ERP reads it, with what it minds.

NetPrice is the total of the line (IDS-Connect 2.5, price fields); a system that takes it for a unit price
is wrong by the quantity, one that divides it by PriceBasis as well.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _
from lxml import etree

from punchout.sandbox.dialects import IdsDialect
from punchout.sandbox.received import Line, Remark, Severity
from punchout.sandbox.xml_reading import inner_text

# In the order of the schema; only Rohstoffanteil may come several times.
ORDER = (
    "ItemChara", "RefItems", "EAN", "ManufacturerID", "ManufacturerIDType", "ArtNo", "Qty", "QU", "Kurztext",
    "Langtext", "OfferPrice", "NetPrice", "PriceBasis", "VAT", "TechnClarification", "Hinweis", "Fehlercode",
    "Fehlertext", "Zuschlag", "Rohstoffanteil", "Divers",
)  # fmt: skip
MANDATORY_BEFORE_2_5 = ("OfferPrice", "NetPrice", "PriceBasis", "VAT")
# Digits behind the point, by field.
DECIMALS = {"Qty": 2, "OfferPrice": 4, "NetPrice": 4, "PriceBasis": 2, "VAT": 2, "Zuschlag": 4}
_NUMBER = re.compile(r"-?\d{1,13}(?:\.(\d{1,12}))?\Z", re.ASCII)


class _Reader:
    """The values of one item, and the remarks that reading them makes."""

    def __init__(self, element: etree._Element) -> None:
        self.fields: list[tuple[str, str]] = list(_flat(element))
        self.names = [name for name, _value in self.fields if "/" not in name]
        self.remarks: list[Remark] = []

    def say(self, severity: Severity, name: str, text: str, sent: str = "", kept: str = "") -> None:
        self.remarks.append(Remark(severity, name, text, sent, kept))

    def get(self, name: str) -> str:
        return next((value for found, value in self.fields if found == name), "")

    def number(self, name: str) -> Decimal | None:
        text = self.get(name)
        if not text:
            return None
        match = _NUMBER.match(text)
        if match is None:
            values = {"value": text[:20]}
            self.say("lost", name, _("“%(value)s” is not a number with a decimal point.") % values)
            return None
        if len(match[1] or "") > DECIMALS[name]:
            self.say(
                "wrong", name, _("More than %(digits)s digits behind the point.") % {"digits": DECIMALS[name]}
            )
        return Decimal(text)


def _flat(element: etree._Element, prefix: str = "") -> Iterable[tuple[str, str]]:
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = prefix + etree.QName(child).localname
        if len(child):
            yield name, ""
            yield from _flat(child, f"{name}/")
        else:
            yield name, inner_text(child)


def read_item(number: int, element: etree._Element, currency: str, version: str, dialect: IdsDialect) -> Line:
    """The line that this system makes of an ``OrderItem``: a price per ordered unit out of NetPrice."""
    item = _Reader(element)
    _order(item)
    if version < "2.5":
        for name in MANDATORY_BEFORE_2_5:
            if not item.get(name):
                item.say("wrong", name, _("Mandatory in version 2.0."))
    quantity, net = item.number("Qty"), item.number("NetPrice")
    for name in ("OfferPrice", "PriceBasis", "VAT", "Zuschlag"):
        item.number(name)
    if not item.get("Qty") or (quantity is not None and quantity <= 0):
        item.say("lost", "Qty", _("There is no quantity above zero; the line is dropped."))
    if not item.get("ArtNo"):
        item.say("lost", "ArtNo", _("There is no article number; the line is dropped."))
    if item.get("EAN") and not re.fullmatch(r"[0-9]{13}", item.get("EAN")):
        item.say("wrong", "EAN", _("An EAN has 13 digits."))
    unit = item.get("QU")
    if not unit:
        item.say("lost", "QU", _("There is no unit; the line is dropped."))
    elif unit not in dialect.known_units:
        item.say(
            "wrong",
            "QU",
            _("This system has no unit %(value)s; the user chooses one.") % {"value": unit[:20]},
        )
    texts = {name: _cut(item, name, dialect.lengths[name]) for name in dialect.lengths}
    return Line(
        number=number,
        part_id=texts.get("ArtNo", item.get("ArtNo")),
        description=texts.get("Kurztext", item.get("Kurztext")),
        long_text=item.get("Langtext"),
        quantity=quantity,
        unit=texts.get("QU", unit),
        price=net / quantity if net is not None and quantity else None,
        currency=currency,
        fields=tuple(item.fields),
        remarks=tuple(item.remarks),
    )


def _order(item: _Reader) -> None:
    known = [name for name in item.names if name in ORDER]
    for name in dict.fromkeys(name for name in item.names if name not in ORDER):
        item.say("wrong", name[:60], _("Not an element of this place; a validating system refuses the cart."))
    if [ORDER.index(name) for name in known] != sorted(ORDER.index(name) for name in known):
        item.say("wrong", "OrderItem", _("The elements are not in the order of the schema."))


def _cut(item: _Reader, name: str, limit: int) -> str:
    value = item.get(name)
    if len(value) > limit:
        text = _("%(length)s characters; this system keeps %(limit)s.")
        item.say("cut", name, text % {"length": len(value), "limit": limit}, value, value[:limit])
    return value[:limit]
