"""What buyers were given back, frozen."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from punchout.line_table import lines_of, table_of
from punchout.models.json_text import JSONTextField
from punchout.models.messages import WireMessage
from punchout.models.sessions import PunchoutSession


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
    table = JSONTextField(_("lines"), default=dict)
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
    # What it was ordered under in the shop as it was returned (``punchout.ordering``); empty: only returned.
    order_number = models.CharField(_("order number"), max_length=15, blank=True)
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
