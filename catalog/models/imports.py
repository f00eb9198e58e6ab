"""How files of suppliers are imported, each import that ran, and what was refused of it."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models.classification import Brand, Category
from catalog.models.products import UNIT_CODE
from catalog.models.stock import StockSite
from catalog.wording import shown, worded
from customers.models import CURRENCY_CODE, Organisation, PriceList


class ImportProfile(models.Model):
    """How the files of one supplier are read, and where what they hold goes."""

    class Categories(models.TextChoices):
        CREATE = "create", _("create what the file has and the shop has not")
        MAPPED = "mapped", _("only those in the table of categories; the rest goes to the category below")

    class Missing(models.TextChoices):
        KEEP = "keep", _("keep them")
        BLOCK = "block", _("show them as discontinued")
        DELETE = "delete", _("delete them")

    slug = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    format = models.CharField(_("format"), max_length=20)
    options = models.JSONField(_("options of the format"), default=dict, blank=True)

    language = models.CharField(
        _("language"),
        max_length=2,
        choices=settings.LANGUAGES,
        default="en",
        help_text=_("Of texts for which the file names none."),
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        validators=[CURRENCY_CODE],
        help_text=_("Of prices without one. Without it such prices are refused."),
    )
    order_unit = models.CharField(
        _("order unit"),
        max_length=3,
        blank=True,
        validators=[UNIT_CODE],
        help_text=_("Of articles without one. Without it such articles are refused."),
    )
    unit_aliases = models.JSONField(
        _("unit names"),
        default=dict,
        blank=True,
        help_text=_("The supplier's own words for units, with the code each means."),
    )
    territory = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        validators=[RegexValidator(r"\A[A-Z]{2}\Z", _("A country is two capital letters, such as BE."))],
        help_text=_("Prices that the file gives for other countries are left out."),
    )
    brand = models.ForeignKey(
        Brand,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("brand"),
        help_text=_("Of articles without one."),
    )
    category_policy = models.CharField(
        _("categories"), max_length=10, choices=Categories, default=Categories.CREATE
    )
    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
        help_text=_("For articles that have none, or one that is not in the table."),
    )
    price_list = models.ForeignKey(
        PriceList,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("price list"),
        help_text=_("Where list prices go. Without it they are not taken."),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("customer"),
        help_text=_("Whose net prices and article numbers the file holds, when it names no customer."),
    )
    agreement_reference = models.CharField(
        _("reference of net prices"),
        max_length=35,
        blank=True,
        help_text=_("Net prices with this reference are replaced by the file's; others stay as they are."),
    )
    stock_site = models.ForeignKey(
        StockSite,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("stock site"),
        help_text=_("Of stock without one."),
    )
    fetch_media = models.BooleanField(
        _("fetch pictures and documents"),
        default=False,
        help_text=_("Keep copies of them here. Otherwise buyers' browsers load them from the supplier."),
    )
    missing = models.CharField(
        _("articles that are not in a full file any more"),
        max_length=6,
        choices=Missing,
        default=Missing.KEEP,
        help_text=_("Of the articles that came with this profile."),
    )
    missing_threshold = models.PositiveSmallIntegerField(
        _("stop when more are gone than"),
        default=5,
        validators=[MaxValueValidator(100)],
        help_text=_("In percent. The import then waits for somebody to confirm it."),
    )

    class Meta:
        verbose_name = _("import profile")
        verbose_name_plural = _("import profiles")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CategoryMapping(models.Model):
    """Where articles of a category of the supplier's own tree go."""

    profile = models.ForeignKey(
        ImportProfile, on_delete=models.CASCADE, related_name="categories", verbose_name=_("import profile")
    )
    code = models.CharField(_("code in the file"), max_length=120)
    name = models.CharField(_("name in the file"), max_length=160, blank=True)
    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="+", verbose_name=_("category")
    )

    class Meta:
        verbose_name = _("category of a supplier")
        verbose_name_plural = _("categories of suppliers")
        ordering = ["profile", "code"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "code"], name="category_mapping_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.category}"


