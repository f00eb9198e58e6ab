"""The body of a message as it was meant: unzipped, and never more than ``settings.MESSAGE_LIMIT`` bytes."""

import zlib

from django.conf import settings
from django.http import HttpRequest

from punchout.errors import MessageTooLarge, MessageUnreadable

ZIPPED = frozenset(("gzip", "x-gzip", "deflate"))  # RFC 9110, 8.4.1
# What clients put into Content-Encoding when they mean the charset.
CHARSETS = frozenset(("utf-8", "utf8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16"))
_GZIP = b"\x1f\x8b"  # no text begins with it
_EITHER_HEADER = zlib.MAX_WBITS | 32
# What some clients mean by deflate, against RFC 9110.
_NO_HEADER = -zlib.MAX_WBITS


def read_body(request: HttpRequest) -> tuple[bytes, list[str]]:
    """The body, and what was forgiven; raises ``MessageTooLarge`` or ``MessageUnreadable``."""
    limit = settings.MESSAGE_LIMIT
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    body = _raw(request, limit + 1)
    if len(body) > limit:
        raise _too_large(limit)
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding in ZIPPED:
        return _unzipped(body, encoding, limit), []
    notes = []
    if encoding not in ("", "identity"):
        if encoding not in CHARSETS:
            raise MessageUnreadable(
                f"Content-Encoding {encoding[:20]} is not supported; send the message plain or as gzip."
            )
        notes.append(f"The Content-Encoding is {encoding[:20]}, which is a charset; it was not read.")
    if body.startswith(_GZIP):
        notes.append("The body is gzip, and no Content-Encoding says so.")
        body = _unzipped(body, "gzip", limit)
    return body, notes


def _unzipped(body: bytes, encoding: str, limit: int) -> bytes:
    for header in (_EITHER_HEADER, _NO_HEADER) if encoding == "deflate" else (_EITHER_HEADER,):
        unzip = zlib.decompressobj(header)
        try:
            plain = unzip.decompress(body, limit + 1)
        except zlib.error:
            continue
        if len(plain) > limit or unzip.unconsumed_tail:
            raise _too_large(limit)
        return plain
    raise MessageUnreadable(f"The body is not valid {encoding}.")


def _too_large(limit: int) -> MessageTooLarge:
    return MessageTooLarge(f"The message is larger than {limit} bytes.")


def _raw(request: HttpRequest, most: int) -> bytes:
    """At most ``most`` bytes of the body, also of one that was sent in chunks and so has no length."""
    if request.META.get("CONTENT_LENGTH") or not request.META.get("wsgi.input_terminated"):
        return request.read(most)
    # Django takes a missing length for an empty body; the server promises that this stream ends with it.
    stream, body = request.META["wsgi.input"], bytearray()
    while len(body) < most and (piece := stream.read(most - len(body))):
        body += piece
    return bytes(body)
