"""What changed in the assortment since a cursor: by key, so that the last page costs what the first does.

Several streams, each in the order of its own moments, are read side by side and given out as one: articles,
numbers of articles that are gone, the customer's own numbers and, when asked for, stock.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from catalog.models import CustomerArticle, Product, Stock, WithdrawnArticle
from customers.models import Organisation

# Rows are handed out when they are this old: a transaction that began earlier may commit later, and a
# cursor that had passed it would never show its rows.
SETTLE = timedelta(seconds=10)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
REMOVED = "removed"
ARTICLE, STOCK = "article", "stock"
_CURSOR = re.compile(r"\A(\d{1,16})\.(?:([0-3])\.)?(\d{1,18})\Z")


class CursorInvalid(ValueError):
    """The text is no cursor of ours."""


class Place(NamedTuple):
    """Behind this row of this stream, and behind every row of an earlier moment or stream."""

    moment: datetime
    stream: int
    pk: int


class Row(NamedTuple):
    place: Place
    sku: str
    status: str
    what: str


# In the order of rows of one moment; a cursor names them by their number.
ARTICLES, GONE, NUMBERS, LYING = range(4)


def changes(
    *, organisation: Organisation, after: Place, limit: int, stock: bool = False
) -> tuple[list[dict[str, Any]], str, bool]:
    """Changed articles, oldest change first, the cursor behind the last, and whether there are more.

    One that the customer may no longer see is ``removed``. Prices are no part of an article.
    """
    streams = [_articles, _gone, _numbers(organisation), *([_lying] if stock else [])]
    found = [stream(after, limit + 1) for stream in streams]
    rows = list(islice(merge(*found), limit + 1))
    more, page = len(rows) > limit, rows[:limit]
    shown = set(
        Product.objects.visible_to(organisation)
        .filter(sku__in=[row.sku for row in page])
        .values_list("sku", flat=True)
    )
    # Each once, at the place of its last change.
    last = {(row.what, row.sku): row for row in page}
    told = [
        {
            "sku": row.sku,
            "what": row.what,
            "status": row.status if row.sku in shown else REMOVED,
            "updated_at": row.place.moment.isoformat(),
        }
        for row in page
        if last[row.what, row.sku] is row
    ]
    return told, write_cursor(page[-1].place if page else after), more


def _behind(rows: QuerySet[Any], stream: int, after: Place, moment: str = "updated_at") -> QuerySet[Any]:
    """The rows of a stream that come after a place and will not be overtaken any more, in order."""
    behind = Q(**{f"{moment}__gt": after.moment})
    if stream > after.stream:
        behind |= Q(**{moment: after.moment})
    elif stream == after.stream:
        behind |= Q(**{moment: after.moment, "id__gt": after.pk})
    settled = timezone.now() - SETTLE
    # The plain bound beside the pair lets both databases begin in the index.
    between = {f"{moment}__gte": after.moment, f"{moment}__lte": settled}
    return rows.filter(behind, **between).order_by(moment, "id")


def _articles(after: Place, most: int) -> Iterator[Row]:
    rows = _behind(Product.objects.all(), ARTICLES, after)
    for pk, sku, status, moment in rows.values_list("id", "sku", "status", "updated_at")[:most]:
        yield Row(Place(moment, ARTICLES, pk), sku, status, ARTICLE)


def _gone(after: Place, most: int) -> Iterator[Row]:
    """Numbers that are no article's any more; whoever begins anew never had them."""
    if after.moment == EPOCH:
        return
    known = Exists(Product.objects.filter(sku=OuterRef("sku")))
    rows = _behind(WithdrawnArticle.objects.filter(~known, gone=True), GONE, after, "created_at")
    for pk, sku, moment in rows.values_list("id", "sku", "created_at")[:most]:
        yield Row(Place(moment, GONE, pk), sku, REMOVED, ARTICLE)


def _numbers(organisation: Organisation) -> Any:
    def stream(after: Place, most: int) -> Iterator[Row]:
        rows = CustomerArticle.objects.filter(organisation=organisation, product__status__in=Product.SHOWN)
        return _parts(rows, NUMBERS, after, most, ARTICLE)

    return stream


def _lying(after: Place, most: int) -> Iterator[Row]:
    return _parts(Stock.objects.filter(product__status__in=Product.SHOWN), LYING, after, most, STOCK)


def _parts(rows: QuerySet[Any], stream: int, after: Place, most: int, what: str) -> Iterator[Row]:
    columns = ("id", "product__sku", "product__status", "updated_at")
    for pk, sku, status, moment in _behind(rows, stream, after).values_list(*columns)[:most]:
        yield Row(Place(moment, stream, pk), sku, status, what)


def beginning(since: datetime | None) -> Place:
    """The place before everything that changed at ``since`` or later."""
    return Place(since or EPOCH, ARTICLES, 0)


def write_cursor(place: Place) -> str:
    moment = (place.moment - EPOCH) // MICROSECOND
    return base64.urlsafe_b64encode(f"{moment}.{place.stream}.{place.pk}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> Place:
    """The place a cursor of ours stands at; raises ``CursorInvalid``."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise CursorInvalid from None
    match = _CURSOR.match(text)
    if match is None:
        raise CursorInvalid
    # Cursors of old name no stream: there was only one.
    return Place(EPOCH + int(match[1]) * MICROSECOND, int(match[2] or ARTICLES), int(match[3]))
