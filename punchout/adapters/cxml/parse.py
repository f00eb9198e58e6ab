"""Reads a cXML envelope without fetching, expanding or trusting anything in it.

cXML Reference Guide 1.2.051, p. 19-31. A DOCTYPE is mandatory there, so it is accepted, but only without
declarations, and it is cut off before the parser sees it: no DTD, no entities, no network. Elements are
read by name and not by position, because buyers' systems get the order wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from lxml import etree

from punchout.adapters.cxml.parts import Attachment
from punchout.adapters.cxml.spelling import is_odd, respell
from punchout.adapters.xml import NotXml, document_text, parse_xml
from punchout.errors import MessageInvalid, MessageUnreadable, OperationUnsupported
from punchout.models import PartyCredential

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
LONGEST_SUBTREE = 65_536  # characters of a BuyerCookie; we keep it for the length of the session
SIGNATURES = "http://www.w3.org/2000/09/xmldsig#"
# Elements whose content is the buyer's own, whatever it is (content ANY in the DTD).
ANY_CONTENT = frozenset({"BuyerCookie", "SupplierPartAuxiliaryID", "Extrinsic", "Identity", "SharedSecret"})
# Content types that have a note of their own.
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
# What a Header and each of its Credentials may have once at most.
PARTIES = ("From", "To", "Sender")
OF_A_CREDENTIAL = ("Identity", "SharedSecret", "CredentialMac")
OF_THE_ROOT = ("payloadID", "timestamp", LANGUAGE)
MOST_RENAMED = 100_000  # elements in a namespace; a cart of 2,000 lines has half of that

# Possessive, so that no input makes them slow.
_PROLOG = re.compile(r"(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_DOCTYPE = re.compile(
    r"""<!(?i:DOCTYPE)\s+([A-Za-z_][\w.:-]*+)
        (?:\s+(?:SYSTEM|PUBLIC\s*+(?:"[^"<>]*+"|'[^'<>]*+'))(?:(\s*+)(?:"[^"<>]*+"|'[^'<>]*+'))?)?
        \s*+(?:\[\s*+\]\s*+)?>""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Mac:
    """A ``CredentialMac`` as it was sent; see ``punchout.adapters.cxml.mac``."""

    type: str
    algorithm: str
    created: str
    expires: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Credential:
    """One ``Credential`` of From, To or Sender. ``secret`` is ``None`` when there is no SharedSecret."""

    domain: str
    identity: str
    secret: str | None = field(default=None, repr=False)
    mac: Mac | None = None
    # Of the marketplace that its member came through, who is named beside it (p. 30).
    marketplace: bool = False

    @property
    def key(self) -> str:
        return PartyCredential.key_of(self.domain, self.identity)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A readable request: who, to whom, and the request element itself."""

    payload_id: str
    language: str
    deployment_mode: str
    buyer: tuple[Credential, ...]
    supplier: tuple[Credential, ...]
    sender: tuple[Credential, ...]
    request: etree._Element = field(repr=False)
    notes: tuple[str, ...] = ()
    # What came beside the document in a MIME message; nothing of it is trusted or stored here.
    attachments: tuple[Attachment, ...] = ()

    @property
    def kind(self) -> str:
        return str(self.request.tag)


def parse_document(body: bytes, content_type: str) -> tuple[etree._Element, list[str]]:
    """The root element ``cXML``, and what was forgiven; ``MessageUnreadable`` for everything else."""
    if not body.strip():
        raise MessageUnreadable("The request has no body; a cXML document is expected.")
    text, notes = document_text(body, content_type)
    _note_content_type(content_type, notes)
    start = _PROLOG.match(text)
    end = start.end() if start else 0
    if text[end : end + 9].upper() == "<!DOCTYPE":
        doctype = _DOCTYPE.match(text, end)
        if doctype is None:
            raise MessageUnreadable("The DOCTYPE must name the cXML DTD and declare nothing itself.")
        if not doctype[0].startswith("<!DOCTYPE") or doctype[2] == "":
            notes.append("The DOCTYPE is not written as XML has it.")
        end = doctype.end()
        if doctype[1] != "cXML":
            notes.append(f"The DOCTYPE is for {doctype[1][:40]}; cXML is expected.")
    else:
        notes.append("There is no DOCTYPE.")
    said_before = len(notes)
    try:
        root = parse_xml(text, skipped=end, notes=notes)
    except NotXml as error:
        said = f"The document {error}{error.where}."
        raise MessageUnreadable(said, line=error.line, detail=error.detail) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise MessageUnreadable("A DOCTYPE is only possible in front of the document.")
    if ("xmlns" in text or len(notes) > said_before) and _take_namespaces_off(root):
        notes.append("The elements have a namespace; cXML has none.")
    if root.tag != "cXML":
        if str(root.tag).casefold() != "cxml":
            raise MessageUnreadable(f"The root element is {str(root.tag)[:60]}; cXML is expected.")
        notes.append(f"The root element is written {root.tag}.")
        root.tag = "cXML"
    if is_odd(text):
        notes += respell(root, ANY_CONTENT)
    _take_over_misplaced(root, notes)
    return root, notes


def _take_over_misplaced(root: etree._Element, notes: list[str]) -> None:
    """Gives the root what some clients (BirchStreet) write on the Header instead, where the root lacks it."""
    header = root.find("Header")
    if header is None or not header.attrib:
        return
    for name in OF_THE_ROOT:
        if (said := header.get(name)) and not root.get(name):
            root.set(name, said)
            notes.append(f"{etree.QName(name).localname} is on Header; it belongs on cXML.")


def _note_content_type(content_type: str, notes: list[str]) -> None:
    kind = content_type.partition(";")[0].strip().lower()
    if not kind:
        notes.append("There is no Content-Type; text/xml is expected.")
    elif not kind.endswith(("/xml", "+xml")) and kind not in FORMS:
        notes.append(f"The Content-Type is {kind[:60]}; text/xml is expected.")


def _take_namespaces_off(root: etree._Element) -> bool:
    """Names cXML's own elements without their namespace; True when there was one.

    What is inside elements of content ANY is the buyer's, and a signature is not cXML: both stay as they are.
    """
    found = [element for _number, element in zip(range(MOST_RENAMED + 1), root.iter("{*}*"), strict=False)]
    named = [element for element in found if str(element.tag).startswith("{") and not _is_foreign(element)]
    if len(found) > MOST_RENAMED and named:
        raise MessageUnreadable("The document has too many elements.")
    for element in named:
        element.tag = etree.QName(element).localname
    return bool(named)


def _is_foreign(element: etree._Element) -> bool:
    if etree.QName(element).namespace == SIGNATURES:
        return True
    return any(
        etree.QName(above).localname in ANY_CONTENT or etree.QName(above).namespace == SIGNATURES
        for above in element.iterancestors()
    )


def kind_of(root: etree._Element) -> str:
    """What the document is, for the wire log, whether or not it can be honoured."""
    for outer in root:
        if outer.tag in ("Request", "Message", "Response"):
            inner = next((child for child in outer if child.tag != "Status"), outer)
            return str(inner.tag)[:60]
    return ""


def read_envelope(
    root: etree._Element, notes: list[str], attachments: tuple[Attachment, ...] = ()
) -> Envelope:
    """The envelope of a request; ``MessageUnreadable`` (406), ``OperationUnsupported`` for a Message."""
    requests = root.findall("Request")
    if not requests and root.find("Message") is not None:
        raise OperationUnsupported("This address takes requests; a Message cannot be delivered here.")
    if not requests and root.find("Response") is not None:
        raise MessageUnreadable("The document is a Response; this address takes requests.")
    if len(requests) != 1 or len(root.findall("Header")) > 1:
        raise MessageUnreadable("A cXML request has one Header and one Request.")
    payloads = list(requests[0])
    if len(payloads) != 1:
        named = ", ".join(str(etree.QName(each).localname)[:40] for each in payloads[:5]) or "nothing"
        raise MessageUnreadable(f"The element Request contains exactly one request; here it is {named}.")
    header = root.find("Header")
    if header is None:
        header = etree.Element("Header")
    _refuse_doubles(header)
    payload_id = (root.get("payloadID") or "").strip()
    if not payload_id:
        notes.append("There is no payloadID, so a repetition cannot be recognised.")
    if header.find("Sender") is not None and not text_of(header, "Sender/UserAgent"):
        notes.append("Sender has no UserAgent.")
    return Envelope(
        payload_id=payload_id,
        language=(root.get(LANGUAGE) or "").strip(),
        deployment_mode=(requests[0].get("deploymentMode") or "production").strip().lower(),
        buyer=tuple(_credentials(header, "From")),
        supplier=tuple(_credentials(header, "To")),
        sender=tuple(_credentials(header, "Sender")),
        request=payloads[0],
        notes=tuple(notes),
        attachments=attachments,
    )


def _refuse_doubles(header: etree._Element) -> None:
    """Two of what decides who sends is a contradiction: whoever looked before us may have read the other."""
    _refuse_two_of(header, PARTIES)
    for party in header:
        for credential in party.iterchildren("Credential"):
            _refuse_two_of(credential, OF_A_CREDENTIAL)


def _refuse_two_of(element: etree._Element, names: tuple[str, ...]) -> None:
    found = [child.tag for child in element]
    for name in names:
        if found.count(name) > 1:
            raise MessageUnreadable(f"{element.tag} has more than one {name}.")


def _credentials(header: etree._Element, party: str) -> Iterator[Credential]:
    for element in header.findall(f"{party}/Credential"):
        identity = text_of(element, "Identity")
        if not identity:
            continue  # Oracle EBS and profile pings send empty ones
        secret = element.find("SharedSecret")
        # Not stripped: whether blanks belong to a secret is for the comparison to decide.
        presented = "".join(str(part) for part in secret.itertext()) if secret is not None else ""
        yield Credential(
            domain_of(element),
            identity,
            presented if presented.strip() else None,
            _mac(element.find("CredentialMac")),
            marketplace=(element.get("type") or "").strip().casefold() == "marketplace",
        )


def domain_of(credential: etree._Element) -> str:
    """The domain of a Credential, which some clients write on its Identity."""
    own = (credential.get("domain") or "").strip()
    identity = credential.find("Identity")
    return own or (identity.get("domain", "").strip() if identity is not None else "")


def _mac(element: etree._Element | None) -> Mac | None:
    if element is None:
        return None
    kind, algorithm, created, expires = (
        (element.get(name) or "").strip() for name in ("type", "algorithm", "creationDate", "expirationDate")
    )
    return Mac(kind, algorithm, created, expires, text_of(element))


def text_of(element: etree._Element | None, path: str = "") -> str:
    """The text of an element or of its first descendant at ``path``, stripped; empty when absent."""
    found = element.find(path) if element is not None and path else element
    if found is None:
        return ""
    # Nearly every element holds a text and nothing else.
    text = "".join(str(part) for part in found.itertext()) if len(found) else found.text or ""
    return text.strip()


def inner_xml(element: etree._Element) -> str:
    """What is inside an element of content ANY, as XML: text or a subtree, to be given back as it came."""
    parts = [escape(element.text or "", {"\r": "&#13;"})]
    parts.extend(etree.tostring(child, encoding="unicode") for child in element)
    inner = "".join(parts)
    if len(inner) > LONGEST_SUBTREE:
        raise MessageInvalid(
            f"{element.tag} is longer than {LONGEST_SUBTREE} characters.", path=str(element.tag)
        )
    return inner


def set_inner_xml(element: etree._Element, inner: str) -> None:
    """Fills ``element`` with what ``inner_xml`` kept."""
    if "<" not in inner and "&" not in inner:
        element.text = inner
        return
    try:
        kept = parse_xml(f"<kept>{inner}</kept>")
    except NotXml:
        element.text = inner  # not ours to lose: a text that only looks like XML
        return
    element.text = kept.text
    element.extend(list(kept))
