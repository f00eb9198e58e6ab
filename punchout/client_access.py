"""A connection may be held to networks and client certificates; from elsewhere it is as if there were none.

The secret is still asked for: these only narrow who may try it (security.md 5). Addresses are those that
``customers.senders.remote_address`` gives, certificates what a proxy of ours has checked and hands over in
``settings.CLIENT_CERTIFICATE_HEADER``; a request that did not come through one proves nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from punchout.documents import InboundMessage
    from punchout.models import Connection

Network = IPv4Network | IPv6Network

_FINGERPRINT = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})", re.IGNORECASE)
_BLANKS = re.compile(r"\s*([,=;])\s*|\s+")
LONGEST_CERTIFICATE = 16_000


def why_not(connection: Connection, inbound: InboundMessage) -> str:
    """Empty when the message may use the connection, else what is wrong, for the operator."""
    if not (connection.client_networks or connection.client_certificates):
        return ""
    listed = parse_networks(connection.client_networks)
    if listed and not _is_in(inbound.remote_address, listed):
        return f"The address {inbound.remote_address or '(none)'} is in none of the connection's networks."
    known = parse_certificates(connection.client_certificates)
    # A certificate is not kept with a message, so one that is run again has none to show.
    if known and not inbound.replayed:
        return _why_not_certificate(known, inbound.headers)
    return ""


def certificates_are_handed_over() -> bool:
    """Whether we stand behind a proxy that names the client's certificate in a header."""
    return bool(settings.BEHIND_PROXY and settings.CLIENT_CERTIFICATE_HEADER)


@lru_cache(maxsize=1024)
def parse_networks(text: str) -> tuple[Network, ...]:
    """One address or network a line; ``ValueError`` names the line that is neither."""
    found: list[Network] = []
    for line in _lines(text):
        try:
            found.append(ip_network(line))
        except ValueError:
            raise ValueError(_network_problem(line)) from None
    return tuple(found)


def _network_problem(line: str) -> str:
    try:
        meant = ip_network(line, strict=False)
    except ValueError:
        return _("“%(line)s” is not an address or network such as 192.0.2.0/24 or 2001:db8::/32.") % {
            "line": line[:80]
        }
    return _("“%(line)s” is an address inside a network; the network is %(network)s.") % {
        "line": line[:80],
        "network": meant,
    }


@lru_cache(maxsize=1024)
def parse_certificates(text: str) -> frozenset[str]:
    """Fingerprints and subjects as they are compared; ``ValueError`` names the line that is neither."""
    found = set()
    for line in _lines(text):
        if fingerprint := _fingerprint(line):
            found.add(fingerprint)
        elif "=" in line:
            found.add(_subject(line))
        else:
            raise ValueError(
                _("“%(line)s” is neither a SHA-256 or SHA-1 fingerprint nor a subject such as CN=…,O=….")
                % {"line": line[:80]}
            )
    return frozenset(found)


def _is_in(address: str, networks: Iterable[Network]) -> bool:
    try:
        client: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(client, IPv6Address) and client.ipv4_mapped is not None:
        client = client.ipv4_mapped  # how a socket for both families shows an IPv4 client
    return any(client in network for network in networks)


def _why_not_certificate(known: frozenset[str], headers: Mapping[str, str]) -> str:
    if not certificates_are_handed_over():
        return "The connection asks for a client certificate, and no proxy is set up to hand one over."
    wanted = settings.CLIENT_CERTIFICATE_HEADER.casefold()
    shown = next((value for name, value in headers.items() if name.casefold() == wanted), "").strip()
    if not shown:
        return "No client certificate was shown."
    names = _names_of(shown)
    if known.isdisjoint(names):
        return f"The client certificate is not the connection's: {' or '.join(names)[:300] or 'unreadable'}."
    return ""


def _names_of(shown: str) -> tuple[str, ...]:
    """By what a certificate may be listed: fingerprints and subject, as far as they are handed over."""
    if fingerprint := _fingerprint(shown):
        return (fingerprint,)
    encoded = unquote(shown)
    if "BEGIN CERTIFICATE" not in encoded and not re.match(r":?MII", encoded):
        return (_subject(shown),)
    try:
        certificate = _certificate(encoded)
        subject = certificate.subject.rfc4514_string()  # read only now, and may not be one
    except ValueError:
        return ()
    der = certificate.public_bytes(Encoding.DER)
    digests = (hashlib.sha256(der).hexdigest(), hashlib.sha1(der, usedforsecurity=False).hexdigest())
    return (*digests, _subject(subject))


def _certificate(text: str) -> x509.Certificate:
    """Exactly one certificate, as PEM or as base64 (RFC 9440); two would leave open whose it is."""
    if len(text) > LONGEST_CERTIFICATE or text.count("BEGIN CERTIFICATE") > 1:
        raise ValueError("not one certificate")
    if "BEGIN CERTIFICATE" in text:
        # Proxies that cannot put line feeds into a header replace them by blanks or tabs.
        body = re.sub(r"-----(?:BEGIN|END) CERTIFICATE-----|\s", "", text)
    else:
        body = text.strip().removeprefix(":").removesuffix(":")
    return x509.load_der_x509_certificate(base64.b64decode(body, validate=True))


def _fingerprint(text: str) -> str:
    bare = text.strip().replace(":", "").replace(" ", "").lower()
    return bare if _FINGERPRINT.fullmatch(bare) else ""


def _subject(text: str) -> str:
    """Compared whole: without regard to case and to blanks around its signs (RFC 4518)."""
    return _BLANKS.sub(lambda match: match[1] or " ", text.strip()).casefold()


def _lines(text: str) -> Iterable[str]:
    return (line.strip() for line in text.splitlines() if line.strip())
