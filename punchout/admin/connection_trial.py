"""A real launch of a connection, as its buyer's system would make it, through the whole shop."""

import contextvars
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.core.handlers.wsgi import WSGIRequest
from django.urls import set_script_prefix
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError as OptionsInvalid

from punchout import origins
from punchout.adapters import get_adapter
from punchout.models import Connection, PartyCredential, PunchoutSession, WireMessage
from punchout.presets import preset_of
from punchout.sandbox.counterparty import Counterparty
from punchout.sandbox.dialects import Party, System
from punchout.sandbox.systems import SYSTEMS

# Any port will do where the list says so: nothing is ever sent there.
SOME_PORT = 8000
MARKER = "X-Request-Id"
USER_AGENT = "Connection test"


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it. ``message`` is the exchange as the wire log keeps it."""

    good: bool
    title: str
    detail: str = ""
    message: WireMessage | None = None


class CannotPlay(Exception):
    """The connection lacks something without which not even a refused launch can be made."""


# Who plays a connection whose buyer's system is none that the sandbox knows.
_USUAL = {
    "oci": "sap-s4",
    "cxml": "coupa",
    "ids": "ids-erp",
    "oraclexml": "oracle-xml",
    "peppol": "peppol",
    "cebeoxml": "cebeo-erp",
}


def played_by(connection: Connection) -> System:
    """The sandbox's system that fits this connection best."""
    preset = preset_of(connection.buyer_system, connection.adapter)
    return SYSTEMS[preset.slug if preset is not None else _USUAL[connection.adapter]]


def _options(connection: Connection) -> dict[str, Any]:
    try:
        return get_adapter(connection.adapter).options(connection).model_dump()
    except OptionsInvalid:
        raise CannotPlay(_("Its options are not valid.")) from None


def _as_oci(connection: Connection, secret: str) -> System:
    base = played_by(connection)
    assert base.oci is not None
    options = _options(connection)
    dialect = replace(
        base.oci,
        connection=connection.slug,
        version=str(options.get("version", base.oci.version)),
        user=connection.username,
        secret=secret,
        user_name=options.get("username_parameter", base.oci.user_name),
        password_name=options.get("password_parameter", base.oci.password_name),
        hook_name=options.get("hook_parameter", base.oci.hook_name),
    )
    return replace(base, oci=dialect)


def _as_cxml(connection: Connection, secret: str) -> System:
    base = played_by(connection)
    assert base.cxml is not None
    parties = {row.party: Party(row.domain, row.identity) for row in connection.credentials.all()}
    for row in connection.hub.credentials.all()[:1] if connection.hub else ():
        parties.setdefault(PartyCredential.Party.SENDER, Party(row.domain, row.identity))
    try:
        dialect = replace(
            base.cxml,
            from_party=parties[PartyCredential.Party.FROM],
            sender=parties[PartyCredential.Party.SENDER],
            to=parties.get(PartyCredential.Party.TO, Party("", "")),
            secret=secret,
            user_agent=USER_AGENT,
            # Nobody in particular: a test makes no person.
            extrinsics=(),
            sends_contact=False,
        )
    except KeyError:
        raise CannotPlay(_("It lists no From or no Sender credential.")) from None
    return replace(base, cxml=dialect)


def _as_ids(connection: Connection, secret: str) -> System:
    base = played_by(connection)
    assert base.ids is not None
    options = _options(connection)
    dialect = replace(
        base.ids,
        connection=connection.slug,
        version=str(options.get("version", base.ids.version)),
        customer_number=options.get("customer_number") or connection.organisation.number,
        user=connection.username,
        secret=secret,
    )
    return replace(base, ids=dialect)


def _as_oracle(connection: Connection, secret: str) -> System:
    base = played_by(connection)
    assert base.oracle is not None
    dialect = replace(base.oracle, connection=connection.slug, user=connection.username, secret=secret)
    return replace(base, oracle=dialect)


def _as_peppol(connection: Connection, secret: str) -> System:
    base = played_by(connection)
    assert base.peppol is not None
    options = _options(connection)
    dialect = replace(
        base.peppol,
        connection=connection.slug,
        user=connection.username,
        secret=secret,
        user_name=options["username_parameter"],
        password_name=options["password_parameter"],
        return_name=options["return_parameter"],
        cart_field=options["cart_field"],
    )
    return replace(base, peppol=dialect)


