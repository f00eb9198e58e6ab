"""Shared secrets and tokens: generated, sealed, digested and compared, never shown again.

A generated secret has 256 bits and is kept as HMAC-SHA-256 (a slow hash would only slow down launches).
A secret that a person agreed with the buyer may be weak, so its digest would be worth attacking: it is
sealed with Fernet instead, and compared in constant time. ``settings.SEALING_KEYS`` has the newest key
first; older ones still open and verify.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from typing import TypeVar

from django.conf import settings
from django.utils import timezone

from customers.sealing import seal, unseal
from punchout.credentials import SharedSecret
from punchout.models import Connection, Hub, Secret

S = TypeVar("S", bound=SharedSecret)
TOKEN_BYTES = 32
ROTATION_OVERLAP = timedelta(days=14)
# What is compared when there is nothing to compare with, so that an unknown partner takes as long.
_DUMMY = secrets.token_hex(TOKEN_BYTES)


def new_token() -> str:
    """256 random bits in 43 characters that need no escaping in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_public_id() -> str:
    """128 random bits in 22 characters: a name that cannot be guessed but proves nothing."""
    return secrets.token_urlsafe(16)


def token_digest(token: str) -> str:
    """How a random token is stored and found again."""
    return hashlib.sha256(token.encode()).hexdigest()


def _keyed_digest(secret: str, key: str) -> str:
    return hmac.new(
        b"digest:" + key.encode(), secret.encode("utf-8", "surrogatepass"), hashlib.sha256
    ).hexdigest()


def generated_digest(secret: str) -> str:
    """How a generated secret is kept."""
    return _keyed_digest(secret, settings.SEALING_KEYS[0])


def set_secret(
    holder: Connection | Hub, slot: int, value: str | None = None, *, readable: bool = False
) -> str:
    """Puts a secret into a slot and returns it, the only time it can be seen.

    Without ``value`` one is generated and kept as digest, or sealed where it must be ``readable`` again
    because messages are keyed with it (cXML ``CredentialMac``). A given one is always sealed.
    """
    secret = value if value is not None else new_token()
    fields: dict[str, object] = {
        "digest": "",
        "sealed": "",
        "created_at": timezone.now(),
        "last_used_at": None,
        "valid_until": None,
    }
    if value is None and not readable:
        fields["digest"] = generated_digest(secret)
    else:
        fields["sealed"] = seal(secret)
    holder.secrets.update_or_create(slot=slot, defaults=fields)
    return secret


def rotate(holder: Connection | Hub, value: str | None = None, *, readable: bool = False) -> str:
    """As ``set_secret``, in the other slot; the old secret stays valid for ``ROTATION_OVERLAP``."""
    newest = holder.secrets.order_by("-created_at").first()
    slot = Secret.Slot.FIRST if newest is None or newest.slot == Secret.Slot.SECOND else Secret.Slot.SECOND
    secret = set_secret(holder, slot, value, readable=readable)
    holder.secrets.exclude(slot=slot).update(valid_until=timezone.now() + ROTATION_OVERLAP)
    return secret


def matching(candidates: Iterable[S], presented: str) -> S | None:
    """The secret that equals ``presented``, or ``None``; always compares at least twice, in constant time."""
    found = None
    now = timezone.now()
    compared = 0
    for candidate in candidates:
        usable = candidate.valid_until is None or candidate.valid_until > now
        if _equals(candidate, presented) and usable and found is None:
            found = candidate
        compared += 1
    while compared < 2:
        hmac.compare_digest(_keyed_digest(presented, settings.SEALING_KEYS[0]), _DUMMY)
        compared += 1
    return found


def readable(candidates: Iterable[S]) -> list[tuple[S, str]]:
    """The secrets that can be used as keys, with their text: those that are sealed, not the digests."""
    found = []
    for candidate in candidates:
        try:
            if candidate.sealed:
                found.append((candidate, unseal(candidate.sealed)))
        except ValueError:
            continue  # its sealing key is gone, as good as no secret
    return found


def _equals(secret: SharedSecret, presented: str) -> bool:
    if secret.sealed:
        try:
            known = _digest_of_sealed(secret.sealed, tuple(settings.SEALING_KEYS))
        except ValueError:
            return False
        return hmac.compare_digest(_keyed_digest(presented, settings.SEALING_KEYS[0]), known)
    results = [
        hmac.compare_digest(_keyed_digest(presented, key), secret.digest) for key in settings.SEALING_KEYS
    ]
    return any(results)


@lru_cache(maxsize=2_000)
def _digest_of_sealed(sealed: str, keys: tuple[str, ...]) -> str:
    """The digest of what is sealed, by the newest key: to open it took as long as all else of a comparison.

    Only digests stay in memory. Raises ``ValueError`` when none of the keys opens it.
    """
    return _keyed_digest(unseal(sealed), keys[0])
