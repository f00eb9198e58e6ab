"""Reads a posted HTML form, or a captured page that holds one, without trusting any of it.

URL-encoded and multipart bodies (RFC 1866, RFC 7578) are decoded in the charset that the launch asked for,
as the procurement systems do, with far more fields than web frameworks take: 300 lines have thousands.
"""

import codecs
import re
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

import lxml.html
from lxml import etree

from punchout.sandbox.xml_reading import inner_text

# A cart of 500 lines with every field of every dialect has about 30,000.
FIELD_LIMIT = 200_000
_HTTP_HEAD = re.compile(rb"\AHTTP/\d(?:\.\d)? \d{3}[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n")
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([A-Za-z0-9_-]{2,40})""", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:form|html|input|!doctype)\b", re.IGNORECASE)


class TooManyFields(ValueError):
    """The body has more fields than any cart; it is not taken apart."""


@dataclass(frozen=True)
class PostedForm:
    """The fields in the order they came, and the charset they were decoded in.

    ``undecodable`` is True when some bytes do not exist in that charset; they are then replaced.
    """

    fields: tuple[tuple[str, str], ...]
    charset: str
    undecodable: bool = False
    action: str = ""


def media_type(content_type: str) -> str:
    """The media type alone, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def charset_of(content_type: str) -> str:
    """The charset parameter of a Content-Type when Python knows it, otherwise an empty string."""
    message = Message()
    message["Content-Type"] = content_type or "text/plain"
    return _known_charset(str(message.get_content_charset("")))


def read_form(raw: bytes, content_type: str, charset: str) -> PostedForm:
    """The fields of a posted form body, decoded in the charset it names, otherwise in ``charset``."""
    charset = charset_of(content_type) or _known_charset(charset) or "utf-8"
    if media_type(content_type) == "multipart/form-data":
        return _read_multipart(raw, content_type, charset)
    text = raw.decode("latin-1").strip("\r\n")
    if text.count("&") >= FIELD_LIMIT:
        raise TooManyFields
    fields = tuple(parse_qsl(text, keep_blank_values=True, encoding=charset, errors="replace"))
    undecodable = any("\ufffd" in value for _name, value in fields)
    return PostedForm(fields, charset, undecodable)


def looks_like_page(raw: bytes, content_type: str) -> bool:
    """Whether this is a captured page (perhaps with its HTTP head) and not a posted body."""
    if media_type(content_type) in {"text/html", "application/xhtml+xml"}:
        return True
    start = raw[:4096].decode("latin-1")
    return raw.startswith(b"HTTP/") or bool(_MARKUP.search(start))


def read_page(raw: bytes, content_type: str, charset: str, field_prefix: str) -> PostedForm | None:
    """The first form of a captured page that has a field of this prefix, or None.

    A capture may begin with the HTTP status line and headers, whose charset then wins.
    """
    head = _HTTP_HEAD.match(raw)
    if head:
        content_type = _header(head.group(), b"content-type") or content_type
        raw = raw[head.end() :]
    meta = _META_CHARSET.search(raw[:8192])
    declared = meta.group(1).decode("ascii") if meta else ""
    charset = charset_of(content_type) or _known_charset(declared) or _known_charset(charset) or "utf-8"
    text = raw.decode(charset, "replace")
    try:
        root = lxml.html.document_fromstring(
            text.encode("utf-8"), parser=lxml.html.HTMLParser(encoding="utf-8")
        )
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    for form in root.iter("form"):
        fields = tuple(
            (element.get("name", ""), _value(element))
            for element in form.iter("input", "textarea")
            if element.get("name")
        )
        if any(name.upper().startswith(field_prefix) for name, _value_ in fields):
            return PostedForm(fields, charset, "\ufffd" in text, form.get("action", ""))
    return None


def words_of_page(raw: bytes, content_type: str, limit: int = 400) -> str:
    """What a person would read on the page: headings and paragraphs of its main part, blanks collapsed."""
    charset = charset_of(content_type) or "utf-8"
    try:
        root = lxml.html.document_fromstring(
            raw.decode(charset, "replace").encode("utf-8"), parser=lxml.html.HTMLParser(encoding="utf-8")
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""
    main = next(root.iter("main"), root)
    words = " ".join(" ".join(inner_text(place).split()) for place in main.iter("h1", "p"))
    return words[:limit]


def _value(element: etree._Element) -> str:
    return (element.text or "") if element.tag == "textarea" else element.get("value", "")


def _header(head: bytes, name: bytes) -> str:
    for line in head.splitlines():
        key, _colon, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip().decode("latin-1")
    return ""


def _read_multipart(raw: bytes, content_type: str, charset: str) -> PostedForm:
    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + raw)
    fields: list[tuple[str, str]] = []
    undecodable = False
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(payload, bytes):
            continue
        value = payload.decode(charset_of(str(part.get("Content-Type", ""))) or charset, "replace")
        undecodable = undecodable or "\ufffd" in value
        fields.append((name, value))
    return PostedForm(tuple(fields), charset, undecodable)


def _known_charset(name: str) -> str:
    """The name, when Python can decode it; HTML treats ISO-8859-1 and ASCII as Windows-1252."""
    try:
        canonical = codecs.lookup(name).name
        # Refuses codecs that are no character sets (hex), and those that cannot replace what is wrong (idna).
        b"a\xff".decode(canonical, "replace")
    except (LookupError, ValueError):
        return ""
    return "cp1252" if canonical in {"iso8859-1", "ascii"} else canonical
