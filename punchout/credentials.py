"""What a party is known by and proves itself with: the columns that a connection and a hub share."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class KnownIdentity(models.Model):
    """A cXML ``Credential``: ``@domain`` and ``Identity``, compared by ``key``."""

    domain = models.CharField(
        _("domain"), max_length=60, help_text=_("DUNS, NetworkID, AribaNetworkUserId …")
    )
    identity = models.CharField(_("identity"), max_length=190)
    # Both trimmed and case-folded: that is how they are compared (cxml.md 2).
    key = models.CharField(max_length=255, editable=False, db_index=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = self.key_of(self.domain, self.identity)
        super().save(*args, **kwargs)

    @staticmethod
    def key_of(domain: str, identity: str) -> str:
        return f"{domain.strip().casefold()}:{identity.strip().casefold()}"


class SharedSecret(models.Model):
    """A secret in one of two slots, so that it can be rotated with overlap.

    One that we generated is kept as a keyed digest; one that a person agreed with the buyer, or that keys
    messages, is kept sealed. Either is write-only (``punchout.secrets``).
    """

    class Slot(models.IntegerChoices):
        FIRST = 1, _("first")
        SECOND = 2, _("second")

    slot = models.PositiveSmallIntegerField(_("slot"), choices=Slot)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    sealed = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(_("set at"), default=timezone.now, editable=False)
    valid_until = models.DateTimeField(
        _("valid until"), null=True, blank=True, help_text=_("End of the overlap after a rotation.")
    )
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    # Set by punchout.lookup: False when the last use was a moment ago; launches must not queue for the row.
    use_is_due = True

    class Meta:
        abstract = True
