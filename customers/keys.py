"""API keys: issued once in clear, kept as a keyed digest, compared in constant time.

A key reads ``<prefix>.<secret>``. The prefix is public and finds the row; the secret has 256 random bits, so
HMAC-SHA-256 under ``settings.SEALING_KEYS`` (newest first) is enough and costs microseconds.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from customers.models import ApiKey, Organisation, all_scopes

PREFIX_BYTES = 6
SECRET_BYTES = 32
# A key in use is not written to the database more often than this.
TOUCH_EVERY = timedelta(minutes=1)


def _digest(secret: str, key: str) -> str:
    return hmac.new(b"api-key:" + key.encode(), secret.encode(), hashlib.sha256).hexdigest()


def issue_key(
    *, organisation: Organisation, name: str, scopes: Iterable[str] | None = None
) -> tuple[ApiKey, str]:
    """A new key and its text, the only time that can be seen; without ``scopes`` it may read everything."""
    prefix = secrets.token_hex(PREFIX_BYTES)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = ApiKey.objects.create(
        organisation=organisation,
        name=name,
        scopes=all_scopes() if scopes is None else list(scopes),
        prefix=prefix,
        digest=_digest(secret, settings.SEALING_KEYS[0]),
    )
    return row, f"{prefix}.{secret}"


def keys_of(prefix: str) -> QuerySet[ApiKey]:
    """The key that begins so, with all that is asked of it: at most one."""
    return ApiKey.objects.select_related("organisation__price_list").filter(prefix=prefix).order_by()


def _find(prefix: str) -> ApiKey | None:
    return keys_of(prefix).first()


def verify_key(presented: str, find: Callable[[str], ApiKey | None] = _find) -> ApiKey | None:
    """The row of a valid key of an active customer, with its organisation; else ``None``.

    Unknown, wrong and revoked keys are not told apart and take as long. ``find`` is a quicker way to the
    first of ``keys_of``.
    """
    # Keys are plain ASCII; what is not cannot match, and must not reach the database.
    prefix, _dot, secret = presented.strip().encode("ascii", "replace").decode().partition(".")
    looked_up = prefix if prefix.isalnum() and len(prefix) == PREFIX_BYTES * 2 else ""
    row = find(looked_up)
    known = row.digest if row is not None else "0" * 64
    matches = [hmac.compare_digest(_digest(secret, key), known) for key in settings.SEALING_KEYS]
    if row is None or not any(matches) or row.revoked_at is not None or not row.organisation.active:
        return None
    now = timezone.now()
    if row.last_used_at is None or row.last_used_at < now - TOUCH_EVERY:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - TOUCH_EVERY)
        ApiKey.objects.filter(stale, pk=row.pk).update(last_used_at=now)
    return row


def revoke_key(*, key: ApiKey) -> None:
    """The key is refused from now on; revoking twice keeps the first moment."""
    ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
