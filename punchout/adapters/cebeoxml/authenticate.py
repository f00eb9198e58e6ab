"""Who asks: customer number and user name name the connection, the password is its secret.

cebeoXML 2.0.0, Customer. The same three open the shop in a browser.
"""

import hmac
from collections.abc import Iterable

from punchout import client_access
from punchout.adapters.cebeoxml.options import CebeoOptions
from punchout.adapters.cebeoxml.parse import Credentials
from punchout.documents import InboundMessage
from punchout.errors import AccessClosed, AuthenticationFailed
from punchout.lookup import secrets_of
from punchout.models import Connection, Secret
from punchout.secrets import matching

# One text for all failures: it must not tell an unknown customer from a wrong password.
REFUSED = "The customer number, the user name or the password is not right."
CLOSED = "The customer number, the user name and the password are right, but the access is switched off."


def authenticate(inbound: InboundMessage, presented: Credentials, *, adapter: str, named: bool) -> Secret:
    """The secret that was presented, with its connection; ``AuthenticationFailed`` for all others.

    ``named``: the address names a connection, and no other will do.
    """
    candidates = _candidates(inbound, presented, adapter, named=named)
    fitting = [found for found in candidates if _is_customer(found, presented)]
    # An active connection goes before one that was switched off in its favour.
    for connection in sorted(fitting, key=lambda found: not found.active):
        secret = matching(secrets_of(connection), presented.password)
        if secret is not None and presented.password:
            inbound.record.connection = connection
            secret.connection = connection
            if elsewhere := client_access.why_not(connection, inbound):
                raise AuthenticationFailed(REFUSED, detail=elsewhere)
            if not (connection.active and connection.organisation.active):
                raise AccessClosed(CLOSED)
            return secret
    if not fitting:
        matching((), presented.password)  # takes as long as a wrong password does
    raise AuthenticationFailed(REFUSED, detail=_why(presented, candidates, fitting))


def _candidates(
    inbound: InboundMessage, presented: Credentials, adapter: str, *, named: bool
) -> list[Connection]:
    if named:
        return [inbound.connection] if inbound.connection is not None else []
    if not presented.user_name:
        return []
    found = Connection.objects.filter(adapter=adapter, username__iexact=presented.user_name)
    return list(found.select_related("organisation").order_by("pk"))


def _is_customer(connection: Connection, presented: Credentials) -> bool:
    number = CebeoOptions.model_validate(connection.options or {}).customer_number
    listed = number or connection.organisation.number
    counted = hmac.compare_digest(_folded(listed), _folded(presented.customer_number))
    return hmac.compare_digest(_folded(connection.username), _folded(presented.user_name)) and counted


def _folded(text: str) -> bytes:
    return text.strip().casefold().encode("utf-8", "surrogatepass")


def _why(presented: Credentials, candidates: Iterable[Connection], fitting: Iterable[Connection]) -> str:
    """For the operator's wire log only."""
    if not candidates:
        return "No connection has this address or user name."
    if not fitting:
        return "No connection has this customer number with this user name."
    return "The password matches no secret that is valid." if presented.password else "No password was sent."
