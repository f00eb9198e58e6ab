"""What changed in the assortment since a cursor: by key, so that the last page costs what the first does."""

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from catalog.models import Product
from customers.models import Organisation

# Rows are handed out when they are this old: a transaction that began earlier may commit later, and a
# cursor that had passed it would never show its rows.
SETTLE = timedelta(seconds=10)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
REMOVED = "removed"
_CURSOR = re.compile(r"\A(\d{1,16})\.(\d{1,18})\Z")


class CursorInvalid(ValueError):
    """The text is no cursor of ours."""


def changes(
    *, organisation: Organisation, after: tuple[datetime, int], limit: int
) -> tuple[list[dict[str, Any]], str, bool]:
    """Changed articles, oldest change first, the cursor behind the last, and whether there are more.

    One that the customer may no longer see is ``removed``. Prices and stock are no part of an article.
    """
    moment, pk = after
    behind = Q(updated_at__gt=moment) | Q(updated_at=moment, id__gt=pk)
    settled = timezone.now() - SETTLE
    # The plain bound beside the pair lets both databases begin in the index.
    rows = Product.objects.filter(behind, updated_at__gte=moment, updated_at__lte=settled)
    page = list(
        rows.order_by("updated_at", "id").values_list("id", "sku", "status", "updated_at")[: limit + 1]
    )
    more = len(page) > limit
    page = page[:limit]
    shown = set(
        Product.objects.visible_to(organisation)
        .filter(pk__in=[row[0] for row in page])
        .values_list("id", flat=True)
    )
    found = [
        {"sku": sku, "status": status if row in shown else REMOVED, "updated_at": updated_at.isoformat()}
        for row, sku, status, updated_at in page
    ]
    last = (page[-1][3], page[-1][0]) if page else after
    return found, write_cursor(*last), more


def beginning(since: datetime | None) -> tuple[datetime, int]:
    """The place before everything that changed at ``since`` or later."""
    return (since or EPOCH, 0)


def write_cursor(moment: datetime, pk: int) -> str:
    text = f"{(moment - EPOCH) // MICROSECOND}.{pk}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, int]:
    """The place a cursor of ours stands at; raises ``CursorInvalid``."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise CursorInvalid from None
    match = _CURSOR.match(text)
    if match is None:
        raise CursorInvalid
    return EPOCH + int(match[1]) * MICROSECOND, int(match[2])
