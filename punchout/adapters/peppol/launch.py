"""From launch parameters to a ``SetupRequest``. Peppol BIS Punch Out 3 leaves the launch to the parties.

Ours is like OCI's: names and values by form or query, with a return address and the buyer's reference.
"""

import hmac

from django.utils.translation import gettext as _

from punchout import origins
from punchout.adapters.parameters import Parameters
from punchout.adapters.peppol.options import PeppolOptions
from punchout.documents import SetupRequest, Shopper
from punchout.errors import AuthenticationFailed, MessageInvalid
from punchout.lookup import secrets_of
from punchout.models import Connection, Secret
from punchout.secrets import matching

LONGEST_REFERENCE = 200


class ConnectionClosed(AuthenticationFailed):
    """The credentials are right, but the connection or its customer is switched off."""


def authenticate(connection: Connection | None, parameters: Parameters, options: PeppolOptions) -> Secret:
    """The secret that was presented; ``AuthenticationFailed``, worded alike for whatever was wrong.

    A connection without a user name asks for none: its address and its secret are the credential.
    """
    user = parameters.get(options.username_parameter)
    password = parameters.raw(options.password_parameter) or ""
    expected = connection.username if connection is not None else ""
    known = hmac.compare_digest(_folded(expected), _folded(user)) or (connection is not None and not expected)
    secret = matching(secrets_of(connection) if connection is not None else (), password)
    if connection is None or not known or secret is None or not password:
        wrong = (
            "There is no such connection."
            if connection is None
            else "No password was sent."
            if not password
            else "The user name is not the connection's."
            if not known
            else "The password matches no secret that is valid."
        )
        raise AuthenticationFailed(
            _("The address, the user name or the password of the launch is not right."), detail=wrong
        )
    if not (connection.active and connection.organisation.active):
        raise ConnectionClosed(_("This connection is switched off."))
    return secret


def _folded(text: str) -> bytes:
    return text.strip().casefold().encode("utf-8", "surrogatepass")


def read_launch(connection: Connection, parameters: Parameters, options: PeppolOptions) -> SetupRequest:
    """The wish to shop; ``MessageInvalid`` when there is no way back that can be used."""
    notes = list(parameters.notes)
    reference = parameters.get(options.reference_parameter) if options.reference_parameter else ""
    if not reference:
        notes.append("No reference was sent; the cart goes back without one.")
    shopper = parameters.get(options.shopper_parameter) if options.shopper_parameter else ""
    return SetupRequest(
        connection=connection,
        return_url=_return_url(connection, parameters, options, notes),
        language=parameters.get(options.language_parameter) if options.language_parameter else "",
        shopper=Shopper(identifier=shopper, email=shopper if "@" in shopper else ""),
        echo={"reference": reference[:LONGEST_REFERENCE]},
        notes=tuple(notes),
    )


def _return_url(
    connection: Connection, parameters: Parameters, options: PeppolOptions, notes: list[str]
) -> str:
    """The return address, written anew, with its query."""
    name = options.return_parameter
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
        return str(origins.allowed_address(sent[0], allowed))
    except ValueError as reason:
        raise MessageInvalid(
            _("The return address (%(name)s) cannot be used.") % {"name": name} + f" {reason}", path=name
        ) from None
