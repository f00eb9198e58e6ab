"""Takes the cXML document out of the MIME message it came in, and keeps what came with it.

cXML Reference Guide 1.2.051, p. 20-24: ``multipart/related`` and ``multipart/mixed`` mean the same, the first
part is the document (or the one that ``start`` names), the others are attachments with a Content-ID. Some
clients post a form (``multipart/form-data``) instead.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import Message
from email.parser import BytesFeedParser
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from lxml import etree

from punchout.adapters.xml import FORM_FIELDS, xml_text
from punchout.errors import MessageUnreadable

# A message that nests deeper or has more parts is no purchase.
MOST_NESTED = 10
MOST_PARTS = 500
# Whatever the document names in more places than this is not listed in its notes.
MOST_NOTED = 20
# A boundary as it stands in front of the first part (RFC 2046, 5.1.1), where the header does not say it.
_FIRST_LINE = re.compile(rb"^--([0-9A-Za-z'()+_,./:=?-]{1,70})[ \t]*\r?$", re.MULTILINE)
MOST_PREAMBLE = 2_000


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part beside the document; ``content_id`` is without angle brackets, as ``cid:`` addresses name it."""

    content_id: str
    content_type: str
    name: str
    content: bytes = field(repr=False)

    def __str__(self) -> str:
        name = self.name or self.content_id or "without a name"
        return f"{name[:80]} ({self.content_type[:60]}, {len(self.content)} bytes)"


@dataclass(frozen=True, slots=True)
class Package:
    """The bytes of the document with their own Content-Type, the attachments, and what was forgiven."""

    body: bytes
    content_type: str
    attachments: tuple[Attachment, ...] = ()
    notes: tuple[str, ...] = ()
    # Of what is in the parts: whoever repeats a message may put it between other boundaries.
    digest: str = ""


def unpack(body: bytes, content_type: str) -> Package:
    """The document of a multipart message; any other is given back as it is. ``MessageUnreadable`` (406)."""
    if not content_type.strip().lower().startswith("multipart/"):
        return Package(body, content_type)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Package(body, "text/xml", notes=("The Content-Type says multipart, the body is XML.",))
    return _unpacked(body, content_type)


@lru_cache(maxsize=1)  # taken apart for the wire log, and at once again to be read
def _unpacked(body: bytes, content_type: str) -> Package:
    message = _parsed(body, content_type)
    parts = list(_leaves(message))
    if not parts:
        raise MessageUnreadable("The multipart message has no parts; check its boundary.")
    chosen = _document(message, parts)
    if chosen is None:
        raise MessageUnreadable("No part of the multipart message is a cXML document.")
    attachments = tuple(_attachment(part) for part in parts if part is not chosen)
    notes = [f"An attachment came along: {attachment}." for attachment in attachments[:MOST_NOTED]]
    start = str(message.get_param("start") or "").strip()
    if start and _content_id(chosen) != start.strip("<>"):
        notes.append(f"No part is called {xml_text(start)[:60]}, which is said to be the document.")
    if chosen is not parts[0]:
        notes.append("The cXML document is not the first part of the message.")
    if message.get_content_type() == "multipart/form-data":
        notes.append("The document came in a form; post it as text/xml.")
    kind = str(chosen.get("Content-Type") or "text/xml")
    if kind.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        kind = "text/xml"
    return Package(_content(chosen), kind, attachments, tuple(notes), _digest(chosen, attachments))


def _digest(document: Message, attachments: tuple[Attachment, ...]) -> str:
    digest = hashlib.sha256()
    for content in (_content(document), *(attachment.content for attachment in attachments)):
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def _parsed(body: bytes, content_type: str) -> Message:
    nested = body.lower().count(b"multipart/")
    if nested > MOST_NESTED:
        raise MessageUnreadable("The multipart message is nested too deeply.")
    parser: Any = BytesFeedParser(policy=policy.compat32)
    header = " ".join(content_type.split()).encode("latin-1", "replace")
    if b"boundary=" not in header.lower() and (first := _FIRST_LINE.search(body, 0, MOST_PREAMBLE)):
        header += b'; boundary="' + first[1] + b'"'
    parser.feed(b"MIME-Version: 1.0\r\nContent-Type: " + header + b"\r\n\r\n")
    boundary = _boundary(header)
    if boundary and body.count(b"--" + boundary) > MOST_PARTS:
        raise MessageUnreadable(f"The multipart message has more than {MOST_PARTS} parts.")
    parser.feed(body)
    message = parser.close()
    assert isinstance(message, Message)
    return message


def _boundary(header: bytes) -> bytes:
    _before, _equals, after = header.partition(b"boundary=")
    return after.partition(b";")[0].strip().strip(b'"')


def _leaves(message: Message) -> Iterator[Message]:
    yield from (part for part in message.walk() if not part.is_multipart() and part is not message)


def _document(message: Message, parts: list[Message]) -> Message | None:
    """The part named by ``start``, else by a form field, else the first, else the first that is XML."""
    start = str(message.get_param("start") or "").strip().strip("<>")
    for part in parts:
        if start and _content_id(part) == start:
            return part
    named = {str(part.get_param("name", header="content-disposition") or "").lower(): part for part in parts}
    for name in FORM_FIELDS:
        if name in named:
            return named[name]
    return next((part for part in parts if _looks_like_xml(part)), None)


def _looks_like_xml(part: Message) -> bool:
    return _content(part)[:200].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")


def _content(part: Message) -> bytes:
    """The part as bytes, its transfer encoding taken off; a broken one leaves it as it came."""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _content_id(part: Message) -> str:
    return str(part.get("Content-ID") or "").strip().strip("<>")


def _attachment(part: Message) -> Attachment:
    named = (_content_id(part), part.get_content_type(), str(part.get_filename() or ""))
    # Anything can stand in a MIME header; what no document can hold, no database keeps either.
    content_id, content_type, name = (xml_text(text) for text in named)
    return Attachment(content_id, content_type, name, _content(part))


def missing_attachments(document: etree._Element, attachments: tuple[Attachment, ...]) -> list[str]:
    """The ``cid:`` addresses of the document that no part answers to."""
    sent = {attachment.content_id for attachment in attachments}
    named = [
        xml_text(unquote("".join(str(part) for part in url.itertext()).strip()))
        for url in document.iterfind(".//Attachment/URL")
    ]
    missing = [name for name in named if name.startswith("cid:") and name[4:] not in sent]
    return missing[:MOST_NOTED]
