"""From a launch to a ``SetupRequest``: who it is, and where his basket may go."""

import hmac

from basket_json.parse import Launch
from punchout import origins
from punchout.documents import SetupRequest
from punchout.errors import AccessClosed, AuthenticationFailed, MessageInvalid
from punchout.lookup import secrets_of
from punchout.models import Connection, PunchoutSession, Secret
from punchout.secrets import matching


class ConnectionClosed(AccessClosed):
    """The credentials are right, but the connection or its customer is switched off."""


def authenticate(connection: Connection | None, launch: Launch) -> Secret:
    """The secret that was presented; ``AuthenticationFailed``, worded alike for whatever was wrong."""
    secret = matching(secrets_of(connection) if connection is not None else (), launch.secret)
    expected = connection.username if connection is not None else ""
    named = hmac.compare_digest(_folded(expected), _folded(launch.user))
    if connection is None or secret is None or not named or not launch.secret:
        wrong = (
            "There is no such connection."
            if connection is None
            else "The user is not the connection's."
            if not named
            else "The secret matches none that is valid."
        )
        raise AuthenticationFailed("The address, the user or the secret is not right.", detail=wrong)
    if not (connection.active and connection.organisation.active):
        raise ConnectionClosed("This connection is switched off.")
    return secret


def _folded(text: str) -> bytes:
    return text.strip().casefold().encode("utf-8", "surrogatepass")


def read_setup(connection: Connection, launch: Launch) -> SetupRequest:
    """The wish to shop; ``MessageInvalid`` when the basket may not go where it should."""
    editing = bool(launch.basket)
    return SetupRequest(
        connection=connection,
        operation=PunchoutSession.Operation.EDIT if editing else PunchoutSession.Operation.CREATE,
        return_url=_return_url(connection, launch.return_url),
        language=launch.language,
        shopper=launch.shopper,
        items=launch.basket,
        echo={"state": launch.state},
        notes=launch.notes,
    )


def _return_url(connection: Connection, sent: str) -> str:
    wanted = sent or connection.default_return_url
    if not wanted:
        raise MessageInvalid("There is no returnUrl.", path="returnUrl")
    try:
        allowed = origins.parse_return_origins(connection.return_origins)
        return str(origins.allowed_address(wanted, allowed))
    except ValueError as reason:
        raise MessageInvalid(f"The returnUrl cannot be used. {reason}", path="returnUrl") from reason
