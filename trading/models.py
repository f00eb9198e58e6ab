"""Orders, what was done with each and by whom, and whether somebody was told of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import DeliverySite, Organisation, Person
from punchout.documents import ReturnLine
from punchout.line_table import lines_of, table_of
from punchout.models import Connection, ReturnedCart
from punchout.models.json_text import JSONTextField

LONGEST_NUMBER = 15  # what IDS-Connect carries (OrderConfNo)
LONGEST_NAME = 255


class OrderCounter(models.Model):
    """The last number given out in a year; its row is the lock under which numbers have no gap."""

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("order counter")
        verbose_name_plural = _("order counters")

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Order(models.Model):
    """What a customer ordered, at the prices he was shown: lines and amounts are never changed.

    It stands for itself: what it was made from (visit, cart, person) may be cleaned up.
    """

    class State(models.TextChoices):
        NEW = "new", _("new")
        TAKEN = "taken", _("taken over")
        CANCELLED = "cancelled", _("order cancelled")

    class Shipment(models.TextChoices):
        DELIVERY = "delivery", _("delivery")
        PICKUP = "pickup", _("collected by the buyer")

    number = models.CharField(_("order number"), max_length=LONGEST_NUMBER, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW)
    placed_at = models.DateTimeField(_("placed at"), default=timezone.now, db_index=True)
    test = models.BooleanField(_("test"), default=False, help_text=_("Of a test connection: not to deliver."))
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="orders", verbose_name=_("customer")
    )
    connection = models.ForeignKey(
        Connection,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("connection"),
    )
    returned_cart = models.OneToOneField(
        ReturnedCart,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="order",
        verbose_name=_("returned cart"),
    )
    person = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    ordered_by = models.CharField(_("ordered by"), max_length=LONGEST_NAME, blank=True)
    delivery_site = models.ForeignKey(
        DeliverySite,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("delivery site"),
    )
    delivery_address = models.TextField(_("delivery address"), blank=True)
    shipment = models.CharField(_("shipment"), max_length=8, choices=Shipment, default=Shipment.DELIVERY)
    requested_on = models.DateField(_("requested day"), null=True, blank=True)
    requested_week = models.CharField(_("requested week"), max_length=8, blank=True)
    commission = models.CharField(_("commission"), max_length=120, blank=True)
    inquiry_number = models.CharField(_("inquiry number"), max_length=60, blank=True)
    offer_number = models.CharField(_("offer number"), max_length=60, blank=True)
    part_number = models.CharField(_("part number of the order"), max_length=60, blank=True)
    remark = models.TextField(_("remark"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    currency = models.CharField(_("currency"), max_length=3)
    total = models.DecimalField(_("total without VAT"), max_digits=16, decimal_places=2)
    # The frozen lines as they are kept (``punchout.line_table``).
    table = JSONTextField(_("lines"), default=dict)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number

    @property
    def lines(self) -> tuple[ReturnLine, ...]:
        """The lines as they were ordered; made anew each time."""
        return tuple(ReturnLine.from_json(line) for line in lines_of(self.table))

    @lines.setter
    def lines(self, lines: Iterable[Mapping[str, Any]]) -> None:
        self.table = table_of(lines)


class OrderStep(models.Model):
    """A state that an order was brought into, by whom and when; nothing of it is changed later."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="steps", verbose_name=_("order"))
    state = models.CharField(_("state"), max_length=10, choices=Order.State)
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    # His name as it was, for when he is gone.
    by_name = models.CharField(_("by"), max_length=150, blank=True)
    note = models.CharField(_("note"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("step of an order")
        verbose_name_plural = _("steps of orders")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.order_id} {self.get_state_display()}"


class OrderNotice(models.Model):
    """The e-mail that tells of an order: written with it, sent by a task, tried again until it is sent."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    order = models.OneToOneField(
        Order, on_delete=models.CASCADE, related_name="notice", verbose_name=_("order")
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    sent_to = models.TextField(_("sent to"), blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("why not"), blank=True)

    class Meta:
        verbose_name = _("notice of an order")
        verbose_name_plural = _("notices of orders")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.order_id} {self.get_state_display()}"
