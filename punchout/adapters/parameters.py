"""The parameters of a launch by form, merged from query and body, and without their secrets for the log.

What OCI says, and what other protocols that launch by form do as well.

OCI 4.0, "Calling the product catalog": parameters come by GET or POST; their names are rows in the buyer's
Customizing and are matched whatever their case. Systems send UTF-8 or, unannounced, Windows-1252.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import Message
from io import BytesIO
from urllib.parse import parse_qsl, unquote_plus

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from punchout.adapters.charsets import read_charset
from punchout.adapters.multipart import MULTIPART, multipart_text
from punchout.adapters.redaction import SECRET_NAMES, holds_secret
from punchout.documents import InboundMessage
from punchout.errors import MessageUnreadable
from punchout.wire import REDACTED

MOST_PARAMETERS = 500
# Of parameters that only a mapping may speak of.
MOST_KEPT = 60
LONGEST_KEPT = 1_000
LONGEST_NAME = 120
FORM = "application/x-www-form-urlencoded"
# In front of a name whose ``&`` was written as in HTML: an address that was copied out of a page.
ESCAPED = "amp;"
# All that is kept of a launch to an address that no connection has: nobody knows there what the parameter
# with the password is called.
HARMLESS_NAMES = frozenset(
    (
        "hook_url",
        "hookurl",
        "mm_hook_url",
        "~okcode",
        "~target",
        "~caller",
        "~forcetarget",
        "returntarget",
        "oci_version",
        "opi_version",
        "http_content_charset",
        "function",
        "productid",
        "quantity",
        "searchstring",
        "sap-language",
        "language",
        "lang",
        "username",
    )
)
# Names a parameter's value is kept under, beside its own.
HOOK_ALIASES = ("hook_url", "hookurl", "mm_hook_url")

# What no parameter is called: then it is something else that has an equals sign in it.
_NAME = re.compile(r"[^\s\"'<>{}]{0,300}")
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Parameters:
    """Name and value in the order they came; what the body says comes before what the query says."""

    pairs: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()

    def get(self, *names: str) -> str:
        """The first value that is not blank, trying ``names`` in their order; empty when there is none."""
        for name in names:
            for value in self.all(name):
                if value:
                    return value
        return ""

    def all(self, *names: str) -> list[str]:
        """Every value under any of ``names``, without surrounding blanks, repetitions left out."""
        wanted = {name.casefold() for name in names if name}
        return list(dict.fromkeys(value.strip() for name, value in self.pairs if name.casefold() in wanted))

    def beside(self, known: Iterable[str], password_parameter: str) -> dict[str, str]:
        """What else was sent, by name: rows of the buyer's own, such as a cost centre. No secret is in it."""
        passed_over = {name.casefold() for name in known}
        found: dict[str, str] = {}
        for name, value in self.pairs:
            folded, text = name.strip().casefold(), value.strip()
            if folded in passed_over or not text or len(name) > LONGEST_NAME or len(found) == MOST_KEPT:
                continue
            passed_over.add(folded)
            if not is_secret(name, password_parameter) and not holds_secret(text):
                found[name.strip()] = text[:LONGEST_KEPT]
        return found

    def raw(self, name: str) -> str | None:
        """The first value under ``name`` exactly as it came."""
        wanted = name.casefold()
        return next((value for found, value in self.pairs if found.casefold() == wanted), None)

    def spelled(self, *names: str) -> tuple[tuple[str, str], ...]:
        """The parameters called ``names``, each once, as their sender spells them, in the order they came."""
        wanted = {name.casefold() for name in names}
        found: dict[str, tuple[str, str]] = {}
        for name, value in self.pairs:
            if name.casefold() in wanted:
                found.setdefault(name.casefold(), (name, value))
        return tuple(found.values())


def read_parameters(inbound: InboundMessage) -> Parameters:
    """All parameters of a launch; ``MessageUnreadable`` when the body is no form."""
    notes: list[str] = []
    body = _body(inbound, notes)
    query = _urlencoded(inbound.query.encode("latin-1", "replace"), "", notes)
    if len(body) + len(query) > MOST_PARAMETERS:
        raise MessageUnreadable(f"The launch has more than {MOST_PARAMETERS} parameters.")
    # No name and no value has a use for NUL, and PostgreSQL stores none.
    pairs = tuple((name.replace("\x00", ""), value.replace("\x00", "")) for name, value in (*body, *query))
    return Parameters(pairs, tuple(dict.fromkeys(notes)))


def _body(inbound: InboundMessage, notes: list[str]) -> Pairs:
    if not inbound.body.strip():
        return []
    kind, charset = media_type(inbound.content_type)
    if kind == MULTIPART:
        return _multipart(inbound.body, inbound.content_type, charset, notes)
    if kind not in (FORM, ""):
        if kind not in ("text/plain", "application/octet-stream") or b"=" not in inbound.body:
            raise MessageUnreadable(f"The body is {kind[:60]!r}; a launch is sent as {FORM}.")
        notes.append(f"The body was announced as {kind} and read as a form.")
    return _urlencoded(inbound.body, charset, notes)


