"""Which article goes with which: accessories, spare parts, sets."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Product


class ProductReference(models.Model):
    """One article names another. The successor is a field of its own (``Product.successor``)."""

    class Kind(models.TextChoices):
        # The values are those of ``catalog.imports.records.Reference``.
        MANDATORY = "mandatory", _("needed with it")
        ACCESSORY = "accessory", _("accessory")
        SPARE_PART = "spare part", _("spare part")
        CONSISTS_OF = "consists of", _("part of the set")
        SIMILAR = "similar", _("similar")
        OTHER_UNIT = "other unit", _("same article in another unit")
        OTHER = "other", _("other")

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="references", verbose_name=_("article")
    )
    target = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="referenced_by", verbose_name=_("other article")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    quantity = models.DecimalField(
        _("quantity"), max_digits=12, decimal_places=3, null=True, blank=True,
        help_text=_("How many order units of it, where that is given."),
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("reference to an article")
        verbose_name_plural = _("references to articles")
        ordering = ["product", "kind", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["product", "kind", "target"], name="product_reference_once"),
            models.CheckConstraint(condition=~Q(product=F("target")), name="product_reference_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.get_kind_display()} {self.target_id}"

    def clean(self) -> None:
        if self.product_id is not None and self.product_id == self.target_id:
            raise ValidationError({"target": _("An article does not refer to itself.")})
