"""One question, one answer: what buyers type never raises, and reads of the database are a fixed number."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import tantivy

from catalog.models import Product
from catalog.search import labels as label_cache
from catalog.search import matching, ranking, schema, storage
from catalog.search.correction import corrections
from catalog.search.errors import SearchUnavailable
from catalog.search.facets import (
    Chosen,
    Counts,
    by_category,
    count,
    facets,
    only,
    parent_of_shown,
    shown_features,
)
from catalog.search.filters import RESERVED, Filters, filters
from catalog.search.labels import Labels
from catalog.search.matching import Breadth, Reading
from catalog.search.query import Query, Results, Sort, Suggestion
from catalog.search.ranking import Effort
from catalog.search.reading import Reader, reader
from catalog.search.sought import Sought
from catalog.search.text import LANGUAGES, LONGEST_QUERY, Token, query_tokens, telling, without_label

# Above this nobody wants the number: "more than 1,000".
COUNT_CAP = 1_000
MOST_PAGES = 20
LARGEST_PAGE = 200
MOST_SUGGESTIONS = 20
# The counts of this many lists are kept for as long as the index does not change.
COUNTS_KEPT = 256
# With fewer articles than this the last word may be the beginning of another as well.
FEW = 20
# No article has this brand: an unknown brand finds nothing instead of everything.
NO_BRAND = 0
_PAGE_KEY = re.compile(r"\Ap(\d{1,6})\Z")


@dataclass(frozen=True)
class _Attempt:
    """One way to understand what was typed; ``key`` tells it from every other.

    ``ranked`` and ``matched`` find the same articles, with that effort; where ``skips`` the best of them with
    none.
    """

    ranked: Sought
    matched: Sought
    effort: Effort
    breadth: Breadth
    is_number: bool
    skips: bool
    key: tuple[object, ...]
    corrected: str | None = None


@dataclass(frozen=True)
class _Page:
    """``about`` is how many articles fit, as far as a sample told."""

    attempt: _Attempt
    ids: tuple[int, ...]
    about: int | None = None


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
        opened.words,
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
    attempt = page.attempt
    matched, most = attempt.matched, attempt.effort.most
    if not narrowed.by_facet and not offset and len(page.ids) < size:
        # The page shows all there is.
        matched, most = only(page.ids), len(page.ids)
    counts = _kept(
        opened,
        key,
        lambda: count(opened.searcher, matched, most, narrowed, features, parent, page.about),
    )
    more = offset + size < min(counts.total, MOST_PAGES * size)
    return Results(
        product_ids=page.ids,
        total=min(counts.total, COUNT_CAP),
        total_is_exact=counts.total <= COUNT_CAP,
        facets=facets(counts, chosen, features, labels, language),
        facets_are_exact=counts.exact,
        corrected=attempt.corrected,
        next_page=_page_key(offset + size) if more else None,
        previous_page=_page_key(max(0, offset - size)) if offset else None,
    )


def articles_by_category() -> dict[int, int] | None:
    """How many articles customers may see in each category itself; ``None`` while no index can be asked."""
    if storage.current_version() is None:
        return None
    try:
        opened = reader()
    except SearchUnavailable:
        return None
    return None if opened is None else by_category(opened.searcher)


def is_page_key(key: str) -> bool:
    """Whether this is the ``next_page`` or ``previous_page`` of an answer."""
    return key == _page_key(_offset(key))


def suggest(text: str, language: str, limit: int = 8) -> tuple[Suggestion, ...]:
    """The articles whose name or number goes on like this, best first; one read of the database."""
    opened = reader()
    language = _language(language)
    if opened is None:
        return ()
    words = _words(label_cache.current(), text, language)
    if not words:
        return ()
    typed = without_label(text.strip()[:LONGEST_QUERY])
    reading = matching.read(opened.words, words, typed, language, Breadth.STARTED)
    if reading is None:
        return ()
    effort = None if reading.skips else Effort(reading.most, reading.cost)
    size = max(1, min(limit, MOST_SUGGESTIONS))
    ids = ranking.best(opened.searcher, reading.ranked, size, 0, effort, enough=ranking.BLOCK).ids
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
        everything = Sought((tantivy.Query.all_query(),))
        effort = Effort(opened.words.size, opened.words.size)
        attempt = _Attempt(everything, everything, effort, Breadth.TYPED, False, False, ("",))
        sort: Sort = "name" if query.sort == "relevance" else query.sort
        here = narrowed.narrow(everything)
        most = narrowed.most(effort.most)
        found = ranking.sorted_by(searcher, here, sort, language, size, offset, most)
        return _Page(attempt, found)
    page: _Page | None = None
    for attempt in _attempts(opened, labels, text, language):
        if page is not None and page.ids and attempt.breadth is not Breadth.STARTED:
            break
        few = page is not None and page.about == 0
        effort = replace(attempt.effort, most=narrowed.most(attempt.effort.most), few=few)
        about = None
        if query.sort == "relevance":
            looked_at = None if attempt.skips and not narrowed.by_facet else effort
            found, about = ranking.best(searcher, narrowed.narrow(attempt.ranked), size, offset, looked_at)
        else:
            here = narrowed.narrow(attempt.matched)
            found = ranking.sorted_by(searcher, here, query.sort, language, size, offset, effort.most)
        if page is None or len(found) > len(page.ids):
            page = _Page(attempt, found, about)
        if attempt.is_number or len(found) >= min(FEW, size) or (offset and found):
            break
        # When only the filters leave few over, the words were understood.
        if narrowed.by_facet and _understood(searcher, attempt):
            break
    return page


def _understood(searcher: tantivy.Searcher, attempt: _Attempt) -> bool:
    """Whether more than a few articles fit these words, without filters; very many are seen in a sample."""
    limits = [[schema.sample(depth)] if depth else [] for depth in dict.fromkeys((attempt.effort.depth, 0))]
    fitting = (attempt.matched.within(limit).query for limit in limits)
    return any(len(searcher.search(query, FEW, count=False).hits) == FEW for query in fitting)


def _attempts(opened: Reader, labels: Labels, text: str, language: str) -> Iterator[_Attempt]:
    words = _words(labels, text, language)
    if not words:
        return
    yield from _readings(opened, words, without_label(text), language)
    for meant in corrections(opened.words, words, language, labels):
        said = " ".join(word.text for word in meant)
        for attempt in _readings(opened, meant, said, language):
            yield replace(attempt, corrected=said)


def _readings(opened: Reader, words: Sequence[Token], text: str, language: str) -> Iterator[_Attempt]:
    tried: list[Reading] = []

    def read(breadth: Breadth) -> Reading | None:
        found = matching.read(opened.words, words, text, language, breadth)
        # Taken in another way the words often mean the same.
        if found is None or any(found.wanted == other.wanted for other in tried):
            return None
        tried.append(found)
        return found

    def attempt(breadth: Breadth, reading: Reading, *, thorough: bool) -> _Attempt:
        effort = Effort(reading.most, reading.cost, thorough)
        key = (breadth, text, language)
        return _Attempt(
            reading.ranked, reading.matched, effort, breadth, reading.is_number, reading.skips, key
        )

    typed = read(Breadth.TYPED)
    started = read(Breadth.STARTED)
    if typed is not None:
        # The next reading finds whatever this one does.
        yield attempt(Breadth.TYPED, typed, thorough=started is None)
    if started is not None:
        yield attempt(Breadth.STARTED, started, thorough=True)
    loose = read(Breadth.LOOSE)
    if loose is not None:
        # A guess, for which not every article is looked at.
        yield attempt(Breadth.LOOSE, loose, thorough=False)


def _words(labels: Labels, text: str, language: str) -> tuple[Token, ...]:
    return telling(labels.synonyms.read_into(query_tokens(text), language))


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
