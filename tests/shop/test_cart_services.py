"""Carts: what can be put in, changed and taken out."""

from decimal import Decimal

import pytest
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from catalog.models import Product
from catalog.quantities import QuantityInvalid
from shop.cart_rows import ArticleRow, read_lines
from shop.carts import CartFrozen, NotOrderable, add_to_cart, price_cart, remove_line, set_quantities
from shop.models import Cart, CartLine
from tests.factories import CategoryFactory, ListPriceFactory, OrganisationFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cart() -> Cart:
    return Cart.objects.create(organisation=OrganisationFactory())


def priced_product(cart: Cart, **fields: object) -> Product:
    product = ProductFactory(**fields)
    ListPriceFactory(
        product=product, price_list=cart.organisation.price_list, amount=Decimal("12.40"), price_unit=100
    )
    return product


def test_adding_an_article_twice_adds_up(cart: Cart) -> None:
    product = priced_product(cart)
    add_to_cart(cart=cart, product=product, quantity=Decimal(2))
    add_to_cart(cart=cart, product=product, quantity=Decimal(3))
    assert [line.quantity for line in cart.lines.all()] == [5]


def test_a_quantity_that_is_not_sold_is_refused_and_nothing_is_added(cart: Cart) -> None:
    product = priced_product(cart, minimum_quantity=Decimal(10), quantity_step=Decimal(10))
    with pytest.raises(QuantityInvalid):
        add_to_cart(cart=cart, product=product, quantity=Decimal(15))
    assert not cart.lines.exists()


@pytest.mark.parametrize("status", [Product.Status.DISCONTINUED, Product.Status.HIDDEN])
def test_an_article_that_is_not_sold_any_more_is_refused(cart: Cart, status: str) -> None:
    with pytest.raises(NotOrderable):
        add_to_cart(cart=cart, product=priced_product(cart, status=status), quantity=Decimal(1))


def test_a_frozen_cart_cannot_be_changed(cart: Cart) -> None:
    product = priced_product(cart)
    line = add_to_cart(cart=cart, product=product, quantity=Decimal(1))
    Cart.objects.update(frozen_at=timezone.now())
    with pytest.raises(CartFrozen):
        add_to_cart(cart=cart, product=product, quantity=Decimal(1))
    with pytest.raises(CartFrozen):
        set_quantities(cart=cart, quantities={line.pk: Decimal(9)})
    with pytest.raises(CartFrozen):
        remove_line(cart=cart, line_id=line.pk)
    assert cart.lines.get().quantity == 1


def test_a_line_of_another_cart_cannot_be_touched(cart: Cart) -> None:
    other = Cart.objects.create(organisation=cart.organisation)
    line = add_to_cart(cart=other, product=priced_product(cart), quantity=Decimal(4))
    set_quantities(cart=cart, quantities={line.pk: Decimal(9)})
    assert remove_line(cart=cart, line_id=line.pk) is False
    assert other.lines.get().quantity == 4


def test_changing_quantities_is_all_or_nothing(cart: Cart) -> None:
    first = add_to_cart(cart=cart, product=priced_product(cart), quantity=Decimal(1))
    second = add_to_cart(
        cart=cart, product=priced_product(cart, quantity_step=Decimal(5)), quantity=Decimal(5)
    )
    with pytest.raises(QuantityInvalid):
        set_quantities(cart=cart, quantities={first.pk: Decimal(7), second.pk: Decimal(7)})
    assert [line.quantity for line in cart.lines.all()] == [1, 5]


def test_the_total_is_the_sum_of_the_rounded_lines(cart: Cart) -> None:
    for _count in range(3):
        add_to_cart(cart=cart, product=priced_product(cart), quantity=Decimal(1))
    priced = price_cart(cart, cart.organisation)
    assert [line.total.amount for line in priced.lines if line.total] == [Decimal("0.12")] * 3
    assert priced.total.amount == Decimal("0.36")
    assert priced.returnable


