"""From the launch form to a ``SetupRequest``: who, which action, where to, in which version.

IDS-Connect 2.0 and 2.5, actions WKE, WKS, ADL and AS.
"""

import hmac
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from customers.models import Organisation
from punchout import origins
from punchout.adapters.ids.articles import Articles
from punchout.adapters.ids.cart import SentCart, SentItem, read_cart
from punchout.adapters.ids.fields import UNITS, agreed_version
from punchout.adapters.ids.options import IdsOptions, is_target
from punchout.adapters.ids.parse import Parameters
from punchout.adapters.password import ConnectionClosed
from punchout.adapters.return_address import decoded
from punchout.adapters.units import translate_unit
from punchout.documents import RequestedItem, SetupRequest, Shopper
from punchout.errors import AuthenticationFailed, MessageInvalid, OperationUnsupported
from punchout.lookup import secrets_of
from punchout.models import Connection, PunchoutSession, Secret
from punchout.secrets import matching

SHOPPING = ("WKE", "WKS", "ADL", "AS")
QUESTIONS = ("LI", "SV")
HEATING_LABEL = "HLS"
# Actions that make no sense without a way back; ADL and AS may also just look.
RETURNING = ("WKE", "WKS")
# The specification's name, what GC Online calls it, and OCI's.
HOOK_NAMES = ("hookurl", "rueckurl", "hook_url")
DEFAULT_TARGET = "_top"
LONGEST_LANDING = 255
# More than one return, and its time limit (2.5.1).
IGNORED = ("multipleResult", "hookURLTimeout")


def read_action(parameters: Parameters) -> tuple[str, str]:
    """The action in capitals, and a note when none was sent and it had to be concluded."""
    action = parameters.get("action").upper()
    if action:
        return action, ""
    concluded = "WKS" if parameters.document("warenkorb") else "WKE"
    return concluded, f"No action was sent; read as {concluded}."


def authenticate(connection: Connection | None, parameters: Parameters, options: IdsOptions) -> Secret:
    """The secret that was presented; ``AuthenticationFailed``, worded alike for whatever was wrong."""
    user, number = parameters.get("name_kunde"), parameters.get("kndnr")
    password = parameters.exact("pw_kunde")
    expected = connection.username if connection is not None else ""
    known = hmac.compare_digest(_folded(expected), _folded(user)) or (connection is not None and not expected)
    listed = options.customer_number or (connection.organisation.number if connection is not None else "")
    counted = hmac.compare_digest(_folded(listed), _folded(number))
    if not number and not options.customer_number_required:
        counted = True
    secret = matching(secrets_of(connection) if connection is not None else (), password)
    if connection is None or not known or not counted or secret is None or not password:
        wrong = (
            "There is no such connection."
            if connection is None
            else "No password was sent."
            if not password
            else "The customer number (kndnr) is not the connection's."
            if not counted
            else "The user name (name_kunde) is not the connection's."
            if not known
            else "The password matches no secret that is valid."
        )
        raise AuthenticationFailed(
            _("The address, the customer number, the user name or the password of the launch is not right."),
            detail=wrong,
        )
    if not (connection.active and connection.organisation.active):
        raise ConnectionClosed(_("This connection is switched off."))
    return secret


def _folded(text: str) -> bytes:
    return text.strip().casefold().encode("utf-8", "surrogatepass")


def read_launch(
    connection: Connection, action: str, parameters: Parameters, options: IdsOptions
) -> SetupRequest:
    """The wish to shop; ``MessageInvalid`` or ``OperationUnsupported`` for what cannot be used."""
    if action == HEATING_LABEL:
        raise OperationUnsupported(
            _("HLS (heating label) is for heating wholesalers; this shop sells no heating systems.")
        )
    if action not in SHOPPING:
        raise MessageInvalid(
            _("The action “%(action)s” is not known; this shop knows %(known)s.")
            % {"action": action[:20], "known": ", ".join((*SHOPPING, *QUESTIONS))},
            path="action",
        )
    notes = [f"{name} is not used: a cart is returned once." for name in IGNORED if parameters.get(name)]
    return_url = _hook(action, parameters, connection, notes)
    cart = _sent_cart(action, parameters)
    if cart is None and parameters.document("warenkorb"):
        notes.append(f"A cart came with {action}; it is only read with WKS.")
    version, note = agreed_version(
        parameters.get("version") or (cart.version if cart else ""), options.version
    )
    echo: dict[str, Any] = {
        "action": action,
        "version": version,
        "target": _target(parameters, options, notes),
    }
    items: tuple[RequestedItem, ...] = ()
    if cart is not None:
        notes += cart.notes
        items, positions = _items(cart, connection.organisation, options, notes)
        echo |= {"order": cart.order, "parties": cart.parties, "positions": positions}
    sent = PunchoutSession.Operation.EDIT if action == "WKS" else PunchoutSession.Operation.CREATE
    landing = _landing(action, parameters, connection.organisation, notes)
    notes += filter(None, [note])
    return SetupRequest(
        connection=connection,
        operation=sent,
        return_url=return_url,
        shopper=Shopper(identifier=parameters.get("name_kunde")),
        landing=landing,
        items=items,
        echo=echo,
        notes=tuple(notes),
    )


