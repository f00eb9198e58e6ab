"""What is no longer there: remembered for a while, because files of only changes must say so.

Nothing here points to a row by a foreign key, for that row may be gone as well. ``catalog.withdrawals``
writes these rows.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WithdrawnPrice(models.Model):
    """What a price, agreement, metal, quotation or levy was for, before it was deleted or moved elsewhere.

    Of the customer, of everybody on the price list, or of everybody (neither); for an article, discount
    group, brand, category or metal, or for everything.
    """

    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    organisation_id = models.BigIntegerField(null=True)
    price_list_id = models.BigIntegerField(null=True)
    product_id = models.BigIntegerField(null=True)
    discount_group = models.CharField(max_length=20, default="")
    brand_id = models.BigIntegerField(null=True)
    category_id = models.BigIntegerField(null=True)
    metal = models.CharField(max_length=2, default="")

    class Meta:
        verbose_name = _("withdrawn price")
        verbose_name_plural = _("withdrawn prices")
        ordering = ["id"]
        # Each holder's own: what an import took from one customer is not read by the others.
        indexes = [
            models.Index(
                fields=["organisation_id", "created_at", "id"],
                name="withdrawn_from_customer",
                condition=Q(organisation_id__isnull=False),
            ),
            models.Index(
                fields=["price_list_id", "created_at", "id"],
                name="withdrawn_from_list",
                condition=Q(price_list_id__isnull=False),
            ),
            models.Index(
                fields=["created_at", "id"],
                name="withdrawn_from_everybody",
                condition=Q(organisation_id__isnull=True, price_list_id__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}: {self.organisation_id or self.price_list_id or '*'}"


class WithdrawnArticle(models.Model):
    """An article that customers could see, and where it was before it was deleted, hidden or moved.

    ``gone``: its number may be nobody's any more, which is told to whoever follows all articles.
    """

    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    product_id = models.BigIntegerField()
    sku = models.CharField(max_length=40)
    brand_id = models.BigIntegerField()
    category_id = models.BigIntegerField()
    gone = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("withdrawn article")
        verbose_name_plural = _("withdrawn articles")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["created_at", "id"], name="withdrawn_gone", condition=Q(gone=True)),
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}: {self.sku}"
