"""How articles are ordered into an assortment: categories, brands and attributes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.texts import translated


class Category(models.Model):
    """A node of the assortment; articles hang on any node."""

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    name_en = models.CharField(_("name (en)"), max_length=120)
    name_nl = models.CharField(_("name (nl)"), max_length=120, blank=True)
    name_fr = models.CharField(_("name (fr)"), max_length=120, blank=True)
    name_de = models.CharField(_("name (de)"), max_length=120, blank=True)
    attributes: models.ManyToManyField = models.ManyToManyField(
        "Attribute", through="CategoryAttribute", related_name="categories", verbose_name=_("attributes")
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "name_en"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the active language, else in English."""
        return translated(self, "name")


class Brand(models.Model):
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Attribute(models.Model):
    """A property of articles, such as the rated current; ``code`` is the ETIM feature where there is one."""

    class Kind(models.TextChoices):
        NUMBER = "number", _("number")
        CHOICE = "choice", _("choice")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    unit = models.CharField(_("unit"), max_length=12, blank=True, help_text=_("As shown, such as A or mm²."))
    name_en = models.CharField(_("name (en)"), max_length=120)
    name_nl = models.CharField(_("name (nl)"), max_length=120, blank=True)
    name_fr = models.CharField(_("name (fr)"), max_length=120, blank=True)
    name_de = models.CharField(_("name (de)"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return translated(self, "name")


class AttributeChoice(models.Model):
    """One value that a ``choice`` attribute can take, with its texts."""

    attribute = models.ForeignKey(
        Attribute, on_delete=models.CASCADE, related_name="choices", verbose_name=_("attribute")
    )
    code = models.SlugField(_("code"), max_length=40)
    position = models.PositiveIntegerField(_("position"), default=0)
    name_en = models.CharField(_("name (en)"), max_length=120)
    name_nl = models.CharField(_("name (nl)"), max_length=120, blank=True)
    name_fr = models.CharField(_("name (fr)"), max_length=120, blank=True)
    name_de = models.CharField(_("name (de)"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("attribute choice")
        verbose_name_plural = _("attribute choices")
        ordering = ["attribute", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["attribute", "code"], name="attribute_choice_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return translated(self, "name")


class CategoryAttribute(models.Model):
    """An attribute by which a category can be filtered, in the order it is shown."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, verbose_name=_("category"))
    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, verbose_name=_("attribute"))
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category attribute")
        verbose_name_plural = _("category attributes")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["category", "attribute"], name="category_attribute_once")
        ]

    def __str__(self) -> str:
        return f"{self.category}: {self.attribute}"
