"""The message as text for the wire log, with the password replaced, whatever state it is in."""

import re
from urllib.parse import unquote_plus

from punchout.adapters.parameters import redact_body as redact_form_body
from punchout.adapters.parameters import redact_form
from punchout.adapters.redaction import cut_at_doubt
from punchout.adapters.xml import document_text
from punchout.documents import InboundMessage
from punchout.errors import MessageUnreadable
from punchout.wire import REDACTED

PASSWORD_PARAMETER = "Password"  # noqa: S105 - the name of a parameter
# Also one that is never closed, and one that hides its end in a CDATA section or a comment.
_PASSWORD = re.compile(
    r"(<(?:[\w.-]{1,40}:)?Pass(?:word|wd|wort)?(?=[\s/>])[^>]*(?<!/)(?:>|\Z))"
    r"(?:<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|.)*?"
    r"(</(?:[\w.-]{1,40}:)?Pass(?:word|wd|wort)?\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"


def is_document(inbound: InboundMessage) -> bool:
    """Whether the body is a document for the web service, not the form of a browser."""
    if "xml" in inbound.content_type.partition(";")[0].lower():
        return True
    return inbound.body[:200].lstrip(_BEFORE_XML).startswith(b"<")


def _without_documents(text: str) -> str:
    """A form without the documents that somebody may have put into its fields, passwords and all."""
    kept = []
    for pair in _PASSWORD.sub(rf"\g<1>{REDACTED}\g<2>", text).split("&"):
        name, equals, value = pair.partition("=")
        kept.append(f"{name}={REDACTED}" if equals and "<" in unquote_plus(value) else pair)
    return "&".join(kept)


def redacted(inbound: InboundMessage) -> tuple[str, str]:
    """Query and body. A body in a charset we do not read is not kept: a password could not be found in it."""
    query = _without_documents(redact_form(inbound.query, PASSWORD_PARAMETER))
    if not is_document(inbound):
        return query, _without_documents(redact_form_body(inbound, PASSWORD_PARAMETER))
    if not inbound.body:
        return query, ""
    try:
        text, _notes = document_text(inbound.body, inbound.content_type)
    except MessageUnreadable as error:
        if "not valid" not in error.message or b"\x00" in inbound.body[:4]:
            return query, f"[{len(inbound.body)} bytes not stored: {error.message}]"
        text = inbound.body.decode("latin-1")
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return query, f"[{len(inbound.body)} bytes not stored: not an XML document]"
    return query, cut_at_doubt(_PASSWORD.sub(rf"\g<1>{REDACTED}\g<2>", text), "cebeoXML")
