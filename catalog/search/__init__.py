"""Finding articles: a tantivy index beside the database, which it follows and can always be rebuilt from.

Import from here: ``search`` and ``suggest`` for pages, ``follow_changes`` and ``rebuild`` for whoever keeps
the index, ``ready`` for monitoring. Imported lazily by ``catalog.changes``, because models load first.
"""

from catalog.search.errors import SearchUnavailable
from catalog.search.facets import Facet, FacetValue
from catalog.search.query import Query, Results, Sort, Suggestion
from catalog.search.reading import forget, ready
from catalog.search.searching import articles_by_category, is_page_key, search, suggest
from catalog.search.writing import follow_changes, rebuild

__all__ = [
    "Facet",
    "FacetValue",
    "Query",
    "Results",
    "SearchUnavailable",
    "Sort",
    "Suggestion",
    "articles_by_category",
    "follow_changes",
    "forget",
    "is_page_key",
    "ready",
    "rebuild",
    "search",
    "suggest",
]
