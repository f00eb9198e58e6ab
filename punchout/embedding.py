"""How a browser stays in its session: by a cookie, else by the address, else in a new window.

Every session lives below a path of its own, ``/s/<key>/``, so two sessions in one browser never meet.
The key is a public id; what proves the session is a cookie that is scoped to that path and partitioned to
the site that frames us. A browser that refuses the cookie gets the secret in the path instead, if the
connection allows it (OWASP ASVS 14.2.1 is departed from knowingly: short life, no-store, same-origin
referrer, redacted in logs, gone at the return).
"""

from __future__ import annotations

import hmac
from collections.abc import Container
from datetime import timedelta
from decimal import Decimal
from functools import partial
from http.cookies import Morsel
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.crypto import RANDOM_STRING_CHARS, salted_hmac
from django.utils.translation import gettext as _

from catalog.money import Money
from catalog.prepared_objects import PreparedObject
from catalog.prices import NetPrice
from punchout import ordering, origins, preflight, surcharges
from punchout.adapters.registry import get_adapter
from punchout.models import Connection, PunchoutSession, ReturnedCart
from punchout.secrets import token_digest
from shop.context import VISITOR, ShoppingContext

log = structlog.get_logger(__name__)

PATH_SECRET_LENGTH = 43
# (idle, absolute) life of a session by what carries it; a secret in an address lives shorter.
LIFE = {
    PunchoutSession.Embedding.PATH: (timedelta(minutes=20), timedelta(hours=4)),
    PunchoutSession.Embedding.COOKIE: (timedelta(hours=2), timedelta(hours=12)),
}
SEEN_EVERY = timedelta(minutes=1)
# How long after the end the return form may be asked for again (double click, reload).
RETURN_AGAIN = timedelta(minutes=10)
RETURN_PATHS = ("/return", "/return/", "/order", "/order/", "/leave", "/leave/")


class PartitionedMorsel(Morsel[str]):
    """A cookie with the ``Partitioned`` attribute, which Python knows from 3.14 on only."""

    def OutputString(self, attrs: Container[str] | None = None) -> str:
        return super().OutputString(attrs) + "; Partitioned"


def cookie_name(session: PunchoutSession) -> str:
    return f"__Secure-shop-{session.key[:8]}"


def set_cookie(response: HttpResponse, session: PunchoutSession, secret: str) -> None:
    """Gives the browser the session's cookie: only for its path, only over https (or the loopback)."""
    morsel = PartitionedMorsel()
    name = cookie_name(session)
    morsel.set(name, secret, secret)
    attributes: dict[str, Any] = {"path": f"/s/{session.key}/", "secure": True, "httponly": True}
    morsel.update({**attributes, "samesite": "None"})
    dict.__setitem__(response.cookies, name, morsel)


def has_cookie(request: HttpRequest, session: PunchoutSession) -> bool:
    presented = token_digest(request.COOKIES.get(cookie_name(session), ""))
    return bool(session.cookie_digest) and hmac.compare_digest(presented, session.cookie_digest)


_SESSIONS = PunchoutSession.objects.select_related(
    "connection", "organisation__price_list", "person", "cart", "delivery_site"
)
_BY_PATH = PreparedObject(lambda digest: _SESSIONS.filter(path_digest=digest))
_BY_KEY = PreparedObject(lambda key: _SESSIONS.filter(key=key))


def _find(request: HttpRequest, key: str) -> PunchoutSession | None:
    """The session that the request proves to be in; ``None`` for all others."""
    if len(key) == PATH_SECRET_LENGTH:
        return _BY_PATH.get(token_digest(key))
    session = _BY_KEY.get(key)
    return session if session is not None and has_cookie(request, session) else None


def resolve(request: HttpRequest, key: str) -> ShoppingContext | HttpResponse | None:
    """The shopping context of a session key, or the page that says why the session is over.

    ``None`` for the way in (``/s/<key>/enter/…``), where it is not yet known what carries the session.
    """
    if request.path_info.startswith(f"/s/{key}/enter/"):
        return None
    session = _find(request, key)
    if session is None:
        return _gone(request, 404)
    now = timezone.now()
    idle, absolute = LIFE.get(
        PunchoutSession.Embedding(session.embedding), LIFE[PunchoutSession.Embedding.COOKIE]
    )
    started = session.started_at or session.created_at
    if session.state == PunchoutSession.State.ACTIVE and (
        session.seen_at + idle < now
        or started + absolute < now
        or not (session.connection.active and session.organisation.active)
    ):
        PunchoutSession.objects.filter(pk=session.pk, state=session.state).update(
            state=PunchoutSession.State.EXPIRED, ended_at=now
        )
        session.state = PunchoutSession.State.EXPIRED
    if session.state != PunchoutSession.State.ACTIVE and not _may_return_again(request, session, key):
        return ended_page(request, session, in_path=len(key) == PATH_SECRET_LENGTH)
    if not is_installed(session.connection):
        return not_installed_page(request, session)
    if session.seen_at + SEEN_EVERY < now:
        PunchoutSession.objects.filter(pk=session.pk).update(seen_at=now)
    request.punchout_session = session  # type: ignore[attr-defined]
    return shopping_context(session, f"/s/{key}")


def shopping_context(session: PunchoutSession, prefix: str = "") -> ShoppingContext:
    connection = session.connection
    return ShoppingContext(
        organisation=session.organisation,
        cart=session.cart,
        prefix=prefix,
        language=session.language,
        person=str(session.person) if session.person else "",
        delivery=delivery_of(session),
        buyer_system=connection.buyer_system or connection.name,
        return_host=return_host(session),
        cart_is_fetched=cart_is_fetched(session),
        may_order=is_installed(connection) and ordering.taker_for(session) is not None,
        read_only=session.operation == PunchoutSession.Operation.INSPECT,
        editing=session.operation == PunchoutSession.Operation.EDIT,
        test=connection.test,
        frame_ancestors=origins.frame_sources(connection.frame_origins),
        csrf_secret=csrf_secret(session),
        comes_to=partial(_comes_to, connection=connection),
        check=partial(preflight.checked, session=session),
    )


