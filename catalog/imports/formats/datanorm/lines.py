"""The records of a file as their fields: ``;`` between, nothing quoted, a blank for empty."""

from collections.abc import Iterator
from typing import IO, NamedTuple

from catalog.imports.errors import FileRefused
from catalog.wording import said as _

END = b"\x1a"
# What some editors write in front of UTF-8.
MARK = b"\xef\xbb\xbf"
# Field names below count from 1, as the specification does; the record's letter is the first.
LONGEST_LINE = 16 * 1024


class Line(NamedTuple):
    number: int  # in the file, from 1
    fields: list[str]

    def field(self, position: int) -> str:
        """The field at this position from 1; empty when it is not there."""
        return self.fields[position - 1].strip() if position <= len(self.fields) else ""

    @property
    def kind(self) -> str:
        return self.fields[0]


def lines(stream: IO[bytes], encoding: str) -> Iterator[Line]:
    """Every record with content. Bytes that the code page has no sign for become �."""
    number = 0
    while raw := stream.readline(LONGEST_LINE):
        number += 1
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            raise FileRefused(_("A line is longer than any record of Datanorm."), number)
        raw = raw.rstrip(b"\r\n" + END)
        if number == 1:
            raw = raw.removeprefix(MARK)
        if not raw.strip():
            continue
        text = raw.decode(encoding or "ascii", "replace").replace("\x00", " ")
        if text.startswith("V "):
            # The header of version 4 has fixed columns.
            yield Line(number, ["V", text])
            continue
        fields = text.split(";")
        fields[0] = fields[0].strip().upper()
        yield Line(number, fields)
