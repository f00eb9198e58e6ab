"""What every storefront page needs besides its own content: the prices, and the cart in the header."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

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
    lines: list[CartLine] = []
    if shopping.cart is not None:
        lines = list(CartLine.objects.filter(cart=shopping.cart).select_related("product"))
    known = [(line.product, line.quantity) for line in lines if line.product is not None]
    book = PriceBook.load(shopping.organisation, [*products, *(product for product, _ in known)])
    if shopping.cart is None:
        return Pricing(book, None, {})
    prices = [(book.price(product, quantity), quantity) for product, quantity in known]
    amount = sum((found.total(quantity).amount for found, quantity in prices if found), Decimal(0))
    summary = CartSummary(len(lines), Money(amount, book.currency))
    return Pricing(book, summary, {product.pk: quantity for product, quantity in known})


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