class FetchedMedia(models.Model):
    """A picture or document that was fetched from its supplier, and where it is kept now."""

    source = models.CharField(_("fetched from"), max_length=255, unique=True)
    # ``media/…``; empty when it could not be fetched.
    address = models.CharField(_("address"), max_length=255, blank=True)
    # Why it could not be; a message and its values (catalog.wording).
    reason = models.JSONField(_("why not"), null=True, editable=False)
    etag = models.CharField(max_length=120, blank=True, editable=False)
    fetched_at = models.DateTimeField(_("fetched at"), default=timezone.now)

    class Meta:
        verbose_name = _("fetched picture or document")
        verbose_name_plural = _("fetched pictures and documents")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.source

    @property
    def why(self) -> str:
        """Why it is not here, in the reader's language."""
        return shown(self.reason)


class ImportRun(models.Model):
    """One file that was, is or will be imported, or tried without effect."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        READING = "reading", _("reading the file")
        COMPARING = "comparing", _("comparing with the shop")
        APPLYING = "applying", _("applying")
        DONE = "done", _("done")
        TRIED = "tried", _("tried without effect")
        STOPPED = "stopped", _("waiting for confirmation")
        CANCELLED = "cancelled", _("cancelled")
        REFUSED = "refused", _("file refused")
        FAILED = "failed", _("failed")

    # One of these at a time per profile.
    RUNNING = (State.WAITING, State.READING, State.COMPARING, State.APPLYING)
    # What was read is still there: such a run can be taken up again.
    RESUMABLE = (State.CANCELLED, State.FAILED, State.STOPPED, State.TRIED)

    profile = models.ForeignKey(
        ImportProfile, on_delete=models.CASCADE, related_name="runs", verbose_name=_("import profile")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    trial = models.BooleanField(_("without effect"), default=False)
    confirmed = models.BooleanField(
        _("confirmed"), default=False, help_text=_("More articles may go than the profile allows.")
    )
    file_name = models.CharField(_("file"), max_length=255)
    # Relative to IMPORT_DIR; empty once the file was removed.
    path = models.CharField(max_length=255, blank=True, editable=False)
    header = models.JSONField(_("what the file says of itself"), default=dict, editable=False)
    bytes_done = models.BigIntegerField(_("bytes read"), default=0, editable=False)
    bytes_total = models.BigIntegerField(_("bytes"), default=0, editable=False)
    records = models.BigIntegerField(_("records read"), default=0, editable=False)
    counts = models.JSONField(_("what changed"), default=dict, editable=False)
    samples = models.JSONField(_("examples"), default=list, editable=False)
    refused = models.PositiveIntegerField(_("refused"), default=0, editable=False)
    error = models.TextField(_("why it ended"), blank=True, editable=False)
    # The same as a message and its values, for a reader of any language (catalog.wording).
    reason = models.JSONField(null=True, editable=False)
    cancel_requested = models.BooleanField(_("to be cancelled"), default=False, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("started by"),
    )
    schedule = models.ForeignKey(
        "ImportSchedule",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="runs",
        verbose_name=_("scheduled import"),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("started at"), null=True, editable=False)
    heartbeat = models.DateTimeField(_("last sign of life"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["profile"],
                condition=Q(state__in=["waiting", "reading", "comparing", "applying"]),
                name="import_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_state_display()})"

    @property
    def running(self) -> bool:
        return self.state in self.RUNNING

    @property
    def why(self) -> str:
        """Why it ended, in the reader's language."""
        return shown(self.reason) if self.reason else self.error

    def note(self, **values: Any) -> None:
        """Saves these fields, with a sign of life."""
        for name, value in {**values, "heartbeat": timezone.now()}.items():
            setattr(self, name, value)
        self.save(update_fields=[*values, "heartbeat"])


class ImportRefusal(models.Model):
    """A record, or a field of one, that was not taken."""

    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="refusals", verbose_name=_("import")
    )
    line = models.PositiveBigIntegerField(_("line"))
    record = models.CharField(_("record"), max_length=80, blank=True)
    field = models.CharField(_("field"), max_length=80, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    # The message; what was kept before there were ``values`` is a whole text.
    reason = models.CharField(_("reason"), max_length=255)
    values = models.JSONField(null=True, editable=False)
    # Whether ``field`` is a word of the shop's, and not one of the file's.
    ours = models.BooleanField(default=False, editable=False)
    fatal = models.BooleanField(_("whole record"), default=True)

    class Meta:
        verbose_name = _("refused record")
        verbose_name_plural = _("refused records")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.line} {self.field}: {self.why}"

    @property
    def why(self) -> str:
        """The reason in the reader's language."""
        return worded(self.reason, self.values)

    @property
    def what(self) -> str:
        """The field: as the file calls it, or by the shop's word for it."""
        return worded(self.field) if self.ours else self.field
