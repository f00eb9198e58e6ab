"""Makes one file for one customer; whatever is wrong with the order is said before its first byte."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from catalog.exports.order import ExportOrder
from catalog.exports.registry import Format, find_format

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Export:
    """A file on its way: to be read once, piece by piece."""

    format: Format
    filename: str
    content: Iterator[bytes]


def make_export(*, slug: str, order: ExportOrder) -> Export:
    """The file in one format. Raises ``FormatUnknown`` and ``ExportRefused``.

    After that only the database can fail, and then the file has no end.
    """
    chosen = find_format(slug)
    order = replace(order, orderable_only=chosen.orderable_only, with_stock=order.with_stock and chosen.stock)
    order.check()
    pieces = chosen.write(order)
    first = next(pieces, b"")
    return Export(chosen, file_name(chosen, order), chain([first], pieces))


def file_name(chosen: Format, order: ExportOrder) -> str:
    """``articles-100001-2026-11-21.csv``: whose and of which day, in letters every system takes."""
    number = _NOT_IN_NAMES.sub("-", order.organisation.number).strip("-.") or "customer"
    kind = "changes" if order.incremental else "articles"
    return f"{kind}-{number}-{order.today.isoformat()}.{chosen.extension}"
