"""XML from outside: its charset, and a parser that fetches and expands nothing.

A byte order mark wins, then the MIME charset, then the XML declaration, then UTF-8.

RFC 7303, 3.2; cXML Reference Guide 1.2.051, p. 20. Only charsets of the table are read, so that an exotic one
(UTF-7) cannot hide anything from the checks that follow.
"""

import base64
import codecs
import re
from functools import lru_cache
from urllib.parse import parse_qsl

from lxml import etree

from punchout.errors import MessageUnreadable

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# By Python's name. Oracle EBS sends ISO-8859-15; the others are what European systems are set to.
READABLE = frozenset(
    {"utf-8", "ascii", "utf-16", "utf-16-le", "utf-16-be", "latin-1"}
    | {"cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1257"}
    | {f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 7, 9, 10, 13, 14, 15, 16)}
)
_MIME_CHARSET = re.compile(r"""(?i);\s*charset\s*=\s*["']?([A-Za-z0-9._:+-]{1,60})""")
_DECLARED = re.compile(rb"""\A\s*<\?xml\s[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BYTE_ORDER = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# How a document begins that says nothing else of its charset: no other one has a NUL beside the bracket.
_WIDE = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
# Form fields in which some clients post the document, the first that is there wins.
FORM_FIELDS = ("cxml-base64", "cxml-urlencoded", "xml", "cxml", "oracle_cxml", "data")
_BASE64 = "cxml-base64"
# lxml keeps every name of an element or attribute that it ever read for as long as the thread lives: of
# documents made of new ones, a megabyte each three. A trade document has some dozen.
MOST_NAMES = 1_000
_ELEMENT_NAMES = re.compile(r"<\??([^\s<>/!?]++)")
_ATTRIBUTE_NAMES = re.compile(r"""\s([^\s<>/"'=]++)\s*+=\s*+["']""")
# What libxml2 calls a mistake, in words that quote nothing of the document (libxml2, xmlerror.h).
FAULTS = {
    4: "it does not begin with an element",
    5: "something follows the end of the root element",
    9: "a character that XML does not allow",
    23: "an & that is not written &amp;",
    26: "an entity that nobody declared",
    38: "a < in an attribute that is not written &lt;",
    39: "an attribute without quotes",
    41: "an attribute without a value",
    42: "an attribute that an element has twice",
    62: "]]> outside of a CDATA section",
    63: "a CDATA section that does not end",
    64: "an XML declaration that is not at the very beginning",
    68: "an & or a < that is not written &amp; or &lt;",
    73: "a tag that does not end",
    76: "an element is closed that is not the one opened last",
    77: "it ends before its elements are closed",
}
# Never a text or a value: the prefixes are named in a note, and a secret may have a colon.
_TAG = re.compile(r"<[A-Za-z_][^<>]*+>")
_VALUE = re.compile(r'"[^"]*+"|\'[^\']*+\'')
_PREFIXED = re.compile(r"[<\s]([A-Za-z_][\w.-]{0,40}):[A-Za-z_]")
_ROOT = re.compile(r"(?:\s++|<\?.*?\?>|<!--.*?-->)*+<[^\s<>/!?]++", re.DOTALL)
MOST_PREFIXES = 20
KNOWN_PREFIXES = {"xsi": "http://www.w3.org/2001/XMLSchema-instance"}
_NS_NOT_DECLARED = 201  # XML_NS_ERR_UNDEFINED_NAMESPACE
_DECLARES = re.compile("<!(?:ENTITY|ELEMENT|ATTLIST|NOTATION)")
_FORM_IN_DISGUISE = re.compile(rb"\A\s*(?:cxml-urlencoded|cxml-base64|oracle_cxml|cxml|xml)=", re.IGNORECASE)


def document_text(body: bytes, content_type: str) -> tuple[str, list[str]]:
    """The document as text, without byte order mark and leading blanks, and what was forgiven.

    Raises ``MessageUnreadable`` when the body is not in the charset it claims, or in one we do not read.
    """
    notes: list[str] = []
    if content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        if body.lstrip()[:1] != b"<":
            return _from_form(body)
        notes.append("The Content-Type says form, the body is XML.")
        charset = None
    elif _FORM_IN_DISGUISE.match(body):
        return _from_form(body)
    else:
        named = _MIME_CHARSET.search(content_type)
        charset = named[1] if named else None
    text = _decode(body, charset, notes)
    if text.startswith("\ufeff"):
        notes.append("Byte order mark in front of the document.")
        text = text.lstrip("\ufeff")  # some chains put another one in front
    if text[:1].isspace():
        notes.append("Blanks in front of the document.")
        text = text.lstrip()
    return text, notes


def _from_form(body: bytes) -> tuple[str, list[str]]:
    """The document in a field of a form, by the field's name, else in the only one that holds XML."""
    try:
        # As bytes: which charset the client escaped is only seen in the document.
        pairs = parse_qsl(body.decode("latin-1"), encoding="latin-1", max_num_fields=50)
    except ValueError:
        raise MessageUnreadable("The body is a form that cannot be read; post the document itself.") from None
    fields = {name.strip().casefold(): value.encode("latin-1") for name, value in reversed(pairs)}
    found = next((name for name in FORM_FIELDS if name in fields), None) or next(
        (name for name, value in fields.items() if value.lstrip(b" \t\r\n").startswith(b"<")), None
    )
    if found is None:
        raise MessageUnreadable(
            "The body is a form without a document; post the document itself as text/xml."
        )
    notes = [f"The document came in the form field {xml_text(found)[:60]}; post it as text/xml."]
    content = fields[found]
    if found == _BASE64:
        try:
            # A plus sign that was not escaped has become a blank; some encode for addresses (RFC 4648, 5).
            written = b"+".join(content.strip().split(b" "))
            content = base64.b64decode(written.replace(b"-", b"+").replace(b"_", b"/"))
        except ValueError:
            raise MessageUnreadable("The field cXML-base64 is not base64.") from None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        try:
            text = _decode(content, None, notes)
        except MessageUnreadable:
            raise MessageUnreadable("The document in the form is in no charset that we read.") from None
    return text.lstrip("\ufeff \t\r\n"), notes


def _decode(body: bytes, charset: str | None, notes: list[str]) -> str:
    marked = next((name for mark, name in _BYTE_ORDER if body.startswith(mark)), "")
    own = marked or next((name for start, name in _WIDE if body.startswith(start)), "")
    declared = own or _declared(body, notes)
    own = declared or "utf-8"
    name = _python_name(charset) if charset else None
    if charset and name is None:
        notes.append(
            f"The charset {charset[:40]} of the Content-Type is not known; the declaration was used."
        )
    if name in (None, "ascii"):  # what a bare text/xml formally means, and never is meant
        name = _python_name(own)
    elif marked and not str(name).startswith(marked):
        notes.append(f"The Content-Type says {charset}, the byte order mark {marked}; the mark was believed.")
    elif declared and not body.isascii() and _python_name(declared) not in (name, "ascii"):
        notes.append(f"The Content-Type says {charset}, the document {declared}; the Content-Type counts.")
    name = marked or name
    if name is None or name not in READABLE:
        raise MessageUnreadable(f"The charset {(charset or own)[:40]} is not accepted; send UTF-8.")
    if name == "ascii":
        name = "utf-8"
    try:
        return body.decode(name)
    except UnicodeDecodeError as error:
        raise MessageUnreadable(
            f"The body is not valid {name.upper()} (at byte {error.start}). Send UTF-8 and say so."
        ) from None


def _declared(body: bytes, notes: list[str]) -> str:
    """The charset that the XML declaration names, as far as it can be true; may be empty."""
    found = _DECLARED.match(body)
    declared = found[1].decode("ascii") if found else ""
    if (_python_name(declared) or "").startswith(("utf-16", "utf-32")):
        # As .NET declares a text it built in memory, whatever it is then sent in: here a byte is a character.
        notes.append(f"The declaration says {declared}, which the document is not.")
        return ""
    return declared


@lru_cache(maxsize=256)
def _python_name(charset: str) -> str | None:
    try:
        return codecs.lookup(charset).name if charset else None
    except (LookupError, ValueError):
        return None


class NotXml(ValueError):
    """Says what is wrong in words of ours, to be put after "The document": libxml2's quote what follows the
    mistake, and that may be a secret. ``line`` counts from 1 where it is known."""

    def __init__(self, said: str, line: int | None = None, detail: str = "") -> None:
        super().__init__(said)
        self.line = line
        self.detail = detail

    @property
    def where(self) -> str:
        return f" (line {self.line})" if self.line else ""


def parse_xml(text: str, *, skipped: int = 0, notes: list[str] | None = None) -> etree._Element:
    """The root of a document from outside, without its first ``skipped`` characters; raises ``NotXml``.

    With ``notes``, prefixes that the document does not declare are forgiven, each in a namespace of its own.
    """
    document = text[skipped:]
    if has_too_many_names(document):
        raise NotXml(f"has more than {MOST_NAMES} different names of elements and attributes")
    try:
        return _parsed(document)
    except (etree.XMLSyntaxError, ValueError) as error:
        code = getattr(error, "code", None)
        if notes is not None and code == _NS_NOT_DECLARED and (declared := _with_prefixes(document, notes)):
            return parse_xml(text[:skipped] + declared, skipped=skipped)
        line, column = getattr(error, "position", None) or (None, None)
        line = line + text.count("\n", 0, skipped) if line else None
        detail = f"libxml2 error {code or ''} at line {line}, column {column}"
        fault = f": {FAULTS[code]}" if code in FAULTS else ""
        raise NotXml(f"is not well-formed XML{fault}", line, detail) from None


def _parsed(document: str) -> etree._Element:
    return etree.fromstring(document.encode("utf-8", "surrogatepass"), hardened_parser())


def _with_prefixes(document: str, notes: list[str]) -> str:
    """The document with its undeclared prefixes declared by the root, on its line; empty when there are none.

    The sample cart of IDS-Connect has ``xsi:schemaLocation`` in this way, and others copied it.
    """
    root = _ROOT.match(document)
    if root is None:
        return ""
    tag = document[root.start() : document.find(">", root.end()) + 1]
    tags = (_VALUE.sub("", each) for each in _TAG.findall(document))
    found = dict.fromkeys(prefix for each in tags for prefix in _PREFIXED.findall(each))
    undeclared = [
        name for name in found if name not in ("xml", "xmlns") and not re.search(rf"xmlns:{name}\s*=", tag)
    ]
    if not undeclared or len(undeclared) > MOST_PREFIXES:
        return ""
    notes.append(f"Prefixes that the document does not declare: {', '.join(undeclared[:5])}.")
    declarations = "".join(
        f' xmlns:{name}="{KNOWN_PREFIXES.get(name, f"urn:undeclared:{name}")}"' for name in undeclared
    )
    return document[: root.end()] + declarations + document[root.end() :]


def has_too_many_names(text: str) -> bool:
    """Whether lxml must not read it: a DTD inside it may declare any number of names as well."""
    if "<!DOCTYPE" in text and _DECLARES.search(text):
        return True
    # Nearly every document is too short for it.
    if text.count("<") + text.count("=") <= MOST_NAMES:
        return False
    return len({*_ELEMENT_NAMES.findall(text), *_ATTRIBUTE_NAMES.findall(text)}) > MOST_NAMES


def hardened_parser() -> etree.XMLParser:
    """Fetches nothing, expands nothing, and keeps libxml2's limits on depth and size."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def xml_text(text: str) -> str:
    # What is printable is allowed in XML, and nearly every text is; to look takes a third of the time.
    return text if text.isprintable() else _NOT_IN_XML.sub("", text)
