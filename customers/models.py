"""Who buys: customer organisations, their delivery sites, people and API keys."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

CURRENCY_CODE = RegexValidator(
    r"\A[A-Z]{3}\Z", _("A currency is three capital letters of ISO 4217, such as EUR.")
)


class PriceList(models.Model):
    """A named set of list prices in one currency; the prices themselves live in the catalog."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    currency = models.CharField(_("currency"), max_length=3, validators=[CURRENCY_CODE])
    public = models.BooleanField(
        _("public"),
        default=False,
        help_text=_("Shown to visitors who do not come from a procurement system."),
    )

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.currency})"


class Organisation(models.Model):
    """A customer organisation: one set of prices, one currency, any number of sites and people."""

    number = models.CharField(
        _("customer number"), max_length=35, unique=True, help_text=_("Your own number for this customer.")
    )
    name = models.CharField(_("name"), max_length=120)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="en")
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[CURRENCY_CODE])
    price_list = models.ForeignKey(
        PriceList, on_delete=models.PROTECT, related_name="organisations", verbose_name=_("price list")
    )
    pays_levies = models.BooleanField(
        _("pays eco-contributions"),
        default=True,
        help_text=_("Recupel, Bebat and the like. Not for customers abroad: they pay at home."),
    )
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"


class DeliverySite(models.Model):
    """A place goods go to; ``code`` is the buyer's own address id (cXML ``Address/@addressID``)."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="delivery_sites", verbose_name=_("organisation")
    )
    code = models.CharField(_("address id"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    street = models.CharField(_("street"), max_length=120, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("ISO 3166, two letters."))

    class Meta:
        verbose_name = _("delivery site")
        verbose_name_plural = _("delivery sites")
        ordering = ["organisation", "code"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="delivery_site_code_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Person(models.Model):
    """Somebody who shops for an organisation, known by the id his procurement system sends."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="people", verbose_name=_("organisation")
    )
    identifier = models.CharField(
        _("identifier"),
        max_length=190,
        help_text=_("E-mail address or user name that the procurement system sends."),
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, blank=True)
    active = models.BooleanField(_("active"), default=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="person",
        verbose_name=_("sign-in"),
        help_text=_("Only for people who also sign in to the shop directly."),
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["organisation", "identifier"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "identifier"], name="person_identifier_once")
        ]

    def __str__(self) -> str:
        return self.name or self.identifier


def all_scopes() -> list[str]:
    """What a key may read when nobody chose less."""
    return list(ApiKey.Scope.values)


class ApiKey(models.Model):
    """A key for the web services: shown once, stored as a keyed digest (see ``customers.keys``)."""

    class Scope(models.TextChoices):
        ARTICLES = "articles", _("articles, categories and search")
        PRICES = "prices", _("net prices")
        STOCK = "stock", _("stock")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="api_keys", verbose_name=_("organisation")
    )
    name = models.CharField(
        _("name"), max_length=80, help_text=_("What uses it, such as 'ERP nightly import'.")
    )
    scopes = models.JSONField(_("may read"), default=all_scopes)
    prefix = models.CharField(_("begins with"), max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
