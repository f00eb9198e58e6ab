"""Everything we send begins here: the cXML envelope, the Response and its Status.

cXML Reference Guide 1.2.051, p. 19-37. Valid for the version in the DOCTYPE and for 1.2.071.
"""

import os
import re
import secrets
from datetime import UTC, datetime

from lxml import etree

from punchout.adapters.cxml import dtd
from punchout.adapters.cxml.options import CxmlOptions
from punchout.adapters.cxml.parse import LANGUAGE
from punchout.adapters.cxml.status import TEXTS
from punchout.adapters.markup import in_charset, with_lines
from punchout.adapters.xml import xml_text
from punchout.documents import Answer, InboundMessage

CONTENT_TYPE = "text/xml; charset=UTF-8"
PREAMBLE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/{version}/cXML.dtd">\n'
)
USER_AGENT = "Punch-out webshop"
_START_TOKEN = re.compile(r"(/start/)[A-Za-z0-9_-]{16,64}")


def child(parent: etree._Element, tag: str, text: str = "", /, **attributes: str) -> etree._Element:
    """A new last child; characters that XML cannot hold are left out."""
    element = etree.SubElement(parent, tag, attributes)
    if text:
        element.text = xml_text(text)
    return element


def now() -> str:
    """This moment with an offset and never ``Z`` (p. 24-25)."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def envelope(host: str, reference: int | str) -> etree._Element:
    """An empty ``cXML``; ``reference`` (the row in the wire log) makes its payloadID traceable."""
    at = now()
    unique = f"{re.sub(r'[^0-9]', '', at[:19])}.{os.getpid()}.{reference}.{secrets.token_hex(6)}"
    return etree.Element(
        "cXML",
        {
            "payloadID": f"{unique}@{xml_text(host) or 'shop'}",
            "timestamp": at,
        },
    )


def serialise(
    root: etree._Element,
    options: CxmlOptions,
    *,
    encoding: str = "utf-8",
    inside: str = "",
    around: tuple[str, ...] = (),
) -> str:
    """The document with declaration and DOCTYPE; with ``us-ascii`` all else is in numeric references.

    ``inside`` are elements for the end of the first of ``around``, which the document ends with. It is
    validated when the DTDs are at hand; what is not valid is our fault, and logged as such.
    """
    body = etree.tostring(root, encoding=encoding, xml_declaration=False)
    assert isinstance(body, bytes)
    document = body.decode("utf-8")
    if inside:
        document = with_lines(document, in_charset(inside, encoding), *around)
    dtd.check(document, options.dtd_version)
    return PREAMBLE.format(version=options.dtd_version) + document


def response(
    inbound: InboundMessage,
    options: CxmlOptions,
    payload: etree._Element | None = None,
    *,
    code: int = 200,
    text: str = "",
    explanation: str = "",
) -> str:
    """A Response document. There is a payload only with a code in the 200s (p. 34)."""
    host = inbound.base_url.partition("://")[2]
    root = envelope(host, inbound.record.pk or 0)
    outer = child(root, "Response")
    status = child(outer, "Status", explanation, code=str(code), text=xml_text(text) or TEXTS.get(code, "OK"))
    status.set(LANGUAGE, "en-US")
    if payload is not None:
        outer.append(payload)
    return serialise(root, options)


def answer(document: str) -> Answer:
    """The document as HTTP answer; business errors too are HTTP 200, anything else would be retried (p. 34).

    In the wire log the start token is left out: it opens a session.
    """
    return Answer(
        status=200,
        body=document.encode(),
        content_type=CONTENT_TYPE,
        log_body=_START_TOKEN.sub(r"\1[redacted]", document),
    )
