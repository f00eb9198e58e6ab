"""Reads an Oracle XML login request without fetching, expanding or trusting anything in it.

Oracle Procurement Supplier's Guide to Punchout and Transparent Punchout 11i: ``request`` with ``header``
and ``body``. It comes as text/xml, or in the form field ``loginRequest``. Elements are read by local name,
whatever their case and order.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from lxml import etree

from punchout.adapters.xml import NotXml, document_text, parse_xml
from punchout.errors import MessageUnreadable

FORM = "application/x-www-form-urlencoded"
FORM_FIELD = "loginRequest"
MOST_FIELDS = 50
ROOT = "request"

# Possessive, so that no input makes them slow.
_PROLOG = re.compile(r"(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_DOCTYPE = re.compile(
    r"""<!DOCTYPE\s+[A-Za-z_][\w.:-]*+
        (?:\s+(?:SYSTEM|PUBLIC\s+(?:"[^"<>]*+"|'[^'<>]*+'))\s+(?:"[^"<>]*+"|'[^'<>]*+'))?\s*+>""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """A readable login request; what an element says is asked for by its path."""

    root: etree._Element = field(repr=False)
    notes: tuple[str, ...] = ()

    def exact(self, *path: str) -> str:
        """The text of the element at ``path``, with every blank it has; empty when there is none."""
        element: etree._Element | None = self.root
        for name in path:
            element = next(_named(element, name), None) if element is not None else None
        return _content(element) if element is not None else ""

    def text(self, *path: str) -> str:
        """The text of the element at ``path`` in one line; empty when there is none."""
        return " ".join(self.exact(*path).split())

    def everywhere(self, name: str) -> list[str]:
        """What all elements called ``name`` say, without surrounding blanks, empty ones and repetitions."""
        wanted = name.casefold()
        found = (_content(child).strip() for child in self.root.iter() if _local(child) == wanted)
        return list(dict.fromkeys(text for text in found if text))


def read_login_request(body: bytes, content_type: str) -> LoginRequest:
    """The request; ``MessageUnreadable`` for whatever is none."""
    text, notes = request_text(body, content_type)
    prolog = _PROLOG.match(text)
    end = prolog.end() if prolog else 0
    if text.startswith("<!DOCTYPE", end):
        doctype = _DOCTYPE.match(text, end)
        if doctype is None:
            raise MessageUnreadable("The DOCTYPE must not declare anything.")
        end = doctype.end()
    try:
        root = parse_xml(text, skipped=end, notes=notes)
    except NotXml as error:
        said = f"The login request {error}{error.where}."
        raise MessageUnreadable(said, line=error.line, detail=error.detail) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise MessageUnreadable("A DOCTYPE is only possible in front of the document.")
    if _local(root) != ROOT:
        raise MessageUnreadable(f"The root element is {str(root.tag)[:60]}; request is expected.")
    return LoginRequest(root, tuple(notes))


def request_text(body: bytes, content_type: str) -> tuple[str, list[str]]:
    """The document as text, and what was forgiven; ``MessageUnreadable`` when there is none to be read."""
    if not body.strip():
        raise MessageUnreadable("The request has no body; an Oracle XML login request is expected.")
    if is_form(body, content_type):
        return _from_form(body)
    return document_text(body, content_type)


def is_form(body: bytes, content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == FORM and body.lstrip()[:1] != b"<"


def _from_form(body: bytes) -> tuple[str, list[str]]:
    try:
        pairs = parse_qsl(body.decode("ascii"), errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise MessageUnreadable("The body is a form that cannot be read; post the document itself.") from None
    wanted = FORM_FIELD.casefold()
    documents = [value for name, value in pairs if name.strip().casefold() == wanted and value.strip()]
    if len(documents) != 1:
        raise MessageUnreadable(f"The form must have the field {FORM_FIELD} once; it holds the document.")
    return documents[0].lstrip("\ufeff \t\r\n"), []


def _local(element: etree._Element) -> str:
    # Not QName: a hostile document has half a million elements to look at.
    return element.tag.rpartition("}")[2].casefold() if isinstance(element.tag, str) else ""


def _named(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    wanted = name.casefold()
    return (child for child in parent if _local(child) == wanted)


def _content(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext())
