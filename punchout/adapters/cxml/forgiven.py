"""What is wrong with a request and does not keep us from answering it: a line each for the wire log.

Nothing here refuses (section by section what other systems were seen to send); what must be refused is in
``parse`` and ``setup``. The order of elements is that of the DTD 1.2.071.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.utils import timezone
from lxml import etree

from punchout.adapters.cxml.parse import LANGUAGE, domain_of, text_of

# Children in the order of the DTD; all of them are read by name.
ORDER: dict[str, tuple[str, ...]] = {
    "cXML": ("Header", "Message", "Request", "Response", "{http://www.w3.org/2000/09/xmldsig#}Signature"),
    "Header": ("From", "To", "Sender", "Path", "OriginalDocument"),
    "Sender": ("Credential", "UserAgent"),
    "PunchOutSetupRequest": (
        "BuyerCookie", "Extrinsic", "BrowserFormPost", "Contact", "SupplierSetup", "ShipTo", "SelectedItem",
        "ItemOut",
    ),
    "ItemOut": (
        "ItemID", "Path", "ItemDetail", "BlanketItemDetail", "SupplierID", "SupplierList", "ShipTo",
        "Shipping", "Tax", "SpendDetail", "Distribution", "Contact", "TermsOfDelivery", "Comments",
        "Indicator", "Tolerances", "ControlKeys", "ScheduleLine", "MasterAgreementReference",
        "MasterAgreementIDInfo", "ItemOutIndustry", "Packaging", "ReleaseInfo", "Batch",
    ),
}  # fmt: skip
# What stands once at most; of more the first is read.
ONCE: dict[str, tuple[str, ...]] = {
    "PunchOutSetupRequest": ("BuyerCookie", "SupplierSetup", "ShipTo", "SelectedItem"),
    "ItemOut": ("ItemID", "ItemDetail"),
}
MODES = ("production", "test")
# Repetitions go on for six hours and more (p. 34).
OLD = timedelta(days=2)
# Of one kind of mistake as many are named as help to find them.
MOST_NAMED = 5
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_TIMESTAMP = re.compile(r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d\Z")
_LANGUAGE_TAG = re.compile(r"\A[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")


def review(root: etree._Element, request: etree._Element) -> Iterator[str]:
    """The notes on an envelope and its one request."""
    for check in CHECKS:
        yield from check(root, request)


def _identifiers(root: etree._Element, _request: etree._Element) -> Iterator[str]:
    payload_id = (root.get("payloadID") or "").strip()
    if payload_id and "@" not in payload_id:
        yield "The payloadID has no @host, so nobody vouches that it is unique in the world."
    language = (root.get(LANGUAGE) or "").strip()
    if language and not _LANGUAGE_TAG.match(language):
        yield f"xml:lang is {language[:40]}; a language tag such as nl-BE is expected."


def _timestamp(root: etree._Element, _request: etree._Element) -> Iterator[str]:
    timestamp = (root.get("timestamp") or "").strip()
    if not timestamp:
        yield "There is no timestamp."
    elif not _TIMESTAMP.match(timestamp):
        yield f"The timestamp {timestamp[:40]} is not ISO 8601 with an offset such as +01:00."
    else:
        # Only said: a clock may be wrong, and a repetition keeps the timestamp it had (p. 24-25).
        away = _away(timestamp)
        if abs(away) > OLD:
            yield f"The timestamp is {abs(away).days} days {'ago' if away > OLD else 'ahead'}."


def _away(timestamp: str) -> timedelta:
    try:
        return timezone.now() - datetime.fromisoformat(timestamp)
    except (ValueError, OverflowError):  # the 31st of February
        return timedelta()


def _parties(root: etree._Element, _request: etree._Element) -> Iterator[str]:
    header = root.find("Header")
    if header is None:
        return
    for party in ("From", "To", "Sender"):
        credentials = header.findall(f"{party}/Credential")
        if any(not text_of(credential, "Identity") for credential in credentials):
            yield f"{party} has a Credential with an empty Identity; it was not read."
        if any(not domain_of(credential) for credential in credentials):
            yield f"{party} has a Credential without a domain."
        elif any(not (credential.get("domain") or "").strip() for credential in credentials):
            yield f"The domain of {party} is on Identity; it belongs on Credential."
        if party != "Sender" and any(
            credential.find("SharedSecret") is not None for credential in credentials
        ):
            yield f"{party} has a SharedSecret; only that of Sender counts."


def _mode(root: etree._Element, request: etree._Element) -> Iterator[str]:
    outer = request.getparent()
    assert outer is not None
    mode = outer.get("deploymentMode")
    if mode is not None and mode not in MODES:
        mode = mode.strip() or "empty"
        yield f"deploymentMode is {mode[:40]}; it is production or test."
    if request.get("deploymentMode") is not None or root.get("deploymentMode") is not None:
        yield "deploymentMode belongs on the element Request; elsewhere it was not read."


def _signature(root: etree._Element, _request: etree._Element) -> Iterator[str]:
    if root.find(_SIGNATURE) is not None:
        yield "The document is signed; the signature was not verified."


def _structure(root: etree._Element, request: etree._Element) -> Iterator[str]:
    header = root.find("Header")
    elements = [root, header, header.find("Sender")] if header is not None else [root]
    if request.tag == "PunchOutSetupRequest":
        elements += [request, *request.findall("ItemOut")]
    unordered: dict[str, str] = {}
    for element in elements:
        if element is None:
            continue
        names = [str(child.tag) for child in element]
        known = [name for name in names if name in ORDER[str(element.tag)]]
        strange = sorted(set(names) - set(known))
        if strange:
            what = ", ".join(name[:40] for name in strange[:MOST_NAMED])
            unordered.setdefault(
                f"{element.tag} {what}", f"{element.tag} has elements that cXML does not know: {what}."
            )
        places = [ORDER[str(element.tag)].index(name) for name in known]
        if places != sorted(places):
            unordered.setdefault(
                str(element.tag), f"The elements of {element.tag} are not in the order of the DTD."
            )
    yield from list(unordered.values())[: 2 * MOST_NAMED]


def _doubles(_root: etree._Element, request: etree._Element) -> Iterator[str]:
    found: dict[str, None] = {}
    for element in request.iter(*ONCE):
        children = [child.tag for child in element]
        for name in ONCE[str(element.tag)]:
            if children.count(name) > 1:
                found[f"{element.tag} has more than one {name}; the first was read."] = None
    yield from found


def _setup(_root: etree._Element, request: etree._Element) -> Iterator[str]:
    if request.tag != "PunchOutSetupRequest":
        return
    cookie = request.find("BuyerCookie")
    if cookie is None:
        yield "There is no BuyerCookie; an empty one is sent back."
    elif not len(cookie) and not text_of(cookie):
        yield "The BuyerCookie is empty."
    nameless = sum(not (extrinsic.get("name") or "").strip() for extrinsic in request.iter("Extrinsic"))
    if nameless:
        yield f"{nameless} Extrinsic without a name: not read."
    silent = sum(description.get(LANGUAGE) is None for description in request.iter("Description"))
    if silent:
        yield f"{silent} Description without xml:lang."
    operation = (request.get("operation") or "").strip().lower()
    if operation in ("edit", "inspect") and request.find("ItemOut") is None:
        yield f"There is no ItemOut to {operation}: the cart is empty."
    written = request.get("operation") or ""
    if operation and written != operation:
        yield f"The operation is written {written[:40]}."


CHECKS: tuple[Callable[[etree._Element, etree._Element], Iterator[str]], ...] = (
    _identifiers,
    _timestamp,
    _parties,
    _mode,
    _signature,
    _structure,
    _doubles,
    _setup,
)
