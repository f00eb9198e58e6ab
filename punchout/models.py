"""Connections, credentials, sessions, the wire log and returned carts."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import DeliverySite, Organisation, Person
from punchout import client_access, origins
from punchout.credentials import KnownIdentity, SharedSecret
from punchout.hubs import Hub, HubCredential, HubSecret
from punchout.line_table import lines_of, table_of
from punchout.sandbox.models import SandboxRun
from shop.models import Cart

__all__ = [
    "Connection",
    "Hub",
    "HubCredential",
    "HubSecret",
    "PartyCredential",
    "PendingOrigin",
    "PunchoutSession",
    "ReturnedCart",
    "SandboxRun",
    "Secret",
    "SeenMessage",
    "WireMessage",
]


CHECKED_LISTS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        "return_origins": origins.parse_return_origins,
        "frame_origins": origins.parse_frame_origins,
        "client_networks": client_access.parse_networks,
        "client_certificates": client_access.parse_certificates,
    }
)


class Connection(models.Model):
    """One agreed way in: a customer, a protocol, credentials and what differs for this buyer."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True, help_text=_("Part of the launch address."))
    name = models.CharField(_("name"), max_length=120)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="connections", verbose_name=_("customer")
    )
    adapter = models.SlugField(_("protocol"), max_length=40)
    buyer_system = models.CharField(
        _("buyer's system"), max_length=60, help_text=_("As the buyer calls it: “Return to SAP SRM”.")
    )
    active = models.BooleanField(_("active"), default=True)
    test = models.BooleanField(
        _("test"), default=False, help_text=_("Carts of a test connection are marked and are no commitment.")
    )
    username = models.CharField(
        _("user name"), max_length=120, blank=True, help_text=_("For protocols that send a user name (OCI).")
    )
    return_origins = models.TextField(
        _("allowed return origins"),
        blank=True,
        help_text=_(
            "Where carts may go, one a line: https://sap.buyer.example or https://sap.buyer.example/path/. "
            "SAPEVENT:POST is an option of its own."
        ),
    )
    frame_origins = models.TextField(
        _("frame origins"),
        blank=True,
        help_text=_("Sites that may show the shop in a frame, one a line. Empty: nobody may."),
    )
    cookieless = models.BooleanField(
        _("allow sessions without cookies"),
        default=False,
        help_text=_(
            "When the buyer's browser blocks our cookie inside a frame, carry the session in the address. "
            "Without this, such a buyer is offered a new window."
        ),
    )
    default_return_url = models.URLField(_("return address when none is sent"), blank=True, max_length=500)
    client_networks = models.TextField(
        _("networks it is used from"),
        blank=True,
        help_text=_(
            "Addresses or networks, one a line: 192.0.2.17, 198.51.100.0/24, 2001:db8::/32. "
            "Empty: from anywhere."
        ),
    )
    client_certificates = models.TextField(
        _("client certificates"),
        blank=True,
        help_text=_(
            "One a line: the SHA-256 or SHA-1 fingerprint, or the whole subject (CN=…,O=…). "
            "Empty: none is asked for."
        ),
    )
    hub = models.ForeignKey(
        Hub,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="connections",
        verbose_name=_("network"),
        help_text=_("Sends for this customer; its Sender credentials and secrets count here too."),
    )
    options = models.JSONField(_("options"), default=dict, blank=True)
    retention_days = models.PositiveIntegerField(
        _("days messages and sessions are kept"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: as the shop's settings say. Returned carts stay: orders refer to them."),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    # Its own secrets that were valid when ``punchout.lookup`` loaded them with it.
    valid_secrets: list["Secret"] | None = None

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        ordering = ["slug"]
        indexes = [models.Index(fields=["adapter", "username"], name="connection_username")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        for field, parse in CHECKED_LISTS.items():
            try:
                parse(getattr(self, field))
            except ValueError as error:
                errors[field] = str(error)
        if self.client_certificates.strip() and not client_access.certificates_are_handed_over():
            errors.setdefault(
                "client_certificates",
                _(
                    "No proxy is set up to hand over client certificates (BEHIND_PROXY and "
                    "CLIENT_CERTIFICATE_HEADER), so nobody could use this connection."
                ),
            )
        if errors:
            raise ValidationError(errors)


class PendingOrigin(models.Model):
    """Where a launch of a test connection wanted its cart sent, not on the list: an operator may allow it."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="pending_origins", verbose_name=_("connection")
    )
    origin = models.CharField(_("origin"), max_length=300)
    first_seen_at = models.DateTimeField(_("first seen at"), default=timezone.now)
    message = models.ForeignKey(
        "WireMessage", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("message")
    )

    class Meta:
        verbose_name = _("origin seen in a test")
        verbose_name_plural = _("origins seen in tests")
        ordering = ["connection", "first_seen_at"]
        constraints = [models.UniqueConstraint(fields=["connection", "origin"], name="pending_origin_once")]

    def __str__(self) -> str:
        return self.origin


class PartyCredential(KnownIdentity):
    """An identity by which a buyer is known to one connection."""

    class Party(models.TextChoices):
        FROM = "from", "From"
        SENDER = "sender", "Sender"
        TO = "to", "To"

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="credentials", verbose_name=_("connection")
    )
    party = models.CharField(_("party"), max_length=6, choices=Party)

    class Meta:
        verbose_name = _("credential")
        verbose_name_plural = _("credentials")
        ordering = ["connection", "party", "domain"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "party", "key"], name="party_credential_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_party_display()} {self.domain} {self.identity}"


class Secret(SharedSecret):
    """A shared secret of one connection."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="secrets", verbose_name=_("connection")
    )

    class Meta:
        verbose_name = _("secret")
        verbose_name_plural = _("secrets")
        ordering = ["connection", "slot"]
        constraints = [models.UniqueConstraint(fields=["connection", "slot"], name="secret_slot_once")]

    def __str__(self) -> str:
        return f"{self.connection_id} / {self.get_slot_display()}"


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
        return f"{self.kind or self.adapter} {timezone.localtime(self.received_at):%Y-%m-%d %H:%M:%S}"


class PunchoutSession(models.Model):
    """One visit: launched by one message, with a cart of its own, ended by its return or by time."""

    class Operation(models.TextChoices):
        CREATE = "create", _("create")
        EDIT = "edit", _("edit")
        INSPECT = "inspect", _("inspect")

    class State(models.TextChoices):
        LAUNCHED = "launched", _("launched")
        ACTIVE = "active", _("shopping")
        RETURNED = "returned", _("returned")
        CANCELLED = "cancelled", _("left without a cart")
        EXPIRED = "expired", _("expired")

    OPEN = (State.LAUNCHED, State.ACTIVE)

    class Embedding(models.TextChoices):
        UNKNOWN = "", _("not known yet")
        COOKIE = "cookie", _("cookie")
        PATH = "path", _("address")
        WINDOW = "window", _("new window")

    key = models.CharField(_("key"), max_length=22, unique=True, editable=False)
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("connection")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="punchout_sessions", verbose_name=_("customer")
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="punchout_sessions",
        verbose_name=_("person"),
    )
    cart = models.OneToOneField(
        Cart, on_delete=models.PROTECT, related_name="punchout_session", verbose_name=_("cart")
    )
    operation = models.CharField(_("operation"), max_length=8, choices=Operation, default=Operation.CREATE)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.LAUNCHED)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    return_url = models.TextField(_("return address"), blank=True)
    # What the adapter must give back or needs for its return document (``SetupRequest.echo``).
    echo = models.JSONField(_("kept for the return"), default=dict)
    landing = models.CharField(_("opens on"), max_length=255, default="/")
    delivery_site = models.ForeignKey(
        DeliverySite,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("delivery site"),
    )
    # As the buyer's system wrote it, for an address that is none of the customer's sites.
    delivery_address = models.CharField(_("delivery address"), max_length=255, blank=True)
    embedding = models.CharField(_("carried by"), max_length=8, choices=Embedding, blank=True, default="")
    # An earlier visit with whose cart this one goes on: its lines are copied when the browser has arrived
    # (``punchout.services``). Until then they are there.
    begins_with = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, editable=False, db_index=False, related_name="+"
    )
    start_digest = models.CharField(max_length=64, unique=True, editable=False)
    start_expires_at = models.DateTimeField(_("start valid until"))
    started_at = models.DateTimeField(_("started at"), null=True)
    handover_digest = models.CharField(max_length=64, blank=True, editable=False)
    cookie_digest = models.CharField(max_length=64, blank=True, editable=False)
    path_digest = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    created_at = models.DateTimeField(_("launched at"), default=timezone.now, db_index=True)
    seen_at = models.DateTimeField(_("last seen at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    # What the connection's mapping makes of fields of the whole cart; set for the length of a return.
    mapped: Mapping[str, str] = MappingProxyType({})
    # And the parts of sets with their fields (``punchout.adapters.sets``); ``None``: none is mapped.
    mapped_parts: Mapping[int, tuple[Any, ...]] | None = None

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["begins_with"],
                condition=models.Q(begins_with__isnull=False),
                name="session_begins_with",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.get_state_display()}"

    @property
    def filled_cart(self) -> Cart:
        """The cart with the lines of this visit; that of an earlier one until the browser has arrived."""
        return (self.begins_with or self).cart

    def sent(self, name: str, own: str) -> str:
        """What a field of the whole cart holds: the connection's mapping if it has it, else ``own``."""
        return self.mapped.get(name, own)


class SeenMessage(models.Model):
    """A message id of a partner that was acted on, with the answer to give when it comes again."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="seen_messages", verbose_name=_("connection")
    )
    payload_id = models.CharField(_("message id"), max_length=255)
    body_sha256 = models.CharField(max_length=64)
    session = models.ForeignKey(
        PunchoutSession, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("session")
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


class ReturnedCart(models.Model):
    """What we gave back, frozen: the price commitment the later order is held against."""

    class Outcome(models.TextChoices):
        CART = "cart", _("cart")
        EMPTY = "empty", _("empty cart")
        UNCHANGED = "unchanged", _("left without changes")

    session = models.OneToOneField(
        PunchoutSession, on_delete=models.PROTECT, related_name="returned_cart", verbose_name=_("session")
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    # The frozen lines as they are kept (``punchout.line_table``); ``lines`` are they one by one.
    table = models.JSONField(_("lines"), default=dict)
    currency = models.CharField(_("currency"), max_length=3)
    total = models.DecimalField(_("total without VAT"), max_digits=16, decimal_places=2)
    return_host = models.CharField(_("sent to"), max_length=255, blank=True)
    # The form exactly as it was handed over, so that a second click gives the same: its fields are the body
    # of the message, and what it is besides them stands here (``punchout.handed_over``).
    message = models.OneToOneField(
        WireMessage,
        on_delete=models.SET_NULL,
        null=True,
        related_name="handed_over",
        verbose_name=_("message"),
    )
    form = models.JSONField(_("return form"), default=dict)
    # What the check before the return remarked without stopping it (``punchout.findings``).
    findings = models.JSONField(_("remarks"), default=list)
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("returned cart")
        verbose_name_plural = _("returned carts")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.total} {self.currency}"

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The frozen lines as ``ReturnLine.from_json`` reads them; made anew each time."""
        return lines_of(self.table)

    @lines.setter
    def lines(self, lines: Iterable[Mapping[str, Any]]) -> None:
        self.table = table_of(lines)
