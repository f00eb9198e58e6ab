"""What can be ticked beside a list, with counts; the counts of a facet ignore what is ticked in itself."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import tantivy
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Attribute
from catalog.search import schema
from catalog.search.filters import BRAND, CATEGORY, RESERVED, STOCK, Filters
from catalog.search.labels import Feature, Labels
from catalog.search.sought import Sought, any_term

# More values than this nobody reads; the most frequent are kept.
MOST_VALUES = 100
MOST_CATEGORIES = 20_000
TOTAL = "total*"
DECIMAL_POINT = {"en": "."}


@dataclass(frozen=True)
class FacetValue:
    code: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True)
class Facet:
    """``code`` is ``category``, ``brand``, ``stock`` or an attribute's; ``unit`` goes behind each label."""

    code: str
    label: str
    unit: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True)
class Chosen:
    """What the facets are about: where the buyer is and what is ticked."""

    category: int | None
    brands: tuple[str, ...]
    in_stock: bool
    attributes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Counts:
    """Articles per value of every facet, and in all; not exact when they were told from a sample."""

    by_facet: Mapping[str, Mapping[Any, int]]
    total: int
    exact: bool = True


# Up to here every article that fits is counted; of more, a sample of at most so many.
COUNTED = 8_000
SAMPLED = 4_000
# A sample with fewer hits than this, or that stands for fewer than FEW, says too little; then few fit, and
# counting them all is quick.
TELLING = 500
FEW = 4_000


def shown_features(chosen: Chosen, labels: Labels) -> tuple[Feature, ...]:
    """The attributes of the category, and any other that is ticked."""
    own = labels.filters_of(chosen.category) if chosen.category is not None else ()
    own = tuple(feature for feature in own if feature.code not in RESERVED)
    codes = {feature.code for feature in own}
    ticked = [f for f in labels.features.values() if f.code in chosen.attributes and f.code not in codes]
    return (*own, *ticked)


def parent_of_shown(chosen: Chosen, labels: Labels) -> int | None:
    """The category below which the offered ones lie: the chosen one, at the tree's end the one above it."""
    here = chosen.category
    return here if here is None or here in labels.children else labels.categories[here].parent


def count(
    searcher: tantivy.Searcher,
    sought: Sought,
    most: int,
    filters: Filters,
    features: Iterable[Feature],
    parent: int | None,
    about: int | None = None,
) -> Counts:
    """Articles per value of every facet: one pass, and one more for each facet with something ticked.

    ``most`` is how many articles can be ``sought``; where that is far more than anybody reads, the numbers
    are told from a sample of the assortment and rounded. ``about`` is how many there are within all filters,
    as far as that is known.
    """
    wanted: dict[str, dict[str, Any]] = {
        CATEGORY: {"terms": {"field": schema.LEAF, "size": MOST_CATEGORIES}},
        BRAND: {"terms": {"field": schema.BRAND, "size": MOST_VALUES}},
        STOCK: {"terms": {"field": schema.IN_STOCK}},
    }
    for feature in features:
        field = f"{schema.ATTRIBUTES}.{feature.code}"
        wanted[feature.code] = {"terms": {"field": field, "size": MOST_VALUES}}
    # Every article is in stock or not, so this one tells how many there are.
    wanted[TOTAL] = wanted[STOCK]
    passes: dict[str, dict[str, dict[str, Any]]] = {}
    for facet, aggregation in wanted.items():
        passes.setdefault(facet if facet in filters.by_facet else "", {})[facet] = aggregation
    counts: dict[str, dict[Any, int]] = {}
    all_exact = True
    for without, aggregations in passes.items():
        around = without == CATEGORY
        here = filters.around(sought, parent) if around else filters.narrow(sought, without=without)
        within = filters.most(most, without=without)
        if about is not None and not without:
            within = min(within, about)
        answer, exact = _aggregated(searcher, here, aggregations, within)
        all_exact &= exact
        counts |= answer
    return Counts(counts, sum(counts.pop(TOTAL).values()), all_exact)


def by_category(searcher: tantivy.Searcher) -> dict[int, int]:
    """How many articles hang on each category, every one of them counted."""
    everything = Sought((tantivy.Query.all_query(),))
    terms = {CATEGORY: {"terms": {"field": schema.LEAF, "size": MOST_CATEGORIES}}}
    return _buckets(searcher, everything, terms)[CATEGORY]


def only(product_ids: Sequence[int]) -> Sought:
    """These articles and no others."""
    return Sought((any_term(schema.PRODUCT, product_ids),)) if product_ids else Sought()


