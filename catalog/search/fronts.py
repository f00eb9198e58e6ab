"""Where an article stands in every order, as a number, and where the beginning of every order ends.

Both are told from the names and numbers of a sample of the assortment when an index is built, and lie in its
folder, because whoever follows changes must draw them in the same place. An article's place is how many of
the sample stand before it, and then by what it differs from those beside it. An article that stands before a
border carries a term for it: whatever is asked for, if enough lies before the border, the first of it do.
"""

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from catalog.search.text import LANGUAGES

FILE = "fronts.json"
STOCK, SKU = "stock", "sku"
# Names and numbers are texts, whose places are numbers; a quantity is a number already.
NAMED = (*LANGUAGES, SKU)
ORDERS = (*NAMED, STOCK)
# Which part of the assortment stands before each border of an order, the nearest first.
PARTS = (1 / 128, 1 / 16)
# Fewer articles than this are ordered in no time.
SMALLEST = 50_000
# A place is 64 bits: which two of the sample it lies between, and so many bytes of where.
TOLD_APART = 6
MOST_STEPS = 2 ** (64 - 8 * TOLD_APART) - 1

# By what an article is ordered: names and number as sort keys, and how many there are.
Key = str | float


def front(order: str, border: int) -> str:
    return f"{order}{border}"


@dataclass(frozen=True)
class Fronts:
    """The borders of each order, the nearest first, none in a small assortment; and the sample in its order.

    ``articles`` is of how many they were told.
    """

    borders: Mapping[str, Sequence[Key]] = field(default_factory=dict)
    steps: Mapping[str, Sequence[str]] = field(default_factory=dict)
    articles: int = 0

    @classmethod
    def told_from(cls, sample: Mapping[str, list[Key]], articles: int) -> Self:
        """As the keys of some of so many articles, which are like all, show them."""
        borders, steps = {}, {}
        for order, keys in sample.items():
            ordered = sorted(keys, reverse=order == STOCK)
            if articles >= SMALLEST:
                borders[order] = [ordered[int(len(ordered) * part)] for part in PARTS] if ordered else []
            if order != STOCK:
                steps[order] = list(dict.fromkeys(map(str, ordered)))[:MOST_STEPS]
        return cls(borders, steps, articles)

    def of(self, keys: Mapping[str, Key]) -> Iterator[str]:
        """The terms of an article with these keys."""
        for order, borders in self.borders.items():
            key = keys[order]
            for number, border in enumerate(borders):
                before = key >= border if order == STOCK else key <= border  # type: ignore[operator]
                if before:
                    yield front(order, number)

    def place(self, order: str, key: str) -> int:
        """A number that is the greater the later this stands in the order; below 2 ** 64."""
        steps, text = self._encoded[order], key.encode()
        at = bisect_right(steps, text)
        left = steps[at - 1] if at else b""
        right = steps[at] if at < len(steps) else b""
        return at << 8 * TOLD_APART | int.from_bytes(_between(left, text, right))

    @cached_property
    def _encoded(self) -> Mapping[str, list[bytes]]:
        """The sample as bytes, which sort like the texts."""
        return {order: [step.encode() for step in self.steps.get(order, ())] for order in NAMED}

    def write(self, folder: Path) -> None:
        told = {"borders": self.borders, "steps": self.steps, "articles": self.articles}
        (folder / FILE).write_text(json.dumps(told))

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Those of the index in a folder; ``OSError`` or ``ValueError`` when they are lost."""
        return cls(**json.loads((folder / FILE).read_text()))


def _between(left: bytes, text: bytes, right: bytes) -> bytes:
    """Where a text stands between two of the sample; empty stands before the first and behind the last.

    It is told by how far the text goes along with the one that it begins like, and by what comes then: so
    texts are told apart that differ at their end alone, before the first and behind the last, too.
    """
    fork = _shared(left, right)
    towards = 128
    if text[fork : fork + 1]:
        if text[fork : fork + 1] == left[fork : fork + 1]:
            along = min(_shared(left, text, fork) - fork, 127)
            fork, towards = fork + along, 128 - along
        elif text[fork : fork + 1] == right[fork : fork + 1]:
            along = min(_shared(right, text, fork) - fork, 127)
            fork, towards = fork + along, 128 + along
    rest = text[fork : fork + TOLD_APART - 1]
    return bytes((towards,)) + rest.ljust(TOLD_APART - 1, b"\0")


def _shared(left: bytes, right: bytes, least: int = 0) -> int:
    """How many bytes two texts begin with alike, of which it is known that ``least`` are."""
    most = min(len(left), len(right))
    while least < most:
        middle = (least + most + 1) // 2
        if left[least:middle] == right[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least
