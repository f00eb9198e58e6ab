"""Stock of many articles, site by site, with the day more comes: two queries."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalog.api.figures import day, plain
from catalog.models import Product, Stock
from customers.models import Organisation


def stock(*, organisation: Organisation, skus: Sequence[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """The articles in the order asked, each once, and the numbers that are not known."""
    wanted = list(dict.fromkeys(skus))
    shown = Product.objects.visible_to(organisation).filter(sku__in=wanted).order_by()
    found = {
        sku: (pk, unit, lead)
        for pk, sku, unit, lead in shown.values_list("id", "sku", "order_unit", "lead_time_days")
    }
    sites = _sites([pk for pk, _unit, _lead in found.values()])
    articles = []
    for sku in wanted:
        if sku in found:
            pk, unit, lead = found[sku]
            own = sites.get(pk, [])
            articles.append(
                {
                    "sku": sku,
                    "unit": unit,
                    "quantity": plain(sum((quantity for quantity, _site in own), Decimal(0))),
                    "next_date": min((s["next_date"] for _q, s in own if s["next_date"]), default=None),
                    "lead_time_days": lead,
                    "sites": [site for _quantity, site in own],
                }
            )
    return articles, [sku for sku in wanted if sku not in found]


def _sites(ids: Sequence[int]) -> dict[int, list[tuple[Decimal, dict[str, Any]]]]:
    """What lies at each site, as a number and as it is answered."""
    today = timezone.localdate()
    rows = Stock.objects.filter(product_id__in=ids).order_by("site__position", "site__code")
    columns = ("product_id", "site__code", "site__name", "quantity", "next_date", "next_quantity")
    found: dict[int, list[tuple[Decimal, dict[str, Any]]]] = defaultdict(list)
    for pk, code, name, quantity, next_date, next_quantity in rows.values_list(*columns):
        # A day that has passed says nothing any more.
        coming = next_date is not None and next_date >= today
        site = {
            "code": code,
            "name": name,
            "quantity": plain(quantity),
            "next_date": day(next_date) if coming else None,
            "next_quantity": plain(next_quantity) if coming and next_quantity is not None else None,
        }
        found[pk].append((quantity, site))
    return found
