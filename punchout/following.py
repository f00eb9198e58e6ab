"""What follows a returned cart (its order): shown beside it, and put into its trace.

The rooms above know these documents and register a source; this room knows how to name and to show them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from punchout.models import ReturnedCart


@dataclass(frozen=True, slots=True)
class Following:
    """One document: ``label`` and ``text`` name it, ``address`` is its page in the admin.

    ``file_name`` and ``content`` (JSON) are its place in a trace.
    """

    label: str
    text: str
    address: str
    file_name: str
    content: Callable[[], Mapping[str, Any]]


Source = Callable[[ReturnedCart], Iterable[Following]]
_sources: list[Source] = []


def register(source: Source) -> None:
    _sources.append(source)


def unregister(source: Source) -> None:
    _sources.remove(source)


def following(returned: ReturnedCart | None) -> list[Following]:
    """All that follows a cart, in the order in which the sources were registered."""
    return [found for source in _sources for found in source(returned)] if returned is not None else []
