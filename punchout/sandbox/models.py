"""A visit that one of the sandbox's procurement systems made to the shop."""

import secrets
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LIFE = timedelta(hours=24)


def new_public_id() -> str:
    """22 characters, 128 random bits: whoever knows it may look at the run and return a cart to it."""
    return secrets.token_urlsafe(16)


def expiry() -> datetime:
    return timezone.now() + LIFE


class SandboxRunQuerySet(models.QuerySet["SandboxRun"]):
    def alive(self) -> "SandboxRunQuerySet":
        return self.filter(expires_at__gt=timezone.now())

    def purge(self) -> int:
        """Deletes what has expired; the number of runs that were deleted."""
        return self.filter(expires_at__lte=timezone.now()).delete()[0]


class SandboxRun(models.Model):
    """One launch by a played procurement system, what it sent, what was answered and what came back."""

    class Status(models.TextChoices):
        LAUNCHED = "launched", _("launched")
        RECEIVED = "received", _("cart received")
        CANCELLED = "cancelled", _("came back without a cart")
        FAILED = "failed", _("failed")

    public_id = models.CharField(
        _("public id"), max_length=22, unique=True, default=new_public_id, editable=False
    )
    system = models.SlugField(_("procurement system"), max_length=40)
    operation = models.CharField(_("operation"), max_length=10, default="create")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.LAUNCHED)
    # What the system remembers: language, frame or window, its own cookie and ids, the requisition so far.
    state = models.JSONField(_("state"), default=dict)
    request_text = models.TextField(_("sent"), blank=True)
    response_text = models.TextField(_("answered"), blank=True)
    response_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    problem = models.JSONField(_("problem"), default=dict, blank=True)
    received_body = models.BinaryField(_("received message"), null=True, blank=True)
    received_content_type = models.CharField(_("content type"), max_length=200, blank=True)
    received_headers = models.JSONField(_("received headers"), default=dict, blank=True)
    # The same return may be posted again by a reload; the last one counts, as the buyer sees it.
    received_times = models.PositiveIntegerField(_("times received"), default=0)
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    cart = models.JSONField(_("cart as read"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"), default=expiry, db_index=True)

    objects = SandboxRunQuerySet.as_manager()

    class Meta:
        app_label = "punchout"
        verbose_name = _("sandbox run")
        verbose_name_plural = _("sandbox runs")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.system} {self.public_id[:6]}"
