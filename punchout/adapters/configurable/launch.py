"""From the parameters of a launch to a ``SetupRequest``: who, where to, and what is given back."""

import hmac
from typing import NoReturn
from urllib.parse import quote

from django.utils.translation import gettext as _

from catalog.models import Product
from punchout import origins
from punchout.adapters.configurable.options import ConfigurableOptions
from punchout.adapters.parameters import Parameters
from punchout.documents import SetupRequest, Shopper
from punchout.errors import AuthenticationFailed, MessageInvalid
from punchout.lookup import secrets_of
from punchout.models import Connection, Secret
from punchout.secrets import matching

LONGEST_LANDING = 255
LONGEST_ECHO = 4_000


class ConnectionClosed(AuthenticationFailed):
    """The credentials are right, but the connection or its customer is switched off."""


def refuse_unknown() -> NoReturn:
    """Refuses a launch at an address that is no connection's, and takes as long as for a wrong password."""
    matching((), "")
    raise AuthenticationFailed(_refused(), detail="There is no such connection.")


def _refused() -> str:
    """One text for all failures: it must not tell an unknown connection from a wrong password."""
    return _("The address, the user name or the password of the launch is not right.")


def authenticate(connection: Connection, parameters: Parameters, options: ConfigurableOptions) -> Secret:
    """The secret that was presented; ``AuthenticationFailed``, worded alike for whatever was wrong."""
    user = parameters.get(options.username_parameter)
    password = parameters.raw(options.password_parameter) or ""
    expected = connection.username
    known = hmac.compare_digest(_folded(expected), _folded(user)) and bool(expected)
    secret = matching(secrets_of(connection), password)
    if not known or secret is None or not password:
        wrong = (
            "No password was sent."
            if not password
            else "The user name is not the connection's."
            if not known
            else "The password matches no secret that is valid."
        )
        raise AuthenticationFailed(_refused(), detail=wrong)
    if not (connection.active and connection.organisation.active):
        raise ConnectionClosed(_("This connection is switched off."))
    return secret


def _folded(text: str) -> bytes:
    return text.strip().casefold().encode("utf-8", "surrogatepass")


def read_launch(connection: Connection, parameters: Parameters, options: ConfigurableOptions) -> SetupRequest:
    """The wish to shop; ``MessageInvalid`` for a return address that cannot be used."""
    notes = list(parameters.notes)
    identifier = parameters.get(options.shopper_parameter) or parameters.get(options.shopper_email_parameter)
    launch = {name: parameters.get(name)[:LONGEST_ECHO] for name in options.echo_parameters}
    return SetupRequest(
        connection=connection,
        return_url=_return_url(connection, parameters, options, notes),
        language=parameters.get(options.language_parameter),
        shopper=Shopper(
            identifier=identifier,
            name=parameters.get(options.shopper_name_parameter),
            email=parameters.get(options.shopper_email_parameter),
        ),
        landing=_landing(connection, parameters, options, notes),
        echo={"launch": launch},
        notes=tuple(notes),
    )


def _return_url(
    connection: Connection, parameters: Parameters, options: ConfigurableOptions, notes: list[str]
) -> str:
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


def _landing(
    connection: Connection, parameters: Parameters, options: ConfigurableOptions, notes: list[str]
) -> str:
    """On an article, on a search, else at home."""
    number = parameters.get(options.article_parameter)[:60]
    if number:
        shown = Product.objects.visible_to(connection.organisation).filter(sku__in={number, number.upper()})
        sku = shown.values_list("sku", flat=True).first()
        if sku:
            return f"/p/{quote(sku)}"
        notes.append(f"There is no article {number!r}; the shop opens on a search for it.")
    words = (number or parameters.get(options.search_parameter))[:LONGEST_LANDING]
    while words and len(landing := f"/search?q={quote(words)}") > LONGEST_LANDING:
        words = words[:-1]
    return landing if words else "/"
