"""Metal and eco-contributions: beside the price, each as its own amount, and they add up."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from catalog.models import MetalQuotation, Product, ProductMetal
from catalog.prices import NetPrice, PriceBook
from customers.models import Organisation
from tests.factories import (
    AgreementFactory,
    ListPriceFactory,
    MetalQuotationFactory,
    OrganisationFactory,
    PriceListFactory,
    ProductFactory,
    ProductLevyFactory,
    ProductMetalFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return OrganisationFactory(price_list=PriceListFactory(code="std", currency="EUR"))


@pytest.fixture
def cable(organisation: Organisation) -> Product:
    """The example of IDS-Connect: 10,000 EUR per 1000 m, 96 kg of copper in 100 m, base 150."""
    cable = ProductFactory(order_unit="MTR", price_unit=1000)
    ListPriceFactory(
        product=cable, price_list=organisation.price_list, amount=Decimal(10000), price_unit=1000
    )
    ProductMetalFactory(product=cable)
    return cable


def price(organisation: Organisation | None, product: Product, quantity: str = "1") -> NetPrice | None:
    return PriceBook.load(organisation, [product]).price(product, Decimal(quantity))


def test_the_example_of_ids_connect_comes_to_522(organisation: Organisation, cable: Product) -> None:
    AgreementFactory(organisation=organisation, value=Decimal(10))
    MetalQuotationFactory(amount=Decimal(300))
    found = price(organisation, cable, "50")
    assert found is not None
    (copper,) = found.surcharges
    assert (found.amount, found.price_unit) == (Decimal(9000), 1000)
    assert (copper.kind, copper.code, copper.amount, copper.price_unit) == (
        "metal",
        "CU",
        Decimal(1440),
        1000,
    )
    assert found.goods_total(Decimal(50)).amount == Decimal("450.00")
    assert copper.total(Decimal(50)).amount == Decimal("72.00")
    assert found.total(Decimal(50)).amount == Decimal("522.00")
    assert found.full_amount == 10440


def test_the_last_quotation_before_the_day_counts_and_its_day_is_said(
    organisation: Organisation, cable: Product
) -> None:
    today = timezone.localdate()
    MetalQuotationFactory(day=today - timedelta(days=9), amount=Decimal(900))
    MetalQuotationFactory(day=today - timedelta(days=3), amount=Decimal(250))
    MetalQuotationFactory(day=today + timedelta(days=1), amount=Decimal(500))
    MetalQuotationFactory(metal="AL", day=today, amount=Decimal(10))
    found = price(organisation, cable)
    assert found is not None and found.surcharges[0].metal is not None
    assert found.surcharges[0].amount == 960
    assert found.surcharges[0].metal.day == today - timedelta(days=3)


def test_a_metal_surcharge_says_how_it_comes_about_in_the_readers_language(
    organisation: Organisation, cable: Product
) -> None:
    MetalQuotationFactory(day=date(2026, 1, 2), amount=Decimal("912.5"))
    found = price(organisation, cable)
    assert found is not None
    with translation.override("en"):
        text = found.surcharges[0].text
    assert "Copper" in text and "96 kg per 100" in text and "912.50" in text and "150.00" in text
    assert "2026" in text


def test_without_any_quotation_the_price_is_on_request_and_the_metal_is_named(
    organisation: Organisation, cable: Product
) -> None:
    MetalQuotationFactory(currency="GBP")
    MetalQuotationFactory(metal="AL")
    book = PriceBook.load(organisation, [cable])
    assert book.price(cable) is None
    assert book.missing_quotation(cable) == "CU"
    MetalQuotationFactory()
    assert PriceBook.load(organisation, [cable]).missing_quotation(cable) == ""


def test_below_the_base_nothing_is_charged_unless_credit_is_given(
    organisation: Organisation, cable: Product
) -> None:
    MetalQuotationFactory(amount=Decimal(100))
    found = price(organisation, cable)
    assert found is not None and found.surcharges == ()
    ProductMetal.objects.update(credit=True)
    found = price(organisation, cable)
    assert found is not None
    assert found.surcharges[0].amount == -480
    assert found.total(Decimal(50)).amount == Decimal("476.00")


def test_discounts_do_not_touch_surcharges(organisation: Organisation, cable: Product) -> None:
    MetalQuotationFactory()
    before = price(organisation, cable)
    AgreementFactory(organisation=organisation, value=Decimal(50))
    after = price(organisation, cable)
    assert before is not None and after is not None
    due = [[(each.amount, each.text) for each in each_price.surcharges] for each_price in (before, after)]
    assert due[0] == due[1] != []
    assert after.amount == before.amount / 2


def test_a_small_price_unit_keeps_four_decimals_of_metal(organisation: Organisation) -> None:
    wire = ProductFactory(order_unit="MTR")
    ListPriceFactory(product=wire, price_list=organisation.price_list, amount=Decimal("0.4112"))
    ProductMetalFactory(product=wire, weight=Decimal("1.44"), base=Decimal(0))
    MetalQuotationFactory(amount=Decimal("912.37"))
    found = price(organisation, wire)
    assert found is not None
    assert found.surcharges[0].amount == Decimal("0.1314")  # 0.131381…
    assert found.total(Decimal(1000)).amount == Decimal("542.60")


def test_a_levy_is_per_order_unit_whatever_the_price_is_per(organisation: Organisation) -> None:
    lamp = ProductFactory()
    ListPriceFactory(product=lamp, price_list=organisation.price_list, amount=Decimal(420), price_unit=100)
    ProductLevyFactory(product=lamp, scheme="Recupel", amount=Decimal("0.12"))
    ProductLevyFactory(product=lamp, scheme="Bebat", code="", amount=Decimal("0.05"))
    found = price(organisation, lamp, "30")
    assert found is not None
    assert [(each.code, each.amount, each.price_unit) for each in found.surcharges] == [
        ("Bebat", Decimal("0.05"), 1),
        ("Recupel", Decimal("0.12"), 1),
    ]
    assert found.total(Decimal(30)).amount == Decimal("131.10")  # 126.00 + 3.60 + 1.50
    assert found.full_amount == 437


def test_each_part_is_rounded_on_its_own_so_that_own_lines_add_up(organisation: Organisation) -> None:
    lamp = ProductFactory()
    ListPriceFactory(product=lamp, price_list=organisation.price_list, amount=Decimal("0.335"))
    ProductLevyFactory(product=lamp, amount=Decimal("0.005"))
    found = price(organisation, lamp)
    assert found is not None
    quantity = Decimal(1)
    parts = [found.goods_total(quantity), *(each.total(quantity) for each in found.surcharges)]
    assert [part.amount for part in parts] == [Decimal("0.34"), Decimal("0.01")]
    assert found.total(quantity).amount == sum(part.amount for part in parts)


def test_a_customer_abroad_pays_metal_but_no_levies(organisation: Organisation, cable: Product) -> None:
    MetalQuotationFactory()
    ProductLevyFactory(product=cable)
    Organisation.objects.update(pays_levies=False)
    found = price(Organisation.objects.get(), cable)
    assert found is not None
    assert [each.kind for each in found.surcharges] == ["metal"]


def test_levies_in_another_currency_are_not_charged(organisation: Organisation, cable: Product) -> None:
    MetalQuotationFactory()
    ProductLevyFactory(product=cable, currency="CHF")
    found = price(organisation, cable)
    assert found is not None and [each.kind for each in found.surcharges] == ["metal"]


def test_a_metal_content_in_another_currency_alone_leaves_the_price_on_request(
    organisation: Organisation, cable: Product
) -> None:
    ProductMetal.objects.update(currency="CHF")
    MetalQuotationFactory(currency="CHF")
    assert price(organisation, cable) is None
    ProductMetalFactory(product=cable, base=Decimal(0))
    MetalQuotationFactory()
    found = price(organisation, cable)
    assert found is not None
    assert [(each.currency, each.amount) for each in found.surcharges] == [("EUR", Decimal(2880))]


def test_surcharges_cost_no_query_of_their_own(
    organisation: Organisation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    products = [ProductFactory() for _turn in range(30)]
    for number, product in enumerate(products):
        ListPriceFactory(product=product, price_list=organisation.price_list)
        if number % 2:
            ProductMetalFactory(product=product)
        if number % 3:
            ProductLevyFactory(product=product)
    MetalQuotationFactory()
    with django_assert_num_queries(2):
        book = PriceBook.load(organisation, products)
        assert all(book.price(product) for product in products)


def test_a_new_quotation_is_charged_at_once(organisation: Organisation, cable: Product) -> None:
    MetalQuotationFactory(amount=Decimal(200))
    first = price(organisation, cable)
    MetalQuotation.objects.update(amount=Decimal(201))
    second = price(organisation, cable)
    assert first is not None and second is not None
    assert second.surcharges[0].amount - first.surcharges[0].amount == Decimal("9.6")
