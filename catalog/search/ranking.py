"""Which articles stand on a page, and in what order."""

from collections.abc import Iterable

import tantivy

from catalog.search import schema
from catalog.search.filters import within
from catalog.search.query import Sort

# Within so many of the best, what one can get comes before what one cannot.
BLOCK = 200
# Of more articles than this that must be looked at, a part is, if that has enough for every page.
RANKED = 40_000
ENOUGH = 1_000

Hits = Iterable[tuple[float, tantivy.DocAddress]]


def best(
    searcher: tantivy.Searcher, query: tantivy.Query, size: int, offset: int, most: int = 0
) -> tuple[int, ...]:
    """The ids of the best articles for a query that ranks, weighted by what can be had.

    ``most`` is given when the index must look at every article that fits, at most so many. Where that is far
    more than anybody pages through, the best of a part of the assortment are as good, as long as the part
    alone fills every page.
    """
    first = offset // BLOCK
    last = (offset + size - 1) // BLOCK
    if most > RANKED:
        part = schema.some_slices(max(1, RANKED * schema.SLICES // most))
        sample = within(query, [part])
        if searcher.search(sample, 1, count=True).count >= ENOUGH:  # type: ignore[attr-defined]
            query = sample
    blocks = [
        product
        for number in range(first, last + 1)
        for product in _weighted(
            searcher, searcher.search(query, BLOCK, offset=number * BLOCK, count=False).hits
        )
    ]
    return tuple(blocks[offset - first * BLOCK :][:size])


def sorted_by(
    searcher: tantivy.Searcher, query: tantivy.Query, sort: Sort, language: str, size: int, offset: int
) -> tuple[int, ...]:
    """The ids of the first articles in an order that has nothing to do with the words."""
    ascending, descending = tantivy.Order.Asc, tantivy.Order.Desc
    field, order = {
        "name": (schema.sort_name(language), ascending),
        "sku": (schema.SORT_SKU, ascending),
        "stock": (schema.QUANTITY, descending),
    }[sort]
    found = searcher.search(query, size, count=False, offset=offset, order_by_field=field, order=order)
    return ids(searcher, [address for _, address in found.hits])


def ids(searcher: tantivy.Searcher, addresses: list[tantivy.DocAddress]) -> tuple[int, ...]:
    values = searcher.fast_field_values(schema.PRODUCT, addresses)
    return tuple(int(pk) for pk in values if pk is not None)


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
