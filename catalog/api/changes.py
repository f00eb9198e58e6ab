"""What changed in the assortment since a cursor: by key, so that the last page costs what the first does.

Several streams (``catalog.api.places``) are given out as one: articles, numbers of articles that are gone,
the customer's own numbers and, when asked for, stock and prices.
"""

from collections.abc import Iterator
from functools import partial
from heapq import merge
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from catalog.api import price_changes
from catalog.api.places import (
    EPOCH,
    SETTLE,
    CursorInvalid,
    Place,
    Row,
    Stretch,
    beginning,
    settled,
    write_cursor,
)
from catalog.api.places import read_cursor as read_place
from catalog.api.price_changes import Stream, Told
from catalog.models import CustomerArticle, Product, Stock, WithdrawnArticle
from customers.models import Organisation

__all__ = ["SETTLE", "CursorInvalid", "Place", "beginning", "changes", "read_cursor", "write_cursor"]

REMOVED = "removed"
ARTICLE, STOCK = "article", "stock"
# In the order of rows of one moment; a cursor names them by their number. Prices come behind.
ARTICLES, GONE, NUMBERS, LYING, PRICES = range(5)


def changes(
    *, organisation: Organisation, after: Place, limit: int, stock: bool = False, prices: bool = False
) -> tuple[list[dict[str, Any]], str, bool]:
    """What changed, oldest first, the cursor behind the last, and whether there is more.

    An article that the customer may no longer see is ``removed``. In a page each comes once.
    """
    stretch = Stretch(after, settled(), limit + 1)
    streams: list[Stream] = [_articles, _gone, _numbers(organisation), *([_lying] if stock else [])]
    if prices:
        streams += price_changes.streams(organisation, PRICES)
    rows = list(islice(merge(*(stream(stretch) for stream in streams)), limit + 1))
    more, page = len(rows) > limit, rows[:limit]
    # At the place of its last change.
    last = {(row.what, row.about): row for row in page}
    found = _written(organisation, [row for row in page if last[row.what, row.about] is row])
    return found, write_cursor(page[-1].place if page else after), more


def _written(organisation: Organisation, rows: list[Row]) -> list[dict[str, Any]]:
    skus = [row.about for row in rows if row.what in (ARTICLE, STOCK)]
    shown = set(Product.objects.visible_to(organisation).filter(sku__in=skus).values_list("sku", flat=True))
    of_prices = Told(organisation, rows)
    told = []
    for row in rows:
        if row.what in (ARTICLE, STOCK):
            told.append(
                {
                    "sku": row.about,
                    "what": row.what,
                    "status": row.status if row.about in shown else REMOVED,
                    "updated_at": row.place.moment.isoformat(),
                }
            )
        elif (price := of_prices.write(row)) is not None:
            told.append(price)
    return told


def _articles(stretch: Stretch) -> Iterator[Row]:
    rows = stretch.read(Product.objects.all(), ARTICLES, ("sku", "status"))
    for moment, pk, sku, status in rows:
        yield Row(Place(moment, ARTICLES, pk), ARTICLE, sku, status)


def _gone(stretch: Stretch) -> Iterator[Row]:
    """Numbers that are no article's any more; whoever begins anew never had them."""
    if stretch.after.moment == EPOCH:
        return
    known = Exists(Product.objects.filter(sku=OuterRef("sku")))
    gone = WithdrawnArticle.objects.filter(~known, gone=True)
    for moment, pk, sku in stretch.read(gone, GONE, ("sku",), moment="created_at"):
        yield Row(Place(moment, GONE, pk), ARTICLE, sku, REMOVED)


def _numbers(organisation: Organisation) -> Stream:
    rows = CustomerArticle.objects.filter(organisation=organisation, product__status__in=Product.SHOWN)
    return partial(_parts, rows, NUMBERS, ARTICLE)


def _lying(stretch: Stretch) -> Iterator[Row]:
    return _parts(Stock.objects.filter(product__status__in=Product.SHOWN), LYING, STOCK, stretch)


def _parts(rows: QuerySet[Any], number: int, what: str, stretch: Stretch) -> Iterator[Row]:
    for moment, pk, sku, status in stretch.read(rows, number, ("product__sku", "product__status")):
        yield Row(Place(moment, number, pk), what, sku, status)


def read_cursor(cursor: str) -> Place:
    """The place a cursor of ours stands at; raises ``CursorInvalid``."""
    return read_place(cursor, PRICES + price_changes.STREAMS)
