"""Where very many articles fit: the page is full and in order, and the numbers beside it are rounded."""

from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import tantivy

from catalog import search
from catalog.models import Brand, Category, Product, Stock, StockSite
from catalog.search import facets, fronts, matching, ranking, reading, schema, writing
from catalog.search.query import Sort
from catalog.search.text import sort_key

RED, GREEN = 900, 300


@pytest.fixture
def many(search_index: Path, monkeypatch: pytest.MonkeyPatch, category: Callable[..., Category]) -> None:
    """1,200 lamps, of which every fourth is green, and limits that make those very many."""
    for module, limits in (
        (facets, {"COUNTED": 600, "SAMPLED": 600, "TELLING": 100, "FEW": 400}),
        (ranking, {"RANKED": 600, "READ": 600, "ENOUGH": 200, "ORDERED": 100}),
        (matching, {"MOST_CODES": 5}),
        (writing, {"BORDERS_FROM": 200}),
        (fronts, {"SMALLEST": 100}),
    ):
        for name, limit in limits.items():
            monkeypatch.setattr(module, name, limit)
    brands = [Brand.objects.create(code=code, name=code.title()) for code in ("rubra", "verda")]
    node = category("lamps")
    Product.objects.bulk_create(
        Product(
            sku=f"L{number:04d}", name_en=f"Lamp {'green' if number % 4 == 0 else 'red'} type {number}",
            brand=brands[number % 4 == 0], category=node, order_unit="C62",
        )
        for number in range(RED + GREEN)
    )  # fmt: skip
    search.rebuild()


def test_of_very_many_articles_a_sample_is_counted_and_told_as_such(many: None) -> None:
    found = search.search(search.Query("lamp type"))
    assert (found.facets_are_exact, len(found.product_ids)) == (False, 50)
    counts = {
        value.code: value.count for facet in found.facets if facet.code == "brand" for value in facet.values
    }
    assert counts["rubra"] == pytest.approx(RED, rel=0.25)
    assert counts["verda"] == pytest.approx(GREEN, rel=0.25)


def test_of_few_articles_every_one_is_counted_however_frequent_their_words_are(many: None) -> None:
    found = search.search(search.Query("lamp type 77"))
    assert (found.facets_are_exact, found.total, found.total_is_exact) == (True, 1, True)


def test_pages_of_very_many_articles_follow_each_other_without_a_gap(many: None) -> None:
    first = search.search(search.Query("lamp type", page_size=40))
    second = search.search(search.Query("lamp type", page_size=40, after=first.next_page))
    together = search.search(search.Query("lamp type", page_size=80))
    assert (*first.product_ids, *second.product_ids) == together.product_ids
    assert len(set(together.product_ids)) == 80


def test_a_filter_that_leaves_few_of_very_many_leaves_no_article_out(many: None) -> None:
    keep = set(Product.objects.filter(brand__code="verda").values_list("id", flat=True)[:30])
    Product.objects.filter(brand__code="verda").exclude(id__in=keep).delete()
    search.rebuild()
    found: Any = search.search(search.Query("lamp type", brands=("verda",)))
    assert set(found.product_ids) == keep


def test_what_is_alike_stands_side_by_side_within_the_deepest_sample_it_is_in(many: None) -> None:
    opened = reading.reader()
    assert opened is not None
    hits = opened.searcher.search(tantivy.Query.all_query(), RED + GREEN, count=False).hits
    places = sorted((address for _, address in hits), key=lambda place: (place.segment_ord, place.doc))
    green = set(Product.objects.filter(name_en__contains="green").values_list("id", flat=True))
    kinds = [(-schema.depth_of(pk), pk not in green) for pk in ranking.ids(opened.searcher, places)]
    stretches = [kind for kind, _ in groupby(kinds)]
    assert len(kinds) == RED + GREEN and stretches == sorted(set(kinds))


def test_what_frequent_words_have_together_is_found_though_no_sample_has_it(
    many: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "READ", 50)
    alone = next(product for product in Product.objects.order_by("id") if not schema.depth_of(product.pk))
    alone.name_en = "Lamp green and red"
    alone.save()
    search.follow_changes()
    found = search.search(search.Query("red green lamp"))
    assert (found.product_ids, found.total, found.total_is_exact) == ((alone.pk,), 1, True)
    assert [(facet.code, [value.count for value in facet.values]) for facet in found.facets] == [
        ("category", [1]),
        ("brand", [1]),
    ]


def test_frequent_words_that_no_article_says_together_find_nothing_and_offer_nothing(many: None) -> None:
    found = search.search(search.Query("red green lamp"))
    assert (found.product_ids, found.total, found.total_is_exact, found.facets) == ((), 0, True, ())


def test_what_very_many_numbers_begin_with_finds_every_one_of_them(many: None) -> None:
    for text in ("L012", "l012 lamp"):
        found = search.search(search.Query(text))
        skus = set(Product.objects.filter(id__in=found.product_ids).values_list("sku", flat=True))
        assert skus == {f"L012{digit}" for digit in range(10)}, text
        assert (found.total, found.total_is_exact) == (10, True)


def test_very_many_articles_come_in_their_order_before_and_behind_every_border(many: None) -> None:
    site = StockSite.objects.create(code="main", name="Main")
    products = list(Product.objects.order_by("sku"))
    Stock.objects.bulk_create(
        Stock(product=product, site=site, quantity=number * 7 % 1201)
        for number, product in enumerate(products)
    )
    search.rebuild()
    # What changes afterwards finds its place among those that were there.
    article = products[7]
    article.name_en, article.sku = "Abajour", "A1"
    article.save()
    Product.objects.filter(pk=products[3].pk).delete()
    products.remove(products[3])
    search.follow_changes()
    quantities = dict(Stock.objects.values_list("product", "quantity"))
    orders: dict[Sort, Callable[[Product], Any]] = {
        "name": lambda product: sort_key(product.name_en),
        "sku": lambda product: sort_key(product.sku),
        "stock": lambda product: -quantities[product.pk],
    }
    for sort, key in orders.items():
        expected = [product.pk for product in sorted(products, key=key)][:160]
        for text in ("", "lamp"):
            assert listed(search.Query(text, sort=sort, page_size=20), pages=8) == expected, (sort, text)


def listed(query: search.Query, pages: int) -> list[int]:
    found: list[int] = []
    for _page in range(pages):
        page = search.search(query)
        found += page.product_ids
        query = replace(query, after=page.next_page)
    return found
