"""List prices, and what each customer agreed; ``catalog.prices`` makes net prices of them."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.classification import Brand, Category
from catalog.models.products import Product
from customers.models import Organisation, PriceList


class ListPrice(models.Model):
    """The list price of an article in one price list: per ``price_unit`` order units, without VAT."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="list_prices", verbose_name=_("article")
    )
    price_list = models.ForeignKey(
        PriceList, on_delete=models.CASCADE, related_name="prices", verbose_name=_("price list")
    )
    amount = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=4, validators=[MinValueValidator(Decimal(0))]
    )
    price_unit = models.PositiveIntegerField(_("price unit"), default=1, validators=[MinValueValidator(1)])
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("Last day, inclusive.")
    )

    class Meta:
        verbose_name = _("list price")
        verbose_name_plural = _("list prices")
        ordering = ["product", "price_list", "valid_from"]
        indexes = [models.Index(fields=["price_list", "product"], name="list_price_lookup")]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.amount} {self.price_list.currency} / {self.price_unit}"


class Agreement(models.Model):
    """What one customer agreed: a net price for an article, or a discount on a brand, category or everything.

    ``minimum_quantity`` makes it a quantity break (in order units). How agreements rank is said in
    ``catalog.prices``.
    """

    class Kind(models.TextChoices):
        NET = "net", _("net price")
        DISCOUNT = "discount", _("discount in percent")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="agreements", verbose_name=_("organisation")
    )
    reference = models.CharField(
        _("reference"), max_length=35, blank=True, help_text=_("Contract or quotation number.")
    )
    product = models.ForeignKey(
        Product,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("article"),
    )
    brand = models.ForeignKey(
        Brand,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("brand"),
    )
    category = models.ForeignKey(
        Category,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("category"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    value = models.DecimalField(
        _("value"),
        max_digits=14,
        decimal_places=4,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("The net price in the organisation's currency, or the discount in percent."),
    )
    price_unit = models.PositiveIntegerField(_("price unit"), default=1, validators=[MinValueValidator(1)])
    minimum_quantity = models.DecimalField(
        _("from quantity"), max_digits=12, decimal_places=3, default=Decimal(0)
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("Last day, inclusive.")
    )

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["organisation", "product", "minimum_quantity"]
        indexes = [models.Index(fields=["organisation", "product"], name="agreement_lookup")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="net") | Q(product__isnull=False), name="agreement_net_price_needs_article"
            ),
            models.CheckConstraint(
                condition=~Q(kind="discount") | Q(value__lte=100), name="agreement_discount_at_most_100"
            ),
        ]

    def __str__(self) -> str:
        sign = "%" if self.kind == self.Kind.DISCOUNT else ""
        return f"{self.organisation_id}: {self.value}{sign}"

    def clean(self) -> None:
        if sum(scope is not None for scope in (self.product_id, self.brand_id, self.category_id)) > 1:
            raise ValidationError(_("Choose one of article, brand and category, or none for everything."))
        if self.kind == self.Kind.NET and self.product_id is None:
            raise ValidationError({"product": _("A net price needs an article.")})
        if self.kind == self.Kind.DISCOUNT and self.value > 100:
            raise ValidationError({"value": _("A discount is at most 100 percent.")})