def media_type(content_type: str) -> tuple[str, str]:
    """Media type and charset of a Content-Type header; the charset is empty when we do not read it."""
    header = Message()
    header["Content-Type"] = re.sub(r"[\r\n]", " ", content_type) or "text/x-none"
    kind = header.get_content_type()
    return ("" if kind == "text/x-none" else kind), read_charset(header.get_content_charset())


def _urlencoded(data: bytes, charset: str, notes: list[str]) -> Pairs:
    text = data.decode("utf-8", "surrogateescape")
    try:
        pairs = parse_qsl(
            text.strip("\r\n \x00\ufeff"),
            True,
            encoding="utf-8",
            errors="surrogateescape",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError:
        raise MessageUnreadable("The parameters cannot be read as a form.") from None
    if any(name.startswith(ESCAPED) for name, _value in pairs):
        notes.append("The parameters were parted by &amp; as in HTML; they were read as if by &.")
        pairs = [(name.removeprefix(ESCAPED), value) for name, value in pairs]
    return [(_text(name, charset, notes), _text(value, charset, notes)) for name, value in pairs]


def _text(value: str, charset: str, notes: list[str]) -> str:
    """``value`` decoded: the charset that was announced, else UTF-8, else Windows-1252."""
    if value.isascii():
        return value
    data = value.encode("utf-8", "surrogateescape")
    for encoding in (charset, "utf-8"):
        try:
            if encoding:
                return data.decode(encoding)
        except (ValueError, LookupError):
            continue
    else:
        notes.append("Some values are not UTF-8; they were read as Windows-1252.")
        return data.decode("cp1252", "replace")


def _multipart(body: bytes, content_type: str, charset: str, notes: list[str]) -> Pairs:
    encoding = charset or "utf-8"
    try:
        body.decode(encoding)
    except (ValueError, LookupError):
        encoding = "cp1252"
        notes.append("The body is not UTF-8; it was read as Windows-1252.")
    meta = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": len(body)}
    handler = MemoryFileUploadHandler()
    handler.chunk_size = 2**16  # without any, Django searches the whole rest of the body for every part
    try:
        posted, _files = MultiPartParser(meta, BytesIO(body), [handler], encoding).parse()
    except (MultiPartParserError, SuspiciousOperation, ValueError):
        raise MessageUnreadable("The body cannot be read as multipart/form-data.") from None
    return [(name, value) for name, values in posted.lists() for value in values]


# -- for the wire log ----------------------------------------------------------------------------------------


def is_secret(name: str, password_parameter: str | None) -> bool:
    """Whether a parameter's value must not be stored; ``None``: what the password is called is not known."""
    folded = name.replace("\x00", "").strip().casefold().removeprefix(ESCAPED)
    if password_parameter is None:
        return folded not in HARMLESS_NAMES
    return (
        folded == password_parameter.strip().casefold()
        or folded.startswith("pw")
        or any(word in folded for word in SECRET_NAMES)
    )


def redact_form(text: str, password_parameter: str | None) -> str:
    """A query or urlencoded body with the values of secrets replaced, the rest as it came."""
    return redact_pairs(text, lambda name: is_secret(name, password_parameter), MOST_PARAMETERS)


def redact_pairs(text: str, is_secret_name: Callable[[str], bool], most: int) -> str:
    """As ``redact_form``, for a protocol that has names of its own for what is secret.

    What is no form is not kept, as nobody knows where a secret would be in it. Nor is a word without a value
    (the rest of a password with an ``&`` in it), or a document in a value that has an element for a secret.
    """
    kept = []
    if text.count("&") >= most:  # refused all the same, and slow to look through
        return f"[not kept: more than {most} parameters]"
    for pair in text.split("&"):
        name, equals, value = pair.partition("=")
        if not _NAME.fullmatch(name):
            return f"[not kept: {len(text)} characters that are not a form]"
        if not equals:
            kept.append(name if not name or name.casefold() in HARMLESS_NAMES else REDACTED)
        elif is_secret_name(unquote_plus(name)) or holds_secret(unquote_plus(value)):
            kept.append(f"{name}={REDACTED}")
        else:
            kept.append(pair)
    return "&".join(kept)


def redact_body(inbound: InboundMessage, password_parameter: str | None) -> str:
    """The body as text without secrets; one that is no form is not kept, as nobody knows where they are."""
    if not inbound.body:
        return ""
    kind, charset = media_type(inbound.content_type)
    if kind == MULTIPART:
        try:
            pairs: Iterable[tuple[str, str]] = _multipart(inbound.body, inbound.content_type, charset, [])
        except MessageUnreadable:
            return _not_kept(inbound)
        kept = (
            (name, REDACTED if is_secret(name, password_parameter) or holds_secret(value) else value)
            for name, value in pairs
        )
        return multipart_text(kept, inbound.content_type)
    try:
        if kind not in (FORM, ""):
            _body(inbound, [])
    except MessageUnreadable:
        return _not_kept(inbound)
    text = inbound.body.decode("utf-8", "replace")
    return redact_form(text, password_parameter) if "=" in text else _not_kept(inbound)


def _not_kept(inbound: InboundMessage) -> str:
    return (
        f"[not kept: {len(inbound.body)} bytes of {inbound.content_type[:80] or 'no media type'}, not a form]"
    )