def _hook(action: str, parameters: Parameters, connection: Connection, notes: list[str]) -> str:
    """The return address, written anew with its query, which is the client's session (``?sid=…``)."""
    sent = next((found for name in HOOK_NAMES if (found := parameters.all(name))), [])
    if len(sent) > 1:
        raise MessageInvalid(
            _("The launch has more than one return address (%(name)s).") % {"name": "hookurl"},
            path="hookurl",
            detail=" | ".join(value[:200] for value in sent[:5]),
        )
    if not sent and connection.default_return_url:
        sent = [connection.default_return_url]
        notes.append("No return address was sent; the one of the connection is used.")
    if not sent and action in RETURNING:
        raise MessageInvalid(
            _("The launch has no return address (%(name)s).") % {"name": "hookurl"}, path="hookurl"
        )
    if not sent:
        notes.append("No return address was sent; nothing can be returned.")
        return ""
    try:
        allowed = origins.parse_return_origins(connection.return_origins)
        return str(origins.allowed_address(decoded(sent[0], notes), allowed))
    except ValueError as reason:
        raise MessageInvalid(
            _("The return address (%(name)s) cannot be used.") % {"name": "hookurl"} + f" {reason}",
            path="hookurl",
        ) from reason


def _target(parameters: Parameters, options: IdsOptions, notes: list[str]) -> str:
    wanted = options.target or parameters.get("target")
    if not wanted or wanted.upper() == "TOP":
        return DEFAULT_TARGET
    if not is_target(wanted):
        notes.append(f"The target is not the name of a window; {DEFAULT_TARGET} is used.")
        return DEFAULT_TARGET
    return wanted


def _landing(action: str, parameters: Parameters, organisation: Organisation, notes: list[str]) -> str:
    """Where the shop opens: on an article (ADL), on a search (AS), else at home or in the sent cart."""
    if action == "ADL":
        number = parameters.get("ghnummer")
        if not number:
            raise MessageInvalid(
                _("The launch names no article (%(name)s).") % {"name": "ghnummer"}, path="ghnummer"
            )
        sku = Articles.load(organisation, [number]).sku(number)
        if sku:
            return f"/p/{quote(sku)}"
        notes.append(f"There is no article {number[:40]!r}; the shop opens on a search for it.")
        return _search(number)
    return _search(parameters.get("searchterm")) if action == "AS" else "/"


def _search(words: str) -> str:
    while words and len(landing := f"/search?q={quote(words)}") > LONGEST_LANDING:
        words = words[:-1]
    return landing if words else "/"


def _sent_cart(action: str, parameters: Parameters) -> SentCart | None:
    if action != "WKS":
        return None
    document = parameters.document("warenkorb")
    if not document:
        raise MessageInvalid(
            _("The launch sends no cart (%(name)s).") % {"name": "warenkorb"}, path="warenkorb"
        )
    return read_cart(document, parameters.charset)


def _items(
    cart: SentCart, organisation: Organisation, options: IdsOptions, notes: list[str]
) -> tuple[tuple[RequestedItem, ...], list[dict[str, Any]]]:
    """The cart's lines for the shop, and its positions for the way back, all of them."""
    articles = Articles.load(organisation, [text for item in cart.items for text in (item.article, item.ean)])
    requested, positions = [], []
    for item in cart.items:
        sku = articles.sku(item.article, item.ean)
        if not sku:
            notes.append(f"Position {item.number}: article {item.article[:40]!r} is not known.")
        elif item.unit and item.unit != (ours := translate_unit(articles.units[sku], options.units, UNITS)):
            notes.append(f"Position {item.number}: sent in {item.unit[:20]!r}, sold here in {ours!r}.")
        number = sku or item.article or item.ean or "–"
        token = f"position-{item.number}"
        requested.append(RequestedItem(number, item.quantity, token=token, description=item.text))
        positions.append(_position(item, number, token))
    return tuple(requested), positions


def _position(item: SentItem, number: str, token: str) -> dict[str, Any]:
    return {
        "token": token,
        "sku": number,
        "quantity": str(item.quantity),
        "character": item.character,
        "references": item.references,
    }