def _as_cebeo(connection: Connection, secret: str) -> System:
    base = played_by(connection)
    assert base.cebeo is not None
    dialect = replace(
        base.cebeo,
        connection=connection.slug,
        customer_number=_options(connection)["customer_number"] or connection.organisation.number,
        user=connection.username,
        secret=secret,
    )
    return replace(base, cebeo=dialect)


# Which buyer's system of the sandbox can play a connection of a protocol.
PLAYERS: dict[str, Callable[[Connection, str], System]] = {
    "oci": _as_oci,
    "cxml": _as_cxml,
    "ids": _as_ids,
    "oraclexml": _as_oracle,
    "peppol": _as_peppol,
    "cebeoxml": _as_cebeo,
}


def can_play(connection: Connection) -> bool:
    return connection.adapter in PLAYERS


def try_launch(*, connection: Connection, secret: str, shop_url: str, tested_by: str) -> Trial:
    """Launches with ``secret``, notes on the message that it was a test, and ends the session at once.

    The request goes through the shop's own WSGI application, in process: it meets every middleware, and
    cannot be stopped by a proxy that the shop does not reach from inside.
    """
    return_to = _return_site(connection)
    if not return_to:
        return Trial(False, _("Nothing was sent"), _("No return origin is listed to come back to."))
    try:
        system = PLAYERS[connection.adapter](connection, secret)
    except CannotPlay as lack:
        return Trial(False, _("Nothing was sent"), str(lack))
    marker = f"connection-test-{secrets.token_hex(8)}"
    began = timezone.now()
    # A copy of the context, so that the inner request cannot change the outer one's language or log fields.
    outcome = contextvars.copy_context().run(_launch, system, shop_url, return_to, marker)
    # Found by the header that only this launch carries; the log would not take its request id as its own.
    sent = WireMessage.objects.filter(received_at__gte=began, **{f"headers__{MARKER}": marker})
    message = sent.select_related("session").first()
    if message is not None:
        message.notes = [*message.notes, f"Connection test by {tested_by}"]
        message.save(update_fields=["notes"])
        if message.session_id is not None:
            now = timezone.now()
            PunchoutSession.objects.filter(pk=message.session_id).update(
                state=PunchoutSession.State.CANCELLED, ended_at=now, start_expires_at=now
            )
    return replace(outcome, message=message)


def _launch(system: System, shop_url: str, return_to: str, marker: str) -> Trial:
    headers = {MARKER: marker, "User-Agent": USER_AGENT, "X-Forwarded-Proto": urlsplit(shop_url).scheme}
    with httpx.Client(transport=httpx.WSGITransport(app=_inner_application), headers=headers) as client:
        buyer = Counterparty(system, shop_url=shop_url, own_url=return_to, client=client)
        launch = buyer.launch()
        if launch.problem is not None:
            return Trial(False, launch.problem.title, launch.problem.detail)
        if launch.form is None:
            return Trial(True, _("The shop opened a session"))
        answer = buyer.submit(launch)
    if answer.status_code in (302, 303) and "/start/" in answer.headers.get("Location", ""):
        return Trial(True, _("The shop opened a session"))
    return Trial(False, _("The launch was refused: HTTP %(status)s") % {"status": answer.status_code})


def _inner_application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """The shop's WSGI application without the signals around a request.

    They close the database connection, which the outer request is still using.
    """
    # Imported here: the application is built from the URLs, which are built from this admin.
    from shop.wsgi import application

    set_script_prefix("/")
    response = application.get_response(WSGIRequest(environ))
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return list(response)


def _return_site(connection: Connection) -> str:
    """An address below the first listed return origin, as the buyer's system would name one."""
    try:
        listed = origins.parse_return_origins(connection.return_origins)
    except ValueError:
        return ""
    for origin in listed:
        host = f"test.{origin.host}" if origin.subdomains else origin.host
        port = SOME_PORT if origin.port == origins.ANY_PORT else origin.port
        return f"{origin.scheme}://{host}:{port}{origin.path.rstrip('/')}"
    return ""
