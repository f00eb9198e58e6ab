"""The net price: which agreement wins, and that it explains itself."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import Agreement, Product
from catalog.prices import PriceBook
from customers.models import Organisation
from tests.factories import (
    AgreementFactory,
    BrandFactory,
    CategoryFactory,
    ListPriceFactory,
    OrganisationFactory,
    PriceListFactory,
    ProductFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return OrganisationFactory(price_list=PriceListFactory(code="std", name="Standard", currency="EUR"))


@pytest.fixture
def product(organisation: Organisation) -> Product:
    product = ProductFactory(category=CategoryFactory(parent=CategoryFactory()))
    ListPriceFactory(
        product=product, price_list=organisation.price_list, amount=Decimal("100"), price_unit=100
    )
    return product


def price(organisation: Organisation | None, product: Product, quantity: str = "1") -> Any:
    return PriceBook.load(organisation, [product]).price(product, Decimal(quantity))


def discount(organisation: Organisation, percent: str, **scope: Any) -> Agreement:
    return AgreementFactory(organisation=organisation, kind="discount", value=Decimal(percent), **scope)


def net(organisation: Organisation, product: Product, value: str, **more: Any) -> Agreement:
    return AgreementFactory(
        organisation=organisation, product=product, kind="net", value=Decimal(value), **more
    )


def test_without_an_agreement_the_list_price_holds(organisation: Organisation, product: Product) -> None:
    found = price(organisation, product)
    assert (found.amount, found.price_unit, found.currency) == (Decimal(100), 100, "EUR")
    assert [step.kind for step in found.steps] == ["list"]


def test_the_most_specific_discount_wins_and_they_do_not_add_up(
    organisation: Organisation, product: Product
) -> None:
    discount(organisation, "5")
    assert price(organisation, product).amount == 95
    discount(organisation, "10", category=product.category.parent)
    assert price(organisation, product).amount == 90
    discount(organisation, "8", category=product.category)
    assert price(organisation, product).amount == 92
    discount(organisation, "20", brand=product.brand)
    assert price(organisation, product).amount == 80
    discount(organisation, "3", product=product)
    assert price(organisation, product).amount == 97


def test_a_net_price_beats_every_discount_and_keeps_its_price_unit(
    organisation: Organisation, product: Product
) -> None:
    discount(organisation, "50", product=product)
    net(organisation, product, "0.9", reference="C-42")
    found = price(organisation, product)
    assert (found.amount, found.price_unit, found.reference) == (Decimal("0.9"), 1, "C-42")
    assert [step.kind for step in found.steps] == ["list", "net"]
    assert "C-42" in found.steps[-1].text


def test_quantity_breaks_apply_from_their_quantity_on(organisation: Organisation, product: Product) -> None:
    net(organisation, product, "10")
    net(organisation, product, "8", minimum_quantity=Decimal(10))
    net(organisation, product, "7", minimum_quantity=Decimal(100))
    assert [price(organisation, product, q).amount for q in ("9.999", "10", "99", "100")] == [10, 8, 8, 7]
    assert [(b.quantity, b.amount) for b in price(organisation, product).breaks] == [
        (1, 10),
        (10, 8),
        (100, 7),
    ]


def test_of_two_equal_agreements_the_lower_price_wins(organisation: Organisation, product: Product) -> None:
    net(organisation, product, "10")
    net(organisation, product, "990", price_unit=100)
    assert price(organisation, product).per_order_unit == Decimal("9.9")


def test_an_agreement_holds_on_its_last_day_and_not_after(
    organisation: Organisation, product: Product
) -> None:
    today = timezone.localdate()
    agreement = discount(organisation, "10", valid_from=today - timedelta(days=3), valid_until=today)
    assert price(organisation, product).amount == 90
    Agreement.objects.filter(pk=agreement.pk).update(valid_until=today - timedelta(days=1))
    assert price(organisation, product).amount == 100
    Agreement.objects.filter(pk=agreement.pk).update(valid_from=today + timedelta(days=1), valid_until=None)
    assert price(organisation, product).amount == 100


def test_rounding_to_the_decimals_of_the_list_price_is_a_step_of_its_own(
    organisation: Organisation, product: Product
) -> None:
    product.list_prices.update(amount=Decimal("0.1234"))
    discount(organisation, "33.3333")
    found = price(organisation, product)
    assert found.amount == Decimal("0.0823")
    assert [step.kind for step in found.steps] == ["list", "discount", "rounding"]
    product.list_prices.update(amount=Decimal("659.99"))
    assert price(organisation, product).amount == Decimal("439.99")


def test_a_list_in_another_currency_is_no_price(product: Product) -> None:
    dollars = OrganisationFactory(currency="USD", price_list=product.list_prices.get().price_list)
    assert price(dollars, product) is None


def test_another_customers_agreement_is_never_used(organisation: Organisation, product: Product) -> None:
    other = OrganisationFactory(price_list=organisation.price_list)
    net(other, product, "1")
    discount(other, "90")
    assert price(organisation, product).amount == 100


def test_a_visitor_sees_public_list_prices_only(organisation: Organisation, product: Product) -> None:
    net(organisation, product, "1")
    assert price(None, product) is None
    organisation.price_list.public = True
    organisation.price_list.save()
    assert price(None, product).amount == 100


def test_line_totals_are_rounded_half_up_to_the_smallest_coin(
    organisation: Organisation, product: Product
) -> None:
    product.list_prices.update(amount=Decimal("0.5"), price_unit=100)
    assert price(organisation, product).total(Decimal(1)).amount == Decimal("0.01")
    assert price(organisation, product).total(Decimal(3)).amount == Decimal("0.02")


def test_any_number_of_articles_is_priced_in_three_queries(
    organisation: Organisation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    brand, category = BrandFactory(), CategoryFactory(parent=CategoryFactory())
    products = ProductFactory.create_batch(60, brand=brand, category=category)
    for product in products:
        ListPriceFactory(product=product, price_list=organisation.price_list)
    discount(organisation, "10", category=category)
    with django_assert_num_queries(3):
        book = PriceBook.load(organisation, products)
        assert all(book.price(product) for product in products)


def test_of_two_valid_list_prices_the_one_that_began_last_holds_and_one_without_a_date_is_the_oldest(
    organisation: Organisation, product: Product
) -> None:
    today = timezone.localdate()
    for amount, days in (("90", 10), ("80", 2)):
        ListPriceFactory(
            product=product,
            price_list=organisation.price_list,
            amount=Decimal(amount),
            valid_from=today - timedelta(days=days),
        )
    assert price(organisation, product).amount == 80
