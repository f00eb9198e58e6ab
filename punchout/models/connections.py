"""Who comes in, and how he is known: connections with their credentials, secrets and origins."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import Organisation
from punchout import client_access, origins
from punchout.credentials import KnownIdentity, SharedSecret
from punchout.models.hubs import Hub

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
