"""Puts the lines of a cart back onto the positions that the buyer's system sent.

Every position that was sent comes back with its own numbers, unless the buyer removed its article. Two
positions of one article come here as two lines already (``punchout.positions``).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from punchout.documents import ReturnLine
from punchout.positions import shares, split


@dataclass(frozen=True, slots=True)
class Placed:
    """A line as it goes back, with what its position had: ``references`` are the RefItems as they came."""

    line: ReturnLine
    character: str = ""
    references: Mapping[str, str] = field(default_factory=dict)


def placed(lines: Iterable[ReturnLine], positions: Iterable[Mapping[str, Any]]) -> list[Placed]:
    """The lines in the order of the positions they belong to, new ones at the end."""
    known = list(positions)
    by_token = {position["token"]: index for index, position in enumerate(known)}
    by_sku: dict[str, list[int]] = defaultdict(list)
    for index, position in enumerate(known):
        by_sku[position["sku"].casefold()].append(index)
    found: list[tuple[int, Placed]] = []
    for line in lines:
        # An article that was removed and put in again has lost its identity, not its positions.
        own = [by_token[line.token]] if line.token in by_token else by_sku.get(line.sku.casefold(), [])
        if not own:
            found.append((len(known), Placed(line)))
        for index, share in _shares(line, own, known):
            position = known[index]
            found.append((index, Placed(share, position["character"], position["references"])))
    return [item for _index, item in sorted(found, key=lambda pair: pair[0])]


def _shares(
    line: ReturnLine, own: list[int], positions: list[Mapping[str, Any]]
) -> Iterator[tuple[int, ReturnLine]]:
    """A line cut into its positions."""
    left = line
    for place, share in shares(line.quantity, [Decimal(positions[index]["quantity"]) for index in own]):
        part, left = split(left, share)
        yield own[place], part
