"""CredentialMac: a network vouches, with the secret it shares with us, for a buyer who comes to us directly.

cXML Reference Guide 1.2.051, p. 570-577. The code covers who sends for whom and until when, not the message;
its key never travels, so only a secret that is kept sealed can be one (``punchout.secrets.readable``).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product

from django.utils import timezone

from punchout.adapters.cxml.parse import Credential, Mac

# Domains whose upper and lower case are kept in what is authenticated (p. 571).
CASE_SENSITIVE = frozenset({"AribaNetworkUserId"})
TYPE = "FromSenderCredentials"


def _hmac_sha1_96(key: bytes, data: bytes) -> str:
    return base64.b64encode(hmac.new(key, data, hashlib.sha1).digest()[:12]).decode("ascii")


# The only one the guide has; a successor would be a line here.
ALGORITHMS: dict[str, Callable[[bytes, bytes], str]] = {"HMAC-SHA1-96": _hmac_sha1_96}


@dataclass(frozen=True, slots=True)
class Checked:
    """Whose key made the code (its place in the list), or in ``why`` what is wrong, for the operator."""

    key: int | None = None
    why: str = field(default="")


def code_of(mac: Mac, buyer: Credential, sender: Credential, key: str) -> str:
    """The code that a network with ``key`` would give; ``KeyError`` for an algorithm we do not know."""
    parts = (*_normalised(buyer), *_normalised(sender), mac.created, mac.expires)
    data = b"".join(part.encode("utf-8", "surrogatepass") + b"\0" for part in parts)
    return ALGORITHMS[mac.algorithm](key.encode(), data)


def _normalised(credential: Credential) -> tuple[str, str]:
    domain = credential.domain
    return domain if domain in CASE_SENSITIVE else domain.lower(), credential.identity.strip().lower()


def check(sender: Credential, buyers: tuple[Credential, ...], keys: list[str]) -> Checked:
    """Compares with what each key gives for each of ``buyers``, in constant time, then looks at the dates.

    ``buyers`` are those From credentials that we know: the code must name the customer it opens the shop for.
    """
    mac = sender.mac
    assert mac is not None
    if mac.type != TYPE or mac.algorithm not in ALGORITHMS:
        return Checked(why=f"CredentialMac of an unknown kind: {mac.type[:40]} {mac.algorithm[:40]}")
    presented = mac.code.encode("utf-8", "surrogatepass")
    found = None
    for buyer, (number, key) in product(buyers, enumerate(keys)):
        if hmac.compare_digest(code_of(mac, buyer, sender, key).encode(), presented) and found is None:
            found = number
    if found is None:
        without = "" if keys else " (no secret is kept readable; generate a new one)"
        return Checked(why=f"the CredentialMac is wrong{without}")
    created, expires = _moment(mac.created), _moment(mac.expires)
    now = timezone.now()
    if created is None or expires is None:
        return Checked(why="a date of the CredentialMac is no date with an offset")
    if created > now:
        return Checked(why="the CredentialMac is not valid yet")
    if expires <= now:
        return Checked(why="the CredentialMac has expired")
    return Checked(found)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
