"""The formats that can be read; each is registered by its module, a test may register its own and restore.

A reader is a function from a ``Source`` and a ``Reading`` to the file's header and its records::

    @register("datanorm", label="Datanorm 4 / 5", options=DatanormOptions, sniff=looks_like_datanorm)
    def read(source: Source, reading: Reading) -> tuple[FileHeader, Iterator[Record]]: ...

It reads the header at once and the records while they are taken, holds no more than one of them, opens what
it reads by ``source.open`` (which counts the progress), and raises ``FileRefused`` when the whole file is not
to be taken. The same file gives the same records in the same order: that is how an import is resumed.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.utils.functional import Promise
from pydantic import BaseModel, ConfigDict

from catalog.imports.records import FileHeader, Record
from catalog.imports.source import Source
from catalog.imports.units import unit_code


class ReaderOptions(BaseModel):
    """What an operator chooses for one format: the titles and descriptions are its form's labels and help."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the import profile says where the file says nothing."""

    options: ReaderOptions = field(default_factory=ReaderOptions)
    language: str = "en"  # of texts without one: en, nl, fr, de
    currency: str = ""
    order_unit: str = ""  # of articles without one
    brand: str = ""
    customer: str = ""  # whose net prices are read; empty: whoever the file names
    territory: str = ""  # ISO 3166, two letters; prices for other countries are left out
    unit_aliases: Mapping[str, str] = field(default_factory=dict)  # the supplier's own words to codes
    # ``previous_version`` of the last update that was applied, -1 after a full catalog, ``None`` before.
    last_version: int | None = None
    # Whether ``Ready`` rows are welcome in place of records, from a reader that can make them.
    ready: bool = False

    def unit(self, text: str) -> str | None:
        """The Rec 20/21 code (packaging without X) for a unit as the file writes it; ``None``: unknown."""
        return unit_code(text, self.unit_aliases)


Read = Callable[[Source, Reading], tuple[FileHeader, Iterator[Record]]]
Sniff = Callable[[Source], bool]


class FormatUnknown(LookupError):
    """No format has this name."""


@dataclass(frozen=True, slots=True)
class Format:
    slug: str
    label: str | Promise
    read: Read
    sniff: Sniff  # cheap: looks at ``source.head`` and the names of ``source.parts``
    options: type[ReaderOptions]
    tabular: bool = False  # columns are mapped by the operator


_formats: dict[str, Format] = {}


def register(
    slug: str,
    *,
    label: str | Promise,
    sniff: Sniff,
    options: type[ReaderOptions] = ReaderOptions,
    tabular: bool = False,
) -> Callable[[Read], Read]:
    """Registers a reader."""

    def add(read: Read) -> Read:
        if slug in _formats:
            raise ValueError(f"the import format {slug} is registered twice")
        _formats[slug] = Format(slug, label, read, sniff, options, tabular)
        return read

    return add


def find_format(slug: str) -> Format:
    """The format of that name; raises ``FormatUnknown``."""
    try:
        return _formats[slug]
    except KeyError:
        raise FormatUnknown(slug) from None


def recognise(source: Source) -> Format | None:
    """The first format that takes the file for its own."""
    return next((each for each in _formats.values() if each.sniff(source)), None)


def formats() -> list[Format]:
    return list(_formats.values())


@contextmanager
def restored() -> Iterator[None]:
    """What is registered inside is forgotten afterwards."""
    before = dict(_formats)
    try:
        yield
    finally:
        _formats.clear()
        _formats.update(before)
