"""The page of one article."""

from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Product, ProductMedia
from tests.factories import AgreementFactory, ListPriceFactory, ProductFactory, StockFactory
from tests.shop.conftest import Buyer


def test_the_price_explains_itself(buyer: Buyer) -> None:
    product = ProductFactory()
    ListPriceFactory(product=product, price_list=buyer.organisation.price_list, amount=Decimal("12.50"))
    AgreementFactory(organisation=buyer.organisation, value=Decimal(20), reference="K-77")
    AgreementFactory(organisation=buyer.organisation, value=Decimal(30), minimum_quantity=Decimal(100))
    page = buyer.get(f"/p/{product.sku}").content.decode()
    for part in (
        "Why this price",
        "12.50\u00a0€ / pc",
        "20 % discount agreed for all articles (K-77)",
        "10.00\u00a0€ / pc",
        "Price by quantity",
        "8.75\u00a0€ / pc",
    ):
        assert part in page


def test_quantity_rules_are_explained_before_anything_is_typed(buyer: Buyer) -> None:
    product = ProductFactory(
        order_unit="RO",
        content_quantity=Decimal(100),
        content_unit="MTR",
        minimum_quantity=Decimal(2),
        quantity_step=Decimal(2),
    )
    page = buyer.get(f"/p/{product.sku}").content.decode()
    rules = ("One roll holds 100 m.", "The smallest quantity is 2 rolls.", "Sold in multiples of 2 rolls.")
    for part in rules:
        assert part in page


def test_an_article_without_a_price_is_on_request(buyer: Buyer) -> None:
    assert "Price on request" in buyer.get(f"/p/{ProductFactory().sku}").content.decode()


def test_a_discontinued_article_points_to_its_successor(buyer: Buyer) -> None:
    product = ProductFactory(
        status=Product.Status.DISCONTINUED, successor=ProductFactory(sku="NEW-1", name_en="Newer article")
    )
    page = buyer.get(f"/p/{product.sku}").content.decode()
    assert "NEW-1 Newer article" in page
    assert "/cart/add" not in page


@pytest.mark.parametrize(
    ("quantity", "days", "said"),
    [
        (Decimal(40), None, "40 pc in stock"),
        (Decimal(3), None, "Only 3 pc left"),
        (Decimal(0), None, "6 working days"),
        (Decimal(0), 4, "200 pc on"),
    ],
)
def test_stock_is_said_in_words(buyer: Buyer, quantity: Decimal, days: int | None, said: str) -> None:
    product = ProductFactory(minimum_quantity=Decimal(10), quantity_step=Decimal(10), lead_time_days=6)
    StockFactory(
        product=product,
        quantity=quantity,
        next_date=timezone.localdate() + timedelta(days) if days else None,
        next_quantity=Decimal(200) if days else None,
    )
    assert said in buyer.get(f"/p/{product.sku}").content.decode()


@pytest.mark.parametrize("sku", ["A/B 1", "50%", "ä+#?&", "x'\"<b>", "1,5"])
def test_article_numbers_may_hold_any_character(buyer: Buyer, sku: str) -> None:
    product = ProductFactory(sku=sku)
    ListPriceFactory(product=product, price_list=buyer.organisation.price_list)
    buyer.post("/cart/add", {"sku": sku, "quantity": "1"})
    cart = buyer.get("/cart").content.decode()
    address = unescape(cart.split('class="cart-name" href="')[1].split('"')[0])
    for spelling in (address, address + "/"):
        answer = buyer.client.get(spelling)
        assert answer.status_code == 200
        assert f"<h1>{product.name}</h1>" in answer.content.decode()


@pytest.mark.parametrize("address", ["nothing", "a/b/c"])
def test_an_unknown_article_is_not_found(buyer: Buyer, address: str) -> None:
    assert buyer.get(f"/p/{address}").status_code == 404


def test_a_hidden_article_is_not_found(buyer: Buyer) -> None:
    product = ProductFactory(status=Product.Status.HIDDEN)
    assert buyer.get(f"/p/{product.sku}").status_code == 404
    assert buyer.post("/cart/add", {"sku": product.sku, "quantity": "1"}).status_code == 404


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example/x", "data:text/html,x"])
def test_a_picture_comes_from_https_or_our_own_files(buyer: Buyer, address: str) -> None:
    product = ProductFactory()
    ProductMedia.objects.create(product=product, kind="picture", address=address)
    ProductMedia.objects.create(product=product, kind="document", address=address, title="Sheet")
    page = buyer.get(f"/p/{product.sku}").content.decode()
    assert address not in page


def test_a_page_has_no_inline_style_or_handler_that_the_policy_would_refuse(buyer: Buyer) -> None:
    product = ProductFactory()
    ListPriceFactory(product=product, price_list=buyer.organisation.price_list)
    buyer.post("/cart/add", {"sku": product.sku, "quantity": "1"})
    for address in (f"/p/{product.sku}", "/", "/cart", "/nothing"):
        page = buyer.get(address).content.decode()
        for refused in (" style=", "<style", " onclick=", " onchange=", "hx-on", "<script>"):
            assert refused not in page


def test_a_visitor_may_look(db: None) -> None:
    page = Client().get(f"/p/{ProductFactory().sku}").content.decode()
    assert "Come from your procurement system" in page
    assert "/cart/add" not in page


def test_the_product_page_costs_a_fixed_number_of_queries(buyer: Buyer) -> None:
    product = ProductFactory()
    with CaptureQueriesContext(connection) as bare:
        buyer.get(f"/p/{product.sku}")
    for _ in range(5):
        StockFactory(product=product)
        ProductMedia.objects.create(product=product, kind="picture", address="https://p.example/p.svg")
    ListPriceFactory(product=product, price_list=buyer.organisation.price_list)
    with CaptureQueriesContext(connection) as full:
        buyer.get(f"/p/{product.sku}")
    assert len(full) <= len(bare) + 1 <= 12  # one more for the sites, which articles without stock do not ask
