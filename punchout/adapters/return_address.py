"""The return address of a launch by parameters: one, on the connection's list, and written anew."""

import re
from urllib.parse import unquote

from django.utils.translation import gettext as _

from punchout import origins
from punchout.adapters.parameters import Parameters
from punchout.errors import MessageInvalid
from punchout.models import Connection

# A whole address that was percent-encoded once more than its form: no address begins like that.
_ENCODED = re.compile(r"https?%(?:25)*3a", re.IGNORECASE)


def decoded(text: str, notes: list[str]) -> str:
    """An address as it was meant, where it was encoded or escaped more than once; ``notes`` says so."""
    # Three times is more than any gateway between two systems was seen to do.
    for _again in range(3):
        if not _ENCODED.match(text):
            break
        text = unquote(text)
        notes.append("The return address was encoded more than once; it was decoded again.")
    if "&amp;" in text:
        # No parameter is called amp;sid: the buyer's system would miss its session.
        text = text.replace("&amp;amp;", "&amp;").replace("&amp;", "&")
        notes.append("The return address had &amp; where & is meant.")
    return text


def read_return_address(connection: Connection, parameters: Parameters, name: str, notes: list[str]) -> str:
    """The address in the parameter ``name``, else the connection's own, with its query.

    Raises ``MessageInvalid`` when there is none, more than one, or one that may not be used.
    """
    sent = [value for value in parameters.all(name) if value]
    if len(sent) > 1:
        raise MessageInvalid(
            _("The launch has more than one return address (%(name)s).") % {"name": name},
            path=name,
            detail=" | ".join(value[:200] for value in sent[:5]),
        )
    if not sent and connection.default_return_url:
        sent = [connection.default_return_url]
        notes.append("No return address was sent; the one of the connection is used.")
    if not sent:
        raise MessageInvalid(_("The launch has no return address (%(name)s).") % {"name": name}, path=name)
    try:
        allowed = origins.parse_return_origins(connection.return_origins)
        return str(origins.allowed_address(decoded(sent[0], notes), allowed))
    except ValueError as reason:
        raise MessageInvalid(
            _("The return address (%(name)s) cannot be used.") % {"name": name} + f" {reason}", path=name
        ) from reason
