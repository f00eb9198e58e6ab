"""The catalog's pages of the admin, and the explained net price."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from catalog.models import Agreement
from tests.factories import (
    AgreementFactory,
    CustomerArticleFactory,
    ListPriceFactory,
    OrganisationFactory,
    ProductFactory,
    StockFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("factory", "name"),
    [
        (ProductFactory, "product"),
        (StockFactory, "stock"),
        (ListPriceFactory, "listprice"),
        (AgreementFactory, "agreement"),
        (CustomerArticleFactory, "customerarticle"),
    ],
)
def test_a_list_makes_as_many_queries_for_one_row_as_for_many(
    admin_client, factory, name, django_assert_max_num_queries
):
    factory()
    address = reverse(f"admin:catalog_{name}_changelist")
    with django_assert_max_num_queries(12) as first:
        admin_client.get(address)
    factory.create_batch(15)
    with django_assert_max_num_queries(len(first.captured_queries)):
        assert admin_client.get(address).status_code == 200


def test_an_article_is_found_by_the_beginning_of_its_number_whatever_the_case(admin_client):
    ProductFactory(sku="VLT-5SY6", name_en="Wanted")
    ProductFactory(sku="OTHER-1", name_en="Unwanted")
    page = admin_client.get(reverse("admin:catalog_product_changelist"), {"q": "vlt-5"}).content.decode()
    assert "Wanted" in page
    assert "Unwanted" not in page


def test_the_list_calls_an_article_as_the_operator_does(admin_client):
    ProductFactory(name_en="Cable", name_nl="Kabel")
    ProductFactory(name_en="Lamp", name_nl="")
    address = reverse("admin:catalog_product_changelist")
    page = admin_client.get(address, headers={"Accept-Language": "nl"}).content.decode()
    assert ">Kabel<" in page and ">Cable<" not in page
    assert ">Lamp<" in page


def test_the_page_of_an_article_shows_what_hangs_on_it_and_leads_to_its_price(admin_client):
    stock = StockFactory()
    ListPriceFactory(product=stock.product)
    page = admin_client.get(reverse("admin:catalog_product_change", args=[stock.product_id])).content.decode()
    assert reverse("admin:catalog_product_price", args=[stock.product_id]) in page
    for prefix in ("attribute_values", "media", "stock", "list_prices"):
        assert f"{prefix}-TOTAL_FORMS" in page


@pytest.fixture
def agreed():
    """An article with a list price of 10.00, and 25 % off for one customer from 50 pieces on."""
    organisation = OrganisationFactory()
    product = ProductFactory()
    ListPriceFactory(product=product, price_list=organisation.price_list)
    AgreementFactory(
        organisation=organisation,
        brand=product.brand,
        kind=Agreement.Kind.DISCOUNT,
        value=Decimal(25),
        minimum_quantity=Decimal(50),
        reference="C-2026-7",
    )
    return organisation, product


def test_the_net_price_of_a_customer_is_explained_step_by_step(admin_client, agreed):
    organisation, product = agreed
    address = reverse("admin:catalog_product_price", args=[product.pk])
    page = admin_client.get(address, {"organisation": organisation.pk, "quantity": "60"}).content.decode()
    assert "List price" in page
    assert "25 % discount agreed for this brand from 50 (C-2026-7)" in page
    assert "450.00" in page  # 60 at 7.50
    below = admin_client.get(address, {"organisation": organisation.pk, "quantity": "10"}).content.decode()
    assert "100.00" in below


def test_a_quantity_that_is_not_sold_is_said_to_be(admin_client, agreed):
    organisation, product = agreed
    product.quantity_step = Decimal(10)
    product.save()
    address = reverse("admin:catalog_product_price", args=[product.pk])
    page = admin_client.get(address, {"organisation": organisation.pk, "quantity": "55"}).content.decode()
    assert "Sold in multiples of 10" in page


@pytest.mark.parametrize("quantity", ["-1", "many", "NaN", "1e999"])
def test_what_is_no_quantity_is_refused_at_its_field(admin_client, agreed, quantity):
    organisation, product = agreed
    address = reverse("admin:catalog_product_price", args=[product.pk])
    page = admin_client.get(address, {"organisation": organisation.pk, "quantity": quantity})
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()


def test_an_article_without_a_price_for_the_customer_says_so(admin_client):
    organisation, product = OrganisationFactory(), ProductFactory()
    address = reverse("admin:catalog_product_price", args=[product.pk])
    page = admin_client.get(address, {"organisation": organisation.pk}).content.decode()
    assert "No price" in page


def test_the_net_price_needs_the_right_to_see_agreements(client, django_user_model, agreed):
    organisation, product = agreed
    clerk = django_user_model.objects.create_user("clerk", password="long enough 123", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_product"))
    client.force_login(clerk)
    address = reverse("admin:catalog_product_price", args=[product.pk])
    assert client.get(address, {"organisation": organisation.pk}).status_code == 403
