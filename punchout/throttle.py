"""Whoever guesses at secrets is not heard for a while, and nobody else suffers for it (OWASP ASVS 6.1.1).

Failures count per sender's address and connection together: a network that sends for many customers, and
the partner whose secret is guessed at, go on as before. They are kept in the cache, so with the default one
each worker process counts for itself.
"""

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from punchout.documents import InboundMessage
from punchout.errors import RateLimited

SECONDS = 300


def _key(inbound: InboundMessage) -> str:
    return f"punchout-failures:{inbound.record.connection_id or 0}:{inbound.remote_address}"


def check(inbound: InboundMessage) -> None:
    """Raises ``RateLimited`` when this sender failed too often lately; before any secret is compared."""
    if inbound.replayed:
        return
    failures = cache.get(_key(inbound), 0)
    if failures >= settings.MOST_FAILED_ATTEMPTS:
        raise RateLimited(
            _("Too many attempts with wrong credentials came from your address. Wait a few minutes."),
            detail=f"{failures} failed attempts from {inbound.remote_address} within {SECONDS // 60} minutes",
        )


def count_failure(inbound: InboundMessage) -> None:
    """Remembers one failure for ``SECONDS`` after the first of a series."""
    if inbound.replayed:
        return
    key = _key(inbound)
    if not cache.add(key, 1, SECONDS):
        try:
            cache.incr(key)
        except ValueError:  # it ran out just now
            cache.set(key, 1, SECONDS)
