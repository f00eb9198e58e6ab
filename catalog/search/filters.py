"""What was ticked, as queries of the index: values of one facet are alternatives, facets must all hold."""

from collections.abc import Mapping
from dataclasses import dataclass

from tantivy import Query

from catalog.search import schema
from catalog.search.dictionary import Dictionary
from catalog.search.sought import Sought, any_term

CATEGORY, BRAND, STOCK = "category", "brand", "stock"
# An attribute that an operator gives one of these codes is no filter.
RESERVED = frozenset({CATEGORY, BRAND, STOCK})


@dataclass(frozen=True)
class Filters:
    """One query a facet, by the facet's code, and how many articles there can be for it."""

    by_facet: Mapping[str, Query]
    bounds: Mapping[str, int]

    def narrow(self, sought: Sought, *, without: str = "") -> Sought:
        """What is sought within these filters; ``without`` leaves one facet's own out."""
        return sought.within(chosen for facet, chosen in self.by_facet.items() if facet != without)

    def most(self, most: int, *, without: str = "") -> int:
        """No more of at most so many articles than this are within these filters."""
        return min((most, *(bound for facet, bound in self.bounds.items() if facet != without)))

    def around(self, sought: Sought, category: int | None) -> Sought:
        """What is sought within these filters, but in another category."""
        narrowed = self.narrow(sought, without=CATEGORY)
        return narrowed if category is None else narrowed.within([_in_category(category)])


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
        chosen[BRAND] = any_term(schema.BRAND, brands)
        bounds[BRAND] = sum(words.articles(schema.BRAND, brand) for brand in brands)
    if in_stock:
        chosen[STOCK] = Query.term_query(schema.SCHEMA, schema.IN_STOCK, True, "basic")
    for code, values in attributes.items():
        field = f"{schema.ATTRIBUTES}.{code}"
        chosen[code] = any_term(field, values)
        bounds[code] = sum(words.articles(field, value) for value in values)
    return Filters(chosen, bounds)
