"""Promotions, metal and eco-contributions where a buyer meets them: list, article, cart."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.factories import (
    AgreementFactory,
    ListPriceFactory,
    MetalQuotationFactory,
    ProductFactory,
    ProductLevyFactory,
    ProductMetalFactory,
)
from tests.shop.conftest import Buyer

pytestmark = pytest.mark.django_db


@pytest.fixture
def page_of(buyer: Buyer) -> Callable[[str], str]:
    product = ProductFactory(sku="CABLE-1", name_en="Cable one", order_unit="MTR", price_unit=1000)
    price_list = buyer.organisation.price_list
    ListPriceFactory(product=product, price_list=price_list, amount=Decimal(10000), price_unit=1000)
    ProductMetalFactory(product=product)
    MetalQuotationFactory()
    ProductLevyFactory(product=product, amount=Decimal("0.05"))
    AgreementFactory(
        organisation=None, price_list=price_list, value=Decimal(10), promotion=True, label="Cable weeks",
        valid_until=timezone.localdate() + timedelta(days=5),
    )  # fmt: skip
    buyer.cart.lines.create(product=product, sku=product.sku, quantity=50, position=1)

    def read(path: str) -> str:
        response = buyer.get(path)
        assert response.status_code == 200
        return response.content.decode().replace("\xa0", " ")

    return read


@pytest.mark.parametrize("path", ["/p/CABLE-1", "/search?q=Cable", "/cart"])
def test_a_promotion_is_shown_with_its_name_and_last_day(page_of: Callable[[str], str], path: str) -> None:
    text = page_of(path)
    assert "Cable weeks until" in text


def test_an_article_says_each_surcharge_and_why(page_of: Callable[[str], str]) -> None:
    text = page_of("/p/CABLE-1")
    for expected in ("9,000.00 €", "1,440.00 €", "Copper surcharge", "300.00", "Recupel", "10,490.00 €"):
        assert expected in text, expected


def test_the_parts_of_a_cart_add_up_to_its_total(page_of: Callable[[str], str]) -> None:
    text = page_of("/cart")
    for expected in ("450.00 €", "72.00 €", "2.50 €", "524.50 €"):
        assert expected in text, expected
