"""Articles as lists and product pages show them: with price, stock, picture and attributes at hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import prefetch_related_objects

from catalog.display import pictures_of, stock_of
from catalog.models import Product, ProductQuerySet
from catalog.prices import NetPrice
from customers.models import Organisation
from shop.views.attributes import AttributeFact, attributes_of
from shop.views.availability import Availability, availability
from shop.views.page import Pricing

KEY_ATTRIBUTES = 3


@dataclass(frozen=True, slots=True)
class AddForm:
    """The quantity field with its button, and what happened when it was used."""

    quantity: Decimal | str
    error: str = ""
    suggestion: Decimal | None = None
    added: bool = False
    # How much of the article the cart holds, for the confirmation.
    in_cart: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One article, ready to be shown without another query."""

    product: Product
    price: NetPrice | None
    stock: Availability
    form: AddForm
    picture: str = ""
    attributes: Sequence[AttributeFact] = field(default_factory=tuple)


def shown_products(organisation: Organisation | None) -> ProductQuerySet:
    """The articles this customer may see, as a page of one shows them."""
    return Product.objects.visible_to(organisation).for_display()


def listed_products(organisation: Organisation | None) -> ProductQuerySet:
    """The articles this customer may see, for ``product_rows``: a category for each would go unused."""
    return Product.objects.visible_to(organisation).select_related("brand")


def product_rows(products: Sequence[Product], pricing: Pricing, *, added: str = "") -> list[ProductRow]:
    """The rows of a list; ``added`` is the article number that was just put in the cart."""
    attributes = attributes_of(products, KEY_ATTRIBUTES)
    stock, pictures = stock_of(products), pictures_of(products)
    replaced = [product for product in products if product.successor_id and not product.orderable]
    prefetch_related_objects(replaced, "successor")
    rows = []
    for product in products:
        in_cart = pricing.in_cart.get(product.pk)
        just_added = product.sku == added and in_cart is not None
        rows.append(
            ProductRow(
                product=product,
                price=pricing.book.price(product),
                stock=availability(product, stock[product.pk]),
                form=AddForm(product.minimum_quantity, added=just_added, in_cart=in_cart),
                picture=pictures.get(product.pk, ""),
                attributes=attributes[product.pk],
            )
        )
    return rows
