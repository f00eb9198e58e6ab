"""The message as text for the wire log, with every secret replaced, whatever state the document is in."""

import re

from punchout.adapters.cxml.parts import unpack
from punchout.adapters.parameters import redact_form
from punchout.adapters.redaction import cut_at_doubt
from punchout.adapters.xml import document_text
from punchout.errors import MessageUnreadable
from punchout.wire import REDACTED

# Oracle EBS also sends a SharedSecret1.
_SECRET_TAG = re.compile(
    r"<(?:[\w.-]{1,40}:)?(?:SharedSecret\w*|CredentialMac|DigitalSignature)(?=[\s/>])", re.IGNORECASE
)
_INSIDE = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
    r"|(?P<end></(?:[\w.-]{1,40}:)?(?:SharedSecret\w*|CredentialMac|DigitalSignature)\s*>)",
    re.IGNORECASE | re.DOTALL,
)
_REDACTED_MAC = re.compile(
    rf"<((?:[\w.-]{{1,40}}:)?)CredentialMac(?:\s[^<>]*)?>{re.escape(REDACTED)}</(?:[\w.-]{{1,40}}:)?CredentialMac\s*>",
    re.IGNORECASE,
)


def redacted_body(body: bytes, content_type: str) -> str:
    """The document with the content of SharedSecret and its kin replaced; in one pass, never raises.

    A body whose charset we do not read is not stored: a secret could not be found in it. Of a message in
    parts the document is stored; an attachment is not, one may be a message with a secret of its own.
    """
    try:
        package = unpack(body, content_type)
    except MessageUnreadable as error:
        return f"[{len(body)} bytes not stored: {error.message}]"
    return _redacted_document(package.body, package.content_type)


def _redacted_document(body: bytes, content_type: str) -> str:
    try:
        text, _notes = document_text(body, content_type)
    except MessageUnreadable as error:
        if "not valid" not in error.message:
            return f"[{len(body)} bytes not stored: {error.message}]"
        text = body.decode("latin-1" if b"\x00" not in body[:4] else "utf-16", "replace")
    if text and not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return f"[{len(body)} bytes not stored: not an XML document]"
    return cut_at_doubt(redact_xml(text), "cXML")


def redact_xml(text: str) -> str:
    parts: list[str] = []
    position = 0
    while (tag := _SECRET_TAG.search(text, position)) is not None:
        opened = text.find(">", tag.end())
        if opened < 0:
            return "".join([*parts, text[position : tag.end()], REDACTED])
        if text[tag.end() : opened].strip() == "/":
            parts.append(text[position : tag.end()] + "/>")
            position = opened + 1
            continue
        end = next((found for found in _INSIDE.finditer(text, opened + 1) if found["end"]), None)
        parts.append(text[position : tag.end()] + ">" + REDACTED)
        if end is None:
            return "".join(parts)
        position = end.start()
    parts.append(text[position:])
    return "".join(parts)


def with_shared_secret(text: str, secret: str) -> str:
    """The redacted document with ``secret`` as SharedSecret, also where a CredentialMac was."""
    return _REDACTED_MAC.sub(rf"<\1SharedSecret>{REDACTED}</\1SharedSecret>", text).replace(REDACTED, secret)


def redacted_query(query: str) -> str:
    """The query with the values of parameters that sound secret replaced."""
    return redact_form(query, "")
