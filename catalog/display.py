"""Stock, pictures and the customer's own numbers of many articles: one query each, no needless object."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple, Protocol

from django.db import connection

from catalog.media import media_address
from catalog.models import CustomerArticle, ProductMedia, Stock, StockSite
from catalog.plain_rows import among, as_day, as_quantity, is_among
from catalog.prepared import rows_of


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
    rows = rows_of(_stock_sql(connection.vendor), [among(list(found))])
    for product, site, quantity, next_date, next_quantity in rows:
        coming = None if next_quantity is None else as_quantity(next_quantity)
        found[product].append(SiteStock(site, as_quantity(quantity), as_day(next_date), coming))
    return found


def pictures_of(products: Iterable[Keyed]) -> dict[int, str]:
    """The address of each article's first picture that can be loaded; articles without one are left out."""
    ids = among([product.pk for product in products])
    known: dict[str, str] = {}
    found: dict[int, str] = {}
    for product, address in rows_of(_pictures_sql(connection.vendor), [ids, ProductMedia.Kind.PICTURE.value]):
        if product not in found:
            if address not in known:
                known[address] = media_address(address)
            if known[address]:
                found[product] = known[address]
    return found


def own_numbers_of(organisation_id: int, products: Iterable[Keyed]) -> dict[int, str]:
    """What the customer calls each article; articles that he calls nothing are left out."""
    ids = among([product.pk for product in products])
    return dict(rows_of(_own_numbers_sql(connection.vendor), [organisation_id, ids]))


@lru_cache(maxsize=2)
def _stock_sql(vendor: str) -> str:
    stock, site, these = Stock._meta.db_table, StockSite._meta.db_table, is_among(vendor, "bigint")
    # The tables' names are our models', values are parameters.
    return f"""SELECT s.product_id, t.name, s.quantity, s.next_date, s.next_quantity
        FROM {stock} s JOIN {site} t ON t.id = s.site_id
        WHERE s.product_id {these} ORDER BY t.position, t.code"""  # noqa: S608


@lru_cache(maxsize=2)
def _pictures_sql(vendor: str) -> str:
    table, these = ProductMedia._meta.db_table, is_among(vendor, "bigint")
    # The table's name is our model's, values are parameters.
    return f"""SELECT m.product_id, m.address FROM {table} m
        WHERE m.product_id {these} AND m.kind = %s ORDER BY m.position, m.id"""  # noqa: S608


@lru_cache(maxsize=2)
def _own_numbers_sql(vendor: str) -> str:
    table, these = CustomerArticle._meta.db_table, is_among(vendor, "bigint")
    return f"""SELECT a.product_id, a.number FROM {table} a
        WHERE a.organisation_id = %s AND a.product_id {these}"""  # noqa: S608
