"""Puts the lines of a cart back onto the positions that the buyer's system sent.

Our cart holds an article once; a trade ERP may send it on two positions, for two rooms of a building. Every
position that was sent comes back with its own numbers, unless the buyer removed its article.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from punchout.documents import ReturnLine


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
        own = by_sku.get(line.sku.casefold(), [])
        if not own and line.token in by_token:
            own = [by_token[line.token]]
        if not own:
            found.append((len(known), Placed(line)))
        for index, share in _shares(line, own, known):
            position = known[index]
            found.append((index, Placed(share, position["character"], position["references"])))
    return [item for _index, item in sorted(found, key=lambda pair: pair[0])]


def _shares(
    line: ReturnLine, own: list[int], positions: list[Mapping[str, Any]]
) -> Iterator[tuple[int, ReturnLine]]:
    """A line cut into its positions: each gets what it asked for while there is some, the last the rest.

    The totals of the parts add up to that of the line.
    """
    quantity, total = line.quantity, line.total
    for place, index in enumerate(own):
        asked = Decimal(positions[index]["quantity"])
        share = quantity if place == len(own) - 1 else min(asked, quantity)
        if share <= 0:
            continue
        part = total if share == quantity else _proportion(line, share)
        yield index, line.changed(quantity=share, total=part)
        quantity, total = quantity - share, total - part


def _proportion(line: ReturnLine, share: Decimal) -> Decimal:
    coin = Decimal(1).scaleb(int(line.total.as_tuple().exponent))
    return (line.total * share / line.quantity).quantize(coin, ROUND_HALF_UP)
