"""Facets, filters, sorting, pages and suggestions."""

from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count

from catalog import search
from catalog.models import Product
from catalog.search import matching, searching
from tests.catalog.search.conftest import make_article


def skus(results: search.Results) -> list[str]:
    known = dict(Product.objects.values_list("id", "sku"))
    return [known[pk] for pk in results.product_ids]


def facet(results: search.Results, code: str) -> dict[str, int]:
    for each in results.facets:
        if each.code == code:
            return {value.label: value.count for value in each.values}
    return {}


def ask(text: str = "", language: str = "en", **more: Any) -> search.Results:
    return search.search(search.Query(text, language, **more))


def test_without_a_category_the_top_ones_are_offered_with_all_below_counted(shop: Path) -> None:
    counts = facet(ask(), "category")
    assert counts["Protection"] == 13
    assert counts["Cables"] == 7
    assert "Circuit breakers" not in counts


def test_in_a_category_the_ones_below_are_offered_in_the_asked_language(shop: Path) -> None:
    results = ask(category="protection", language="nl")
    assert facet(results, "category") == {"Installatieautomaten": 12, "Aardlekschakelaars": 1}
    assert results.total == 13


def test_at_the_end_of_the_tree_the_neighbours_are_offered_and_the_chosen_one_is_marked(shop: Path) -> None:
    results = ask(category="rcds")
    values = results.facets[0].values
    assert [(value.code, value.count, value.selected) for value in values] == [
        ("breakers", 12, False),
        ("rcds", 1, True),
    ]


def test_the_counts_of_a_facet_ignore_what_is_ticked_in_itself(shop: Path) -> None:
    results = ask(category="breakers", brands=("kopra",))
    assert skus(results) == ["VLT-5SY6316-7"]
    assert facet(results, "brand") == {"Voltara": 11, "Kopra": 1}
    assert facet(results, "poles") == {"3 poles": 1}


def test_values_of_one_facet_are_alternatives_and_facets_must_all_hold(shop: Path) -> None:
    either = ask(category="breakers", attributes={"rated-current": ("6", "32")})
    both = ask(category="breakers", attributes={"rated-current": ("6", "32")}, in_stock=True)
    assert either.total == 4
    assert set(skus(both)) == {"VLT-5SY606-7", "VLT-5SY632-7"}
    assert facet(either, "rated-current")["16"] == 3


def test_numbers_are_offered_in_their_order_and_spelled_for_the_language(shop: Path) -> None:
    current = next(each for each in ask(category="breakers").facets if each.code == "rated-current")
    assert [value.label for value in current.values] == ["6", "10", "16", "20", "32"]
    assert (current.label, current.unit) == ("Rated current", "A")
    section = next(each for each in ask(category="cables", language="nl").facets if each.code == "section")
    assert [(value.code, value.label) for value in section.values][:2] == [("1.5", "1,5"), ("2.5", "2,5")]
    assert section.label == "Doorsnede"


def test_choices_are_offered_in_the_order_the_operator_gave_them(shop: Path) -> None:
    protection = next(each for each in ask(category="lighting").facets if each.code == "protection")
    assert [value.code for value in protection.values] == ["ip20", "ip44", "ip65"]


def test_a_ticked_value_stays_to_be_unticked_when_it_finds_nothing(shop: Path) -> None:
    results = ask(category="breakers", attributes={"poles": ("1pn",)}, brands=("kopra",), in_stock=True)
    assert results.total == 0
    assert facet(results, "poles")["1 pole + N"] == 0
    assert facet(results, "brand")["Kopra"] == 0


def test_an_attribute_filter_works_without_its_category(shop: Path) -> None:
    results = ask(attributes={"protection": ("ip65",)})
    assert skus(results) == ["LMN-WP-65"]
    assert facet(results, "protection") == {"IP20": 1, "IP44": 1, "IP65": 1}


def test_filters_apply_to_words_too_and_do_not_make_them_look_mistyped(shop: Path) -> None:
    assert set(skus(ask("white", category="wiring"))) == {"VLT-SOC-W", "VLT-SW-W"}
    nothing = ask("contactor", category="wiring")
    assert (nothing.total, nothing.corrected) == (0, None)


@pytest.mark.parametrize(
    "unknown",
    [
        {"category": "no-such"},
        {"brands": ("no-such",)},
        {"brands": ("kopra' OR 1=1",)},
        {"attributes": {"poles": ("no-such",)}},
        {"attributes": {"poles": ('3p" OR *',)}},
    ],
)
def test_an_unknown_value_finds_nothing(shop: Path, unknown: dict[str, Any]) -> None:
    assert ask(**unknown).product_ids == ()


