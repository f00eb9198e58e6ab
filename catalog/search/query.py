"""What a buyer asks of the search and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from catalog.search.facets import Facet

Sort = Literal["relevance", "name", "sku", "stock"]


@dataclass(frozen=True)
class Query:
    """What a buyer asks: words, where he is in the assortment, and what he ticked.

    ``attributes`` maps attribute codes to choice codes or to numbers as text; ``after`` is a page key from
    an earlier answer.
    """

    text: str = ""
    language: str = "en"
    category: str | None = None
    brands: tuple[str, ...] = ()
    in_stock: bool = False
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = "relevance"
    page_size: int = 50
    after: str | None = None


@dataclass(frozen=True)
class Results:
    """One page of articles in order; ``total`` is at most 1,000 and says so in ``total_is_exact``.

    Of very many articles the facets count a sample, rounded; then ``facets_are_exact`` is false.
    ``corrected`` is what was searched for instead of words that no article says.
    """

    product_ids: tuple[int, ...] = ()
    total: int = 0
    total_is_exact: bool = True
    facets: tuple[Facet, ...] = ()
    facets_are_exact: bool = True
    corrected: str | None = None
    next_page: str | None = None
    previous_page: str | None = None


@dataclass(frozen=True)
class Suggestion:
    sku: str
    name: str
    product_id: int

    @property
    def pk(self) -> int:
        return self.product_id
