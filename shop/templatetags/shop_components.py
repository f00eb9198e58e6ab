"""The tags that put a component (``shop.components``) into a Django template."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

from django import template
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.template.context import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from catalog.models import Product
from catalog.prices import NetPrice
from shop import components
from shop.views.availability import Availability
from shop.views.rows import AddForm, ProductRow

register = template.Library()

# What Django's resolver leaves unquoted in a path, too.
UNQUOTED = "!$&'()*+,;=/~:@"


class Page:
    """What all components of one page share; an address is asked of the resolver at most once."""

    def __init__(self, context: Context) -> None:
        self._request: HttpRequest = context["request"]
        self._back_to = context.get("back_to")
        self.can_buy: bool = context["shopping"].can_buy

    @cached_property
    def back_to(self) -> str:
        """Where a browser without JavaScript comes back to after adding an article."""
        return self._back_to or self._request.get_full_path()

    @cached_property
    def csrf(self) -> SafeString:
        return csrf_input(self._request)

    @cached_property
    def add_address(self) -> str:
        return reverse("shop:cart-add")

    @cached_property
    def remove_address(self) -> str:
        return reverse("shop:cart-remove")

    @cached_property
    def _products(self) -> str:
        return reverse("shop:product", args=["-"]).removesuffix("-")

    def product_address(self, sku: str) -> str:
        """``reverse("shop:product", args=[sku])``, 40 times faster: a list has 50 of them."""
        return self._products + quote(sku, safe=UNQUOTED)


@register.simple_tag(takes_context=True)
def article_rows(context: Context, rows: Sequence[ProductRow]) -> SafeString:
    return components.render("article_rows", rows, Page(context))


@register.simple_tag(takes_context=True)
def cart_lines(context: Context, lines: Sequence[Any]) -> SafeString:
    """``lines`` are (priced line, what is wrong with its quantity or ``None``, picture)."""
    return components.render("cart_lines", lines, Page(context))


@register.simple_tag(takes_context=True)
def add_form(context: Context, product: Product, form: AddForm) -> SafeString:
    return components.render("add_form", product, form, Page(context))


@register.simple_tag
def price(price: NetPrice | None, with_breaks: bool = False) -> SafeString:
    """``with_breaks``: all of them stand beside it, so that the price need not say that there are some."""
    return components.render("price", price, with_breaks)


@register.simple_tag
def stock(product: Product, stock: Availability) -> SafeString:
    return components.render("stock", product, stock)
