"""One question, one answer: what buyers type never raises, and reads of the database are a fixed number."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import tantivy

from catalog.models import Product
from catalog.search import labels as label_cache
from catalog.search import matching, schema
from catalog.search.correction import corrections
from catalog.search.facets import Chosen, Counts, count, facets, parent_of_shown, shown_features
from catalog.search.filters import RESERVED, Filters, filters
from catalog.search.labels import Labels
from catalog.search.matching import Breadth
from catalog.search.query import Query, Results, Sort, Suggestion
from catalog.search.reading import Reader, reader
from catalog.search.text import LANGUAGES, LONGEST_QUERY, query_tokens

# Above this nobody wants the number: "more than 1,000".
COUNT_CAP = 1_000
MOST_PAGES = 20
LARGEST_PAGE = 200
MOST_SUGGESTIONS = 20
# The counts of this many lists are kept for as long as the index does not change.
COUNTS_KEPT = 256
# No article has this brand: an unknown brand finds nothing instead of everything.
NO_BRAND = 0
_PAGE_KEY = re.compile(r"\Ap(\d{1,6})\Z")


@dataclass(frozen=True)
class _Attempt:
    """One way to understand what was typed; ``key`` tells it from every other."""

    query: tantivy.Query
    key: tuple[object, ...]
    corrected: str | None = None


@dataclass(frozen=True)
class _Page:
    attempt: _Attempt
    ids: tuple[int, ...]
    total: int


def search(query: Query) -> Results:
    """The articles that fit, best first; ``SearchUnavailable`` when there is no index to ask."""
    opened = reader()
    if opened is None:
        return Results()
    labels = label_cache.current()
    category = labels.category_ids.get(query.category) if query.category else None
    if query.category and category is None:
        return Results()
    language = _language(query.language)
    known = {feature.code for feature in labels.features.values()} - RESERVED
    ticked = {code: tuple(values) for code, values in query.attributes.items() if code in known and values}
    chosen = Chosen(category, tuple(query.brands), query.in_stock, ticked)
    narrowed = filters(
        category=category,
        brands=tuple(labels.brand_ids.get(code, NO_BRAND) for code in chosen.brands),
        in_stock=chosen.in_stock,
        attributes=ticked,
    )
    size = max(1, min(query.page_size, LARGEST_PAGE))
    offset = min(_offset(query.after), (MOST_PAGES - 1) * size)
    page = _find(opened, labels, query, narrowed, language, size, offset)
    if page is None:
        return Results()
    features = shown_features(chosen, labels)
    key = (*page.attempt.key, category, chosen.brands, chosen.in_stock, tuple(sorted(ticked.items())))
    parent = parent_of_shown(chosen, labels)
    counts = _kept(
        opened, key, lambda: count(opened.searcher, page.attempt.query, narrowed, features, parent)
    )
    more = offset + size < min(page.total, MOST_PAGES * size)
    return Results(
        product_ids=page.ids,
        total=min(page.total, COUNT_CAP),
        total_is_exact=page.total <= COUNT_CAP,
        facets=facets(counts, chosen, features, labels, language),
        corrected=page.attempt.corrected,
        next_page=_page_key(offset + size) if more else None,
        previous_page=_page_key(max(0, offset - size)) if offset else None,
    )


def is_page_key(key: str) -> bool:
    """Whether this is the ``next_page`` or ``previous_page`` of an answer."""
    return key == _page_key(_offset(key))


def suggest(text: str, language: str, limit: int = 8) -> tuple[Suggestion, ...]:
    """The articles whose name or number goes on like this, best first; one read of the database."""
    opened = reader()
    language = _language(language)
    words = query_tokens(text)
    if opened is None or not words:
        return ()
    typed = text.strip()[:LONGEST_QUERY]
    query = matching.text_query(words, typed, language)
    ids = _page(opened.searcher, query, "relevance", language, max(1, min(limit, MOST_SUGGESTIONS)), 0)[0]
    found = Product.objects.filter(id__in=ids, status__in=Product.SHOWN)
    rows = {pk: row for pk, *row in found.values_list("id", "sku", f"name_{language}", "name_en")}
    return tuple(
        Suggestion(sku, name or english, pk) for pk in ids if pk in rows for sku, name, english in [rows[pk]]
    )


def _find(
    opened: Reader,
    labels: Labels,
    query: Query,
    narrowed: Filters,
    language: str,
    size: int,
    offset: int,
) -> _Page | None:
    """The page by the narrowest reading of the words that finds anything; ``None`` without any word."""
    searcher = opened.searcher
    text = query.text.strip()[:LONGEST_QUERY]
    if not text:
        attempt = _Attempt(tantivy.Query.all_query(), ("",))
        sort: Sort = "name" if query.sort == "relevance" else query.sort
        ids, total = _page(searcher, narrowed.narrow(attempt.query), sort, language, size, offset)
        return _Page(attempt, ids, total)
    page = None
    for attempt in _attempts(searcher, labels, text, language):
        ids, total = _page(searcher, narrowed.narrow(attempt.query), query.sort, language, size, offset)
        page = _Page(attempt, ids, total)
        # When only the filters leave nothing over, the words were understood.
        if total or (narrowed.by_facet and searcher.search(attempt.query, 1, count=False).hits):
            break
    return page


def _attempts(searcher: tantivy.Searcher, labels: Labels, text: str, language: str) -> Iterator[_Attempt]:
    words = query_tokens(text)
    if not words:
        return
    for breadth in Breadth:
        yield _Attempt(matching.text_query(words, text, language, breadth), (breadth, text, language))
    for meant in corrections(searcher, words, language, labels):
        said = " ".join(word.text for word in meant)
        for breadth in Breadth:
            query = matching.text_query(meant, said, language, breadth)
            yield _Attempt(query, (breadth, said, language), said)


def _page(
    searcher: tantivy.Searcher, query: tantivy.Query, sort: Sort, language: str, size: int, offset: int
) -> tuple[tuple[int, ...], int]:
    ascending, descending = tantivy.Order.Asc, tantivy.Order.Desc
    if sort == "name":
        field = schema.sort_name(language)
        found = searcher.search(query, size, offset=offset, order_by_field=field, order=ascending)
    elif sort == "sku":
        found = searcher.search(query, size, offset=offset, order_by_field=schema.SORT_SKU, order=ascending)
    elif sort == "stock":
        found = searcher.search(query, size, offset=offset, order_by_field=schema.QUANTITY, order=descending)
    else:
        found = searcher.search(query, size, offset=offset, weight_by_field=schema.WEIGHT)
    ids = searcher.fast_field_values(schema.PRODUCT, [address for _, address in found.hits])
    return tuple(int(pk) for pk in ids if pk is not None), found.count  # type: ignore[attr-defined]


def _kept(opened: Reader, key: tuple[object, ...], make: Callable[[], Counts]) -> Counts:
    counts = opened.memory.get(key)
    if counts is None:
        if len(opened.memory) >= COUNTS_KEPT:
            opened.memory.clear()
        counts = opened.memory[key] = make()
    return counts


def _language(language: str) -> str:
    code = language[:2].lower()
    return code if code in LANGUAGES else LANGUAGES[0]


def _page_key(offset: int) -> str:
    return base64.urlsafe_b64encode(f"p{offset}".encode()).decode().rstrip("=")


def _offset(key: str | None) -> int:
    """Where a page begins; what is no page key of ours is the first page."""
    if not key or len(key) > 20:
        return 0
    try:
        text = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)).decode()
    except (binascii.Error, ValueError):
        return 0
    match = _PAGE_KEY.match(text)
    return int(match[1]) if match else 0
