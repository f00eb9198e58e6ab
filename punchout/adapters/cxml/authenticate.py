"""Who sends, and for which customer: Sender is authenticated, From names the customer, To is checked.

cXML Reference Guide 1.2.051, p. 28-31. A hub sends for many customers with one Sender and one secret, so the
connection is the one that has both a From and a Sender credential of the message.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from punchout import client_access, throttle, wire
from punchout.adapters.cxml import mac
from punchout.adapters.cxml.options import CxmlOptions
from punchout.adapters.cxml.parse import Credential, Envelope
from punchout.adapters.cxml.status import CustomerUnknown, Forbidden
from punchout.credentials import SharedSecret
from punchout.documents import InboundMessage
from punchout.errors import AuthenticationFailed
from punchout.lookup import Candidate, find_candidates, sender_secrets
from punchout.models import PartyCredential
from punchout.secrets import matching, readable

Party = PartyCredential.Party
# One message for all failures: it must not tell an unknown identity from a wrong secret.
REFUSED = (
    "We do not recognise these credentials. Check From, Sender and SharedSecret with us before you try again."
)
# What the sender sees of his own message, whoever he is; it tells nothing of what we know.
NO_SENDER = "The Header has no Sender with a Credential and an Identity, so nobody proves who sends."
NO_BUYER = "The Header has no From with a Credential and an Identity, so no customer is named."
NOT_A_CUSTOMER = "These credentials give no access. Check From with us before you try again."


def authenticate(envelope: Envelope, inbound: InboundMessage, *, adapter: str, named: bool) -> Candidate:
    """The connection of an authenticated message, with its customer and the keys of its credentials.

    ``named``: the address names a connection, and no other will do. Raises ``AuthenticationFailed`` (401),
    or ``Forbidden`` (403) when the sender is right but the customer unknown or the connection closed.
    """
    if named and inbound.connection is None:
        _fail(envelope, "the address names no connection")
    members = _members(envelope)
    _check_domains(envelope, members)
    buyer_keys = {credential.key for credential in envelope.buyer}
    sender_keys = {credential.key for credential in envelope.sender}
    known = find_candidates(adapter, Party.FROM, buyer_keys) if sender_keys else []
    found = [candidate for candidate in known if candidate.has(Party.SENDER, sender_keys)]
    if inbound.connection is not None:
        found = [candidate for candidate in found if candidate.connection == inbound.connection]
    chosen = _the_one(found, envelope, members)
    if chosen is None:
        throttle.check(inbound)
        _refuse_unknown(envelope, adapter, sender_keys, known)
    connection = inbound.record.connection = chosen.connection
    throttle.check(inbound)
    _check_secret(envelope, chosen)
    _check_one_customer(chosen, known, {credential.key for credential in members})
    if elsewhere := client_access.why_not(connection, inbound):
        raise AuthenticationFailed(REFUSED, detail=elsewhere)
    if not connection.active or not connection.organisation.active:
        raise Forbidden(NOT_A_CUSTOMER, detail="the connection or the customer is not active")
    return chosen


def is_addressed(candidate: Candidate, supplier: tuple[Credential, ...]) -> bool:
    """True when To names this connection's supplier, or the connection lists no To."""
    return not candidate.of(Party.TO) or candidate.has(Party.TO, [credential.key for credential in supplier])


def _members(envelope: Envelope) -> tuple[Credential, ...]:
    """Who the buyer is: without the marketplace that he came through, unless nobody else is named."""
    return tuple(credential for credential in envelope.buyer if not credential.marketplace) or envelope.buyer


def _check_domains(envelope: Envelope, members: tuple[Credential, ...]) -> None:
    """One domain with two values in From is ambiguous and refused (p. 30-31)."""
    values: dict[str, str] = {}
    for credential in members:
        domain = credential.domain.casefold()
        if values.setdefault(domain, credential.key) != credential.key:
            _fail(envelope, f"From has two identities in the domain {credential.domain[:60]}")


def _the_one(found: list[Candidate], envelope: Envelope, members: tuple[Credential, ...]) -> Candidate | None:
    """The candidate that is left when less and less is asked; ``None`` when there was none at all.

    Raises ``AuthenticationFailed`` when all contradict From, or several fit equally.
    """
    if found and not (agreeing := [each for each in found if not _contradicts(each, members)]):
        _fail(envelope, "a From credential has another identity than the connection lists for its domain")
    elif found:
        found = agreeing
    if len(found) > 1:
        found = [candidate for candidate in found if candidate.connection.active] or found
    if len(found) > 1:
        keys = {credential.key for credential in members}
        matched = [len(candidate.of(Party.FROM) & keys) for candidate in found]
        found = [each for each, count in zip(found, matched, strict=True) if count == max(matched)]
    if len(found) > 1:
        supplier_keys = {credential.key for credential in envelope.supplier}
        found = [candidate for candidate in found if candidate.has(Party.TO, supplier_keys)] or found
    if len(found) > 1:
        _fail(
            envelope,
            "several connections fit: " + ", ".join(candidate.connection.slug for candidate in found),
        )
    return found[0] if found else None


