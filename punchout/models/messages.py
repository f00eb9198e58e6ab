"""What went over the wire, and which messages of a partner were acted on."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from punchout.message_kinds import shown_kind
from punchout.models.connections import Connection


class WireMessage(models.Model):
    """One exchange as it went over the wire, with secrets redacted before it was stored."""

    class Direction(models.TextChoices):
        IN = "in", _("received")
        OUT = "out", _("sent")

    class Verdict(models.TextChoices):
        PENDING = "pending", _("being handled")
        ACCEPTED = "accepted", _("accepted")
        DUPLICATE = "duplicate", _("duplicate")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    direction = models.CharField(_("direction"), max_length=3, choices=Direction)
    adapter = models.CharField(_("protocol"), max_length=40, blank=True)
    kind = models.CharField(
        _("kind"), max_length=60, blank=True, help_text=_("Such as PunchOutSetupRequest.")
    )
    connection = models.ForeignKey(
        Connection,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("connection"),
    )
    session = models.ForeignKey(
        "PunchoutSession",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("session"),
    )
    received_at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    duration_ms = models.FloatField(_("milliseconds"), null=True)
    method = models.CharField(_("method"), max_length=8, blank=True)
    path = models.TextField(_("path"), blank=True)
    remote_address = models.CharField(_("from address"), max_length=45, blank=True)
    headers = models.JSONField(_("headers"), default=dict)
    body = models.TextField(_("message"), blank=True)
    body_sha256 = models.CharField(_("digest of the body"), max_length=64, blank=True)
    payload_id = models.CharField(_("message id"), max_length=255, blank=True, db_index=True)
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict, default=Verdict.PENDING)
    error = models.TextField(_("why"), blank=True)
    credentials_refused = models.BooleanField(
        _("credentials refused"),
        default=False,
        help_text=_("The sender did not prove who he is, or was not heard because of earlier failures."),
    )
    notes = models.JSONField(_("notes"), default=list, help_text=_("What was forgiven."))
    answer_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    answer_headers = models.JSONField(_("answer headers"), default=dict)
    answer_body = models.TextField(_("answer"), blank=True)
    correlation_id = models.CharField(_("correlation id"), max_length=64, blank=True, db_index=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("wire log")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.shown_kind or self.adapter} {timezone.localtime(self.received_at):%Y-%m-%d %H:%M:%S}"

    @property
    def shown_kind(self) -> str:
        return shown_kind(self.kind)


class SeenMessage(models.Model):
    """A message id of a partner that was acted on, with the answer to give when it comes again."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="seen_messages", verbose_name=_("connection")
    )
    payload_id = models.CharField(_("message id"), max_length=255)
    body_sha256 = models.CharField(max_length=64)
    session = models.ForeignKey(
        "PunchoutSession", on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("session")
    )
    # The exact answer, sealed: it contains a start address (see punchout.secrets).
    answer = models.TextField(editable=False)
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("seen message")
        verbose_name_plural = _("seen messages")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["connection", "payload_id"], name="seen_message_once")]

    def __str__(self) -> str:
        return self.payload_id
