"""Which articles an incremental file holds: what changed since a moment, for one customer.

An article counts as changed when it, its brand, category or properties were saved (``catalog.stamping``);
when a price of this customer, his number for it, a metal in it, its quotation or an eco-contribution was
saved or deleted (``catalog.withdrawals``), or began or ended by its dates; and for files that say it, when
its stock changed. An article that was deleted, or got another number, is named by the one that customers
know.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from catalog.models import (
    Category,
    CustomerArticle,
    Product,
    Stock,
    WithdrawnArticle,
)
from catalog.price_sources import price_sources
from catalog.tree import below
from catalog.withdrawals import of_customer
from customers.models import Organisation

DAY = timedelta(days=1)


def changed_since(
    organisation: Organisation, since: datetime, today: date, *, stock: bool = False
) -> QuerySet[Any, Any] | None:
    """The ids of articles that changed at ``since`` or later; ``None``: all, if a discount on everything did.

    ``stock``: those of which more or less lies in stock, or is to come, count as well.
    """
    day = timezone.localtime(since).date()
    saved = Q(updated_at__gte=since)
    # What is valid until yesterday ends today; the day before ``since`` is taken in, rather twice than never.
    turned = (
        saved
        | Q(valid_from__gte=day, valid_from__lte=today)
        | Q(valid_until__gte=day - DAY, valid_until__lt=today)
    )
    of = price_sources(organisation)
    agreed = (of.own | of.shared).filter(turned)
    scope = ("discount_group", "brand_id", "category_id")
    withdrawn = of_customer(organisation, since)
    wide = {
        *agreed.filter(product__isnull=True).values_list(*scope),
        *withdrawn.filter(product_id__isnull=True, metal="").values_list(*scope),
    }
    if ("", None, None) in wide:
        return None
    quoted = of.quotations.filter(saved | Q(day__gte=day, day__lte=today))
    unquoted = withdrawn.exclude(metal="").values("metal")
    metals = of.metals.filter(saved | Q(metal__in=quoted.values("metal")) | Q(metal__in=unquoted))
    numbered = CustomerArticle.objects.filter(saved, organisation=organisation).order_by()
    about_articles: list[QuerySet[Any, Any]] = [
        of.listed.filter(turned),
        agreed.filter(product__isnull=False),
        withdrawn.filter(product_id__isnull=False).order_by(),
        metals,
        of.levies.filter(saved),
        numbered,
    ]
    if stock:
        # A day that has passed is not said any more.
        about_articles.append(Stock.objects.filter(saved | Q(next_date__gte=day - DAY, next_date__lt=today)))
    itself = saved
    groups = [group for group, _brand, _category in wide if group]
    if groups:
        itself |= Q(discount_group__in=groups)
    brands = [brand for _group, brand, _category in wide if brand is not None]
    if brands:
        itself |= Q(brand_id__in=brands)
    categories = [category for _group, _brand, category in wide if category is not None]
    if categories:
        rows = Category.objects.order_by().values_list("id", "parent_id")
        itself |= Q(category_id__in=below(rows, categories))
    # Each table on its own: as conditions of one query they are looked at for every article of the shop.
    found = Product.objects.filter(itself).order_by().values_list("pk")
    return found.union(*(rows.order_by().values_list("product_id") for rows in about_articles))


def left(since: datetime, categories: Sequence[int], brands: Sequence[int]) -> QuerySet[WithdrawnArticle]:
    """The articles that went from these categories and brands; none given: from anywhere."""
    found = WithdrawnArticle.objects.filter(created_at__gte=since).order_by()
    if categories:
        found = found.filter(category_id__in=categories)
    if brands:
        found = found.filter(brand_id__in=brands)
    return found


def gone(found: QuerySet[WithdrawnArticle]) -> QuerySet[WithdrawnArticle, str]:
    """The numbers, each once, that are no article's any more."""
    return (
        found.exclude(Exists(Product.objects.filter(sku=OuterRef("sku"))))
        .order_by("sku")
        .values_list("sku", flat=True)
        .distinct()
    )
