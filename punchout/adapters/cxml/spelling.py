"""Names that a sender wrote otherwise than cXML does are read as what they mean, and noted.

cXML's names are case-sensitive (Reference Guide 1.2.051, p. 19). The tables hold what a punch-out reads; the
root and the request have notes of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

ELEMENTS = frozenset((
    "Header", "From", "To", "Sender", "Credential", "Identity", "SharedSecret", "CredentialMac",
    "DigitalSignature", "UserAgent", "Request", "Message", "Response", "BuyerCookie", "Extrinsic",
    "BrowserFormPost", "URL", "Contact", "Name", "Email", "SupplierSetup", "ShipTo", "Address",
    "PostalAddress", "DeliverTo", "Street", "City", "State", "PostalCode", "Country", "SelectedItem",
    "ItemOut", "ItemIn", "ItemID", "SupplierPartID", "SupplierPartAuxiliaryID", "BuyerPartID", "ItemDetail",
    "Description", "ShortName", "UnitPrice", "Money", "UnitOfMeasure", "Classification",
    "ManufacturerPartID", "ManufacturerName", "Path", "Node", "Comments", "Attachment",
))  # fmt: skip
ATTRIBUTES = frozenset((
    "payloadID", "timestamp", "deploymentMode", "domain", "type", "algorithm", "creationDate",
    "expirationDate", "operation", "name", "role", "addressID", "isoCountryCode", "quantity", "lineNumber",
    "parentLineNumber", "itemDetailsRequired",
))  # fmt: skip
# Systems that send an edited cart as they received it.
OTHER_NAMES = {("PunchOutSetupRequest", "ItemIn"): "ItemOut"}
MOST_NAMED = 5
_BY_CASE = {name.lower(): name for name in ELEMENTS}
_ATTRIBUTES_BY_CASE = {name.lower(): name for name in ATTRIBUTES}
# Plain letters only: to whoever ignores case the long s (U+017F) is an s too.
_NAMES = re.compile(r"<([A-Za-z]++)(?=[\s/>])")
_ATTRIBUTE_NAMES = re.compile(r"\s([A-Za-z]++)\s*=")


def is_odd(text: str) -> bool:
    """Whether something in the document's text may be a name in another case; far quicker than to look."""
    return any(
        name not in known and name.lower() in by_case
        for pattern, known, by_case in (
            (_NAMES, ELEMENTS, _BY_CASE),
            (_ATTRIBUTE_NAMES, ATTRIBUTES, _ATTRIBUTES_BY_CASE),
        )
        for name in set(pattern.findall(text))
    )


def respell(root: etree._Element, any_content: frozenset[str]) -> list[str]:
    """Writes the names as cXML does, outside of what is the buyer's own; the note on it, if there is one."""
    odd: dict[str, None] = {}
    for element in _of_cxml(root, any_content):
        name = str(element.tag)
        meant = _meant(name, _BY_CASE)
        if meant != name:
            element.tag = meant
            odd[name] = None
        for attribute in map(str, element.keys()):  # of a copy: they are changed on the way
            meant = _meant(attribute, _ATTRIBUTES_BY_CASE)
            if meant not in element.attrib:
                element.set(meant, element.attrib.pop(attribute))
                odd[attribute] = None
    if not odd:
        return []
    more = ", …" if len(odd) > MOST_NAMED else ""
    return [f"Names in another case than cXML's: {', '.join(list(odd)[:MOST_NAMED])}{more}."]


def _meant(name: str, by_case: dict[str, str]) -> str:
    return by_case.get(name.lower(), name) if name.isascii() else name


def _of_cxml(root: etree._Element, any_content: frozenset[str]) -> Iterator[etree._Element]:
    """The element and all below it, but not what stands in elements of content ANY."""
    stack = [root]
    while stack:
        element = stack.pop()
        yield element
        if element.tag not in any_content:
            stack.extend(reversed(element))


def renamed(request: etree._Element) -> Iterator[str]:
    """Reads elements of the request that are called otherwise; a note on each kind."""
    for (inside, name), meant in OTHER_NAMES.items():
        if request.tag == inside and request.find(meant) is None and request.find(name) is not None:
            for element in request.findall(name):
                element.tag = meant
            yield f"{name} was read as {meant}."
