"""The cart: look, add, change, remove. Everything that changes it is a service of ``shop.carts``."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from catalog.display import pictures_of
from catalog.models import Product
from catalog.quantities import QuantityInvalid, check_quantity, parse_quantity
from shop.carts import (
    CartFrozen,
    NotOrderable,
    PricedCart,
    add_to_cart,
    remove_line,
    set_quantities,
)
from shop.context import ShoppingContext
from shop.models import Cart
from shop.views import errors
from shop.views.filters import address
from shop.views.page import CartSummary, load_pricing, render_page, shopping_of
from shop.views.product import find_product, render_product
from shop.views.rows import AddForm

View = Callable[..., HttpResponse]
QUANTITY = "q_"
ZERO = re.compile(r"\s*0+([.,]0*)?\s*")
# What the buttons of the cart that end the visit are called, and the addresses that do it.
ONWARD = {"return": "punchout:return", "order": "punchout:order"}
LONGEST_ID = 18  # digits; what a database can hold


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with a typed quantity, what was typed, and what would do."""

    typed: str
    message: str
    suggestion: Decimal | None = None


@dataclass(slots=True)
class Typed:
    """The quantities of a cart form: those to set, those to remove (zero), and those that are wrong."""

    quantities: dict[int, Decimal] = field(default_factory=dict)
    removed: list[int] = field(default_factory=list)
    errors: dict[int, LineError] = field(default_factory=dict)


def buyers_only(view: View) -> View:
    """Lets only a request pass that may change its cart; says why to others."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not shopping_of(request).can_buy:
            return errors.not_here(request)
        try:
            return view(request, *args, **kwargs)
        except CartFrozen:
            return errors.cart_frozen(request)

    return guarded


def _cart(shopping: ShoppingContext) -> Cart:
    assert shopping.cart is not None, "guarded by buyers_only"
    return shopping.cart


@require_safe
def cart_page(request: HttpRequest) -> HttpResponse:
    shopping = shopping_of(request)
    if shopping.cart is None or shopping.organisation is None:
        return render_page(request, "shop/cart_visitor.html", {}, summary=None)
    return render_cart(request, shopping.priced_cart())


def render_cart(
    request: HttpRequest,
    cart: PricedCart,
    line_errors: dict[int, LineError] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The cart, whole or (for htmx) its body alone, with what was typed wrong kept in its field."""
    found = line_errors or {}
    pictures = pictures_of([line.product for line in cart.lines if line.product])
    context = {
        "cart": cart,
        "rows": [
            (line, found.get(line.line.pk), pictures.get(line.product.pk, "") if line.product else "")
            for line in cart.lines
        ],
        "wrong": bool(found),
    }
    alone = request.headers.get("HX-Target") == "cart"
    template = "shop/parts/cart_body.html" if alone else "shop/cart.html"
    return render_page(
        request, template, {**context, "fragment": alone}, summary=CartSummary.of(cart), status=status
    )


@require_POST
@buyers_only
def add(request: HttpRequest) -> HttpResponse:
    """Puts an article in the cart; answers htmx with the form's new state, a plain browser with a page."""
    shopping = shopping_of(request)
    product = find_product(request, request.POST.get("sku", ""))
    if product is None:
        raise Http404
    typed = request.POST.get("quantity", "")
    try:
        add_to_cart(cart=_cart(shopping), product=product, quantity=parse_quantity(typed))
    except QuantityInvalid as error:
        form = AddForm(typed, error=error.message, suggestion=_still_to_add(shopping, product, error))
        return _add_answer(request, product, form, status=422)
    except NotOrderable as error:
        return _add_answer(request, product, AddForm(typed, error=str(error)), status=422)
    except CartFrozen:
        if not request.headers.get("HX-Request"):
            raise
        return _add_answer(request, product, AddForm(typed, error=errors.frozen_text(request)), status=409)
    if request.headers.get("HX-Request"):
        return _add_answer(request, product, AddForm(product.minimum_quantity, added=True))
    return see_other(_with_added(_back_to(request), product))


def _still_to_add(shopping: ShoppingContext, product: Product, error: QuantityInvalid) -> Decimal | None:
    """The suggestion is for the whole line; what the button adds is what the cart does not hold yet."""
    if error.suggestion is None:
        return None
    held = _cart(shopping).lines.filter(product=product).values_list("quantity", flat=True).first()
    rest = error.suggestion - (held or 0)
    return rest if rest > 0 else None


