"""What is paid beside the price of an article: metal by the day's quotation, and eco-contributions."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Product
from catalog.models.stamped import Stamped
from customers.models import CURRENCY_CODE


class Metal(models.TextChoices):
    """Metals that are quoted by the day, by their chemical symbols."""

    CU = "CU", _("copper")
    AL = "AL", _("aluminium")
    PB = "PB", _("lead")
    AG = "AG", _("silver")
    AU = "AU", _("gold")
    NI = "NI", _("nickel")
    SN = "SN", _("tin")
    ZN = "ZN", _("zinc")
    CD = "CD", _("cadmium")
    CR = "CR", _("chromium")
    MG = "MG", _("magnesium")
    PT = "PT", _("platinum")
    W = "W", _("tungsten")


class ProductMetal(Stamped):
    """Kilograms of a metal in ``per`` order units of an article, and the quotation its price already holds.

    ``base`` is per 100 kg in ``currency``; 0 for a price without any metal. What is paid on top is said in
    ``catalog.prices``.
    """

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="metals", verbose_name=_("article")
    )
    metal = models.CharField(_("metal"), max_length=2, choices=Metal)
    weight = models.DecimalField(
        _("kilograms"), max_digits=12, decimal_places=4, validators=[MinValueValidator(Decimal(0))]
    )
    per = models.PositiveIntegerField(
        _("in order units"), default=1, validators=[MinValueValidator(1)],
        help_text=_("9.6 kg of copper in 100 m: 9.6 kilograms in 100 order units MTR."),
    )  # fmt: skip
    base = models.DecimalField(
        _("base"), max_digits=12, decimal_places=4, default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("The quotation per 100 kg that is already in the price; 0 if none is."),
    )  # fmt: skip
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[CURRENCY_CODE])
    credit = models.BooleanField(
        _("credit"), default=False,
        help_text=_("Lowers the price when the quotation is below the base. Usually it does not."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("metal content")
        verbose_name_plural = _("metal contents")
        ordering = ["product", "metal"]
        indexes = [models.Index(fields=["updated_at", "id"], name="product_metal_changes")]
        constraints = [
            models.UniqueConstraint(fields=["product", "metal", "currency"], name="product_metal_once"),
            models.CheckConstraint(condition=models.Q(per__gte=1), name="product_metal_per_at_least_1"),
        ]

    def __str__(self) -> str:
        return f"{self.metal} {self.weight} kg / {self.per}"


class MetalQuotation(Stamped):
    """What 100 kg of a metal cost on a day, and on every later day until there is a newer quotation."""

    metal = models.CharField(_("metal"), max_length=2, choices=Metal)
    day = models.DateField(_("day"))
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[CURRENCY_CODE])
    amount = models.DecimalField(
        _("per 100 kg"), max_digits=12, decimal_places=4, validators=[MinValueValidator(Decimal(0))]
    )

    class Meta:
        verbose_name = _("metal quotation")
        verbose_name_plural = _("metal quotations")
        ordering = ["-day", "metal"]
        indexes = [
            models.Index(fields=["currency", "updated_at", "id"], name="metal_quotation_changes"),
            models.Index(fields=["currency", "day", "id"], name="metal_quotation_days"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["metal", "currency", "day"], name="metal_quotation_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.metal} {self.day}: {self.amount} {self.currency} / 100 kg"


class ProductLevy(Stamped):
    """An eco-contribution on one order unit, without VAT: Recupel, Bebat, Auvibel and the like."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="levies", verbose_name=_("article")
    )
    scheme = models.CharField(_("scheme"), max_length=40, help_text=_("Recupel, Bebat, Auvibel …"))
    code = models.CharField(
        _("code"), max_length=20, blank=True, help_text=_("The scheme's own code of the tariff.")
    )
    amount = models.DecimalField(
        _("per order unit"), max_digits=12, decimal_places=4, validators=[MinValueValidator(Decimal(0))]
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[CURRENCY_CODE])

    class Meta:
        verbose_name = _("eco-contribution")
        verbose_name_plural = _("eco-contributions")
        ordering = ["product", "scheme", "code"]
        indexes = [models.Index(fields=["currency", "updated_at", "id"], name="product_levy_changes")]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "scheme", "code", "currency"], name="product_levy_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.amount} {self.currency}"
