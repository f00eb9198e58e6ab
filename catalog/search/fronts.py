"""Where the beginning of every order ends, so that the first of very many are found without ordering all.

An article that stands before such a border carries a term for it. Whatever is asked for: if enough of it lies
before the border, the first of it do. The borders are told from a sample when an index is built, and lie in
its folder, because whoever follows changes must draw them in the same place.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from catalog.search.text import LANGUAGES

FILE = "fronts.json"
STOCK, SKU = "stock", "sku"
ORDERS = (*LANGUAGES, SKU, STOCK)
# Which part of the assortment stands before each border of an order, the nearest first.
PARTS = (1 / 128, 1 / 16)
# Fewer articles than this are ordered in no time.
SMALLEST = 50_000

# By what an article is ordered: names and number as sort keys, and how many there are.
Key = str | float


def front(order: str, border: int) -> str:
    return f"{order}{border}"


@dataclass(frozen=True)
class Fronts:
    """The borders of each order, the nearest first; none in a small assortment."""

    borders: Mapping[str, Sequence[Key]] = field(default_factory=dict)

    @classmethod
    def told_from(cls, sample: Mapping[str, list[Key]]) -> Self:
        """The borders as the keys of some articles, which are like all, show them."""
        borders = {}
        for order, keys in sample.items():
            ordered = sorted(keys, reverse=order == STOCK)
            borders[order] = [ordered[int(len(ordered) * part)] for part in PARTS] if ordered else []
        return cls(borders)

    def of(self, keys: Mapping[str, Key]) -> Iterator[str]:
        """The terms of an article with these keys."""
        for order, borders in self.borders.items():
            key = keys[order]
            for number, border in enumerate(borders):
                before = key >= border if order == STOCK else key <= border  # type: ignore[operator]
                if before:
                    yield front(order, number)

    def write(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(self.borders))

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Those of the index in a folder; ``OSError`` or ``ValueError`` when they are lost."""
        return cls(json.loads((folder / FILE).read_text()))