def _comes_to(price: NetPrice, quantity: Decimal, *, connection: Connection) -> Money:
    """As the connection sends it, so that the header's cart and the page of the cart show one total."""
    if not price.surcharges:
        return price.total(quantity)
    how = get_adapter(connection.adapter).options(connection).surcharges
    return surcharges.comes_to(price, quantity, how)


def delivery_of(session: PunchoutSession) -> str:
    """Where the goods will go, as the buyer knows it: the name and town of the site, else as it was sent."""
    site = session.delivery_site
    if site is None:
        return session.delivery_address
    return ", ".join(part for part in (site.name, site.city) if part)


def return_host(session: PunchoutSession) -> str:
    """The host the cart goes to, as shown to the buyer."""
    try:
        address = origins.parse_address(session.return_url)
    except ValueError:
        return session.connection.buyer_system if session.return_url else ""
    return address.origin.partition("://")[2]


def is_installed(connection: Connection) -> bool:
    """Whether the connection's protocol is there; the package of another may have been taken away."""
    try:
        get_adapter(connection.adapter)
    except KeyError:
        return False
    return True


def cart_is_fetched(session: PunchoutSession) -> bool:
    """Whether the buyer's system fetches the cart instead of being sent it."""
    try:
        return get_adapter(session.connection.adapter).cart_is_fetched
    except KeyError:
        return False


def csrf_secret(session: PunchoutSession) -> str:
    """32 characters that Django's CSRF tokens of this session are made from; nothing has to be stored."""
    carried = session.path_digest or session.cookie_digest
    number = int.from_bytes(
        salted_hmac("punchout.csrf", f"{session.key}:{carried}", algorithm="sha256").digest(), "big"
    )
    letters = []
    for _position in range(32):
        number, index = divmod(number, len(RANDOM_STRING_CHARS))
        letters.append(RANDOM_STRING_CHARS[index])
    return "".join(letters)


def _may_return_again(request: HttpRequest, session: PunchoutSession, key: str) -> bool:
    rest = request.path_info.partition(f"/s/{key}")[2]
    return (
        request.method == "POST"
        and rest in RETURN_PATHS
        and session.ended_at is not None
        and session.ended_at + RETURN_AGAIN > timezone.now()
        and session.state in (PunchoutSession.State.RETURNED, PunchoutSession.State.CANCELLED)
    )


def ended_page(request: HttpRequest, session: PunchoutSession, *, in_path: bool = False) -> HttpResponse:
    """How the session ended, in its language, and how to shop again."""
    with translation.override(session.language):
        number = order_number(session)
        if number:
            text = _(
                "Your order %(number)s was placed, and the cart was returned to %(system)s. "
                "To shop again, open the catalog from there."
            )
        elif session.state == PunchoutSession.State.RETURNED:
            text = _("Your cart was returned to %(system)s. To shop again, open the catalog from there.")
        elif session.state == PunchoutSession.State.CANCELLED:
            text = _(
                "You went back to %(system)s without a cart. To shop again, open the catalog from there."
            )
        else:
            text = _(
                "Nothing happened here for a while, so we closed the session. "
                "Open the catalog again from %(system)s."
            )
        paragraphs = [text % {"system": session.connection.buyer_system, "number": number}]
        status = 409 if request.method == "POST" else 404 if in_path else 410
        response = message_page(request, _("This shopping session has ended"), paragraphs, status=status)
    response.frame_ancestors = origins.frame_sources(session.connection.frame_origins)  # type: ignore[attr-defined]
    return response


def order_number(session: PunchoutSession) -> str:
    """What the cart of an ended visit was ordered under; empty: it was not."""
    if session.state != PunchoutSession.State.RETURNED:
        return ""
    numbers = ReturnedCart.objects.filter(session=session).values_list("order_number", flat=True)
    return numbers.first() or ""


def not_installed_page(request: HttpRequest, session: PunchoutSession) -> HttpResponse:
    """The shop cannot speak to this buyer's system now; the visit and its cart are kept."""
    connection = session.connection
    log.error("adapter_not_installed", adapter=connection.adapter, connection=connection.slug)
    with translation.override(session.language):
        response = message_page(
            request,
            _("The shop cannot talk to your procurement system now"),
            [
                _("Nothing was sent, and your cart is kept. It is for us to repair this."),
                _("Try again later, or ask us: %(contact)s.") % {"contact": settings.SUPPLIER_EMAIL},
            ],
            status=503,
        )
    response.frame_ancestors = origins.frame_sources(connection.frame_origins)  # type: ignore[attr-defined]
    return response


def _gone(request: HttpRequest, status: int) -> HttpResponse:
    with translation.override(translation.get_language_from_request(request)):
        return message_page(
            request,
            _("We do not know this shopping session"),
            [
                _("It may have ended, or your browser did not send the cookie that belongs to it."),
                _("Open the catalog again from your procurement system."),
            ],
            status=status,
        )


def message_page(
    request: HttpRequest, title: str, paragraphs: list[str], *, status: int = 200, **extra: object
) -> HttpResponse:
    """A plain designed page that says one thing (templates/shop/message.html)."""
    if not hasattr(request, "shopping"):
        request.shopping = VISITOR  # type: ignore[attr-defined]
    response = render(
        request, "shop/message.html", {"title": title, "paragraphs": paragraphs, **extra}, status=status
    )
    response["Cache-Control"] = "no-store"
    return response
