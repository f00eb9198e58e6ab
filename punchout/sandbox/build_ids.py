"""Writes the cart that a trade ERP sends to the shop (IDS-Connect, action WKS), with code of its own.

Only what real clients fill: positions, article numbers, quantities, units and a short text.
"""

import re
from collections.abc import Iterable

from django.utils import timezone
from lxml import etree

from punchout.sandbox.dialects import IdsDialect
from punchout.sandbox.received import Line

NAMESPACE = "http://www.itek.de/Shop-Anbindung/Warenkorb/"
COMMISSION = "Halle 3, Untergeschoss"
OFFER_NUMBER = "AG-2026-118"
POSITION_STEP = 10  # as the positions of a bill of quantities are numbered
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def positions_of(lines: Iterable[Line]) -> tuple[tuple[str, str], ...]:
    """The number of each position beside its article."""
    return tuple((str(number * POSITION_STEP), line.part_id) for number, line in enumerate(lines, start=1))


def build_cart(dialect: IdsDialect, lines: tuple[Line, ...]) -> str:
    """The document, without an encoding in its declaration: the form it is posted in has one."""
    root = etree.Element(f"{{{NAMESPACE}}}Warenkorb", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    info = _child(root, "WarenkorbInfo")
    now = timezone.localtime()
    _child(info, "Date", f"{now:%Y-%m-%d}")
    _child(info, "Time", f"{now:%H:%M:%S}")
    _child(info, "Version", dialect.version)
    order = _child(root, "Order")
    header = _child(order, "OrderInfo")
    _child(header, "OfferNo", OFFER_NUMBER)
    _child(header, "ModeOfShipment", "Lieferung")
    _child(header, "Kommission", COMMISSION)
    for (position, article), line in zip(positions_of(lines), lines, strict=True):
        item = _child(order, "OrderItem")
        references = _child(item, "RefItems")
        _child(references, "Customer", position)
        _child(references, "Supplier", str(line.number))
        _child(item, "ArtNo", article)
        _child(item, "Qty", f"{line.quantity or 0:f}")
        _child(item, "QU", line.unit)
        _child(item, "Kurztext", line.description)
    return '<?xml version="1.0"?>\n' + etree.tostring(root, encoding="unicode", pretty_print=True)


def _child(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    element.text = _NOT_XML.sub("", text) or None
    return element
