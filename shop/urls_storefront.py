"""The storefront's addresses, mounted for visitors at / and for buyers at /s/<key>/.

Both with and without a trailing slash, never by a redirect: that would lose the body of a POST.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from django.urls import URLPattern, path

from shop.views import browse, cart, home, product

app_name = "shop"


def both(route: str, view: Callable[..., HttpResponseBase], name: str) -> list[URLPattern]:
    """The address as it is written in links, and its other spelling."""
    other = route.removesuffix("/") if route.endswith("/") else f"{route}/"
    return [path(route, view, name=name), path(other, view)]


urlpatterns: list[Any] = [
    path("", home.home, name="home"),
    *both("c/<slug:slug>/", browse.category, "category"),
    *both("search", browse.search_page, "search"),
    *both("suggest", browse.suggestions, "suggest"),
    *both("cart", cart.cart_page, "cart"),
    *both("cart/add", cart.add, "cart-add"),
    *both("cart/update", cart.update, "cart-update"),
    *both("cart/remove", cart.remove, "cart-remove"),
    path("p/<path:sku>", product.product_page, name="product"),
]
