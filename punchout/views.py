"""The browser's way through a session: start, enter, return, leave."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from punchout import embedding, ordering, origins, services
from punchout.documents import ReturnForm
from punchout.endpoint import base_url
from punchout.errors import Conflict
from punchout.models import PunchoutSession, ReturnedCart
from punchout.return_page import with_fields
from punchout.secrets import token_digest


class SeeOther(HttpResponseRedirect):
    """303: the browser follows with GET, whatever it came with."""

    status_code = 303


@csrf_exempt  # the token is the authority, and the launch comes from another site
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time start address. GET only shows a page that posts, so that a prefetch does not burn it."""
    known = (
        PunchoutSession.objects.select_related("connection").filter(start_digest=token_digest(token)).first()
    )
    if request.method == "POST":
        redeemed = services.redeem_start_token(token=token)
        if redeemed is not None:
            session, secret, handover = redeemed
            response: HttpResponse = SeeOther(f"/s/{session.key}/enter/{handover}")
            embedding.set_cookie(response, session, secret)
            return _framed(response, session)
    elif known is not None and known.state == PunchoutSession.State.LAUNCHED:
        with translation.override(known.language):
            return _framed(render(request, "punchout/start.html", {"session": known}), known)
    language = known.language if known else translation.get_language_from_request(request)
    with translation.override(language):
        refused = embedding.message_page(
            request,
            _("This start link cannot be used"),
            [
                _("It was already used, it is older than five minutes, or it was never ours."),
                _("Open the catalog again from your procurement system; that gives a new link."),
            ],
            status=410,
        )
    return _framed(refused, known)


def _framed(response: HttpResponse, session: PunchoutSession | None) -> HttpResponse:
    if session is not None:
        sources = origins.frame_sources(session.connection.frame_origins)
        response.frame_ancestors = sources  # type: ignore[attr-defined]
    return response


@never_cache
@require_GET
def enter(request: HttpRequest, key: str, handover: str) -> HttpResponse:
    """Chooses what carries the session: the cookie if it came back, else the address, else a new window."""
    session = PunchoutSession.objects.select_related("connection").filter(key=key).first()
    if session is not None and embedding.has_cookie(request, session):
        PunchoutSession.objects.filter(pk=session.pk).update(
            embedding=PunchoutSession.Embedding.COOKIE, handover_digest=""
        )
        return _framed(SeeOther(f"/s/{key}{session.landing}"), session)
    handed_over = session is not None and session.handover_digest == token_digest(handover)
    if session is None or not handed_over:
        with translation.override(translation.get_language_from_request(request)):
            page = embedding.message_page(
                request,
                _("Your browser did not keep the session"),
                [_("Open the catalog again from your procurement system.")],
                status=410,
            )
        return _framed(page, session)
    if session.connection.cookieless:
        secret = services.switch_to_path(session=session, handover=handover)
        if secret is not None:
            return _framed(SeeOther(f"/s/{secret}{session.landing}"), session)
    token = services.reissue_start_token(session=session)
    with translation.override(session.language):
        page = render(request, "punchout/new_window.html", {"session": session, "token": token})
    return _framed(page, session)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def return_cart(request: HttpRequest) -> HttpResponse:
    """Hands the cart to the buyer's system, after the buyer pressed the button."""
    return _end_with_cart(request, order=False)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest) -> HttpResponse:
    """Orders the cart here and hands it to the buyer's system as ordered."""
    return _end_with_cart(request, order=True)


def _end_with_cart(request: HttpRequest, *, order: bool) -> HttpResponse:
    if request.method != "POST":
        return SeeOther(f"{request.META['SCRIPT_NAME']}/cart")  # the address was opened anew
    session: PunchoutSession = request.punchout_session  # type: ignore[attr-defined]
    try:
        form = services.return_cart(session=session, base_url=base_url(request), order=order)
    except services.CartNotReturnable:
        return SeeOther(f"{request.META['SCRIPT_NAME']}/cart")
    except Conflict as error:
        title = _("The cart was not ordered") if order else _("The cart was not returned")
        return _not_done(request, session, title, error)
    if form is None:
        values = {"system": session.connection.buyer_system}
        return embedding.message_page(
            request,
            _("Your cart waits for %(system)s") % values,
            [
                _("It is kept as it is, and %(system)s can fetch it now. Nothing is ordered yet.") % values,
                _("You can close this window. If you open the shop again, you go on with this cart."),
            ],
        )
    return hand_over(request, session, form, returning=True)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Goes back without a cart, in the way the buyer's system understands."""
    if request.method != "POST":
        return SeeOther(f"{request.META['SCRIPT_NAME']}/cart")  # the address was opened anew
    session: PunchoutSession = request.punchout_session  # type: ignore[attr-defined]
    try:
        form = services.leave(session=session)
    except Conflict as error:
        return _not_done(request, session, _("This session has ended"), error)
    if form is None:
        return embedding.message_page(
            request,
            _("You left without a cart"),
            [_("Nothing was sent. You can close this window and go on in your procurement system.")],
        )
    return hand_over(request, session, form, returning=False)


def _not_done(request: HttpRequest, session: PunchoutSession, title: str, error: Conflict) -> HttpResponse:
    """Why nothing was sent: how the session ended (in another tab, say), else what stands in the way."""
    session.refresh_from_db(fields=["state"])
    if session.state not in PunchoutSession.OPEN:
        return embedding.ended_page(request, session)
    return embedding.message_page(request, title, [str(error)], status=409)


def _returned(session: PunchoutSession) -> ReturnedCart | None:
    """What the page says of an order: not the lines, there may be hundreds."""
    if not ordering.may_be_ordered(session):
        return None
    carts = ReturnedCart.objects.only("order_number", "total", "currency")
    return carts.filter(session=session).first()


def hand_over(
    request: HttpRequest, session: PunchoutSession, form: ReturnForm, *, returning: bool
) -> HttpResponse:
    """The page with the return form: posts by itself, or with its button; in the buyer's charset."""
    context = {
        # A template's context is freed by a collection only; 9,000 fields in it would be what makes one.
        "form": replace(form, fields=()),
        "session": session,
        "returning": returning,
        "host": embedding.return_host(session),
        "returned": _returned(session),
    }
    page = render_to_string("punchout/hand_over.html", context, request)
    response = HttpResponse(with_fields(page, form), content_type=f"text/html; charset={form.charset}")
    sources = origins.form_action_sources(form.action, session.connection.return_origins)
    replaced = {"form-action": list(sources)}
    response._csp_replace = replaced  # type: ignore[attr-defined]
    return response
