"""The file that is read: never more than announced, never outside itself, its progress known in bytes.

A zip is taken apart by what it announces before a byte of it is unpacked: names that leave the archive,
encrypted or nested archives, too many entries and entries that unpack to too much refuse the whole file
(zip slip, zip bombs). While unpacking nothing is read beyond the announced size either. Spreadsheets are
zips too (``as_workbook``); they stay one file, after the same check with limits of their own. What gzip has
packed is one file as well, and held to the same limits while it is read.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from io import BufferedReader, RawIOBase
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from catalog.imports.errors import FileRefused
from catalog.imports.gzipped import GZIP_START, Gunzipped, check_no_archive, name_inside
from catalog.wording import said as _

ZIP_START = b"PK\x03\x04"
# A catalog compresses 10 to 40 times, a hostile file a thousand times.
MOST_RATIO = 200
# Below this size the ratio says nothing: a spreadsheet's empty styles compress well.
RATIO_FROM = 10 * 1024 * 1024
MOST_ENTRIES = 200_000
MOST_UNPACKED = 64 * 1024**3
# A spreadsheet is read as a whole sheet: its XML may not be larger than fits beside the shop.
MOST_WORKBOOK = 300 * 1024 * 1024
HEAD = 4096
# What Python's zipfile raises for an archive whose directory, or whose entry, is not what it says.
UNOPENED = (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError)
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError)
_MEDIA = """
.jpg .jpeg .png .gif .webp .tif .tiff .bmp .svg .pdf .doc .docx .eps .mp4 .dwg .dxf .step .stp
"""
PICTURES_AND_DOCUMENTS = frozenset(_MEDIA.split())


@dataclass(frozen=True, slots=True)
class Part:
    """A file inside the source: the source itself, or one entry of its zip."""

    name: str  # base name as written; compare with ``casefold``
    path: str  # with its folders inside the zip
    size: int  # of a gzip, as it is packed


class Source:
    """A file on disk that a reader opens as often as it likes.

    ``position`` of ``total`` bytes is what was read of the parts that were opened, for the progress.
    """

    def __init__(self, path: Path, name: str = "") -> None:
        self.path = path
        self.name = name or path.name
        self._read: dict[str, int] = {}

    @property
    def position(self) -> int:
        return sum(self._read.values())

    @cached_property
    def total(self) -> int:
        """What there is to read: everything but pictures and documents."""
        return sum(part.size for part in self.parts if not is_media(part.name))

    @cached_property
    def head(self) -> bytes:
        """The beginning of the main part; empty for an empty file."""
        if self.main is None:
            return b""
        with self.open(self.main, counted=False) as file:
            return file.read(HEAD)

    @cached_property
    def is_zip(self) -> bool:
        with self.path.open("rb") as file:
            return file.read(4) == ZIP_START

    @cached_property
    def is_gzip(self) -> bool:
        with self.path.open("rb") as file:
            return file.read(len(GZIP_START)) == GZIP_START

    @cached_property
    def is_workbook(self) -> bool:
        """An XLSX, XLSB or ODS: a zip that names itself a document."""
        if not self.is_zip:
            return False
        names = set(self._names())
        return "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= names

    @cached_property
    def parts(self) -> list[Part]:
        """What is inside, in the order of the archive; one part when it is no archive, or a workbook."""
        size = self.path.stat().st_size
        if self.is_gzip:
            with self.path.open("rb") as file:
                check_no_archive(_buffered(_gunzipped(file, size)).read(HEAD))
            name = name_inside(self.name)
            return [Part(name, name, size)]
        if not self.is_zip or self.is_workbook:
            return [Part(self.name, self.name, size)]
        return [
            Part(PurePosixPath(info.filename.replace("\\", "/")).name, info.filename, info.file_size)
            for info in self._checked()
        ]

    @cached_property
    def main(self) -> Part | None:
        """The largest part that is no picture: a catalog is larger than what somebody says of it beside."""
        return max((part for part in self.parts if not is_media(part.name)), key=_size, default=None)

    def unread(self) -> list[Part]:
        """The parts of a zip that are no pictures and that nobody opened."""
        # A reader that opens no part at all does not take any for its own.
        if not self.is_zip or self.is_workbook or not self._read:
            return []
        return [part for part in self.parts if not is_media(part.name) and part.path not in self._read]

    @contextmanager
    def open(self, part: Part | None = None, *, counted: bool = True) -> Iterator[IO[bytes]]:
        """Opens a part (the main one, when none is named) for reading bytes."""
        part = part or self.main
        if part is None:
            raise FileRefused(_("There is nothing to read in the file."))
        note = self._read if counted else {}
        note.setdefault(part.path, 0)
        if not self.is_zip or self.is_workbook:
            with self.path.open("rb") as file:
                packed = _gunzipped(file, part.size, partial(_reached, note, part)) if self.is_gzip else None
                yield _buffered(packed or _Counted(file, part, note))
            return
        with zipfile.ZipFile(self.path) as archive:
            try:
                entry = archive.open(part.path)
            except UNOPENED as error:
                raise FileRefused(_("The zip cannot be unpacked: %s") % error) from error
            with entry:
                yield _buffered(_Counted(entry, part, note))

    def as_workbook(self) -> Path:
        """The path of a spreadsheet that is safe to open; raises ``FileRefused``."""
        if self.is_zip:
            unpacked = sum(info.file_size for info in self._checked())
            if unpacked > MOST_WORKBOOK:
                raise FileRefused(
                    _("The spreadsheet unpacks to %(size)s MB; at most %(most)s MB. Save it as CSV.")
                    % {"size": unpacked // 2**20, "most": MOST_WORKBOOK // 2**20}
                )
        return self.path

    def done(self) -> None:
        """Counts everything as read, for a reader that does not open parts itself."""
        self._read = {part.path: part.size for part in self.parts if not is_media(part.name)}

    def find(self, name: str) -> Part | None:
        """The part with this name or path, without regard to case, for pictures that a file names."""
        wanted = name.replace("\\", "/").casefold().lstrip("./")
        by_path, by_name = self._lookup
        return by_path.get(wanted) or by_name.get(PurePosixPath(wanted).name)

    @cached_property
    def _lookup(self) -> tuple[dict[str, Part], dict[str, Part]]:
        if not self.is_zip or self.is_workbook:
            return {}, {}
        by_path = {part.path.replace("\\", "/").casefold(): part for part in self.parts}
        return by_path, {part.name.casefold(): part for part in reversed(self.parts)}

    def _names(self) -> list[str]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                return archive.namelist()
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise FileRefused(_("The zip cannot be opened: %s") % error) from error

    def _checked(self) -> list[zipfile.ZipInfo]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                entries = archive.infolist()
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise FileRefused(_("The zip cannot be opened: %s") % error) from error
        if len(entries) > MOST_ENTRIES:
            raise FileRefused(_("The zip has more than %s entries.") % MOST_ENTRIES)
        if sum(info.file_size for info in entries) > MOST_UNPACKED:
            raise FileRefused(_("The zip unpacks to more than %s GB.") % (MOST_UNPACKED // 1024**3))
        return [info for info in entries if _harmless(info)]


def _size(part: Part) -> int:
    return part.size


def is_media(name: str) -> bool:
    return PurePosixPath(name.casefold()).suffix in PICTURES_AND_DOCUMENTS


def _harmless(info: zipfile.ZipInfo) -> bool:
    """Whether the entry is a file to read; raises ``FileRefused`` where it is a trap."""
    name = info.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or ":" in name or any(ord(c) < 32 for c in name):
        raise FileRefused(_("An entry of the zip has a path that leads out of it: %s") % ascii(name)[:80])
    if info.flag_bits & 0x1:
        raise FileRefused(_("The zip is encrypted."))
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        raise FileRefused(_("An entry of the zip is a link: %s") % name[:80])
    if info.file_size > RATIO_FROM and info.file_size > MOST_RATIO * max(info.compress_size, 1):
        raise FileRefused(_("An entry of the zip unpacks to more than %s times its size.") % MOST_RATIO)
    if name.casefold().endswith((".zip", ".7z", ".rar", ".gz")):
        raise FileRefused(_("There is an archive inside the zip: %s") % name[:80])
    # What macOS adds, and hidden files, are nobody's catalog.
    return not (info.is_dir() or name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith("."))


class _Counted(RawIOBase):
    """Counts what is read, and stops at the announced size."""

    def __init__(self, file: IO[bytes], part: Part, note: dict[str, int]) -> None:
        self._file = file
        self._part = part
        self._note = note
        self._here = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._file.read(len(buffer))
        except BROKEN as error:
            raise FileRefused(_("The zip cannot be unpacked: %s") % error) from error
        self._here += len(data)
        if self._here > self._part.size:
            raise FileRefused(_("An entry of the zip is larger than it says: %s") % self._part.name)
        _reached(self._note, self._part, self._here)
        buffer[: len(data)] = data
        return len(data)


def _reached(note: dict[str, int], part: Part, position: int) -> None:
    """A part that is read twice was not read further for it."""
    note[part.path] = max(note[part.path], position)


def _gunzipped(
    file: IO[bytes], packed: int, listen: Callable[[int], None] = lambda position: None
) -> Gunzipped:
    return Gunzipped(
        file, packed, listen, most_ratio=MOST_RATIO, ratio_from=RATIO_FROM, most=MOST_UNPACKED
    )  # fmt: skip


def _buffered(raw: RawIOBase) -> IO[bytes]:
    return cast(IO[bytes], BufferedReader(raw, 256 * 1024))
