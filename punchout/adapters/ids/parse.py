"""The form of an IDS-Connect launch, as it comes in and without its secrets for the log.

IDS-Connect 2.0 and 2.5, transport: a form posted as multipart, charset given. Clients also post it
urlencoded, and from a local file whose charset nobody names: values are UTF-8, else Windows-1252. Names are
matched whatever their case.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from io import BytesIO
from urllib.parse import parse_qsl, unquote_plus

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from punchout.adapters.charsets import read_charset
from punchout.adapters.multipart import MULTIPART, multipart_text
from punchout.adapters.parameters import redact_pairs
from punchout.adapters.redaction import holds_secret
from punchout.documents import InboundMessage
from punchout.errors import MessageUnreadable
from punchout.wire import REDACTED

MOST_PARAMETERS = 200
FORM = "application/x-www-form-urlencoded"
# Bytes as text, one character a byte: what charset they are in is seen when a value is looked at.
_BYTES = "latin-1"
# pw_kunde is the specification's; the others are what dialects and mistyped forms call it.
_SECRET = re.compile(r"pw|pass|pwd|kennwort|secret|token", re.IGNORECASE)

Pairs = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Parameters:
    """Name and value in the order they came; what the body says comes before what the query says."""

    pairs: tuple[tuple[str, bytes], ...]
    charset: str = ""

    def _raw(self, name: str) -> Iterator[bytes]:
        wanted = name.casefold()
        return (value for found, value in self.pairs if found.strip().casefold() == wanted)

    def document(self, name: str) -> bytes:
        """The first value that is not blank, as it came."""
        return next((value for value in self._raw(name) if value.strip()), b"")

    def exact(self, name: str) -> str:
        """The first value, with every blank it has; empty when there is none."""
        return next((decoded(value, self.charset) for value in self._raw(name)), "")

    def get(self, name: str) -> str:
        """The first value that is not blank, without surrounding blanks; empty when there is none."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """Every value that is not blank, without surrounding blanks, repetitions left out."""
        values = (decoded(value, self.charset).strip() for value in self._raw(name))
        return list(dict.fromkeys(value for value in values if value))


def decoded(value: bytes, charset: str = "") -> str:
    """The text of a value: UTF-8, else the charset that was announced, else Windows-1252. Without NUL."""
    for encoding in ("utf-8", charset):
        try:
            if encoding:
                return value.decode(encoding).replace("\x00", "")
        except (ValueError, LookupError):
            continue
    return value.decode("cp1252", "replace").replace("\x00", "")


def read_parameters(inbound: InboundMessage) -> tuple[Parameters, list[str]]:
    """All parameters of a launch and what was forgiven; ``MessageUnreadable`` when the body is no form."""
    notes: list[str] = []
    body, charset = _body(inbound, notes)
    query = _urlencoded(inbound.query.encode(_BYTES, "replace"))
    if len(body) + len(query) > MOST_PARAMETERS:
        raise MessageUnreadable(f"The launch has more than {MOST_PARAMETERS} parameters.")
    values = [value for _name, value in (*body, *query)]
    if not all(_is_utf8(value) for value in values):
        notes.append(f"Some values are not UTF-8; they were read as {charset or 'Windows-1252'}.")
    return Parameters((*body, *query), charset), notes


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _body(inbound: InboundMessage, notes: list[str]) -> tuple[Pairs, str]:
    if not inbound.body.strip():
        return [], ""
    kind, charset = media_type(inbound.content_type)
    if kind == MULTIPART:
        return _multipart(inbound.body, inbound.content_type), charset
    if kind not in (FORM, ""):
        if kind not in ("text/plain", "application/octet-stream") or b"=" not in inbound.body:
            raise MessageUnreadable(f"The body is {kind[:60]!r}; a launch is sent as {MULTIPART}.")
        notes.append(f"The body was announced as {kind} and read as a form.")
    return _urlencoded(inbound.body), charset


def media_type(content_type: str) -> tuple[str, str]:
    """Media type and charset of a Content-Type header; empty when there is none."""
    header = Message()
    header["Content-Type"] = re.sub(r"[\r\n]", " ", content_type) or "text/x-none"
    kind = header.get_content_type()
    return ("" if kind == "text/x-none" else kind), read_charset(header.get_content_charset())


def _urlencoded(data: bytes) -> Pairs:
    try:
        pairs = parse_qsl(
            data.decode(_BYTES).strip("\r\n \x00"), True, encoding=_BYTES, max_num_fields=MOST_PARAMETERS * 2
        )
    except ValueError:
        raise MessageUnreadable("The parameters cannot be read as a form.") from None
    return [(_name(name), value.encode(_BYTES)) for name, value in pairs]


def _multipart(body: bytes, content_type: str) -> Pairs:
    """The parts of a multipart form; one that names a file (a cart from disk) counts as a value too."""
    meta = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": len(body)}
    handler = MemoryFileUploadHandler()
    handler.chunk_size = 2**16
    try:
        posted, files = MultiPartParser(meta, BytesIO(body), [handler], _BYTES).parse()
    except (MultiPartParserError, SuspiciousOperation, ValueError):
        raise MessageUnreadable("The body cannot be read as multipart/form-data.") from None
    pairs = [(_name(name), value.encode(_BYTES)) for name, values in posted.lists() for value in values]
    return pairs + [(_name(name), file.read()) for name, held in files.lists() for file in held]


def _name(name: str) -> str:
    return decoded(name.encode(_BYTES))


# -- for the wire log ----------------------------------------------------------------------------------------


def is_secret(name: str) -> bool:
    """Whether a parameter's value must not be stored."""
    return bool(_SECRET.search(unquote_plus(name)))


def redact_form(text: str) -> str:
    """A query or urlencoded body with the values of secrets replaced, the rest as it came."""
    return redact_pairs(text, is_secret, MOST_PARAMETERS * 2)


def redact_body(inbound: InboundMessage) -> str:
    """The body as text without secrets; one that is no form is not kept, as nobody knows where they are."""
    if not inbound.body:
        return ""
    kind, charset = media_type(inbound.content_type)
    try:
        if kind == MULTIPART:
            pairs = _multipart(inbound.body, inbound.content_type)
            texts = ((name, decoded(value, charset)) for name, value in pairs)
            kept = (
                (name, REDACTED if is_secret(name) or holds_secret(text) else text) for name, text in texts
            )
            return multipart_text(kept, inbound.content_type)
        _body(inbound, [])
    except MessageUnreadable:
        return _not_kept(inbound)
    return redact_form(decoded(inbound.body, charset)) if b"=" in inbound.body else _not_kept(inbound)


def _not_kept(inbound: InboundMessage) -> str:
    return (
        f"[not kept: {len(inbound.body)} bytes of {inbound.content_type[:80] or 'no media type'}, not a form]"
    )
