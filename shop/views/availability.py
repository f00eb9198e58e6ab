"""What a buyer reads about stock: how much, when more comes, or how long it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from catalog.display import SiteStock
from catalog.models import Product


@dataclass(frozen=True, slots=True)
class Availability:
    """Stock over all sites in order units; ``state`` is one of in-stock, low, expected, lead-time, gone."""

    state: str
    quantity: Decimal
    next_date: date | None
    next_quantity: Decimal | None
    lead_time_days: int
    sites: tuple[SiteStock, ...]


def availability(product: Product, stock: Sequence[SiteStock]) -> Availability:
    """From the stock of one article (``catalog.display.stock_of``)."""
    sites = tuple(stock)
    total = sum((row.quantity for row in sites), Decimal(0))
    today = timezone.localdate()
    coming = min(
        (row for row in sites if row.next_date is not None and row.next_date >= today),
        key=lambda row: row.next_date or today,
        default=None,
    )
    if total >= product.minimum_quantity:
        state = "in-stock"
    elif total > 0:
        state = "low"
    elif not product.orderable or product.status == Product.Status.RUN_OUT:
        state = "gone"
    elif coming is not None:
        state = "expected"
    else:
        state = "lead-time"
    return Availability(
        state=state,
        quantity=total,
        next_date=coming.next_date if coming else None,
        next_quantity=coming.next_quantity if coming else None,
        lead_time_days=product.lead_time_days,
        sites=sites,
    )
