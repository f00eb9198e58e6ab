"""Where the sandbox launches a connection: its page with everything filled in but the secret."""

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from pydantic import ValidationError

from punchout.adapters import get_adapter
from punchout.admin.connection_trial import can_play, played_by
from punchout.models import Connection
from punchout.sandbox.access import ENTRIES

# What an option of the protocol calls what the sandbox's form calls otherwise.
_OPTIONS = {
    "username_parameter": "user_name",
    "password_parameter": "password_name",
    "hook_parameter": "hook_name",
    "return_parameter": "return_name",
    "cart_field": "cart_field",
}


def sandbox_link(connection: Connection) -> str:
    """The address with its query; empty where the sandbox is off or plays no such system."""
    if not can_play(connection):
        return ""
    try:
        page = reverse("sandbox:connect")
    except NoReverseMatch:
        return ""
    system = played_by(connection)
    known = {"connection": connection.slug, "user": connection.username}
    for sender in connection.hub.credentials.all()[:1] if connection.hub else ():
        known |= {"sender_domain": sender.domain, "sender_identity": sender.identity}
    for row in connection.credentials.all():
        known |= {f"{row.party}_domain": row.domain, f"{row.party}_identity": row.identity}
    try:
        options = get_adapter(connection.adapter).options(connection).model_dump()
    except ValidationError:
        options = {}
    known |= {name: str(options[option]) for option, name in _OPTIONS.items() if options.get(option)}
    known["customer_number"] = str(options.get("customer_number") or connection.organisation.number)
    wanted = {name: known[name] for name in ENTRIES[system.protocol] if known.get(name)}
    return f"{page}?{urlencode({'system': system.slug, **wanted})}"