def _contradicts(candidate: Candidate, members: tuple[Credential, ...]) -> bool:
    """Whether From says of a domain that the connection lists something that it does not list (p. 30-31)."""
    listed = candidate.of(Party.FROM)
    domains = {key.partition(":")[0] for key in listed}
    return any(
        credential.domain.casefold() in domains and credential.key not in listed for credential in members
    )


def _refuse_unknown(
    envelope: Envelope, adapter: str, sender_keys: set[str], known: list[Candidate]
) -> NoReturn:
    """403 for a sender that proves himself but names a customer we do not know; else 401."""
    secrets = sender_secrets(adapter, sender_keys)
    if not secrets:
        _fail(envelope, f"no connection with Sender {_names(envelope.sender)} that has a secret")
    proven = any(matching(secrets, presented) for presented in _presented(envelope, sender_keys))
    if proven and not known:
        detail = f"no connection of this Sender for From {_names(envelope.buyer)}"
        raise CustomerUnknown(NOT_A_CUSTOMER if envelope.buyer else NO_BUYER, detail=detail)
    if proven:
        raise AuthenticationFailed(REFUSED, detail="From and Sender belong to different connections")
    detail = f"unknown From {_names(envelope.buyer)}, and the secret is wrong"
    raise AuthenticationFailed(REFUSED, detail=detail)


def _check_secret(envelope: Envelope, chosen: Candidate) -> None:
    """What the known Sender credentials prove: every SharedSecret and CredentialMac has to be right."""
    presented = _presented(envelope, chosen.of(Party.SENDER))
    macs = [c for c in envelope.sender if c.mac is not None and c.key in chosen.of(Party.SENDER)]
    if not presented and not macs:
        _fail(envelope, "there is no SharedSecret")
    used = [_matching_secret(chosen.secrets, text) for text in presented]
    used += [_keying_secret(envelope, chosen, sender) for sender in macs]
    for secret in used:
        if secret is None:
            raise AuthenticationFailed(REFUSED, detail="the SharedSecret is wrong or no longer valid")
        wire.touch_secret(secret)


def _keying_secret(envelope: Envelope, chosen: Candidate, sender: Credential) -> SharedSecret:
    """The secret that a CredentialMac was made with (option ``direct``)."""
    if not CxmlOptions.model_validate(chosen.connection.options or {}).direct:
        _fail(envelope, "a CredentialMac is only taken with the option for direct punch-out")
    buyers = tuple(buyer for buyer in envelope.buyer if buyer.key in chosen.of(Party.FROM))
    keys = readable(chosen.secrets)
    checked = mac.check(sender, buyers, [text for _secret, text in keys])
    if checked.key is None:
        raise AuthenticationFailed(REFUSED, detail=checked.why)
    return keys[checked.key][0]


def _matching_secret(secrets: list[SharedSecret], presented: str) -> SharedSecret | None:
    """The secret that was sent; blanks around it are forgiven, as indented documents have them."""
    exact = matching(secrets, presented)
    stripped = presented.strip()
    return exact or (matching(secrets, stripped) if stripped != presented else None)


def _presented(envelope: Envelope, keys: Iterable[str]) -> list[str]:
    """The secrets of the Sender credentials among ``keys``; each of them has to be right."""
    return [c.secret for c in envelope.sender if c.secret is not None and c.key in keys]


def _check_one_customer(chosen: Candidate, known: list[Candidate], buyer_keys: set[str]) -> None:
    """Every From credential that we know must lead to the same customer (p. 30-31)."""
    for key in buyer_keys:
        customers = {
            candidate.connection.organisation_id for candidate in known if candidate.has(Party.FROM, [key])
        }
        if customers and chosen.connection.organisation_id not in customers:
            detail = f"the From credential {key[:120]} belongs to another customer"
            raise AuthenticationFailed(REFUSED, detail=detail)


def _names(credentials: tuple[Credential, ...]) -> str:
    names = (f"{credential.domain} {credential.identity}"[:120] for credential in credentials)
    return ", ".join(names) or "(none)"


def _fail(envelope: Envelope, detail: str) -> NoReturn:
    """Refuses, after the comparison that a known identity would have cost."""
    for presented in [c.secret for c in envelope.sender if c.secret is not None][:1]:
        matching((), presented)
    raise AuthenticationFailed(REFUSED if envelope.sender else NO_SENDER, detail=detail)
