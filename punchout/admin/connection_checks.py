"""What must be true before a buyer can launch: looked at without sending anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from pydantic import ValidationError as OptionsInvalid

from catalog.models import ListPrice
from punchout import origins
from punchout.adapters import get_adapter
from punchout.adapters.registry import Adapter
from punchout.admin.connection_secrets import has_no_key, slot_states
from punchout.admin.option_errors import mistakes
from punchout.models import Connection, PartyCredential, WireMessage
from punchout.wire import REDACTED

MOST_LOOKED_AT = 100  # messages


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; ``tone`` is good, warn (works, but) or bad (a launch will fail)."""

    label: str
    tone: str
    text: str


def run_checks(connection: Connection) -> list[Check]:
    """Every check of a connection, the ones that stop a launch first by nature of their order."""
    return [
        *_protocol(connection),
        *_customer(connection),
        *_credentials(connection),
        *_secrets(connection),
        *_addresses(connection),
    ]


def _adapter(connection: Connection) -> Adapter | None:
    try:
        return get_adapter(connection.adapter)
    except KeyError:
        return None


def _protocol(connection: Connection) -> Iterator[Check]:
    label = _("Protocol")
    adapter = _adapter(connection)
    if adapter is None:
        yield Check(label, "bad", _("“%(slug)s” is not installed.") % {"slug": connection.adapter})
        return
    yield Check(label, "good", str(adapter.label))
    label = _("Options")
    try:
        adapter.options(connection)
    except OptionsInvalid as invalid:
        name, text = mistakes(invalid)[0]
        yield Check(label, "bad", f"{name}: {text}" if name else text)
    else:
        yield Check(label, "good", _("All valid."))


def _customer(connection: Connection) -> Iterator[Check]:
    label = _("Active")
    if connection.active:
        yield Check(label, "good", _("The connection accepts launches."))
    else:
        yield Check(label, "bad", _("The connection is switched off: every launch is refused."))
    organisation = connection.organisation
    label = _("Customer")
    if organisation.active:
        yield Check(label, "good", str(organisation))
    else:
        yield Check(label, "bad", _("%(organisation)s is not active.") % {"organisation": organisation})
    label = _("Prices")
    price_list = organisation.price_list
    if price_list.currency != organisation.currency:
        text = _("The price list is in %(list)s, the customer buys in %(own)s: he sees no list prices.")
        values = {"list": price_list.currency, "own": organisation.currency}
        yield Check(label, "warn", text % values)
    elif not ListPrice.objects.filter(price_list=price_list).exists():
        yield Check(label, "warn", _("The price list %(list)s is empty.") % {"list": price_list})
    else:
        yield Check(label, "good", str(price_list))


def _credentials(connection: Connection) -> Iterator[Check]:
    adapter = _adapter(connection)
    if adapter is None:
        return
    label = _("Who the buyer is")
    if adapter.has_username:
        if connection.username:
            yield Check(label, "good", _("User name %(name)s") % {"name": connection.username})
        else:
            yield Check(label, "bad", _("No user name is set."))
        return
    held = list(connection.credentials.all())
    of_hub = list(connection.hub.credentials.all()) if connection.hub else []
    for party in (PartyCredential.Party.FROM, PartyCredential.Party.SENDER):
        names = [f"{row.domain} {row.identity}" for row in held if row.party == party]
        if party == PartyCredential.Party.SENDER:
            names += [f"{row.domain} {row.identity} ({connection.hub})" for row in of_hub]
        label_of = f"{label}: {party.label}"
        if names:
            yield Check(label_of, "good", ", ".join(names))
        else:
            yield Check(label_of, "bad", _("No %(party)s credential is listed.") % {"party": party.label})
    if not any(row.party == PartyCredential.Party.TO for row in held):
        text = _("Not listed; whatever name the buyer's system calls us by is taken.")
        yield Check(f"{label}: {PartyCredential.Party.TO.label}", "warn", text)
    rivals = _rivals(connection, held, [row.key for row in of_hub])
    if rivals:
        text = _("Also listed on: %(names)s. Give the buyer the address that names the connection.")
        yield Check(label, "warn", text % {"names": ", ".join(rivals)})


