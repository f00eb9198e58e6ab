"""Visits of buyers, each with a cart of its own."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import DeliverySite, Organisation, Person
from punchout.models.connections import Connection
from shop.models import Cart


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
    # The number of the order that the cart is returned with; set for the length of a return.
    order_number: str = ""

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
