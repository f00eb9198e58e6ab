"""List prices, and what each customer agreed; ``catalog.prices`` makes net prices of them."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from catalog.models.classification import Brand, Category
from catalog.models.products import Product
from catalog.models.stamped import Stamped
from customers.models import Organisation, PriceList


class ListPrice(Stamped):
    """The list price of an article in one price list: per ``price_unit`` order units, without VAT."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="list_prices", verbose_name=_("article")
    )
    price_list = models.ForeignKey(
        PriceList,
        on_delete=models.CASCADE,
        related_name="prices",
        db_index=False,  # ``list_price_lookup`` begins with it
        verbose_name=_("price list"),
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
        indexes = [
            models.Index(fields=["price_list", "product"], name="list_price_lookup"),
            # Whoever follows changes goes on behind a row: an import gives a million the same moment.
            models.Index(fields=["price_list", "updated_at", "id"], name="list_price_changes"),
            models.Index(
                fields=["price_list", "valid_from", "id"],
                name="list_price_begins",
                condition=Q(valid_from__isnull=False),
            ),
            models.Index(
                fields=["price_list", "valid_until", "id"],
                name="list_price_ends",
                condition=Q(valid_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.amount} {self.price_list.currency} / {self.price_unit}"


class Agreement(Stamped):
    """A net price for an article, or a discount on an article, discount group, brand, category or everything.

    It holds for one customer, or for everybody on a price list. ``minimum_quantity`` makes it a quantity
    break (in order units); a ``promotion`` ends on a day and never makes a price higher. How agreements rank
    is said in ``catalog.prices``.
    """

    class Kind(models.TextChoices):
        NET = "net", _("net price")
        DISCOUNT = "discount", _("discount in percent")

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="agreements",
        db_index=False,
        verbose_name=_("organisation"),
    )
    price_list = models.ForeignKey(
        PriceList,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="agreements",
        db_index=False,
        verbose_name=_("price list"),
        help_text=_("For everybody on this price list, in place of one organisation."),
    )
    reference = models.CharField(
        _("reference"), max_length=35, blank=True, help_text=_("Contract or quotation number.")
    )
    promotion = models.BooleanField(
        _("promotion"),
        default=False,
        help_text=_("Shown as such with its last day; counts only where it is the best price."),
    )
    label = models.CharField(
        _("name of the promotion"), max_length=60, blank=True, help_text=_("As buyers read it.")
    )
    product = models.ForeignKey(
        Product,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("article"),
    )
    discount_group = models.CharField(_("discount group"), max_length=20, blank=True)
    brand = models.ForeignKey(
        Brand,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="agreements",
        db_index=False,
        verbose_name=_("brand"),
    )
    category = models.ForeignKey(
        Category,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="agreements",
        db_index=False,
        verbose_name=_("category"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    value = models.DecimalField(
        _("value"),
        max_digits=14,
        decimal_places=4,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_(
            "The net price in the currency of the organisation or price list, or the discount in percent."
        ),
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
        # Millions are net prices of a customer for an article, and an index of each key would hold them all,
        # mostly with nothing in it. What only few rows have is found by an index of these few.
        indexes = [
            models.Index(fields=["organisation", "product"], name="agreement_lookup"),
            models.Index(fields=["organisation", "updated_at", "id"], name="agreement_changes"),
            models.Index(
                fields=["organisation", "valid_from", "id"],
                name="agreement_begins",
                condition=Q(organisation__isnull=False, valid_from__isnull=False),
            ),
            models.Index(
                fields=["organisation", "valid_until", "id"],
                name="agreement_ends",
                condition=Q(organisation__isnull=False, valid_until__isnull=False),
            ),
            # Few rows hold for a whole price list; the many of single customers need no place in it.
            models.Index(
                fields=["price_list", "product"],
                name="agreement_list_lookup",
                condition=Q(price_list__isnull=False),
            ),
            models.Index(
                fields=["price_list", "updated_at", "id"],
                name="agreement_list_changes",
                condition=Q(price_list__isnull=False),
            ),
            models.Index(
                fields=["price_list", "valid_from", "id"],
                name="agreement_list_begins",
                condition=Q(price_list__isnull=False, valid_from__isnull=False),
            ),
            models.Index(
                fields=["price_list", "valid_until", "id"],
                name="agreement_list_ends",
                condition=Q(price_list__isnull=False, valid_until__isnull=False),
            ),
            models.Index(
                fields=["organisation", "product"], name="agreement_promotions", condition=Q(promotion=True)
            ),
            models.Index(fields=["brand"], name="agreement_brands", condition=Q(brand__isnull=False)),
            models.Index(
                fields=["category"], name="agreement_categories", condition=Q(category__isnull=False)
            ),
            # For whoever looks for one. With the column itself SQLite's planner would begin when an import
            # compares prices, for it does not know that nearly all of them have one and the same.
            models.Index(Lower("reference"), name="agreement_reference"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, price_list__isnull=True)
                | Q(organisation__isnull=True, price_list__isnull=False),
                name="agreement_customer_or_price_list",
            ),
            models.CheckConstraint(
                condition=Q(promotion=False) | Q(valid_until__isnull=False), name="agreement_promotion_ends"
            ),
            models.CheckConstraint(
                condition=~Q(kind="net") | Q(product__isnull=False), name="agreement_net_price_needs_article"
            ),
            models.CheckConstraint(
                condition=~Q(kind="discount") | Q(value__lte=100), name="agreement_discount_at_most_100"
            ),
        ]

    def __str__(self) -> str:
        sign = "%" if self.kind == self.Kind.DISCOUNT else ""
        return f"{self.organisation_id or self.price_list_id}: {self.value}{sign}"

    def clean(self) -> None:
        if (self.organisation_id is None) == (self.price_list_id is None):
            raise ValidationError(_("An agreement is for one organisation or for one price list."))
        scopes = (self.product_id, self.discount_group or None, self.brand_id, self.category_id)
        if sum(scope is not None for scope in scopes) > 1:
            raise ValidationError(
                _("Choose one of article, discount group, brand and category, or none for everything.")
            )
        if self.promotion and self.valid_until is None:
            raise ValidationError({"valid_until": _("A promotion has a last day.")})
        if self.kind == self.Kind.NET and self.product_id is None:
            raise ValidationError({"product": _("A net price needs an article.")})
        if self.kind == self.Kind.DISCOUNT and self.value > 100:
            raise ValidationError({"value": _("A discount is at most 100 percent.")})