def _rivals(connection: Connection, held: list[PartyCredential], of_hub: list[str]) -> list[str]:
    """Other active connections that the same From and Sender would open."""
    others = Connection.objects.filter(active=True, adapter=connection.adapter).exclude(pk=connection.pk)
    keys = {party: [row.key for row in held if row.party == party] for party in PartyCredential.Party}
    senders = [*keys[PartyCredential.Party.SENDER], *of_hub]
    same_sender = Q(credentials__party=PartyCredential.Party.SENDER, credentials__key__in=senders)
    others = others.filter(same_sender | Q(hub__credentials__key__in=senders))
    buyers = keys[PartyCredential.Party.FROM]
    others = others.filter(credentials__party=PartyCredential.Party.FROM, credentials__key__in=buyers)
    return [other.name for other in others.distinct()[:5]]


def _day(moment: datetime) -> str:
    """As the operator's language writes it, on his clock."""
    return date_format(localdate(moment), "SHORT_DATE_FORMAT")


def _secrets(connection: Connection) -> Iterator[Check]:
    label = _("Secret")
    slots = slot_states(connection) + (slot_states(connection.hub) if connection.hub else [])
    usable = [slot for slot in slots if slot.usable]
    if not usable:
        text = _("The only secret has run out.") if any(slot.filled for slot in slots) else _("None is set.")
        yield Check(label, "bad", text)
    elif len(usable) > 1:
        until = next((slot.valid_until for slot in usable if slot.valid_until), None)
        if until:
            text = _("Two are valid. The older one ends on %(day)s.") % {"day": _day(until)}
        else:
            text = _("%(count)s are valid.") % {"count": len(usable)}
        yield Check(label, "good", text)
    else:
        set_at = usable[0].set_at
        assert set_at is not None, "a secret that can be used was set"
        yield Check(label, "good", _("Set on %(day)s.") % {"day": _day(set_at)})
    paths = connection.messages.filter(direction=WireMessage.Direction.IN).order_by("-pk")
    if any(f"={REDACTED}" in path for path in paths.values_list("path", flat=True)[:MOST_LOOKED_AT]):
        text = _(
            "It came inside an address, where logs and histories keep it. Ask the buyer to send by POST."
        )
        yield Check(label, "warn", text)
    if has_no_key(connection):
        text = _("Direct punch-out is on, but the secret is kept as a digest. Generate a new one.")
        yield Check(label, "bad", text)


def _addresses(connection: Connection) -> Iterator[Check]:
    label = _("Where carts may go")
    adapter = _adapter(connection)
    if adapter is not None and adapter.cart_is_fetched:
        yield Check(label, "good", _("Nowhere: the buyer's system fetches them."))
    else:
        yield from _return_addresses(connection, label)
    label = _("Inside the buyer's page")
    try:
        framing = origins.frame_sources(connection.frame_origins)
    except ValueError as error:
        yield Check(label, "bad", str(error))
        return
    if framing:
        yield Check(label, "good", ", ".join(framing))
    else:
        yield Check(label, "warn", _("No frame origin is listed: the shop opens in its own window only."))


def _return_addresses(connection: Connection, label: str) -> Iterator[Check]:
    try:
        listed = origins.parse_return_origins(connection.return_origins)
    except ValueError as error:
        yield Check(label, "bad", str(error))
    else:
        if not listed:
            yield Check(label, "bad", _("No return origin is listed: every return address is refused."))
        elif any(origin.scheme == "http" and origin.host not in origins.LOOPBACK for origin in listed):
            yield Check(label, "warn", _("A return address without https: carts travel in clear."))
        else:
            yield Check(label, "good", ", ".join(sorted({origin.source for origin in listed})))
