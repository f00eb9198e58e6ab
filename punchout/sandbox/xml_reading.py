"""Parses XML of unknown origin: no entity is declared or expanded, nothing is fetched, no DTD is loaded.

cXML documents carry a DOCTYPE, so one is accepted, but with nothing declared in it.
"""

import re

from lxml import etree

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>", re.IGNORECASE)
_LIMIT = 20 * 1024 * 1024


class XmlRefused(ValueError):
    """The bytes are not XML, or XML that a careful receiver does not read; the text says why."""


def parse_xml(raw: bytes) -> etree._Element:
    """The root element of the document, or ``XmlRefused``."""
    if len(raw) > _LIMIT:
        raise XmlRefused("larger than 20 MB")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlRefused(str(error)) from None
    # Internal entities are expanded inside attribute values whatever the parser is told.
    internal = root.getroottree().docinfo.internalDTD
    if internal is not None and internal.entities():  # type: ignore[union-attr]
        raise XmlRefused("the document declares entities")
    return root


def without_declaration(text: str) -> str:
    """The document without its XML declaration: cXML-urlencoded is us-ascii whatever it declares (p. 40)."""
    return _DECLARATION.sub("", text, count=1)


def inner_text(element: etree._Element | None) -> str:
    """All text inside the element without its outer blanks, comments left out; empty for None."""
    if element is None:
        return ""
    return str(etree.tostring(element, method="text", encoding="unicode", with_tail=False)).strip()


def element_xml(element: etree._Element | None) -> str:
    """The element as text, as a subtree and without what follows it; empty for None."""
    return "" if element is None else etree.tostring(element, encoding="unicode", with_tail=False)


def canonical_content(element: etree._Element | None) -> bytes:
    """A form of the element's content in which equal content is equal bytes (C14N), outer blanks ignored."""
    if element is None:
        return b""
    copy = etree.fromstring(etree.tostring(element, with_tail=False))
    copy.tag = "content"
    for attribute in list(copy.attrib):
        del copy.attrib[attribute]
    if len(copy) == 0:
        copy.text = (copy.text or "").strip()
    return etree.tostring(copy, method="c14n")
