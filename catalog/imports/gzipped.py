"""A file that was packed by gzip, unpacked while it is read: never to more than a catalog ever was.

How large it unpacks nobody knows before (the figure at its end is of its last part alone, and less what is
above 4 GB), so what is read is counted, and the file is refused as soon as it is too much (gzip bombs).
"""

import gzip
import zlib
from collections.abc import Callable
from io import RawIOBase
from pathlib import PurePosixPath
from typing import IO, Any, cast

from catalog.imports.errors import FileRefused
from catalog.wording import said as _

GZIP_START = b"\x1f\x8b\x08"
ENDINGS = frozenset({".gz", ".gzip"})
# Archives by their beginning: there is one file in a gzip, and it is no archive.
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ\x00")
_TAR, _TAR_AT = b"ustar", 257
# So many packed bytes without content are a header without end, or parts with nothing in them.
MOST_IDLE = 1024 * 1024


class Gunzipped(RawIOBase):
    """The bytes inside a file of ``packed`` bytes; ``listen`` hears how many of these were read.

    Refused are more than ``most_ratio`` times as many (once they are more than ``ratio_from``), more than
    ``most``, and a file that is damaged or cut off.
    """

    def __init__(
        self, file: IO[bytes], packed: int, listen: Callable[[int], None], *, most_ratio: int,
        ratio_from: int, most: int,
    ) -> None:  # fmt: skip
        self._file = _Fed(file)
        self._listen = listen
        self._gzip = gzip.GzipFile(fileobj=cast(IO[bytes], self._file), mode="rb")
        self._here = 0
        self._ratio = most_ratio
        self._by_ratio = max(ratio_from, most_ratio * packed)
        self._most = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._gzip.read(len(buffer))
        except EOFError as error:
            raise FileRefused(_("The gzip is cut off: not all that was packed is there.")) from error
        except (OSError, zlib.error) as error:
            raise FileRefused(_("The gzip cannot be unpacked: %s") % error) from error
        self._here += len(data)
        if self._here > self._by_ratio:
            raise FileRefused(_("The gzip unpacks to more than %s times its size.") % self._ratio)
        if self._here > self._most:
            raise FileRefused(_("The gzip unpacks to more than %s GB.") % (self._most // 1024**3))
        self._file.idle = 0
        self._listen(self._file.position)
        buffer[: len(data)] = data
        return len(data)


class _Fed:
    """The packed bytes as they are taken, ``idle`` of them since there was content."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.idle = self.position = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.idle += len(data)
        self.position += len(data)
        if self.idle > MOST_IDLE:
            raise FileRefused(_("The gzip holds next to nothing."))
        return data


def name_inside(name: str) -> str:
    """What the file was called before it was packed: ``DATANORM.001`` of ``DATANORM.001.gz``."""
    path = PurePosixPath(name)
    return path.stem if path.suffix.casefold() in ENDINGS else name


def check_no_archive(head: bytes) -> None:
    """Raises ``FileRefused`` for a tar, a zip or another gzip inside."""
    if head.startswith(_ARCHIVES) or head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        raise FileRefused(_("There is an archive inside the gzip; pack the file alone."))