def _aggregated(
    searcher: tantivy.Searcher, sought: Sought, aggregations: dict[str, dict[str, Any]], most: int
) -> tuple[dict[str, dict[Any, int]], bool]:
    if not most:
        return {facet: {} for facet in aggregations}, True
    depth = schema.depth_for(most, SAMPLED) if most > COUNTED else 0
    while depth:
        times = 1 << depth
        sample = _buckets(searcher, sought.within([schema.sample(depth)]), aggregations)
        told = max(sum(counts.values()) for counts in sample.values())
        if told >= TELLING and told * times >= FEW:
            return {facet: _rounded(counts, times) for facet, counts in sample.items()}, False
        # How large a sample must be to tell enough is told by what this one has.
        depth = min(depth - 1, schema.depth_for(told * times, 2 * TELLING)) if told * times >= FEW else 0
    return _buckets(searcher, sought, aggregations), True


def _buckets(
    searcher: tantivy.Searcher, sought: Sought, aggregations: dict[str, dict[str, Any]]
) -> dict[str, dict[Any, int]]:
    answer = searcher.aggregate(sought.query, aggregations)
    return {
        facet: {bucket["key"]: int(bucket["doc_count"]) for bucket in result["buckets"]}
        for facet, result in answer.items()
    }


def _rounded(counts: Mapping[Any, int], times: int) -> dict[Any, int]:
    """To two digits, as a sample says no more."""
    return {key: int(float(f"{number * times:.2g}")) for key, number in counts.items()}


def facets(
    counts: Counts, chosen: Chosen, features: Sequence[Feature], labels: Labels, language: str
) -> tuple[Facet, ...]:
    """The facets as they are shown, named in one language; without those that offer nothing."""
    numbers = counts.by_facet
    with override(language):
        found = [
            Facet(CATEGORY, _("Category"), "", _categories(numbers[CATEGORY], chosen, labels, language)),
            Facet(BRAND, _("Brand"), "", _brands(numbers[BRAND], chosen, labels)),
            Facet(STOCK, _("Availability"), "", _stock(numbers[STOCK], chosen)),
        ]
    for feature in features:
        values = _values(numbers[feature.code], chosen.attributes.get(feature.code, ()), feature, language)
        found.append(Facet(feature.code, feature.names[language], feature.unit, values))
    return tuple(facet for facet in found if facet.values)


def _categories(
    counts: Mapping[int, int], chosen: Chosen, labels: Labels, language: str
) -> tuple[FacetValue, ...]:
    """The categories below the chosen one, or beside it, each with all that lies below it."""
    totals: Counter[int] = Counter()
    for leaf, number in counts.items():
        for node in labels.path(leaf):
            totals[node] += number
    here = chosen.category
    shown = [labels.categories[pk] for pk in labels.children.get(parent_of_shown(chosen, labels), ())]
    return tuple(
        FacetValue(node.slug, node.names[language], totals[node.id], node.id == here)
        for node in shown
        if node.id == here or totals[node.id]
    )


def _brands(counts: Mapping[int, int], chosen: Chosen, labels: Labels) -> tuple[FacetValue, ...]:
    ids = {*counts, *(labels.brand_ids[code] for code in chosen.brands if code in labels.brand_ids)}
    values = [
        FacetValue(code, name, counts.get(pk, 0), code in chosen.brands)
        for pk in ids
        if pk in labels.brands
        for code, name in [labels.brands[pk]]
    ]
    return tuple(sorted(values, key=lambda value: (-value.count, value.label.lower())))


def _stock(counts: Mapping[int, int], chosen: Chosen) -> tuple[FacetValue, ...]:
    available = counts.get(1, 0)
    if not available and not chosen.in_stock:
        return ()
    return (FacetValue("in-stock", _("In stock"), available, chosen.in_stock),)


def _values(
    counts: Mapping[str, int], ticked: tuple[str, ...], feature: Feature, language: str
) -> tuple[FacetValue, ...]:
    codes = {*counts, *ticked}
    if feature.kind == Attribute.Kind.CHOICE:
        known = [feature.choices[code] for code in codes if code in feature.choices]
        known.sort(key=lambda choice: choice.rank)
        return tuple(
            FacetValue(choice.code, choice.names[language], counts.get(choice.code, 0), choice.code in ticked)
            for choice in known
        )
    numbers = sorted((code for code in codes if _is_number(code)), key=Decimal)
    point = DECIMAL_POINT.get(language, ",")
    return tuple(
        FacetValue(code, code.replace(".", point), counts.get(code, 0), code in ticked) for code in numbers
    )


def _is_number(code: str) -> bool:
    return code.replace(".", "", 1).removeprefix("-").isdecimal()
