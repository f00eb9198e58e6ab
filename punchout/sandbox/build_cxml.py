"""Builds the requests that a cXML procurement system sends, each in its own manner: setup and profile.

cXML Reference Guide 1.2.051, p. 46-84. What is built is valid against the DTDs 1.2.014 and 1.2.071, whatever
version the system's DOCTYPE names, unless a quirk is that it is not (an Extrinsic without a name).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from lxml import etree

from punchout.sandbox.dialects import PERSON, CxmlDialect, Party
from punchout.sandbox.launching import Operation
from punchout.sandbox.received import Line
from punchout.sandbox.systems import LANGUAGES
from punchout.sandbox.xml_reading import XmlRefused, parse_xml

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DOCTYPE = '<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/{version}/cXML.dtd">'
# Characters that XML 1.0 cannot hold.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True)
class Setup:
    """One setup request to be sent; ``buyer_cookie_xml`` is the content of BuyerCookie, text or a subtree."""

    operation: Operation
    buyer_cookie_xml: str
    payload_id: str
    return_url: str
    language: str = "en"
    lines: Sequence[Line] = ()
    selected_item: str = ""
    deployment_mode: Literal["production", "test"] = "test"
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


def build_setup_request(dialect: CxmlDialect, setup: Setup) -> bytes:
    """The document as UTF-8 bytes with declaration and DOCTYPE, first byte ``<``."""
    root = _envelope(dialect, setup.payload_id, setup.at, LANGUAGES[setup.language][1])
    request = etree.SubElement(root, "Request", deploymentMode=setup.deployment_mode)
    body = etree.SubElement(request, "PunchOutSetupRequest", operation=setup.operation)
    body.append(_parse_content("BuyerCookie", setup.buyer_cookie_xml))
    for name, value in dialect.extrinsics:
        extrinsic = _text(body, "Extrinsic", value)
        if name:
            extrinsic.set("name", name)
    _text(etree.SubElement(body, "BrowserFormPost"), "URL", setup.return_url)
    if dialect.sends_contact:
        contact = etree.SubElement(body, "Contact", role="endUser")
        _text(contact, "Name", f"{PERSON.first_name} {PERSON.last_name}").set(_XML_LANG, "en")
        _text(contact, "Email", PERSON.email)
    if dialect.sends_supplier_setup:
        # Deprecated and to be ignored by the catalog, but still sent by this system.
        _text(etree.SubElement(body, "SupplierSetup"), "URL", "https://supplier.example/punchout")
    if dialect.sends_ship_to:
        _ship_to(body, placeholders=dialect.placeholder_address)
    if setup.selected_item:
        item_id = etree.SubElement(etree.SubElement(body, "SelectedItem"), "ItemID")
        _text(item_id, "SupplierPartID", setup.selected_item)
    for number, line in enumerate(setup.lines, start=1):
        _item_out(body, number, line, dialect)
    return _written(root, dialect)


def build_profile_request(dialect: CxmlDialect, payload_id: str, language: str = "en") -> bytes:
    """The question which requests the catalog takes: an element without content (p. 46)."""
    root = _envelope(dialect, payload_id, datetime.now(UTC), LANGUAGES[language][1])
    etree.SubElement(etree.SubElement(root, "Request", deploymentMode="test"), "ProfileRequest")
    return _written(root, dialect)


def _envelope(dialect: CxmlDialect, payload_id: str, at: datetime, language: str) -> etree._Element:
    """A cXML element with its Header."""
    root = etree.Element(
        "cXML", {"payloadID": payload_id, "timestamp": _timestamp(at, dialect), _XML_LANG: language}
    )
    _header(root, dialect)
    return root


def _written(root: etree._Element, dialect: CxmlDialect) -> bytes:
    document = etree.tostring(
        root,
        encoding="UTF-8",
        xml_declaration=True,
        doctype=_DOCTYPE.format(version=dialect.dtd_version) if dialect.sends_doctype else "",
        pretty_print=True,
    )
    assert isinstance(document, bytes)
    return document


def _timestamp(at: datetime, dialect: CxmlDialect) -> str:
    """An offset and never Z, as the Guide asks (p. 24); one system puts a blank before it."""
    written = at.astimezone(UTC).isoformat(timespec="seconds")
    return written.replace("+", " +") if dialect.timestamp == "blank" else written


def _header(root: etree._Element, dialect: CxmlDialect) -> None:
    header = etree.SubElement(root, "Header")
    _credential(etree.SubElement(header, "From"), dialect.from_party)
    _credential(etree.SubElement(header, "To"), dialect.to)
    sender = etree.SubElement(header, "Sender")
    _text(_credential(sender, dialect.sender), "SharedSecret", dialect.secret)
    _text(sender, "UserAgent", dialect.user_agent)


def _credential(parent: etree._Element, party: Party) -> etree._Element:
    credential = etree.SubElement(parent, "Credential", domain=party.domain)
    _text(credential, "Identity", party.identity)
    return credential


def _ship_to(body: etree._Element, *, placeholders: bool) -> None:
    ship_to = etree.SubElement(body, "ShipTo")
    if placeholders:
        address = etree.SubElement(ship_to, "Address", isoCountryCode="default_country", addressID="")
        _text(address, "Name", "default_name").set(_XML_LANG, "en")
        postal = etree.SubElement(address, "PostalAddress", name="default")
        for tag in ("DeliverTo", "Street", "City", "PostalCode"):
            _text(postal, tag, f"default_{tag.lower()}")
        _text(postal, "Country", "default_country").set("isoCountryCode", "default_country")
        return
    address = etree.SubElement(ship_to, "Address", isoCountryCode="BE", addressID="1000")
    _text(address, "Name", "Plant 1000").set(_XML_LANG, "en")
    postal = etree.SubElement(address, "PostalAddress", name="default")
    _text(postal, "DeliverTo", f"{PERSON.first_name} {PERSON.last_name}")
    _text(postal, "Street", "Havenlaan 86")
    _text(postal, "City", "Brussel")
    _text(postal, "PostalCode", "1000")
    _text(postal, "Country", "Belgium").set("isoCountryCode", "BE")


def _item_out(body: etree._Element, number: int, line: Line, dialect: CxmlDialect) -> None:
    item = etree.SubElement(body, "ItemOut", quantity=f"{line.quantity or 0:f}", lineNumber=str(number))
    item_id = etree.SubElement(item, "ItemID")
    _text(item_id, "SupplierPartID", line.part_id)
    auxiliary = _auxiliary(line.auxiliary_id_xml)
    if auxiliary is not None:
        item_id.append(auxiliary)
    if not (dialect.sends_item_detail and line.price is not None and line.classifications):
        return
    detail = etree.SubElement(item, "ItemDetail")
    _text(etree.SubElement(detail, "UnitPrice"), "Money", f"{line.price:f}").set("currency", line.currency)
    _text(detail, "Description", line.description).set(_XML_LANG, "en")
    _text(detail, "UnitOfMeasure", line.unit)
    for domain, code in line.classifications:
        _text(detail, "Classification", code).set("domain", domain)


def _auxiliary(xml: str) -> etree._Element | None:
    """The SupplierPartAuxiliaryID as the subtree that came; left out when there was none."""
    if not xml:
        return None
    try:
        return parse_xml(xml.encode("utf-8"))
    except XmlRefused:
        return None


def _parse_content(tag: str, content_xml: str) -> etree._Element:
    return parse_xml(f"<{tag}>{content_xml}</{tag}>".encode())


def _text(parent: etree._Element, tag: str, text: str) -> etree._Element:
    element = etree.SubElement(parent, tag)
    element.text = _NOT_XML.sub("", text)
    return element
