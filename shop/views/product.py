"""The page of one article."""

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from catalog.display import stock_of
from catalog.models import Product, ProductMedia, ProductReference
from shop.views.attributes import attributes_of
from shop.views.availability import availability
from shop.views.categories import CategoryTree
from shop.views.media import loadable
from shop.views.page import Pricing, load_pricing, render_page, shopping_of
from shop.views.rows import AddForm, shown_products

# More than this nobody reads; an article of a large series may have thousands.
MOST_REFERENCES = 60
# In the order of ``ProductReference.Kind``, as headings.
REFERENCE_HEADINGS = {
    ProductReference.Kind.MANDATORY: _("Needed with it"),
    ProductReference.Kind.ACCESSORY: _("Accessories"),
    ProductReference.Kind.SPARE_PART: _("Spare parts"),
    ProductReference.Kind.CONSISTS_OF: _("Parts of the set"),
    ProductReference.Kind.SIMILAR: _("Similar articles"),
    ProductReference.Kind.OTHER_UNIT: _("In another unit"),
    ProductReference.Kind.OTHER: _("See also"),
}


def find_product(request: HttpRequest, sku: str) -> Product | None:
    """The article by its number, if this customer may see it; a trailing slash is not part of the number."""
    if "\x00" in sku:  # no text for PostgreSQL
        return None
    shown = shown_products(shopping_of(request).organisation)
    found = {product.sku: product for product in shown.filter(sku__in=[sku, sku.rstrip("/")])}
    return found.get(sku) or found.get(sku.rstrip("/"))


@require_safe
def product_page(request: HttpRequest, sku: str) -> HttpResponse:
    product = find_product(request, sku)
    if product is None:
        raise Http404
    pricing = load_pricing(shopping_of(request), [product])
    in_cart = pricing.in_cart.get(product.pk)
    added = in_cart is not None and request.GET.get("added", "") == product.sku
    form = AddForm(product.minimum_quantity, added=added, in_cart=in_cart)
    return render_product(request, product, pricing, form)


def render_product(
    request: HttpRequest, product: Product, pricing: Pricing, form: AddForm, *, status: int = 200
) -> HttpResponse:
    """The page with the add form in a given state."""
    context: dict[str, Any] = {
        "product": product,
        "path": CategoryTree().path(product.category_id),
        "price": pricing.book.price(product),
        "stock": availability(product, stock_of([product])[product.pk]),
        "attributes": attributes_of([product])[product.pk],
        "pictures": loadable(product, ProductMedia.Kind.PICTURE),
        "documents": loadable(product, ProductMedia.Kind.DOCUMENT),
        "references": _references(request, product),
        "form": form,
        "classification": [
            (label, code)
            for label, code in (
                ("UNSPSC", product.unspsc),
                ("ETIM", product.etim_class),
                ("eCl@ss", product.eclass),
            )
            if code
        ],
    }
    return render_page(request, "shop/product.html", context, summary=pricing.summary, status=status)


def _references(
    request: HttpRequest, product: Product
) -> list[tuple[str, list[tuple[Product, Decimal | None]]]]:
    """The articles that go with it, by how they do; only those that this customer may see."""
    shown = shown_products(shopping_of(request).organisation)
    rows = ProductReference.objects.filter(product=product, target__in=shown).select_related("target")
    found: dict[str, list[tuple[Product, Decimal | None]]] = {
        kind: [] for kind in ProductReference.Kind.values
    }
    for row in rows.order_by("position", "id")[:MOST_REFERENCES]:
        found[row.kind].append((row.target, row.quantity))
    return [
        (str(REFERENCE_HEADINGS[ProductReference.Kind(kind)]), others)
        for kind, others in found.items()
        if others
    ]
