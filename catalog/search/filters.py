"""What was ticked, as queries of the index: values of one facet are alternatives, facets must all hold."""

from collections.abc import Mapping
from dataclasses import dataclass

from tantivy import Occur, Query

from catalog.search import schema
from catalog.search.matching import Dictionary

CATEGORY, BRAND, STOCK = "category", "brand", "stock"
# An attribute that an operator gives one of these codes is no filter.
RESERVED = frozenset({CATEGORY, BRAND, STOCK})


@dataclass(frozen=True)
class Filters:
    """One query a facet, by the facet's code, and how many articles there can be for it."""

    by_facet: Mapping[str, Query]
    bounds: Mapping[str, int]

    def narrow(self, query: Query, *, without: str = "") -> Query:
        """The query within these filters, scores unchanged; ``without`` leaves one facet's own out."""
        return within(query, [chosen for facet, chosen in self.by_facet.items() if facet != without])

    def most(self, most: int, *, without: str = "") -> int:
        """No more of at most so many articles than this are within these filters."""
        return min((most, *(bound for facet, bound in self.bounds.items() if facet != without)))

    def around(self, query: Query, category: int | None) -> Query:
        """The query within these filters, but in another category."""
        narrowed = self.narrow(query, without=CATEGORY)
        return narrowed if category is None else within(narrowed, [_in_category(category)])


def within(query: Query, chosen: list[Query]) -> Query:
    """The query within all of these, scores unchanged."""
    musts = [(Occur.Must, Query.const_score_query(each, 0.0)) for each in chosen]
    return Query.boolean_query([(Occur.Must, query), *musts]) if musts else query


def _in_category(category: int) -> Query:
    return Query.term_query(schema.SCHEMA, schema.CATEGORY, category, "basic")


def filters(
    words: Dictionary,
    *,
    category: int | None,
    brands: tuple[int, ...],
    in_stock: bool,
    attributes: Mapping[str, tuple[str, ...]],
) -> Filters:
    chosen: dict[str, Query] = {}
    bounds: dict[str, int] = {}
    if category is not None:
        chosen[CATEGORY] = _in_category(category)
        bounds[CATEGORY] = words.articles(schema.CATEGORY, category)
    if brands:
        chosen[BRAND] = Query.term_set_query(schema.SCHEMA, schema.BRAND, list(brands))
        bounds[BRAND] = sum(words.articles(schema.BRAND, brand) for brand in brands)
    if in_stock:
        chosen[STOCK] = Query.term_query(schema.SCHEMA, schema.IN_STOCK, True, "basic")
    for code, values in attributes.items():
        field = f"{schema.ATTRIBUTES}.{code}"
        chosen[code] = Query.term_set_query(schema.SCHEMA, field, list(values))
        bounds[code] = sum(words.articles(field, value) for value in values)
    return Filters(chosen, bounds)
