"""Carts."""

import secrets
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from customers.models import Organisation


def line_token() -> str:
    """The identity of a cart line that travels with it: what cXML calls SupplierPartAuxiliaryID."""
    return secrets.token_urlsafe(12)


class Cart(models.Model):
    """What one session has gathered; frozen once it was returned."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="carts", verbose_name=_("organisation")
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    frozen_at = models.DateTimeField(_("frozen at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("cart")
        verbose_name_plural = _("carts")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{_('Cart')} {self.pk}"


class CartLine(models.Model):
    """One article and its quantity; an article we do not know keeps what the buyer's system called it."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines", verbose_name=_("cart"))
    product = models.ForeignKey(
        Product, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("article")
    )
    sku = models.CharField(_("article number"), max_length=255)
    # As the buyer's system described it; only used when the article is unknown to us.
    description = models.CharField(_("description"), max_length=255, blank=True)
    quantity = models.DecimalField(
        _("quantity"), max_digits=12, decimal_places=3, validators=[MinValueValidator(Decimal("0.001"))]
    )
    token = models.CharField(_("line identity"), max_length=255, default=line_token, editable=False)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("cart line")
        verbose_name_plural = _("cart lines")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cart", "product"],
                condition=models.Q(product__isnull=False),
                name="cart_product_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"
