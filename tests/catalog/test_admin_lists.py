"""The admin's lists at size: what they find, how far they count, that they read no table to its end."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog import admin_lists, price_admin
from catalog.models import Agreement, Product
from tests.factories import (
    AgreementFactory,
    BrandFactory,
    CategoryFactory,
    CustomerArticleFactory,
    ListPriceFactory,
    OrganisationFactory,
    ProductFactory,
    StockFactory,
)

pytestmark = pytest.mark.django_db


def listed(client: Client, name: str, **asked: str) -> list[Any]:
    page = client.get(reverse(f"admin:catalog_{name}_changelist"), asked)
    assert page.status_code == 200
    return list(page.context["cl"].result_list)


def test_what_hangs_on_an_article_is_found_by_its_numbers_and_its_words(admin_client: Client) -> None:
    article = ProductFactory(
        sku="VLT-5SY6116",
        name_en="Doorbell with chime",
        gtin="2000000000015",
        manufacturer_part_number="MB.1C16",
    )
    other = ProductFactory(sku="OTHER-1", name_en="Door", gtin="", manufacturer_part_number="X")
    factories = {"stock": StockFactory, "listprice": ListPriceFactory, "agreement": AgreementFactory}
    wanted = {name: [factory(product=article)] for name, factory in factories.items()}
    for factory in factories.values():
        factory(product=other)
    for text in ("VLT-5SY", "vlt-5sy", "2000000000015", "MB.1C", "doorbell chime"):
        assert {name: listed(admin_client, name, q=text) for name in factories} == wanted, text


def test_a_hidden_article_is_found_by_the_beginning_of_its_number(admin_client: Client) -> None:
    hidden = ProductFactory(sku="VLT-1", status=Product.Status.HIDDEN)
    ProductFactory(sku="VLU-1", status=Product.Status.HIDDEN)
    assert listed(admin_client, "product", q="vlt-") == [hidden]


def test_odd_texts_find_nothing(admin_client: Client) -> None:
    ProductFactory(sku="VLT-1")
    asked = {"app_label": "catalog", "model_name": "stock", "field_name": "product"}
    for text in ("%", "_", "\\", "'", "x\x00y", "\U0010ffff", "a" * 5_000):
        answer = admin_client.get(reverse("admin:autocomplete"), {**asked, "term": text})
        assert (answer.status_code, answer.json()["results"]) == (200, []), text


def test_a_list_is_counted_to_a_limit_and_says_so(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin_lists, "MOST_COUNTED", 3)
    ProductFactory.create_batch(3)
    address = reverse("admin:catalog_product_changelist")
    assert "3 articles" in admin_client.get(address).content.decode()
    ProductFactory()
    page = admin_client.get(address).content.decode()
    assert "3+ articles" in page


def test_an_agreement_is_found_by_its_customer_then_its_article_then_its_reference(
    admin_client: Client,
) -> None:
    organisation = OrganisationFactory(number="700007", name="Elektro Zeven")
    own = AgreementFactory(organisation=organisation, reference="R-1")
    other = AgreementFactory(reference="FRAME-2026", product=ProductFactory())
    assert listed(admin_client, "agreement", q="700007") == [own]
    assert listed(admin_client, "agreement", q="elektro zev") == [own]
    assert listed(admin_client, "agreement", q=other.product.sku) == [other]
    assert listed(admin_client, "agreement", q="frame-2026") == [other]
    assert listed(admin_client, "agreement", q="frame-20") == []


def test_an_agreement_is_found_by_a_part_of_its_promotion_or_discount_group(admin_client: Client) -> None:
    discount = {"kind": Agreement.Kind.DISCOUNT, "product": None}
    group = AgreementFactory(discount_group="LAMP-07", **discount)
    promotion = AgreementFactory(
        brand=BrandFactory(), promotion=True, label="Summer lamps", valid_until=date(2099, 1, 1), **discount
    )
    AgreementFactory(reference="SUMMER", product=ProductFactory())
    assert listed(admin_client, "agreement", q="lamp-0") == [group]
    assert listed(admin_client, "agreement", q="mer lamps") == [promotion]


def test_a_reference_that_very_many_have_is_listed_in_the_order_of_the_list(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(price_admin, "MOST_COUNTED", 1)
    one = AgreementFactory(reference="Frame", product=ProductFactory())
    other = AgreementFactory(reference="FRAME", product=ProductFactory())
    AgreementFactory(reference="FRAME-2", product=ProductFactory())
    assert listed(admin_client, "agreement", q="frame") == [one, other]


def test_a_customers_article_is_found_by_his_number_for_it(admin_client: Client) -> None:
    wanted = CustomerArticleFactory(number="MAT-77")
    CustomerArticleFactory(number="MAT-78")
    assert listed(admin_client, "customerarticle", q="MAT-77") == [wanted]


def test_a_filter_offers_only_what_the_list_has(admin_client: Client) -> None:
    used, other, unused = BrandFactory.create_batch(3)
    for brand in (used, other):
        ProductFactory(brand=brand)
    page = admin_client.get(reverse("admin:catalog_product_changelist")).content.decode()
    offered = [f"brand__id__exact={brand.pk}" in page for brand in (used, other, unused)]
    assert offered == [True, True, False]


def test_brands_and_categories_tell_how_many_articles_they_have(admin_client: Client) -> None:
    brand, empty = BrandFactory(), BrandFactory()
    category = CategoryFactory()
    ProductFactory.create_batch(2, brand=brand, category=category)
    brands = {each.pk: each.article_count for each in listed(admin_client, "brand")}
    assert (brands[brand.pk], brands[empty.pk]) == (2, 0)
    assert {each.pk: each.article_count for each in listed(admin_client, "category")}[category.pk] == 2


def test_no_list_tells_apart_the_values_of_a_whole_table(admin_client: Client) -> None:
    AgreementFactory(product=ListPriceFactory(product=StockFactory().product).product)
    for name in ("product", "productattribute", "productmedia", "stock", "listprice", "agreement"):
        with CaptureQueriesContext(connection) as made:
            listed(admin_client, name)
        large = [row["sql"] for row in made.captured_queries if f'FROM "catalog_{name}"' in row["sql"]]
        assert large
        for sql in large:
            assert "DISTINCT" not in sql


@pytest.mark.parametrize("status", [status for status in Product.Status if status != Product.Status.ACTIVE])
def test_articles_that_are_not_sold_as_usual_have_a_list_of_their_own(status: Product.Status) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Of few rows its planner reads the table; asked is whether it could do without.
            cursor.execute("SET LOCAL enable_seqscan = off")
    name = f"product_{status.value.replace('-', '_')}"
    asked = Product.objects.filter(status=status).order_by("sku")
    assert name in asked.explain()
    assert name in asked.order_by()[:10_001].explain()
    shown = Product.objects.filter(status__in=Product.SHOWN).order_by("sku")
    assert name not in shown.explain()
