"""Lists of articles: a category, a search, and what is suggested while typing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from catalog.display import pictures_of
from catalog.models import Category, Product
from catalog.search import Facet, Query, Results, SearchUnavailable, Suggestion, search, suggest
from shop.views import filters
from shop.views.categories import CategoryTree
from shop.views.page import load_pricing, render_page, shopping_of
from shop.views.rows import listed_products, product_rows

SUGGESTIONS = 8
SHORTEST_PREFIX = 2
# The element that a change of filters replaces; asked for alone, it is rendered alone.
LISTING = "listing"


@dataclass(frozen=True, slots=True)
class FilterGroup:
    """A facet with the name its values have in the address."""

    facet: Facet
    name: str


@dataclass(frozen=True, slots=True)
class CategoryLink:
    label: str
    count: int
    address: str


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    tree = CategoryTree()
    found = tree.find(slug)
    if found is None:
        raise Http404
    query = filters.read_query(request.GET, language=language_code(), category=slug)
    return _list_page(request, query, tree, found)


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    tree = CategoryTree()
    query = filters.read_query(request.GET, language=language_code())
    return _list_page(request, query, tree, tree.find(query.category) if query.category else None)


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """The list below the search box; empty when there is nothing to say."""
    text = filters.read_query(request.GET, language=language_code()).text
    found: Sequence[Suggestion] = ()
    if len(text) >= SHORTEST_PREFIX:
        try:
            found = suggest(text, language_code(), SUGGESTIONS)
        except SearchUnavailable:
            found = ()
    pictures = pictures_of(found)
    shown = [(suggestion, pictures.get(suggestion.pk, "")) for suggestion in found]
    return render(request, "shop/parts/suggestions.html", {"suggestions": shown, "text": text})


def language_code() -> str:
    return (get_language() or "en")[:2]


def _list_page(
    request: HttpRequest, query: Query, tree: CategoryTree, current: Category | None
) -> HttpResponse:
    shopping = shopping_of(request)
    try:
        results = search(query)
    except SearchUnavailable:
        summary = load_pricing(shopping).summary
        sorry = {"query": query}
        return render_page(request, "shop/search_unavailable.html", sorry, summary=summary, status=503)
    products = _in_order(results, {product.pk: product for product in _load(request, results)})
    pricing = load_pricing(shopping, products)
    context: dict[str, Any] = {
        "query": query,
        "results": results,
        "category": current,
        "rows": product_rows(products, pricing, added=request.GET.get("added", "")),
        **_links(request, query, results, tree, current),
    }
    alone = (
        request.headers.get("HX-Target") == LISTING and "HX-History-Restore-Request" not in request.headers
    )
    template = "shop/parts/listing.html" if alone else "shop/list.html"
    return render_page(request, template, context, summary=pricing.summary)


def _load(request: HttpRequest, results: Results) -> Sequence[Product]:
    return list(listed_products(shopping_of(request).organisation).filter(pk__in=results.product_ids))


def _in_order(results: Results, by_id: dict[int, Product]) -> list[Product]:
    """The articles as the index ranked them; one that was hidden since is left out."""
    return [by_id[pk] for pk in results.product_ids if pk in by_id]


def _links(
    request: HttpRequest, query: Query, results: Results, tree: CategoryTree, current: Category | None
) -> dict[str, Any]:
    """Every address on the page that changes the list: filters, categories, order, next page, correction."""
    path, params = request.path, filters.kept(request.GET)
    nodes = tree.path(current.pk if current else None)

    def this_list(**changes: str | None) -> str:
        """This list with one thing changed; empty when there is nothing to change to."""
        if None in changes.values():
            return ""
        return filters.address(path, params, change={name: value for name, value in changes.items() if value})

    return {
        "groups": [
            FilterGroup(facet, filters.parameter(facet))
            for facet in results.facets
            if facet.code != "category"
        ],
        "chips": filters.chips(results.facets, path, params),
        "clear_address": filters.address(
            path, params, without=[(name, None) for name in params if name not in ("q", "category", "sort")]
        ),
        "hidden": [(name, params[name]) for name in ("q", "category") if params.get(name)],
        "category_links": [
            CategoryLink(value.label, value.count, _category_address(value.code, query, params))
            for facet in results.facets
            if facet.code == "category"
            for value in facet.values
            if not value.selected and value.count
        ],
        "path_links": [(node, _category_address(node.slug, query, params)) for node in nodes],
        "all_address": filters.address(reverse("shop:search"), params, without=[("category", None)])
        if query.text
        else reverse("shop:home"),
        "previous_address": this_list(after=results.previous_page),
        "next_address": this_list(after=results.next_page),
        "correction_address": this_list(q=results.corrected),
        "here": path,
        "back_to": this_list(after=query.after or ""),
    }


def _category_address(slug: str, query: Query, params: Any) -> str:
    """A category inside a search keeps the words; without words it is a page of its own."""
    attributes = [(name, None) for name in params if name.startswith(filters.ATTRIBUTE)]
    if query.text:
        return filters.address(reverse("shop:search"), params, without=attributes, change={"category": slug})
    path = reverse("shop:category", args=[slug])
    return filters.address(path, params, without=[*attributes, ("category", None)])
