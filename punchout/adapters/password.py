"""A launch with user name and password among its parameters: who it is, or one refusal for all."""

import hmac

from django.utils.translation import gettext as _

from punchout.adapters.parameters import Parameters
from punchout.errors import AccessClosed, AuthenticationFailed
from punchout.lookup import secrets_of
from punchout.models import Connection, Secret
from punchout.secrets import matching


class ConnectionClosed(AccessClosed):
    """The credentials are right, but the connection or its customer is switched off."""


def authenticate(
    connection: Connection | None,
    parameters: Parameters,
    *,
    username_parameter: str,
    password_parameter: str,
    username_required: bool = False,
) -> Secret:
    """The secret that was presented, with its connection; else ``AuthenticationFailed``.

    The text is one for all failures and the detail is for the operator; an unknown connection takes as long
    as a wrong password. Without ``username_required`` a connection that has no user name asks for none: its
    address and its secret are the credential.
    """
    user = parameters.get(username_parameter)
    password = parameters.raw(password_parameter) or ""
    expected = connection.username if connection is not None else ""
    same = hmac.compare_digest(_folded(expected), _folded(user))
    known = same if expected else connection is not None and not username_required
    secret = matching(secrets_of(connection) if connection is not None else (), password)
    if connection is None or not known or secret is None or not password:
        wrong = (
            "There is no such connection."
            if connection is None
            else f"No password was sent (parameter {password_parameter})."
            if not password
            else f"No user name was sent (parameter {username_parameter})."
            if not known and not user
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