def _add_answer(request: HttpRequest, product: Product, form: AddForm, *, status: int = 200) -> HttpResponse:
    pricing = load_pricing(shopping_of(request), [product])
    form = AddForm(form.quantity, form.error, form.suggestion, form.added, pricing.in_cart.get(product.pk))
    if not request.headers.get("HX-Request"):
        return render_product(request, product, pricing, form, status=status)
    context = {"product": product, "form": form, "back_to": _back_to(request)}
    return render_page(request, "shop/parts/add_answer.html", context, summary=pricing.summary, status=status)


def _back_to(request: HttpRequest) -> str:
    """The page the buyer added from, if it is a page of his own session; else the cart."""
    wanted = request.POST.get("next", "")
    inside = wanted.startswith(reverse("shop:home"))
    if inside and url_has_allowed_host_and_scheme(wanted, None):
        return wanted
    return reverse("shop:cart")


def _with_added(location: str, product: Product) -> str:
    """The page again, which now confirms at the article that it was added."""
    path, _mark, query = location.partition("#")[0].partition("?")
    return f"{address(path, QueryDict(query), change={'added': product.sku})}#add-{product.pk}"


@require_POST
@buyers_only
def update(request: HttpRequest) -> HttpResponse:
    """Sets the typed quantities; zero removes a line. Nothing is changed while one of them is wrong.

    The button that sends the cart comes through here too, so that what was typed last is sent.
    """
    shopping = shopping_of(request)
    if shopping.organisation is None:
        raise Http404
    before = shopping.priced_cart()
    typed = _read_quantities(request, before)
    if typed.errors:
        return render_cart(request, before, typed.errors, status=422)
    with transaction.atomic():
        set_quantities(cart=before.cart, quantities=typed.quantities)
        for line_id in typed.removed:
            remove_line(cart=before.cart, line_id=line_id)
    onward = ONWARD.get(request.POST.get("then", ""))
    if onward is not None:
        return _on_to(onward)
    return _changed(request, shopping)


def _read_quantities(request: HttpRequest, cart: PricedCart) -> Typed:
    typed = Typed()
    for line in cart.lines:
        text = request.POST.get(f"{QUANTITY}{line.line.pk}")
        if text is None:
            continue
        if ZERO.fullmatch(text):
            typed.removed.append(line.line.pk)
            continue
        try:
            quantity = parse_quantity(text)
            if quantity == line.line.quantity:
                continue
            if line.product is not None:
                check_quantity(line.product, quantity)
            typed.quantities[line.line.pk] = quantity
        except QuantityInvalid as error:
            typed.errors[line.line.pk] = LineError(text, error.message, error.suggestion)
    return typed


@require_POST
@buyers_only
def remove(request: HttpRequest) -> HttpResponse:
    """Removes a line; one already gone is no error. Quantities typed meanwhile are kept if they fit."""
    shopping = shopping_of(request)
    if shopping.organisation is None:
        raise Http404
    line = request.POST.get("line", "")
    number = int(line) if line.isascii() and line.isdigit() and len(line) <= LONGEST_ID else 0
    before = shopping.priced_cart()
    typed = _read_quantities(request, before)
    typed.quantities.pop(number, None)
    with transaction.atomic():
        set_quantities(cart=before.cart, quantities=typed.quantities)
        remove_line(cart=before.cart, line_id=number)
    return _changed(request, shopping)


def _on_to(name: str) -> HttpResponse:
    """307: the browser repeats this POST, token and all, at the address that sends or orders the cart."""
    response = HttpResponseRedirect(reverse(name))
    response.status_code = 307
    return response


def _changed(request: HttpRequest, shopping: ShoppingContext) -> HttpResponse:
    if request.headers.get("HX-Target") == "cart" and shopping.organisation is not None:
        return render_cart(request, shopping.priced_cart())
    return see_other(reverse("shop:cart"))


def see_other(location: str) -> HttpResponseRedirect:
    """303: the browser fetches the page, and a reload does not repeat the change."""
    response = HttpResponseRedirect(location)
    response.status_code = 303
    return response
