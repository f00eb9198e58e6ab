"""What lies at the demo's sites: it follows from the article number, and dates from the week."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from catalog.demo.families import Article
from catalog.demo.values import digest

Json = Any

# Share of articles, in percent, that a kind of site has run out of or does not keep at all.
EMPTY = {"central": 8, "branch": 15}
NOT_KEPT = {"central": 0, "branch": 40}
# Dear goods are kept in small numbers.
SHELF_VALUE = {"central": 2500, "branch": 500}
MOST = 600


def stock_rows(article: Article, sites: list[Json], today: date) -> Iterator[tuple[str, dict[str, Any]]]:
    """Per site that keeps the article: the quantity and, where it ran out, when how much more comes."""
    monday = today - timedelta(days=today.weekday())
    for site in sites:
        dice = digest(f"stock {article.sku} {site['code']}")
        role = site["role"]
        if dice % 100 < NOT_KEPT[role]:
            continue
        quantity = Decimal(0)
        if dice // 100 % 100 >= EMPTY[role]:
            quantity = _shelf(article, role) * (10 + dice // 10_000 % 90) // 100
            quantity = max(Decimal(1), quantity // article.minimum_quantity) * article.minimum_quantity
        if article.status == "discontinued":
            quantity = Decimal(0)
        elif article.status == "run-out":
            quantity = article.minimum_quantity * (3 + dice % 5) if role == "central" else Decimal(0)
        expected = quantity == 0 and article.status == "active"
        # From the next week on, a working day: a date that has passed would help nobody.
        days = 7 + dice // 1_000_000 % 3 * 7 + dice % 5
        yield (
            site["code"],
            {
                "quantity": quantity,
                "next_date": monday + timedelta(days=days) if expected else None,
                "next_quantity": article.minimum_quantity * (20 + dice % 60) if expected else None,
            },
        )


def _shelf(article: Article, role: str) -> Decimal:
    """How many order units a full shelf holds."""
    unit_value = article.list_price / article.price_unit
    most = MOST * article.minimum_quantity
    return min(most, Decimal(SHELF_VALUE[role]) / max(unit_value, Decimal("0.01")))
