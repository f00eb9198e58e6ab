"""The login request as text for the wire log, without its password, whatever state the document is in."""

import re

from punchout.adapters.oraclexml.parse import ROOT, is_form, request_text
from punchout.adapters.parameters import redact_form
from punchout.adapters.redaction import cut_at_doubt
from punchout.documents import InboundMessage
from punchout.errors import MessageUnreadable
from punchout.wire import REDACTED

# password is the specification's; the others are what a mistyped document may call it.
_NAME = r"[\w.-]{0,40}(?:passw|pwd|secret)[\w.-]{0,40}"
_SECRET_TAG = re.compile(rf"<(?:[\w.-]{{1,40}}:)?{_NAME}(?=[\s/>])", re.IGNORECASE)
_INSIDE = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)" rf"|(?P<end></(?:[\w.-]{{1,40}}:)?{_NAME}\s*>)",
    re.IGNORECASE | re.DOTALL,
)
_SECRET_ATTRIBUTE = re.compile(
    r"""(?i)((?:passw|pwd|secret)[\w.-]{0,40}+\s{0,20}+=\s{0,20}+)(?:"[^"]*+"|'[^']*+')"""
)


def redacted_body(inbound: InboundMessage) -> str:
    """The document with the password replaced; a body in which it cannot be looked for is not kept."""
    if not inbound.body:
        return ""
    try:
        text, _notes = request_text(inbound.body, inbound.content_type)
    except MessageUnreadable as error:
        return f"[{len(inbound.body)} bytes not kept: {error.message}]"
    if "<" not in text:
        return f"[{len(inbound.body)} bytes not kept: not an XML document]"
    safe = cut_at_doubt(redact_xml(text), ROOT)
    return f"loginRequest={safe}" if is_form(inbound.body, inbound.content_type) else safe


def redact_xml(text: str) -> str:
    """The text with what is inside elements and attributes that sound secret replaced, in one pass."""
    parts: list[str] = []
    position = 0
    while (tag := _SECRET_TAG.search(text, position)) is not None:
        opened = text.find(">", tag.end())
        if opened < 0:
            parts.append(text[position : tag.end()])
            return _SECRET_ATTRIBUTE.sub(rf'\1"{REDACTED}"', "".join(parts)) + REDACTED
        if text[opened - 1] == "/":
            parts.append(text[position : tag.end()] + "/>")
            position = opened + 1
            continue
        end = next((found for found in _INSIDE.finditer(text, opened + 1) if found["end"]), None)
        parts.append(text[position : tag.end()] + ">" + REDACTED)
        if end is None:
            position = len(text)
            break
        position = end.start()
    parts.append(text[position:])
    return _SECRET_ATTRIBUTE.sub(rf'\1"{REDACTED}"', "".join(parts))


def redacted_query(query: str) -> str:
    """The query with all values replaced when one sounds secret: this protocol has no use for any."""
    safe = redact_form(query, "")
    if REDACTED not in safe:
        return safe
    return "&".join(f"{pair.partition('=')[0]}={REDACTED}" for pair in safe.split("&"))
