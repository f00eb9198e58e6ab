"""What is below a category, from plain rows."""

from collections import defaultdict
from collections.abc import Iterable


def below(rows: Iterable[tuple[int, int | None]], tops: Iterable[int]) -> list[int]:
    """The ids of these categories and of all below them; ``rows`` are (id, parent)."""
    children: dict[int | None, list[int]] = defaultdict(list)
    for pk, parent in rows:
        children[parent].append(pk)
    found: dict[int, None] = {}
    waiting = list(tops)
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found[pk] = None
            waiting.extend(children[pk])
    return list(found)
