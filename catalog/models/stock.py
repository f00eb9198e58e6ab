"""What lies where, and when more comes."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Product
from catalog.models.stamped import Stamped


class StockSite(models.Model):
    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("stock site")
        verbose_name_plural = _("stock sites")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class Stock(Stamped):
    """What lies at one site, in order units, and when more comes."""

    # Found by the constraint, which begins with it.
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="stock", db_index=False, verbose_name=_("article")
    )
    site = models.ForeignKey(
        StockSite, on_delete=models.CASCADE, related_name="stock", db_index=False, verbose_name=_("site")
    )
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3, default=Decimal(0))
    next_date = models.DateField(_("next delivery on"), null=True, blank=True)
    next_quantity = models.DecimalField(
        _("next delivery quantity"), max_digits=14, decimal_places=3, null=True, blank=True
    )

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        ordering = ["product", "site"]
        constraints = [models.UniqueConstraint(fields=["product", "site"], name="stock_product_site_once")]
        indexes = [
            models.Index(fields=["updated_at", "id"], name="stock_changes"),
            # Of one site in the order in which it is listed.
            models.Index(fields=["site", "product"], name="stock_of_site"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} @ {self.site}: {self.quantity}"