def test_a_line_without_article_or_price_is_kept_and_explained(cart: Cart) -> None:
    CartLine.objects.create(cart=cart, sku="GONE-1", description="Old thing", quantity=Decimal(2))
    CartLine.objects.create(
        cart=cart, product=ProductFactory(), sku="NO-PRICE", quantity=Decimal(2), position=1
    )
    priced = price_cart(cart, cart.organisation)
    assert [bool(line.problem) for line in priced.lines] == [True, True]
    assert priced.lines[0].name == "Old thing"
    assert not priced.returnable


@pytest.mark.parametrize(
    ("language", "name", "description", "category"),
    [
        ("nl", "Kabel", "3 aders", "Kabels"),
        ("de", "Cable", "3 cores", "Cables"),
        ("en", "Cable", "3 cores", "Cables"),
    ],
)
def test_a_line_speaks_the_language_of_the_visit_and_english_where_it_has_no_text(
    cart: Cart, language: str, name: str, description: str, category: str
) -> None:
    product = priced_product(
        cart,
        category=CategoryFactory(name_en="Cables", name_nl="Kabels"),
        name_en="Cable", name_nl="Kabel", description_en="3 cores", description_nl="3 aders",
    )  # fmt: skip
    add_to_cart(cart=cart, product=product, quantity=Decimal(1))
    CartLine.objects.create(cart=cart, sku="GONE-1", quantity=Decimal("2.5"), position=9)
    with translation.override(language):
        (line, article), (gone, nothing) = read_lines(cart)
        assert article == ArticleRow.of(Product.objects.select_related("brand", "category").get())
    assert (article.name, article.description, article.category_name) == (name, description, category)
    assert (str(line.quantity), str(gone.quantity), nothing) == ("1.000", "2.500", None)


def test_an_article_that_came_back_to_the_catalog_is_in_the_open_cart_again(cart: Cart) -> None:
    for sku in ("A-1", "B-2"):
        priced_product(cart, sku=sku)
        add_to_cart(cart=cart, product=Product.objects.get(sku=sku), quantity=Decimal(3))
    tokens = [line.token for line in cart.lines.all()]
    Product.objects.all().delete()
    assert [line.problem for line in price_cart(cart, cart.organisation).lines] == [
        "We do not know this article number."
    ] * 2
    for sku in ("B-2", "A-1"):
        priced_product(cart, sku=sku)
    priced = price_cart(cart, cart.organisation)
    assert priced.returnable
    assert [line.product.sku for line in priced.lines if line.product] == ["A-1", "B-2"]
    assert [line.token for line in cart.lines.all()] == tokens
    assert add_to_cart(cart=cart, product=Product.objects.get(sku="A-1"), quantity=Decimal(1)).quantity == 4


def test_an_article_that_came_back_is_not_put_on_two_lines_nor_into_a_frozen_cart(cart: Cart) -> None:
    for sku, times in (("A-1", 2), ("B-2", 1)):
        for _time in range(times):
            CartLine.objects.create(cart=cart, sku=sku, quantity=Decimal(1))
    priced_product(cart, sku="A-1")
    assert not [line for line in price_cart(cart, cart.organisation).lines if line.product]
    cart.frozen_at = timezone.now()
    priced_product(cart, sku="B-2")
    assert not [line for line in price_cart(cart, cart.organisation).lines if line.product]


def test_an_empty_cart_cannot_be_returned(cart: Cart) -> None:
    assert not price_cart(cart, cart.organisation).returnable


@pytest.mark.parametrize("size", [1, 40])
def test_a_cart_of_any_size_is_priced_in_the_same_number_of_queries(
    cart: Cart, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _count in range(size):
        add_to_cart(cart=cart, product=priced_product(cart), quantity=Decimal(1))
    with django_assert_num_queries(3):
        assert len(price_cart(cart, cart.organisation).lines) == size
