"""Reads the cart that a trade ERP sends along (action WKS), swallowing no position of it.

IDS-Connect 2.0 and 2.5, ``Warenkorb`` of namespace http://www.itek.de/Shop-Anbindung/Warenkorb/. Elements
are read by local name, whatever their order, namespace and case: real clients fill three of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _
from lxml import etree

from catalog.quantities import LARGEST
from punchout.adapters.ids.fields import (
    ADDRESS,
    CHARACTERS,
    IDENTITY_LENGTH,
    NAMESPACE,
    NUMBERS,
    PARTIES,
    REFERENCE_TYPES,
    REFERENCES,
    REMARKS,
    SHIPMENTS,
)
from punchout.adapters.ids.order import is_day
from punchout.adapters.ids.parse import decoded
from punchout.adapters.texts import one_line
from punchout.adapters.xml import NotXml, parse_xml
from punchout.errors import MessageInvalid, MessageUnreadable
from punchout.services import MOST_ITEMS

# Only charsets in which ASCII is ASCII; the declaration names one, the form may have changed it.
READABLE = frozenset(("utf-8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252"))
_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]{0,200}\?>")
_ENCODING = re.compile(rb"""\A\W*\?xml\s[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_NUMBER = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,6})?\Z")
_THOUSANDTH = Decimal("0.001")

Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class SentItem:
    """One ``OrderItem``: what was ordered, and what must come back with it."""

    number: int
    article: str
    ean: str
    quantity: Decimal
    unit: str
    text: str
    character: str = ""
    references: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SentCart:
    """A cart as sent; ``order`` and ``parties`` are what is given back as it came."""

    version: str
    order: Fields
    parties: dict[str, Fields]
    items: tuple[SentItem, ...]
    notes: tuple[str, ...]


def read_cart(document: bytes, charset: str) -> SentCart:
    """The cart of field ``warenkorb``; ``MessageInvalid`` names the position that cannot be used."""
    notes: list[str] = []
    root = _root(document, charset, notes)
    orders = list(_children(root, "Order"))
    elements = [item for order in orders for item in _children(order, "OrderItem")]
    if len(elements) > MOST_ITEMS:
        raise MessageInvalid(f"A cart of more than {MOST_ITEMS} lines cannot be edited.", path="Warenkorb")
    first = orders[0] if orders else None
    return SentCart(
        version=_text(_child(root, "WarenkorbInfo"), "Version"),
        order=_order(_child(first, "OrderInfo"), notes),
        parties=dict(_parties(first)),
        items=tuple(_item(number, element, notes) for number, element in enumerate(elements, start=1)),
        notes=tuple(dict.fromkeys(notes)),
    )


def _root(document: bytes, charset: str, notes: list[str]) -> etree._Element:
    declared = _ENCODING.match(document)
    named = declared[1].decode("ascii").lower() if declared else ""
    # A form sends its own charset whatever the document inside declares, so UTF-8 is tried first.
    text = decoded(document, named if named in READABLE else charset).lstrip("\ufeff \t\r\n")
    text = _DECLARATION.sub("", text)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise MessageUnreadable(_("The cart must not have a DOCTYPE."), path="warenkorb")
    try:
        root = parse_xml(text, notes=notes)
    except NotXml as error:
        raise MessageUnreadable(
            _("The cart is not well-formed XML (line %(line)s).") % {"line": error.line or "?"},
            path="warenkorb",
            line=error.line,
            detail=f"It {error}. {error.detail}".strip(),
        ) from None
    if _local_name(root).casefold() != "warenkorb":
        raise MessageUnreadable(
            _("The cart is a document %(name)s; Warenkorb is expected.") % {"name": _local_name(root)[:60]},
            path="warenkorb",
        )
    if etree.QName(root).namespace != NAMESPACE:
        notes.append("The cart is not in the namespace of IDS-Connect.")
    return root


