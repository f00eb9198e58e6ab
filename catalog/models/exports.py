"""Files that customers get by themselves: what is made when, and what was made."""

from datetime import datetime, time

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models.classification import Brand, Category
from catalog.timetable import due_after
from customers.models import Organisation


class ExportSchedule(models.Model):
    """One file for one customer, made again every day or week; what is in it is an ``ExportOrder``.

    ``next_run_at`` says when it is due and is moved by whoever takes it, in one UPDATE: two workers never
    make the same file. ``changes_from`` is the moment from which the next only-changes file counts.
    """

    class Frequency(models.TextChoices):
        ON_DEMAND = "on-demand", _("only when asked")
        DAILY = "daily", _("every day")
        WEEKLY = "weekly", _("every week")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    name = models.CharField(_("name"), max_length=80)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        related_name="export_schedules",
        verbose_name=_("organisation"),
    )
    format = models.CharField(_("format"), max_length=20)
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("Empty: the customer's own."),
    )
    categories = models.ManyToManyField(
        Category,
        blank=True,
        verbose_name=_("categories"),
        help_text=_("With all below them; none chosen means the whole assortment."),
    )
    brands = models.ManyToManyField(Brand, blank=True, verbose_name=_("brands"))
    agreed_only = models.BooleanField(
        _("only articles with a net price agreed"),
        default=False,
        help_text=_("Leaves out what the customer buys at the list price or at a discount."),
    )
    only_changes = models.BooleanField(
        _("only changes"),
        default=False,
        help_text=_("What changed since the last file of this schedule; the first one is complete."),
    )
    with_stock = models.BooleanField(_("with stock"), default=True)
    every_language = models.BooleanField(
        _("every language (BMEcat)"),
        default=False,
        help_text=_("Names and texts in all languages of the shop, the chosen one first."),
    )
    with_levels = models.BooleanField(
        _("categories too (CIF, cXML Index)"),
        default=False,
        help_text=_("Complete level-2 catalogs also have entries that open the shop and its categories."),
    )
    decimal_comma = models.BooleanField(_("decimal comma (CSV)"), default=False)
    byte_order_mark = models.BooleanField(_("byte order mark (CSV)"), default=False)
    frequency = models.CharField(_("when"), max_length=10, choices=Frequency, default=Frequency.DAILY)
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), choices=Weekday, default=Weekday.MONDAY, help_text=_("Of a weekly file.")
    )
    at = models.TimeField(_("at"), default=time(4), help_text=_("In the shop's time zone."))
    keep_days = models.PositiveSmallIntegerField(
        _("days kept"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(400)],
        help_text=_("Then the file is deleted and its link no longer works."),
    )
    active = models.BooleanField(_("active"), default=True)
    next_run_at = models.DateTimeField(_("next file"), null=True, editable=False, db_index=True)
    changes_from = models.DateTimeField(_("changes counted from"), null=True, editable=False)

    class Meta:
        verbose_name = _("scheduled export")
        verbose_name_plural = _("scheduled exports")
        ordering = ["organisation", "name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.next_run_at = self.due_after(timezone.now())
        if kwargs.get("update_fields"):
            kwargs["update_fields"] = {*kwargs["update_fields"], "next_run_at"}  # type: ignore[misc]
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def due_after(self, moment: datetime) -> datetime | None:
        """The first moment after this one at which a file is due; ``None`` when none ever is."""
        if not self.active or self.frequency == self.Frequency.ON_DEMAND:
            return None
        return due_after(moment, self.at, self.weekday if self.frequency == self.Frequency.WEEKLY else None)


class ExportFile(models.Model):
    """One file that was or will be made; its content lies in ``EXPORT_DIR`` until it expires."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("expired")

    # Random, so that a link says nothing about how many files there are.
    key = models.CharField(max_length=22, unique=True, editable=False)
    schedule = models.ForeignKey(
        ExportSchedule,
        on_delete=models.SET_NULL,
        null=True,
        related_name="files",
        verbose_name=_("scheduled export"),
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="export_files", verbose_name=_("organisation")
    )
    format = models.CharField(_("format"), max_length=20)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    since = models.DateTimeField(_("changes since"), null=True, blank=True)
    filename = models.CharField(_("file name"), max_length=120, blank=True)
    size = models.BigIntegerField(_("bytes"), default=0)
    error = models.TextField(_("why it failed"), blank=True)
    created_at = models.DateTimeField(_("asked for at"), default=timezone.now)
    began_at = models.DateTimeField(_("begun at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    expires_at = models.DateTimeField(_("expires at"), db_index=True)
    revoked_at = models.DateTimeField(_("link revoked at"), null=True, blank=True)
    downloads = models.PositiveIntegerField(_("downloads"), default=0)
    downloaded_at = models.DateTimeField(_("last downloaded at"), null=True)

    class Meta:
        verbose_name = _("exported file")
        verbose_name_plural = _("exported files")
        ordering = ["-id"]
        indexes = [models.Index(fields=["organisation", "-id"], name="export_file_of_customer")]

    def __str__(self) -> str:
        return self.filename or str(self.get_status_display())

    @property
    def downloadable(self) -> bool:
        """Whether its link works now."""
        return (
            self.status == self.Status.READY and self.revoked_at is None and self.expires_at > timezone.now()
        )
