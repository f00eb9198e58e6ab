"""The prices of a file are those of the shop, whatever was agreed."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.exports import ExportOrder
from catalog.exports.row import MOST_SCALES, six_decimals
from catalog.exports.rows import chunks
from catalog.models import Agreement, ListPrice, MetalQuotation, Product, ProductLevy, ProductMetal
from catalog.prices import PriceBook
from catalog.surcharges import METAL
from tests.factories import BrandFactory, CategoryFactory, OrganisationFactory, ProductFactory

pytestmark = pytest.mark.django_db
GROUPS = ("", "D1", "D2")


def day(dice: random.Random, today: date) -> date | None:
    """Often none; else around today."""
    return today + timedelta(days=dice.randint(-3, 3)) if dice.random() < 0.3 else None


def agree(dice: random.Random, holder: dict, products: list[Product], categories, brands, today) -> Agreement:
    scope = dice.choice(("product", "product", "product", "group", "brand", "category", "all"))
    net = scope == "product" and dice.random() < 0.6
    promotion = dice.random() < 0.25
    until = day(dice, today)
    return Agreement(
        **holder,
        product=dice.choice(products) if scope == "product" else None,
        discount_group=dice.choice(GROUPS[1:]) if scope == "group" else "",
        brand=dice.choice(brands) if scope == "brand" else None,
        category=dice.choice(categories) if scope == "category" else None,
        kind=Agreement.Kind.NET if net else Agreement.Kind.DISCOUNT,
        value=Decimal(dice.randint(0, 200_000)) / 10_000 if net else Decimal(dice.randint(0, 400)) / 4,
        price_unit=dice.choice((1, 1, 10, 100)) if net else 1,
        minimum_quantity=dice.choice((0, 0, 1, 5, 10, 50, 500)),
        valid_from=day(dice, today),
        valid_until=until or today if promotion else until,
        promotion=promotion,
    )


def as_the_shop(book: PriceBook, product: Product) -> tuple:
    price = book.price(product)
    if price is None:
        return (None,) * 2 + ((),) + (None,) * 2 + ((),) + (None,)
    metals = [each.amount for each in price.surcharges if each.kind == METAL]
    return (
        price.list_amount,
        price.amount,
        tuple(
            (each.quantity, six_decimals(each.amount * price.price_unit / each.price_unit))
            for each in price.breaks[1 : MOST_SCALES + 1]
        ),
        price.valid_until,
        sum(metals) if metals else None,
        tuple((each.code, each.amount) for each in price.surcharges if each.kind != METAL),
        price.promotion.until if price.promotion else None,
    )


@pytest.mark.parametrize("seed", range(6))
def test_the_prices_of_a_file_are_those_of_the_shop(seed):
    dice, today = random.Random(seed), timezone.localdate()
    customer = OrganisationFactory(
        currency="EUR", price_list__currency="USD" if seed == 5 else "EUR", pays_levies=seed != 4
    )
    top = CategoryFactory()
    categories = [top, CategoryFactory(parent=top), CategoryFactory(parent=CategoryFactory(parent=top))]
    brands = [BrandFactory(), BrandFactory()]
    products = [
        ProductFactory(
            category=dice.choice(categories), brand=dice.choice(brands), discount_group=dice.choice(GROUPS),
            minimum_quantity=dice.choice((1, 5, 50)),
        )
        for _turn in range(40)
    ]  # fmt: skip
    ListPrice.objects.bulk_create(
        ListPrice(
            product=dice.choice(products), price_list=customer.price_list,
            amount=Decimal(dice.randint(1, 9_999_999)) / 10_000, price_unit=dice.choice((1, 100)),
            valid_from=day(dice, today), valid_until=day(dice, today),
        )
        for _turn in range(60)
    )  # fmt: skip
    own, shared = {"organisation": customer}, {"price_list": customer.price_list}
    Agreement.objects.bulk_create(
        agree(dice, dice.choice((own, own, shared)), products, categories, brands, today)
        for _turn in range(60)
    )
    Agreement.objects.bulk_create(
        agree(dice, {"organisation": OrganisationFactory()}, products, categories, brands, today)
        for _turn in range(9)
    )
    for product in products[::3]:
        ProductMetal.objects.create(
            product=product, metal=dice.choice(("CU", "AL", "PB")), weight="1.5", per=dice.choice((1, 100)),
            base=150, currency=dice.choice(("EUR", "EUR", "USD")), credit=dice.random() < 0.5,
        )  # fmt: skip
    for metal, ago in (("CU", 1), ("CU", 0), ("CU", -1), ("AL", 2)):
        amount = dice.randint(50, 900)
        MetalQuotation.objects.create(metal=metal, day=today - timedelta(days=ago), amount=amount)
    for product in products[::4]:
        ProductLevy.objects.create(product=product, scheme="Recupel", amount="0.05")
    book = PriceBook.load(customer, products)
    rows = [row for rows in chunks(ExportOrder(organisation=customer)) for row in rows]
    found = {
        row.sku: (
            row.list_amount, row.net_amount, row.scales, row.valid_until, row.metal_amount,
            tuple((levy.scheme, levy.amount) for levy in row.levies), row.promotion_until,
        )
        for row in rows
    }  # fmt: skip
    assert found == {product.sku: as_the_shop(book, product) for product in products}
    assert any(price[1] is not None for price in found.values())
    assert seed == 5 or any(price[2] for price in found.values())
