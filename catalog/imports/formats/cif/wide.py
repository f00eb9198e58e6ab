"""A CIF that a spreadsheet saved as "Unicode text", which is UTF-16: read as if it were UTF-8."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from typing import IO, Any, cast

from catalog.imports.source import Source

MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
PIECE = 64 * 1024


def is_wide(source: Source) -> bool:
    return source.head.startswith(MARKS)


def head(source: Source) -> bytes:
    """The beginning of the file, as UTF-8 when it is UTF-16."""
    return source.head.decode("utf-16", "ignore").encode() if is_wide(source) else source.head


@contextmanager
def opened(source: Source, *, counted: bool = True) -> Iterator[IO[bytes]]:
    with source.open(counted=counted) as stream:
        yield cast(IO[bytes], BufferedReader(_Narrowed(stream))) if is_wide(source) else stream


class _Narrowed(RawIOBase):
    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._waiting:
            piece = self._stream.read(PIECE)
            self._waiting = self._decoder.decode(piece, not piece).encode()
            if not piece:
                break
        given, self._waiting = self._waiting[: len(buffer)], self._waiting[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)
