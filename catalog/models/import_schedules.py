"""Files that are fetched and imported by themselves: from where, when, and what was found there last."""

from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models.exports import ExportSchedule
from catalog.models.imports import ImportProfile
from catalog.timetable import due_after
from catalog.wording import shown


class ImportSchedule(models.Model):
    """One source of files for an import profile, looked at again and again; what has not changed is left.

    ``next_run_at`` says when it is due and is moved by whoever takes it, in one UPDATE: two workers never
    fetch the same file. ``etag``, ``last_modified``, ``digest`` and ``taken`` say what was imported last.
    """

    class Source(models.TextChoices):
        ADDRESS = "address", _("an address")
        FOLDER = "folder", _("the folder of incoming files")

    class Access(models.TextChoices):
        OPEN = "open", _("nothing")
        PASSWORD = "password", _("a user and a password")
        TOKEN = "token", _("a token (Bearer)")
        ADDRESS = "address", _("a key in the address")

    class Frequency(models.TextChoices):
        ON_DEMAND = "on-demand", _("only when asked")
        MINUTES = "minutes", _("every so many minutes")
        DAILY = "daily", _("every day")
        WEEKLY = "weekly", _("every week")

    class Outcome(models.TextChoices):
        IMPORTED = "imported", _("file taken")
        UNCHANGED = "unchanged", _("nothing new")
        BUSY = "busy", _("the profile was busy")
        REFUSED = "refused", _("refused")

    Weekday = ExportSchedule.Weekday

    name = models.CharField(_("name"), max_length=80)
    profile = models.ForeignKey(
        ImportProfile,
        on_delete=models.CASCADE,
        related_name="schedules",
        verbose_name=_("import profile"),
        help_text=_("How the file is read, and where it goes."),
    )
    source = models.CharField(_("where the file is"), max_length=10, choices=Source, default=Source.ADDRESS)
    address = models.CharField(
        _("address"), max_length=500, blank=True, help_text=_("Begins with https:// and is public.")
    )
    access = models.CharField(_("the server asks for"), max_length=10, choices=Access, default=Access.OPEN)
    user = models.CharField(_("user"), max_length=120, blank=True)
    # The password, token or key, sealed (customers.sealing); shown to nobody.
    sealed = models.TextField(blank=True, editable=False)
    files = models.CharField(
        _("files"),
        max_length=200,
        blank=True,
        help_text=_("Below the folder of incoming files: acme/prices.csv, or acme/*.csv for any that come."),
    )
    frequency = models.CharField(_("when"), max_length=10, choices=Frequency, default=Frequency.DAILY)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=15, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday, default=Weekday.MONDAY)
    at = models.TimeField(_("at"), default=time(3), help_text=_("In the shop's time zone."))
    active = models.BooleanField(_("active"), default=True)

    next_run_at = models.DateTimeField(_("next look"), null=True, editable=False, db_index=True)
    looked_at = models.DateTimeField(_("last look"), null=True, editable=False)
    outcome = models.CharField(_("what it found"), max_length=10, choices=Outcome, blank=True, editable=False)
    # Why, when it found nothing that could be used; a message and its values (catalog.wording).
    reason = models.JSONField(null=True, editable=False)
    etag = models.CharField(max_length=200, blank=True, editable=False)
    last_modified = models.CharField(max_length=60, blank=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    # Of the folder: when the last file that was taken had been written, in nanoseconds, and its name.
    taken_at = models.BigIntegerField(default=0, editable=False)
    taken = models.CharField(max_length=255, blank=True, editable=False)

    class Meta:
        verbose_name = _("scheduled import")
        verbose_name_plural = _("scheduled imports")
        ordering = ["profile", "name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.next_run_at = self.due_after(timezone.now())
        if kwargs.get("update_fields"):
            kwargs["update_fields"] = {*kwargs["update_fields"], "next_run_at"}  # type: ignore[misc]
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def clean(self) -> None:
        if self.source == self.Source.ADDRESS and not self.address:
            raise ValidationError({"address": _("From which address is the file fetched?")})
        if self.source == self.Source.FOLDER and not self.files:
            raise ValidationError({"files": _("Which files are taken?")})

    @property
    def why(self) -> str:
        """Why the last look found nothing to use, in the reader's language."""
        return shown(self.reason)

    def due_after(self, moment: datetime) -> datetime | None:
        """The first moment after this one at which it is due; ``None`` when it never is."""
        if not self.active or self.frequency == self.Frequency.ON_DEMAND:
            return None
        if self.frequency == self.Frequency.MINUTES:
            return moment + timedelta(minutes=self.minutes)
        return due_after(moment, self.at, self.weekday if self.frequency == self.Frequency.WEEKLY else None)
