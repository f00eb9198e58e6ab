"""Which articles stand on a page, and in what order."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import tantivy

from catalog.search import fronts, schema
from catalog.search.query import Sort
from catalog.search.sought import Sought

# Within so many of the best, what one can get comes before what one cannot.
BLOCK = 200
# Of more articles than this that must be looked at, a sample is, if that has enough for every page.
RANKED = 16_000
ENOUGH = 1_000
# Nor of more entries of the index's lists than this.
READ = 200_000
# A sample with so many that fit tells how many there are.
TELLING = 60
# Of more articles than this the first of an order are looked for at its beginning.
ORDERED = 16_000
_ASCENDING, _DESCENDING = tantivy.Order.Asc, tantivy.Order.Desc


@dataclass(frozen=True, slots=True)
class Effort:
    """What finding all that fits takes: at most so many articles, found by reading so many entries.

    Not ``thorough`` is who takes it that nothing fits where a sample has nothing. Where nearly the same had
    nothing in a sample, ``few`` fit, probably none.
    """

    most: int
    cost: int
    thorough: bool = True
    few: bool = False

    @property
    def depth(self) -> int:
        """How deep a sample is to be looked at first; 0 where all can be."""
        if self.few and self.thorough:
            return 0
        return max(schema.depth_for(self.most, RANKED), schema.depth_for(self.cost, READ))


Hits = Iterable[tuple[float, tantivy.DocAddress]]


class Best(NamedTuple):
    """The ids of a page in order, and about how many articles fit, as far as a sample told."""

    ids: tuple[int, ...]
    about: int | None = None


def best(
    searcher: tantivy.Searcher,
    sought: Sought,
    size: int,
    offset: int,
    effort: Effort | None = None,
    *,
    enough: int = ENOUGH,
) -> Best:
    """The best articles of those sought, weighted by what can be had.

    ``effort`` is given when the index must look at every article that fits. Where those are far more than
    anybody pages through, the best of a sample are as good, as long as it has ``enough`` for every page.
    """
    first = offset // BLOCK
    last = (offset + size - 1) // BLOCK
    found = None
    about = None
    depth = effort.depth if effort else 0
    if effort and effort.thorough:
        # A sample that cannot have enough is not looked at.
        depth = min(depth, max(0, (effort.most // enough).bit_length() - 1))
    if effort and effort.few and not _any(searcher, sought.within([schema.sample(depth)] if depth else [])):
        return Best((), 0)
    while depth and effort and found is None:
        sample = sought.within([schema.sample(depth)])
        found = searcher.search(sample.query, BLOCK, offset=first * BLOCK)
        count: int = found.count  # type: ignore[attr-defined]
        # What a sample has shows how much of the assortment is enough; few tell too little of it.
        about = count << depth if count >= TELLING else None
        if count >= enough:
            sought = sample
            break
        if not count and not effort.thorough:
            return Best((), 0)
        found = None
        shallower = ((about or 0) // (2 * enough)).bit_length() - 1
        depth = min(max(0, shallower), depth - 1)
    blocks = []
    for number in range(first, last + 1):
        if found is None:
            found = searcher.search(sought.query, BLOCK, offset=number * BLOCK, count=False)
        blocks += _weighted(searcher, found.hits)
        found = None
    return Best(tuple(blocks[offset - first * BLOCK :][:size]), about)


def sorted_by(
    searcher: tantivy.Searcher,
    sought: Sought,
    sort: Sort,
    language: str,
    size: int,
    offset: int,
    most: int = 0,
) -> tuple[int, ...]:
    """The ids of the first of those sought, at most so many, in an order of its own."""
    field, order, named = {
        "name": (schema.place(language), _ASCENDING, language),
        "sku": (schema.place(fronts.SKU), _ASCENDING, fronts.SKU),
        "stock": (schema.QUANTITY, _DESCENDING, fronts.STOCK),
    }[sort]
    # Articles before a border come before all others, so a page that is full with them is the right one.
    borders = range(len(fronts.PARTS)) if most > ORDERED else ()
    for front in (*(schema.before(fronts.front(named, border)) for border in borders), None):
        here = sought if front is None else sought.within([front])
        found = searcher.search(
            here.query, size, count=False, offset=offset, order_by_field=field, order=order
        )
        if len(found.hits) == size:
            break
    return ids(searcher, [address for _, address in found.hits])


def ids(searcher: tantivy.Searcher, addresses: list[tantivy.DocAddress]) -> tuple[int, ...]:
    values = searcher.fast_field_values(schema.PRODUCT, addresses)
    return tuple(int(pk) for pk in values if pk is not None)


def _any(searcher: tantivy.Searcher, sought: Sought) -> bool:
    """Whether anything fits; asked for in an order of its own, nothing is scored."""
    return bool(searcher.search(sought.query, 1, count=False, order_by_field=schema.PRODUCT).hits)


def _weighted(searcher: tantivy.Searcher, hits: Hits) -> list[int]:
    found = list(hits)
    addresses = [address for _, address in found]
    weights = searcher.fast_field_values(schema.WEIGHT, addresses)
    products = searcher.fast_field_values(schema.PRODUCT, addresses)
    rows = [
        (-score * float(weight or 1), int(product or 0))
        for (score, _), weight, product in zip(found, weights, products, strict=True)
    ]
    # Of articles that fit equally well the one that was there first comes first.
    return [product for _, product in sorted(rows)]