def test_an_unknown_attribute_is_no_filter(shop: Path) -> None:
    assert ask(attributes={"no-such": ("1",), "poles": ()}).total == ask().total


def test_lists_are_sorted_by_name_as_people_sort(article: Any, search_index: Path) -> None:
    article("A", "Éclair 16 mm")
    article("B", "eclair 2.5 mm")
    article("C", "Zebra", status=Product.Status.ACTIVE)
    article("D", "Apple", status=Product.Status.DISCONTINUED)
    article("E", "eclair 10 mm")
    assert skus(ask(sort="name")) == ["B", "E", "A", "C", "D"]
    assert skus(ask()) == ["B", "E", "A", "C", "D"]


def test_lists_are_sorted_by_article_number_and_by_stock(article: Any, search_index: Path) -> None:
    article("X-100", stock=5)
    article("X-20", stock=700)
    article("W-3")
    assert skus(ask(sort="sku")) == ["W-3", "X-20", "X-100"]
    assert skus(ask(sort="stock")) == ["X-20", "X-100", "W-3"]


def test_pages_follow_each_other_without_gap_or_repetition(shop: Path) -> None:
    everything = skus(ask(page_size=200, sort="sku"))
    pages, after = [], None
    while True:
        page = ask(page_size=4, sort="sku", after=after)
        pages.append(skus(page))
        if page.next_page is None:
            break
        after = page.next_page
    assert [sku for page in pages for sku in page] == everything
    back = ask(page_size=4, sort="sku", after=page.previous_page)
    assert skus(back) == pages[-2]


@pytest.mark.parametrize("key", ["", "x", "cDk5OTk5OTk5OTk", "%00", "é", "cC01", "p50"])
def test_what_is_no_page_key_is_the_first_page(shop: Path, key: str) -> None:
    assert skus(ask(page_size=4, after=key)) == skus(ask(page_size=4))


def test_no_page_lies_deeper_than_the_last_one_offered(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_PAGES", 2)
    second = ask(page_size=4, after=ask(page_size=4).next_page)
    assert second.next_page is None
    assert skus(ask(page_size=4, after=searching._page_key(400))) == skus(second)


def test_a_large_number_of_hits_is_not_counted_to_the_end(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (ask().total, ask().total_is_exact) == (28, True)
    monkeypatch.setattr(searching, "COUNT_CAP", 10)
    assert (ask().total, ask().total_is_exact) == (10, False)


def test_suggestions_complete_names_and_numbers(shop: Path) -> None:
    assert [each.sku for each in search.suggest("stopc", "nl")] == ["VLT-SOC-W"]
    assert search.suggest("stopc", "nl")[0].name.startswith("Stopcontact 16 A")
    assert search.suggest("vlt-5sy631", "de")[0].sku == "VLT-5SY6316-7"
    assert len(search.suggest("disj", "fr", limit=3)) == 3
    assert search.suggest("", "nl") == ()


def test_a_search_reads_the_database_only_for_the_names_of_facets(
    shop: Path, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(6):
        ask("automaat", "nl", category="breakers", brands=("kopra",))
    with django_assert_num_queries(0):
        ask("kabel", "nl", attributes={"section": ("2.5",)})
        ask("stopc", "nl")
    with django_assert_num_queries(1):
        search.suggest("kab", "nl")


def test_each_category_tells_how_many_articles_hang_on_it_and_hidden_ones_are_none_of_them(
    shop: Path,
) -> None:
    counted = dict(
        Product.objects.filter(status__in=Product.SHOWN)
        .order_by()
        .values_list("category")
        .annotate(Count("id"))
    )
    assert sum(counted.values()) < Product.objects.count()
    assert search.articles_by_category() == counted


def test_while_there_is_no_index_nobody_counts_the_articles_of_a_category(search_index: Path) -> None:
    make_article("A1")
    assert search.articles_by_category() is None
    assert not search_index.exists()


def test_a_brand_and_the_beginning_of_very_many_numbers_find_what_has_both(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "MOST_CODES", 3)
    assert skus(ask("kopra 5sy6")) == ["VLT-5SY6316-7"]
    assert "VLT-5SY632-7" in skus(ask("voltara 5SY6 32A"))