def _order(element: etree._Element | None, notes: list[str]) -> Fields:
    """The references, texts and dates of the order; a date that is none is left out."""
    lengths = {**NUMBERS, **REMARKS}
    kept = {name: _text(element, name)[:length] for name, length in lengths.items()}
    for name, number in _referred(element, notes):
        kept[name] = kept[name] or number[: lengths[name]]
    week, year, day = (_text(element, name) for name in ("DeliveryWeek", "DeliveryYear", "DeliveryDate"))
    if is_day(day):
        kept["DeliveryDate"] = day
    elif week.isascii() and week.isdigit() and 1 <= int(week[:3]) <= 53 and re.match(r"\d{4}\Z", year):
        kept |= {"DeliveryWeek": week[:3], "DeliveryYear": year}
    if (shipment := _text(element, "ModeOfShipment")) in SHIPMENTS:
        kept["ModeOfShipment"] = shipment
    return {name: value for name, value in kept.items() if value}


def _referred(element: etree._Element | None, notes: list[str]) -> Iterator[tuple[str, str]]:
    """The numbers of 2.5.1, which has ``Referenz`` of a type in place of a field for each."""
    for reference in _children(element, "Referenz"):
        kind, number = _text(reference, "ReferenzType"), _text(reference, "ReferenzNumber")
        if kind in REFERENCE_TYPES:
            yield REFERENCE_TYPES[kind], number
        elif number:
            notes.append(f"Referenz of type {kind[:10]!r} has no field in the version that goes back.")


def _parties(order: etree._Element | None) -> Iterator[tuple[str, Fields]]:
    for name in PARTIES:
        element = _child(order, name)
        address = _child(element, "Address")
        found = {"IDNo": _text(element, "IDNo")[:IDENTITY_LENGTH]}
        found |= {part: _text(address, part)[:length] for part, length in ADDRESS.items()}
        found["Street"] = found["Street"] or " ".join(_streets(address))[: ADDRESS["Street"]]
        if kept := {part: value for part, value in found.items() if value}:
            yield name, kept


def _streets(address: etree._Element | None) -> Iterator[str]:
    """The street of 2.5.1, in up to three fields."""
    return (text for name in ("Street1", "Street2", "Street3") if (text := _text(address, name)))


def _item(number: int, element: etree._Element, notes: list[str]) -> SentItem:
    references = _child(element, "RefItems")
    kept = {name: _text(references, name)[:length] for name, length in REFERENCES.items()}
    character = _text(element, "ItemChara").lower()
    text = _text(element, "Kurztext") or _text(element, "Langtext")
    return SentItem(
        number=number,
        article=_text(element, "ArtNo"),
        ean=_text(element, "EAN"),
        quantity=_quantity(number, _text(element, "Qty"), notes),
        unit=_text(element, "QU"),
        text=text[:255],
        character=character if character in CHARACTERS else "",
        references={name: value for name, value in kept.items() if value},
    )


def _quantity(number: int, text: str, notes: list[str]) -> Decimal:
    where = f"OrderItem[{number}]/Qty"
    value = Decimal(text.replace(",", ".")) if _NUMBER.match(text) else None
    if value is not None and "," in text:
        notes.append(f"{where} has a comma; the decimal sign is the point.")
    if value is None or value != value.quantize(_THOUSANDTH):
        problem = _("Position %(number)s: the quantity “%(quantity)s” (Qty) cannot be read.")
    elif value <= 0:
        problem = _("Position %(number)s: the quantity “%(quantity)s” (Qty) is not above zero.")
    elif value > LARGEST:
        problem = _("Position %(number)s: the quantity “%(quantity)s” (Qty) is too large.")
    else:
        return value
    raise MessageInvalid(problem % {"number": number, "quantity": text[:20]}, path=where)


def _local_name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _children(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    wanted = name.casefold()
    for child in element if element is not None else ():
        if isinstance(child.tag, str) and _local_name(child).casefold() == wanted:
            yield child


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return next(_children(element, name), None)


def _text(element: etree._Element | None, name: str) -> str:
    """The text of a child in one line; empty when there is none."""
    found = _child(element, name)
    return one_line("".join(str(part) for part in found.itertext())) if found is not None else ""
