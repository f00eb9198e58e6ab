"""The demo's data is believable and consistent, and loading it is safe to repeat."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import Model
from pytest_django import DjangoDbBlocker

import catalog.demo
import customers.demo
from catalog.demo.families import Article, Assortment
from catalog.models import (
    Agreement,
    AttributeChoice,
    Category,
    CategoryAttribute,
    ListPrice,
    MetalQuotation,
    Product,
    ProductAttribute,
    ProductChange,
    ProductLevy,
    ProductMedia,
    ProductMetal,
    ProductReference,
    Stock,
)
from catalog.prices import PriceBook
from catalog.units import UNITS
from customers.models import DeliverySite, Organisation, Person

LANGUAGES = ("en", "nl", "fr", "de")
MODELS: tuple[type[Model], ...] = (
    Product,
    ProductAttribute,
    ProductMedia,
    Stock,
    ListPrice,
    MetalQuotation,
    ProductLevy,
    ProductMetal,
    ProductReference,
    Agreement,
    AttributeChoice,
    Category,
    CategoryAttribute,
    Organisation,
    DeliverySite,
    Person,
)
WEDNESDAY = date(2026, 11, 18)


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return Assortment(settings.BASE_DIR / "fixtures" / "demo").articles


@pytest.fixture(autouse=True)
def nobody_indexes(settings: Any) -> None:
    settings.SEARCH_FOLLOW = "off"


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Loaded once, in a transaction around those of the tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        customers.demo.load()
        catalog.demo.load(WEDNESDAY)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def loaded(demo: None, db: None) -> None:
    """What a test changes is rolled back to the demo as it was loaded."""


def contents() -> dict[str, Counter[tuple[object, ...]]]:
    return {model.__name__: Counter(model._default_manager.values_list()) for model in MODELS}


def test_the_assortment_has_about_three_thousand_articles(articles: list[Article]) -> None:
    assert 2800 <= len(articles) <= 3300


def test_every_article_has_a_name_and_a_description_in_all_four_languages(articles: list[Article]) -> None:
    for article in articles:
        for texts in (article.names, article.descriptions):
            assert set(texts) == set(LANGUAGES)
            assert all(text.strip() and "{" not in text for text in texts.values()), article.sku
        assert max(len(name) for name in article.names.values()) <= 160


def test_no_two_articles_have_the_same_name(articles: list[Article]) -> None:
    for language in LANGUAGES:
        names = Counter(article.names[language] for article in articles)
        assert [name for name, count in names.items() if count > 1] == []


def test_article_numbers_stay_distinct_when_separators_are_left_out(articles: list[Article]) -> None:
    plain = Counter("".join(filter(str.isalnum, article.sku)).upper() for article in articles)
    assert [sku for sku, count in plain.items() if count > 1] == []


def test_gtins_are_unique_with_a_right_check_digit_and_one_a_family_is_missing(
    articles: list[Article],
) -> None:
    gtins = [article.gtin for article in articles if article.gtin]
    assert len(set(gtins)) == len(gtins)
    for gtin in gtins:
        assert len(gtin) == 13 and gtin.startswith("2")
        assert sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(gtin)) % 10 == 0
    without = Counter(article.family for article in articles if not article.gtin)
    assert without == Counter({article.family for article in articles})


def test_a_part_number_is_the_manufacturers_own(articles: list[Article]) -> None:
    numbers = Counter((article.brand, article.part_number) for article in articles)
    assert [number for number, count in numbers.items() if count > 1] == []
    assert all(article.part_number != article.sku for article in articles)


def test_quantity_rules_units_and_prices_fit_together(articles: list[Article]) -> None:
    for article in articles:
        assert article.minimum_quantity % article.quantity_step == 0, article.sku
        assert article.minimum_quantity > 0 and article.content_quantity > 0 and article.list_price > 0
        assert article.order_unit in UNITS and article.content_unit in {"", *UNITS}
        assert bool(article.content_unit) == (article.content_quantity != 1), article.sku
        assert article.price_unit in {1, 100, 1000}


def test_there_is_something_of_every_kind_to_try(articles: list[Article]) -> None:
    assert {article.order_unit for article in articles} >= {"C62", "MTR", "RO", "PK", "BX"}
    assert {article.price_unit for article in articles} == {1, 100, 1000}
    assert {article.status for article in articles} == {"active", "run-out", "discontinued"}
    assert any(article.list_price != round(article.list_price, 2) for article in articles)


def test_a_retired_article_names_an_active_successor(articles: list[Article]) -> None:
    by_sku = {article.sku: article for article in articles}
    retired = [article for article in articles if article.status != "active"]
    assert retired
    for article in retired:
        assert article.successor and by_sku[article.successor].status == "active", article.sku


def test_every_picture_and_document_exists(articles: list[Article]) -> None:
    addresses = {article.picture for article in articles} | {article.document for article in articles}
    missing = [name for name in addresses - {""} if not (settings.BASE_DIR / "static" / name).is_file()]
    assert missing == []


def test_loading_twice_changes_nothing(loaded: None) -> None:
    before, logged = contents(), ProductChange.objects.count()
    customers.demo.load()
    catalog.demo.load(WEDNESDAY)
    assert contents() == before
    assert ProductChange.objects.count() == logged


def test_the_first_load_logs_every_article_for_the_index(loaded: None) -> None:
    assert set(ProductChange.objects.values_list("product_id", flat=True)) == set(
        Product.objects.values_list("id", flat=True)
    )


def test_loading_again_corrects_what_was_changed_and_logs_only_that(loaded: None) -> None:
    ProductChange.objects.all().delete()
    product = Product.objects.get(sku="VLT-5SB116-6B")
    Product.objects.filter(pk=product.pk).update(name_nl="Broodrooster")
    other = ProductAttribute.objects.exclude(product=product).filter(number__isnull=False)[0]
    ProductAttribute.objects.filter(pk=other.pk).update(number=Decimal(-1))
    catalog.demo.load(WEDNESDAY)
    product.refresh_from_db()
    assert product.name_nl == "Installatieautomaat 1P B16 6 kA, 16 A"
    assert set(ProductChange.objects.values_list("product_id", flat=True)) == {product.pk, other.product_id}


def test_what_an_operator_added_survives_loading_again(loaded: None) -> None:
    organisation = Organisation.objects.get(number="100001")
    DeliverySite.objects.create(organisation=organisation, code="NEW", name="New")
    own = Agreement.objects.create(organisation=organisation, kind="discount", value=5, reference="OWN")
    customers.demo.load()
    catalog.demo.load(WEDNESDAY)
    assert organisation.delivery_sites.filter(code="NEW").exists()
    assert Agreement.objects.filter(pk=own.pk).exists()


def test_every_leaf_of_the_tree_has_articles_and_filters_that_they_fill(loaded: None) -> None:
    for category in Category.objects.filter(children=None):
        filters = set(category.attributes.values_list("code", flat=True))
        used = set(
            ProductAttribute.objects.filter(product__category=category).values_list(
                "attribute__code", flat=True
            )
        )
        assert filters and filters <= used, (category.slug, filters - used)


def test_an_active_article_is_in_stock_or_says_when_it_comes(loaded: None) -> None:
    rows = Stock.objects.select_related("product")
    empty = [row for row in rows if row.quantity == 0 and row.product.status == "active"]
    assert empty
    for row in empty:
        assert row.next_date is not None and row.next_date > WEDNESDAY and row.next_date.weekday() < 5
        assert row.next_quantity is not None and row.next_quantity > 0
    for row in rows:
        assert row.quantity % row.product.quantity_step == 0, row.product.sku


def test_every_customer_has_a_price_of_his_own_for_every_article(loaded: None) -> None:
    products = list(Product.objects.all())
    paid: dict[str, set[Decimal]] = {}
    for number in ("100001", "100002", "100003"):
        book = PriceBook.load(Organisation.objects.get(number=number), products)
        prices = [book.price(product) for product in products]
        assert all(price is not None and 0 < price.amount <= (price.list_amount or 0) for price in prices)
        assert any(price is not None and price.breaks for price in prices)
        for price, product in zip(prices, products, strict=True):
            if price is not None:
                paid.setdefault(product.sku, set()).add(price.amount)
    assert len(paid["RLV-K3009-A23"]) == 3


def test_cables_hold_copper_by_their_section_and_batteries_pay_by_the_piece(loaded: None) -> None:
    copper = ProductMetal.objects.get(product__sku="KPR-XVB-3G025-M")
    assert (copper.weight, copper.per) == (Decimal("7.2"), 100)  # 0.96 kg x 3 cores x 2.5 mm² in 100 m
    drum = ProductMetal.objects.get(product__sku="KPR-XVB-3G025-D500")
    assert (drum.weight, drum.per) == (Decimal(36), 1)
    for levy in ProductLevy.objects.filter(scheme="Bebat", product__category__slug="batteries"):
        assert levy.amount == Decimal("0.0525") * levy.product.content_quantity
    assert not ProductLevy.objects.filter(product__category__slug="installation-cable").exists()
    # A recorder pays twice: it is equipment, and its disk can hold copies.
    recorder = ProductLevy.objects.filter(product__sku="VGL-NR8-T4").order_by("scheme")
    assert list(recorder.values_list("scheme", flat=True)) == ["Auvibel", "Recupel"]


def test_everything_the_demo_charges_can_be_priced_today(loaded: None) -> None:
    organisation = Organisation.objects.get(number="100001")
    cables = list(Product.objects.filter(metals__isnull=False))
    book = PriceBook.load(organisation, cables, WEDNESDAY)
    assert len(cables) > 200
    assert all((price := book.price(cable)) and price.surcharges for cable in cables)
    lamp = Product.objects.filter(category__slug="lamps", status="active").first()
    assert lamp is not None
    price = PriceBook.load(Organisation.objects.get(number="100002"), [lamp], WEDNESDAY).price(lamp)
    assert price is not None and price.promotion is not None and price.promotion.until > WEDNESDAY
    abroad = PriceBook.load(Organisation.objects.get(number="100003"), [lamp], WEDNESDAY).price(lamp)
    assert abroad is not None and not abroad.surcharges
