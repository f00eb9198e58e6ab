"""From a login request to a ``SetupRequest``: who, where to, in which language, on which page.

Oracle Procurement Supplier's Guide to Punchout and Transparent Punchout 11i, login request.
"""

import hmac
from collections.abc import Iterable
from urllib.parse import quote

from punchout import client_access, origins
from punchout.adapters.oraclexml.options import OracleOptions
from punchout.adapters.oraclexml.parse import LoginRequest
from punchout.adapters.oraclexml.respond import ConnectionClosed
from punchout.adapters.return_address import decoded
from punchout.documents import InboundMessage, SetupRequest, Shopper
from punchout.errors import AuthenticationFailed, MessageInvalid
from punchout.lookup import find_by_username, secrets_of
from punchout.models import Connection, Secret
from punchout.secrets import matching

# One text for all failures: it must not tell an unknown user from a wrong password.
REFUSED = "The address, the user name or the password is not right. Compare them with the sheet from us."
SHOPPING = "shopping"
LONGEST_LANDING = 255
# header/language has Oracle's language codes, userArea/language their names; ISO codes were seen in both.
LANGUAGES = {
    "US": "en",
    "GB": "en",
    "AMERICAN": "en",
    "ENGLISH": "en",
    "D": "de",
    "GERMAN": "de",
    "F": "fr",
    "FRC": "fr",
    "FRENCH": "fr",
    "CANADIAN FRENCH": "fr",
    "DUTCH": "nl",
}
# Where else to look for who is shopping, when the element that the connection names is empty.
PERSON = {
    "appUserName": ("appUserName",),
    "userEmail": ("userContactInfo", "userEmail"),
    "userName": ("userName",),
}


def authenticate(inbound: InboundMessage, login: LoginRequest, adapter: str) -> Secret:
    """The secret that was presented; ``AuthenticationFailed``, worded alike for whatever was wrong.

    The address names the connection, or the user name does, where the address names none. The connection
    is noted on the record as soon as it is known.
    """
    user = login.text("header", "login", "username")
    password = login.exact("header", "login", "password")
    connections = _candidates(inbound, user, adapter)
    if len(connections) == 1:
        inbound.record.connection = connections[0]
    named = [connection for connection in connections if _is_named(connection, user)]
    found = [secret for connection in named if (secret := _secret(connection, password)) is not None]
    if not named:
        matching((), password)  # takes the time that a known name would have cost
    found = [secret for secret in found if _is_open(secret.connection)] or found
    if len(found) != 1:
        raise AuthenticationFailed(
            REFUSED, detail=_wrong(connections, named, [secret.connection for secret in found], password)
        )
    connection = inbound.record.connection = found[0].connection
    if elsewhere := client_access.why_not(connection, inbound):
        raise AuthenticationFailed(REFUSED, detail=elsewhere)
    if not _is_open(connection):
        raise ConnectionClosed("This connection is switched off. Ask us to switch it on.")
    return found[0]


def _candidates(inbound: InboundMessage, user: str, adapter: str) -> list[Connection]:
    if inbound.connection is not None:
        return [inbound.connection]
    if inbound.path.rstrip("/").rpartition("/")[2] != adapter or not user:
        return []
    return find_by_username(adapter, user)


def _is_named(connection: Connection, user: str) -> bool:
    """Whether it has that user name; one without asks for none, where the address names it."""
    return not connection.username or hmac.compare_digest(_folded(connection.username), _folded(user))


def _folded(text: str) -> bytes:
    return text.strip().casefold().encode("utf-8", "surrogatepass")


def _secret(connection: Connection, password: str) -> Secret | None:
    """The secret that was sent; blanks around it are forgiven, as indented documents have them."""
    stripped = password.strip()
    if not stripped:
        return matching((), password)
    secrets = secrets_of(connection)
    exact = matching(secrets, password)
    return exact or (matching(secrets, stripped) if stripped != password else None)


def _is_open(connection: Connection) -> bool:
    return connection.active and connection.organisation.active


def _wrong(
    connections: list[Connection], named: list[Connection], proven: Iterable[Connection], password: str
) -> str:
    """For the operator: what exactly did not match."""
    if several := ", ".join(connection.slug for connection in proven):
        return f"Several connections have this user name and password: {several}."
    if not connections:
        return "There is no such connection, or none with this user name."
    if not named:
        return "The user name is not the connection's."
    return "The password matches no secret that is valid." if password.strip() else "No password was sent."


def read_setup(connection: Connection, login: LoginRequest, options: OracleOptions) -> SetupRequest:
    """The wish to shop; ``MessageInvalid`` when there is no way back that can be used."""
    notes = list(login.notes)
    action = login.text("header", "action")
    if action.casefold() not in ("", SHOPPING):
        notes.append(f"The action {action[:40]!r} is not known; read as {SHOPPING}.")
    currency = login.text("header", "userArea", "currency").upper()
    ours = connection.organisation.currency
    if currency not in ("", ours):
        notes.append(f"The buyer's currency is {currency[:10]}; prices are returned in {ours}.")
    return SetupRequest(
        connection=connection,
        return_url=_return_url(connection, login, notes),
        language=_language(login),
        shopper=_shopper(login, options),
        delivery_code=login.text("header", "userArea", "shipTo"),
        landing=_landing(login.text("body", "searchKeywords")),
        notes=tuple(notes),
    )


def _return_url(connection: Connection, login: LoginRequest, notes: list[str]) -> str:
    """The address as the list allows it, with its query: Oracle's transaction is in there."""
    sent = login.everywhere("returnURL")
    if len(sent) > 1:
        raise MessageInvalid("The login request has more than one returnURL.", path="returnURL")
    if not sent and connection.default_return_url:
        sent = [connection.default_return_url]
        notes.append("No return address was sent; the one of the connection is used.")
    if not sent:
        raise MessageInvalid("The login request has no returnURL.", path="returnURL")
    try:
        allowed = origins.parse_return_origins(connection.return_origins)
        return str(origins.allowed_address(decoded(sent[0], notes), allowed))
    except ValueError as reason:
        raise MessageInvalid(f"The returnURL cannot be used. {reason}", path="returnURL") from reason


def _language(login: LoginRequest) -> str:
    sent = (login.text("header", "language"), login.text("header", "userArea", "language"))
    texts = [text for text in sent if text]
    known = [LANGUAGES[text.upper()] for text in texts if text.upper() in LANGUAGES]
    return next(iter([*known, *texts]), "").lower()


def _shopper(login: LoginRequest, options: OracleOptions) -> Shopper:
    def of_user(*path: str) -> str:
        return login.text("body", "loginInfo", "userInfo", *path)

    names = (options.shopper, *PERSON)
    return Shopper(
        identifier=next((text for name in names if (text := of_user(*PERSON[name]))), ""),
        name=login.text("header", "userArea", "fullName") or of_user("userName"),
        email=of_user(*PERSON["userEmail"]),
    )


def _landing(keywords: str) -> str:
    """The search of a transparent punch-out, as long as its address can be kept."""
    while keywords and len(landing := f"/search?q={quote(keywords)}") > LONGEST_LANDING:
        keywords = keywords[:-1]
    return landing if keywords else "/"
