"""Stock and pictures of many articles, each in one query and without an object more than is shown."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from catalog.media import media_address
from catalog.models import ProductMedia, Stock


class Keyed(Protocol):
    """An article by its key: a ``Product``, or a row of one."""

    @property
    def pk(self) -> int: ...


class SiteStock(NamedTuple):
    """What lies at one site, in order units, and when more comes."""

    site: str
    quantity: Decimal
    next_date: date | None
    next_quantity: Decimal | None


def stock_of(products: Iterable[Keyed]) -> dict[int, list[SiteStock]]:
    """The stock of each article in the order of the sites; an article without stock has an empty list."""
    found: dict[int, list[SiteStock]] = {product.pk: [] for product in products}
    rows = Stock.objects.filter(product_id__in=list(found)).order_by("site__position", "site__code")
    columns = ("product_id", "site__name", "quantity", "next_date", "next_quantity")
    for product, site, quantity, next_date, next_quantity in rows.values_list(*columns):
        found[product].append(SiteStock(site, quantity, next_date, next_quantity))
    return found


def pictures_of(products: Iterable[Keyed]) -> dict[int, str]:
    """The address of each article's first picture that can be loaded; articles without one are left out."""
    ids = [product.pk for product in products]
    rows = ProductMedia.objects.filter(product_id__in=ids, kind=ProductMedia.Kind.PICTURE)
    known: dict[str, str] = {}
    found: dict[int, str] = {}
    for product, address in rows.order_by("position", "id").values_list("product_id", "address"):
        if product not in found:
            if address not in known:
                known[address] = media_address(address)
            if known[address]:
                found[product] = known[address]
    return found
