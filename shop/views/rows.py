"""Articles as lists and product pages show them: with price, stock, picture and attributes at hand."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from catalog.display import pictures_of, stock_of
from catalog.models import CategoryAttribute, Product, ProductAttribute, ProductQuerySet
from catalog.prices import NetPrice
from customers.models import Organisation
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
    attributes: Sequence[ProductAttribute] = field(default_factory=tuple)


def shown_products(organisation: Organisation | None) -> ProductQuerySet:
    """The articles this customer may see, with what a row shows; attributes come by ``attributes_of``."""
    return Product.objects.visible_to(organisation).for_display()


def attributes_of(products: Sequence[Product], most: int | None = None) -> dict[int, list[ProductAttribute]]:
    """The attributes of each article in the order of its category; four queries.

    With ``most``, only the first few by which its category is filtered; without, all the others as well.
    """
    ranks: dict[int, dict[int, int]] = defaultdict(dict)
    rows = CategoryAttribute.objects.filter(category__in={product.category_id for product in products})
    for category, attribute in rows.order_by("position", "id").values_list("category_id", "attribute_id"):
        ranks[category][attribute] = len(ranks[category])
    values = ProductAttribute.objects.filter(product__in=products).order_by("attribute__code")
    if most is not None:
        shown = {attribute for rank in ranks.values() for attribute, place in rank.items() if place < most}
        values = values.filter(attribute__in=shown)
    categories = {product.pk: product.category_id for product in products}
    found: dict[int, list[ProductAttribute]] = {product.pk: [] for product in products}
    # Not by join: the same few attributes would be made into objects hundreds of times.
    for value in values.prefetch_related("attribute", "choice"):
        rank = ranks[categories[value.product_id]]
        if most is None or rank.get(value.attribute_id, most) < most:
            found[value.product_id].append(value)
    for product, own in found.items():
        rank = ranks[categories[product]]
        own.sort(key=lambda value: rank.get(value.attribute_id, len(rank)))
    return found


def product_rows(products: Sequence[Product], pricing: Pricing, *, added: str = "") -> list[ProductRow]:
    """The rows of a list; ``added`` is the article number that was just put in the cart."""
    attributes = attributes_of(products, KEY_ATTRIBUTES)
    stock, pictures = stock_of(products), pictures_of(products)
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
