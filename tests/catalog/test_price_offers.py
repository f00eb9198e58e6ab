"""Customers, price lists and promotions: the lowest of their offers is the price."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import Agreement, Product
from catalog.prices import NetPrice, PriceBook, Promotion
from customers.models import Organisation
from tests.factories import (
    AgreementFactory,
    CategoryFactory,
    ListPriceFactory,
    OrganisationFactory,
    PriceListFactory,
    ProductFactory,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
WEEK = timedelta(days=7)


@pytest.fixture
def organisation() -> Organisation:
    return OrganisationFactory(price_list=PriceListFactory(code="std", currency="EUR"))


@pytest.fixture
def product(organisation: Organisation) -> Product:
    product = ProductFactory(discount_group="K10")
    ListPriceFactory(product=product, price_list=organisation.price_list, amount=Decimal(100))
    return product


def price(organisation: Organisation | None, product: Product, quantity: str = "1") -> NetPrice:
    found = PriceBook.load(organisation, [product]).price(product, Decimal(quantity))
    assert found is not None
    return found


def for_list(organisation: Organisation, percent: str, **more: Any) -> Agreement:
    return AgreementFactory(
        organisation=None, price_list=organisation.price_list, value=Decimal(percent), **more
    )


def promotion(organisation: Organisation, percent: str, **more: Any) -> Agreement:
    more = {"valid_until": TODAY() + WEEK, "label": "Autumn days", "promotion": True} | more
    return for_list(organisation, percent, **more)


def test_an_agreement_of_the_price_list_holds_for_everybody_on_it_and_nobody_else(
    organisation: Organisation, product: Product
) -> None:
    same_list = OrganisationFactory(price_list=organisation.price_list)
    other = OrganisationFactory(price_list=PriceListFactory(currency="EUR"))
    ListPriceFactory(product=product, price_list=other.price_list, amount=Decimal(100))
    for_list(organisation, "10", reference="LIST-1")
    assert price(organisation, product).amount == price(same_list, product).amount == 90
    assert price(other, product).amount == 100


def test_the_reference_of_a_price_lists_agreement_is_no_contract_of_the_customer(
    organisation: Organisation, product: Product
) -> None:
    for_list(organisation, "10", reference="LIST-1")
    assert price(organisation, product).reference == ""


def test_a_discount_group_is_more_special_than_a_brand_and_less_than_an_article(
    organisation: Organisation, product: Product
) -> None:
    AgreementFactory(organisation=organisation, brand=product.brand, value=Decimal(40))
    AgreementFactory(organisation=organisation, discount_group="K10", value=Decimal(30))
    AgreementFactory(organisation=organisation, discount_group="K11", value=Decimal(60))
    found = price(organisation, product)
    assert found.amount == 70
    assert "K10" in found.steps[-1].text
    AgreementFactory(organisation=organisation, product=product, value=Decimal(20))
    assert price(organisation, product).amount == 80


def test_an_article_without_a_discount_group_gets_no_groups_discount(organisation: Organisation) -> None:
    product = ProductFactory(discount_group="")
    ListPriceFactory(product=product, price_list=organisation.price_list, amount=Decimal(100))
    AgreementFactory(organisation=organisation, discount_group="K10", value=Decimal(30))
    assert price(organisation, product).amount == 100


@pytest.mark.parametrize(("own", "shared", "expected"), [("20", "10", 80), ("10", "20", 80)])
def test_the_lower_of_the_customers_and_the_price_lists_offer_is_the_price(
    organisation: Organisation, product: Product, own: str, shared: str, expected: int
) -> None:
    AgreementFactory(organisation=organisation, value=Decimal(own))
    for_list(organisation, shared, product=product)
    assert price(organisation, product).amount == expected


def test_at_the_same_price_the_customers_own_agreement_is_named(
    organisation: Organisation, product: Product
) -> None:
    for_list(organisation, "10", reference="LIST-1")
    AgreementFactory(organisation=organisation, value=Decimal(10), reference="C-7")
    promotion(organisation, "10")
    found = price(organisation, product)
    assert (found.reference, found.promotion) == ("C-7", None)


def test_a_promotion_says_its_name_and_last_day_and_is_no_contract(
    organisation: Organisation, product: Product
) -> None:
    promotion(organisation, "15", product=product, reference="P-26")
    found = price(organisation, product)
    assert (found.amount, found.reference) == (Decimal(85), "")
    assert found.promotion == Promotion("Autumn days", TODAY() + WEEK)
    assert [step.kind for step in found.steps] == ["list", "promotion"]
    assert "Autumn days" in found.steps[-1].text
    assert found.valid_until == TODAY() + WEEK


def test_a_promotion_does_not_add_to_a_discount_and_never_makes_a_price_higher(
    organisation: Organisation, product: Product
) -> None:
    AgreementFactory(organisation=organisation, value=Decimal(20))
    promotion(organisation, "15")
    found = price(organisation, product)
    assert (found.amount, found.promotion) == (Decimal(80), None)
    AgreementFactory(
        organisation=None, price_list=organisation.price_list, product=product, kind="net",
        value=Decimal(120), promotion=True, valid_until=TODAY(),
    )  # fmt: skip
    assert price(organisation, product).amount == 80


def test_an_agreed_net_price_stands_even_above_the_list_price_but_not_above_a_promotion(
    organisation: Organisation, product: Product
) -> None:
    AgreementFactory(organisation=organisation, product=product, kind="net", value=Decimal(130))
    assert price(organisation, product).amount == 130
    promotion(organisation, "1")
    assert price(organisation, product).amount == 99


def test_a_promotion_can_be_for_one_customer_only(organisation: Organisation, product: Product) -> None:
    other = OrganisationFactory(price_list=organisation.price_list)
    AgreementFactory(
        organisation=organisation, value=Decimal(30), promotion=True, valid_until=TODAY(), label="For you"
    )
    assert price(organisation, product).amount == 70
    assert price(other, product).amount == 100


def test_a_promotion_is_over_the_day_after_its_last(organisation: Organisation, product: Product) -> None:
    promotion(organisation, "10", valid_until=TODAY())
    assert price(organisation, product).amount == 90
    book = PriceBook.load(organisation, [product], TODAY() + timedelta(days=1))
    tomorrow = book.price(product)
    assert tomorrow is not None and (tomorrow.amount, tomorrow.promotion) == (Decimal(100), None)


def test_a_visitor_gets_the_promotions_of_the_public_list_and_no_other_agreement(product: Product) -> None:
    public = PriceListFactory(code="public", public=True)
    someone = OrganisationFactory(price_list=public)
    ListPriceFactory(product=product, price_list=public, amount=Decimal(100))
    for_list(someone, "40")
    AgreementFactory(
        organisation=someone, value=Decimal(50), promotion=True, valid_until=TODAY(), label="For someone"
    )
    assert price(None, product).amount == 100
    promotion(someone, "5")
    found = price(None, product)
    assert (found.amount, found.promotion) == (Decimal(95), Promotion("Autumn days", TODAY() + WEEK))


def test_quantity_breaks_of_a_promotion_are_shown_with_the_rest(
    organisation: Organisation, product: Product
) -> None:
    AgreementFactory(organisation=organisation, value=Decimal(10))
    promotion(organisation, "25", minimum_quantity=Decimal(50))
    AgreementFactory(organisation=organisation, value=Decimal(30), minimum_quantity=Decimal(100))
    found = price(organisation, product)
    assert [(each.quantity, each.amount) for each in found.breaks] == [(1, 90), (50, 75), (100, 70)]


def test_a_discount_ends_with_the_list_price_it_is_taken_from(
    organisation: Organisation, product: Product
) -> None:
    product.list_prices.update(valid_until=TODAY() + timedelta(days=2))
    AgreementFactory(organisation=organisation, valid_until=TODAY() + WEEK)
    assert price(organisation, product).valid_until == TODAY() + timedelta(days=2)


def test_a_price_list_in_another_currency_offers_nothing(product: Product) -> None:
    foreign = OrganisationFactory(price_list=PriceListFactory(currency="GBP"), currency="EUR")
    AgreementFactory(
        organisation=None, price_list=foreign.price_list, product=product, kind="net", value=Decimal(1)
    )
    assert PriceBook.load(foreign, [product]).price(product) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"organisation": None},
        {"price_list": "own"},
        {"promotion": True},
        {"promotion": True, "valid_from": "today"},
    ],
)
def test_an_agreement_needs_one_holder_and_a_promotion_an_end(
    organisation: Organisation, wrong: dict[str, Any]
) -> None:
    replaced = {"own": organisation.price_list, "today": TODAY()}
    values = {name: replaced.get(value, value) for name, value in wrong.items()}
    agreement = AgreementFactory.build(**{"organisation": organisation} | values)
    with pytest.raises(ValidationError):
        agreement.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        agreement.save()


def test_two_scopes_at_once_are_refused(organisation: Organisation, product: Product) -> None:
    agreement = AgreementFactory.build(organisation=organisation, brand=product.brand, discount_group="K10")
    with pytest.raises(ValidationError):
        agreement.full_clean()


def test_prices_of_500_articles_with_everything_take_three_queries(
    organisation: Organisation, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    category = CategoryFactory(parent=CategoryFactory())
    products = [ProductFactory(category=category, discount_group="K10") for _turn in range(500)]
    for product in products:
        ListPriceFactory(product=product, price_list=organisation.price_list)
    AgreementFactory(organisation=organisation, category=category.parent, value=Decimal(5))
    AgreementFactory(organisation=organisation, discount_group="K10", value=Decimal(6))
    promotion(organisation, "7", category=category)
    organisation = Organisation.objects.select_related("price_list").get(pk=organisation.pk)
    with django_assert_max_num_queries(3):
        book = PriceBook.load(organisation, products)
        prices = [book.price(product) for product in products]
    assert {found.amount for found in prices if found} == {Decimal("9.30")}


def test_updated_at_moves_with_every_way_of_writing(organisation: Organisation, product: Product) -> None:
    listed = product.list_prices.get()
    before = listed.updated_at
    product.list_prices.update(amount=Decimal(90))
    listed.refresh_from_db()
    updated = listed.updated_at
    assert updated > before
    listed.amount = Decimal(80)
    product.list_prices.model.objects.bulk_update([listed], ["amount"])
    listed.refresh_from_db()
    assert listed.updated_at > updated and listed.amount == 80
