"""Which articles an incremental file holds: what changed since a moment, for one customer.

An article counts as changed when it was saved, and when one of this customer's prices began or ended by its
dates. Prices that were corrected without a date of validity carry no moment: a complete file has them.
"""

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from catalog.exports.tree import below
from catalog.models import Agreement, Category, ListPrice
from customers.models import Organisation

DAY = timedelta(days=1)


def changed_since(organisation: Organisation, since: datetime, today: date) -> Q:
    """The articles that changed at ``since`` or later; everything, if a discount on everything did."""
    day = timezone.localtime(since).date()
    # What is valid until yesterday ends today; the day before ``since`` is taken in, rather twice than never.
    turned = Q(valid_from__gte=day, valid_from__lte=today) | Q(
        valid_until__gte=day - DAY, valid_until__lt=today
    )
    agreed = Agreement.objects.filter(turned, organisation=organisation).order_by()
    listed = ListPrice.objects.filter(turned, price_list=organisation.price_list_id).order_by()
    wide = list(agreed.filter(product__isnull=True).values_list("brand_id", "category_id").distinct())
    if (None, None) in wide:
        return Q()
    found = (
        Q(updated_at__gte=since)
        | Q(pk__in=listed.values("product_id"))
        | Q(pk__in=agreed.filter(product__isnull=False).values("product_id"))
    )
    brands = [brand for brand, _category in wide if brand is not None]
    if brands:
        found |= Q(brand_id__in=brands)
    categories = [category for _brand, category in wide if category is not None]
    if categories:
        rows = Category.objects.order_by().values_list("id", "parent_id")
        found |= Q(category_id__in=below(rows, categories))
    return found
