"""Pages for what went wrong, in plain words."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from shop.views.page import load_pricing, shopping_of


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What a person reads whose form was not accepted; the technical reason stays in the log."""
    return render(request, "403.html", {"form_refused": True}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page that keeps the buyer in his session: his search box, his cart, his way back."""
    summary = load_pricing(shopping_of(request)).summary
    return render(request, "404.html", {"cart_summary": summary}, status=404)


def refusal(request: HttpRequest, *, title: str, paragraphs: list[str], status: int) -> HttpResponse:
    """A page inside the storefront that says why something was not done."""
    summary = load_pricing(shopping_of(request)).summary
    context: dict[str, Any] = {"title": title, "paragraphs": paragraphs, "cart_summary": summary}
    return render(request, "shop/refusal.html", context, status=status)


def not_here(request: HttpRequest) -> HttpResponse:
    """A visitor or an inspecting buyer tried to change a cart."""
    shopping = shopping_of(request)
    if shopping.cart is None:
        text = _("Come from your procurement system to see your net prices and fill a cart.")
        return refusal(request, title=_("There is no cart here"), paragraphs=[text], status=403)
    text = _("%(system)s asked to look at this cart only.") % {"system": shopping.buyer_system}
    return refusal(request, title=_("This cart cannot be changed"), paragraphs=[text], status=403)


def cart_frozen(request: HttpRequest) -> HttpResponse:
    """409: the cart has already gone back."""
    return refusal(
        request, title=_("This cart was already sent"), paragraphs=[frozen_text(request)], status=409
    )


def frozen_text(request: HttpRequest) -> str:
    return _("The cart is in %(system)s now and can no longer be changed here.") % {
        "system": shopping_of(request).buyer_system
    }
