"""Stock and pictures of many articles, each in one query and without an object more than is shown."""

from collections.abc import Iterable

from catalog.media import media_address
from catalog.models import Product, ProductMedia, Stock


def stock_of(products: Iterable[Product]) -> dict[int, list[Stock]]:
    """The stock of each article by site, in the order of the sites; an article without stock has an empty list."""
    found: dict[int, list[Stock]] = {product.pk: [] for product in products}
    rows = Stock.objects.filter(product__in=found).select_related("site")
    for row in rows.order_by("site__position", "site__code"):
        found[row.product_id].append(row)
    return found


def pictures_of(products: Iterable[Product]) -> dict[int, str]:
    """The address of each article's first picture that can be loaded; articles without one are left out."""
    ids = [product.pk for product in products]
    rows = ProductMedia.objects.filter(product__in=ids, kind=ProductMedia.Kind.PICTURE)
    known: dict[str, str] = {}
    found: dict[int, str] = {}
    for product, address in rows.order_by("position", "id").values_list("product_id", "address"):
        if product not in found:
            if address not in known:
                known[address] = media_address(address)
            if known[address]:
                found[product] = known[address]
    return found
