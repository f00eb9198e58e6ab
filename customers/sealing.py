"""Secrets that must be sent or compared again: sealed with Fernet before they are stored, never shown.

``settings.SEALING_KEYS`` has the newest key first; older ones still open.
"""

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"seal:" + key.encode()).digest())) for key in keys
    )


def seal(text: str) -> str:
    return _box(tuple(settings.SEALING_KEYS)).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """The sealed text; ``ValueError`` when none of the keys opens it."""
    try:
        return _box(tuple(settings.SEALING_KEYS)).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise ValueError("sealed with a key that is no longer in SEALING_KEYS") from None
