"""The formats there are; each is registered by its module, and a test may register its own and restore."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from catalog.exports.order import ExportOrder

Writer = Callable[[ExportOrder], Iterator[bytes]]


class FormatUnknown(LookupError):
    """No format has this name."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file. ``orderable_only``: articles that can no longer be ordered are left out of it.

    ``only_prices``: it says nothing of articles but their prices, so each file follows the one before.
    ``stock``: it says what lies in stock, so that more or less of it is a change.
    """

    slug: str
    label: str
    media_type: str
    extension: str
    write: Writer
    orderable_only: bool = False
    only_prices: bool = False
    stock: bool = False


_formats: dict[str, Format] = {}


def register(
    slug: str,
    *,
    label: str,
    media_type: str,
    extension: str,
    orderable_only: bool = False,
    only_prices: bool = False,
    stock: bool = False,
) -> Callable[[Writer], Writer]:
    """Registers a writer, which gives the file in pieces and keeps no more of it than one."""

    def add(write: Writer) -> Writer:
        if slug in _formats:
            raise ValueError(f"the export format {slug} is registered twice")
        _formats[slug] = Format(slug, label, media_type, extension, write, orderable_only, only_prices, stock)
        return write

    return add


def find_format(slug: str) -> Format:
    """The format of that name; raises ``FormatUnknown``."""
    try:
        return _formats[slug]
    except KeyError:
        raise FormatUnknown(slug) from None


def format_slugs() -> list[str]:
    return list(_formats)


def all_formats() -> list[Format]:
    return list(_formats.values())


def media_types() -> list[str]:
    return list(dict.fromkeys(each.media_type.partition(";")[0] for each in _formats.values()))


@contextmanager
def restored() -> Iterator[None]:
    """What is registered inside is forgotten afterwards."""
    before = dict(_formats)
    try:
        yield
    finally:
        _formats.clear()
        _formats.update(before)
