"""A network that sends for many customers (SAP Business Network, JAGGAER): one Sender, one secret for all.

cXML Reference Guide 1.2.051, p. 28 and 66-68: the hub writes itself into Sender and looks our own secret
up, so neither says which customer it is for; that is From, which stays with the connection.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from punchout.credentials import KnownIdentity, SharedSecret


class Hub(models.Model):
    """Its Sender credentials and secrets count for every connection that names it."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("network")
        verbose_name_plural = _("networks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class HubCredential(KnownIdentity):
    """What the hub calls itself in Sender."""

    hub = models.ForeignKey(
        Hub, on_delete=models.CASCADE, related_name="credentials", verbose_name=_("network")
    )

    class Meta:
        verbose_name = _("Sender credential")
        verbose_name_plural = _("Sender credentials")
        ordering = ["hub", "domain", "identity"]
        constraints = [models.UniqueConstraint(fields=["hub", "key"], name="hub_credential_once")]

    def __str__(self) -> str:
        return f"{self.domain} {self.identity}"


class HubSecret(SharedSecret):
    """A secret that the hub sends, or keys its messages with, for all its customers."""

    hub = models.ForeignKey(Hub, on_delete=models.CASCADE, related_name="secrets", verbose_name=_("network"))

    class Meta:
        verbose_name = _("network's secret")
        verbose_name_plural = _("networks' secrets")
        ordering = ["hub", "slot"]
        constraints = [models.UniqueConstraint(fields=["hub", "slot"], name="hub_secret_slot_once")]

    def __str__(self) -> str:
        return f"{self.hub_id} / {self.get_slot_display()}"
