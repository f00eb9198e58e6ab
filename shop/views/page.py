"""What every storefront page needs besides its own content: the prices, and the cart in the header."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from catalog.models import Product
from catalog.money import Money
from catalog.prices import PriceBook
from shop.carts import PricedCart
from shop.context import VISITOR, ShoppingContext
from shop.models import CartLine


@dataclass(frozen=True, slots=True)
class CartSummary:
    """The cart as the header shows it: how many lines, and their total without VAT."""

    count: int
    total: Money

    @classmethod
    def of(cls, cart: PricedCart) -> "CartSummary":
        return cls(len(cart.lines), cart.total)


class InCart(NamedTuple):
    """An article in the cart as far as its price needs it: every page prices the whole cart."""

    pk: int
    discount_group: str
    brand_id: int
    category_id: int
    order_unit: str
    minimum_quantity: Decimal


IN_CART = ("product_id", *(f"product__{name}" for name in InCart._fields[1:]))


@dataclass(frozen=True, slots=True)
class Pricing:
    """One price book for a whole page: the articles shown and those in the cart."""

    book: PriceBook
    summary: CartSummary | None
    in_cart: Mapping[int, Decimal]


def shopping_of(request: HttpRequest) -> ShoppingContext:
    return getattr(request, "shopping", VISITOR)


def load_pricing(shopping: ShoppingContext, products: Iterable[Product] = ()) -> Pricing:
    """Prices for ``products`` and the header's cart: one query for the cart, the rest is ``PriceBook``."""
    if shopping.cart is None:
        return Pricing(PriceBook.load(shopping.organisation, products), None, {})
    lines = list(CartLine.objects.filter(cart=shopping.cart).values_list("quantity", *IN_CART))
    known = [(InCart(*article), quantity) for quantity, *article in lines if article[0] is not None]
    book = PriceBook.load(shopping.organisation, [*products, *(article for article, _ in known)])
    prices = [(book.price(article, quantity), quantity) for article, quantity in known]
    amount = sum(
        (shopping.comes_to(found, quantity).amount for found, quantity in prices if found), Decimal(0)
    )
    summary = CartSummary(len(lines), Money(amount, book.currency))
    return Pricing(book, summary, {article.pk: quantity for article, quantity in known})


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    summary: CartSummary | None,
    status: int = 200,
) -> HttpResponse:
    """A page with the storefront's header; a fragment and a page of one address are cached apart."""
    response = render(request, template, {**context, "cart_summary": summary}, status=status)
    response.headers["Vary"] = ", ".join(filter(None, [response.headers.get("Vary"), "HX-Request"]))
    return response
