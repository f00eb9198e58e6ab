"""Articles, with their attributes, pictures, customers' numbers, and the log of their changes."""

from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models.classification import Attribute, AttributeChoice, Brand, Category
from catalog.models.stamped import Stamped
from catalog.texts import translated
from customers.models import Organisation

UNIT_CODE = RegexValidator(r"\A[A-Z0-9]{2,3}\Z", _("A unit is a code of UN/CEFACT Recommendation 20 or 21."))
POSITIVE = MinValueValidator(Decimal("0.001"))


class ProductQuerySet(models.QuerySet["Product"]):
    def visible_to(self, organisation: Organisation | None) -> Self:
        """The articles this customer may see; ``None`` is an anonymous visitor."""
        return self.filter(status__in=Product.SHOWN)

    def for_display(self) -> Self:
        """With brand, category and successor; stock and pictures come by ``catalog.display``."""
        return self.select_related("brand", "category", "successor")


class Product(models.Model):
    """An article. Prices are looked up with ``catalog.prices``, never read from a column here."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        RUN_OUT = "run-out", _("while stocks last")
        DISCONTINUED = "discontinued", _("discontinued")
        HIDDEN = "hidden", _("hidden")

    SHOWN = (Status.ACTIVE, Status.RUN_OUT, Status.DISCONTINUED)
    ORDERABLE = (Status.ACTIVE, Status.RUN_OUT)

    sku = models.CharField(_("article number"), max_length=40, unique=True)
    gtin = models.CharField(
        _("GTIN"),
        max_length=14,
        blank=True,
        db_index=True,
        validators=[RegexValidator(r"\A\d{8}(\d{4,6})?\Z", _("A GTIN has 8, 12, 13 or 14 digits."))],
    )
    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="products", verbose_name=_("brand")
    )
    manufacturer_part_number = models.CharField(
        _("manufacturer part number"), max_length=50, blank=True, db_index=True
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="products", verbose_name=_("category")
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.ACTIVE)

    name_en = models.CharField(_("name (en)"), max_length=160)
    name_nl = models.CharField(_("name (nl)"), max_length=160, blank=True)
    name_fr = models.CharField(_("name (fr)"), max_length=160, blank=True)
    name_de = models.CharField(_("name (de)"), max_length=160, blank=True)
    description_en = models.TextField(_("description (en)"), blank=True)
    description_nl = models.TextField(_("description (nl)"), blank=True)
    description_fr = models.TextField(_("description (fr)"), blank=True)
    description_de = models.TextField(_("description (de)"), blank=True)

    order_unit = models.CharField(
        _("order unit"),
        max_length=3,
        validators=[UNIT_CODE],
        help_text=_("UN/CEFACT Rec 20, such as C62 (piece), MTR (metre), RO (roll)."),
    )
    content_quantity = models.DecimalField(
        _("content"),
        max_digits=12,
        decimal_places=3,
        default=Decimal(1),
        validators=[POSITIVE],
        help_text=_("How many content units one order unit holds: a roll of 100 m holds 100."),
    )
    content_unit = models.CharField(_("content unit"), max_length=3, blank=True, validators=[UNIT_CODE])
    price_unit = models.PositiveIntegerField(
        _("price unit"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("Prices are per this many order units: 100 for a price per 100 m."),
    )
    minimum_quantity = models.DecimalField(
        _("minimum quantity"), max_digits=12, decimal_places=3, default=Decimal(1), validators=[POSITIVE]
    )
    quantity_step = models.DecimalField(
        _("sold in multiples of"), max_digits=12, decimal_places=3, default=Decimal(1), validators=[POSITIVE]
    )

    discount_group = models.CharField(
        _("discount group"),
        max_length=20,
        blank=True,
        help_text=_("Articles that discounts are agreed for together."),
    )
    unspsc = models.CharField(_("UNSPSC"), max_length=8, blank=True)
    etim_class = models.CharField(_("ETIM class"), max_length=8, blank=True)
    eclass = models.CharField(_("eCl@ss"), max_length=14, blank=True)
    lead_time_days = models.PositiveSmallIntegerField(
        _("lead time in days"), default=1, help_text=_("Working days when the article is not in stock.")
    )
    successor = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("replaced by"),
    )
    source = models.ForeignKey(
        "ImportProfile",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="articles",
        verbose_name=_("imported with"),
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["sku"]
        indexes = [
            models.Index(fields=["updated_at", "id"], name="product_changes"),
            models.Index(
                fields=["discount_group"], name="product_discount_group", condition=~Q(discount_group="")
            ),
            # Of the few that are not sold as usual, a list each. One index by status for all articles is what
            # SQLite's planner takes wherever a status is asked for.
            models.Index(fields=["sku"], name="product_run_out", condition=Q(status="run-out")),
            models.Index(fields=["sku"], name="product_discontinued", condition=Q(status="discontinued")),
            models.Index(fields=["sku"], name="product_hidden", condition=Q(status="hidden")),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"

    @property
    def name(self) -> str:
        """The name in the active language, else in English."""
        return translated(self, "name")

    @property
    def description(self) -> str:
        return translated(self, "description")

    @property
    def orderable(self) -> bool:
        return self.status in self.ORDERABLE


class ProductAttribute(models.Model):
    """The value of one attribute of one article: a number or a choice, by the attribute's kind."""

    # The constraint begins with it too, but is twice as large: to compare the values of 20,000 articles
    # PostgreSQL would rather read those of a million.
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="attribute_values", verbose_name=_("article")
    )
    attribute = models.ForeignKey(
        Attribute, on_delete=models.PROTECT, related_name="product_values", verbose_name=_("attribute")
    )
    choice = models.ForeignKey(
        AttributeChoice, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("choice")
    )
    number = models.DecimalField(_("number"), max_digits=14, decimal_places=4, null=True, blank=True)

    class Meta:
        verbose_name = _("attribute value")
        verbose_name_plural = _("attribute values")
        ordering = ["product", "attribute"]
        constraints = [
            models.UniqueConstraint(fields=["product", "attribute"], name="product_attribute_once"),
            models.CheckConstraint(
                condition=Q(choice__isnull=False, number__isnull=True)
                | Q(choice__isnull=True, number__isnull=False),
                name="product_attribute_choice_or_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attribute}: {self.display}"

    @property
    def display(self) -> str:
        """The value as shown, with its unit: ``16 A``."""
        if self.choice is not None:
            return self.choice.name
        if self.number is None:
            return ""
        text = f"{self.number.normalize():f}"
        return f"{text} {self.attribute.unit}" if self.attribute.unit else text


class ProductMedia(models.Model):
    """A picture or a document of an article, by address: below the static files or absolute."""

    class Kind(models.TextChoices):
        PICTURE = "picture", _("picture")
        DOCUMENT = "document", _("document")

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="media", verbose_name=_("article")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("title"), max_length=120, blank=True)
    address = models.CharField(
        _("address"), max_length=255, help_text=_("https://… or a path below static/.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("picture or document")
        verbose_name_plural = _("pictures and documents")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title or self.address


class CustomerArticle(Stamped):
    """What one customer calls an article: SAP's material number (OCI MATNR), cXML's BuyerPartID."""

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        related_name="article_numbers",
        verbose_name=_("organisation"),
    )
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="customer_numbers", verbose_name=_("article")
    )
    number = models.CharField(_("the customer's number"), max_length=40)

    class Meta:
        verbose_name = _("customer's article number")
        verbose_name_plural = _("customers' article numbers")
        ordering = ["organisation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "product"], name="customer_article_once")
        ]
        indexes = [
            models.Index(fields=["organisation", "number"], name="customer_article_number"),
            models.Index(fields=["organisation", "updated_at", "id"], name="customer_article_changes"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.number} = {self.product_id}"


class ProductChange(models.Model):
    """The change log the search index follows: one row each time an article must be indexed again.

    ``EVERYTHING`` in place of an article: so many changed that the index is built anew instead.
    """

    EVERYTHING = 0

    product_id = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("article change")
        verbose_name_plural = _("article changes")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.id}: {self.product_id}"
