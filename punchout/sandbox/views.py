"""The sandbox in the browser: choose a procurement system, shop, and see what that system received.

Only with ``SANDBOX``; outside the demo only for staff. The receive address is open to the world, as the
buyers' systems' are: it is known by an unguessable id and takes one kind of message.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from punchout.sandbox import runs
from punchout.sandbox.build_cxml import Operation
from punchout.sandbox.models import SandboxRun
from punchout.sandbox.presentation import OUTCOME_TEXTS, sheet_of
from punchout.sandbox.raw_display import SHOWN_CHARACTERS, highlight
from punchout.sandbox.sites import origin_of, sites_of
from punchout.sandbox.systems import LANGUAGES, SYSTEMS

RECEIVE_LIMIT = 20 * 1024 * 1024
_CHUNK = 64 * 1024
_KEPT_HEADERS = ("Content-Type", "Content-Length", "Origin", "Referer", "User-Agent", "Sec-Fetch-Site")
_OPERATIONS: dict[str, Operation] = {"create": "create", "edit": "edit", "inspect": "inspect"}
P = ParamSpec("P")
_View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def sandbox_page(view: "_View[P]") -> "_View[P]":
    """The view exists only with SANDBOX, and outside the demo only for signed-in staff."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not settings.SANDBOX:
            raise Http404
        if not (settings.DEMO or settings.DEBUG) and not (request.user.is_active and request.user.is_staff):
            return redirect_to_login(request.get_full_path())
        return never_cache(view)(request, *args, **kwargs)

    return guarded


@sandbox_page
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    recent = SandboxRun.objects.alive()[:5] if settings.DEMO or settings.DEBUG else []
    context = {
        "systems": SYSTEMS.values(),
        "languages": [(code, name) for code, (name, _tag) in LANGUAGES.items()],
        "recent": [(run, SYSTEMS[run.system]) for run in recent if run.system in SYSTEMS],
    }
    return render(request, "sandbox/home.html", context)


@sandbox_page
@require_POST
def launch(request: HttpRequest) -> HttpResponse:
    system = SYSTEMS.get(request.POST.get("system", ""))
    language = request.POST.get("language", "en")
    if system is None or language not in LANGUAGES:
        return redirect("sandbox:home")
    framed = request.POST.get("display") != "window"
    run = runs.start_run(system=system, sites=sites_of(request), framed=framed, language=language)
    return redirect("sandbox:run", run.public_id)


@sandbox_page
@require_POST
def launch_again(request: HttpRequest, public_id: str) -> HttpResponse:
    run = get_object_or_404(SandboxRun.objects.alive(), public_id=public_id)
    system = SYSTEMS.get(run.system)
    operation = _OPERATIONS.get(request.POST.get("operation", ""))
    requisition = runs.requisition_of(run)
    if system is None or operation is None:
        raise Http404
    if operation != "create" and not runs.may_reopen(system, requisition, operation):
        return redirect("sandbox:run", run.public_id)
    following = runs.start_run(
        system=system,
        sites=sites_of(request),
        framed=bool(run.state.get("framed", True)),
        language=str(run.state.get("language", "en")),
        operation=operation,
        requisition=None if operation == "create" else requisition,
    )
    return redirect("sandbox:run", following.public_id)


@sandbox_page
@require_GET
def run_page(request: HttpRequest, public_id: str) -> HttpResponse:
    run = get_object_or_404(SandboxRun.objects.alive(), public_id=public_id)
    if run.cart is not None:
        return _with_policy(render(request, "sandbox/requisition.html", _requisition_context(run)), run)
    template = "sandbox/failed.html" if run.status == SandboxRun.Status.FAILED else "sandbox/run.html"
    form = run.state.get("form")
    context = {
        "run": run,
        "system": SYSTEMS[run.system],
        "framed": run.state.get("framed", True),
        "form": form,
        "start_url": run.state.get("start_url", ""),
        "shop_host": run.state.get("shop_url", "").partition("://")[2],
        "request_html": highlight(run.request_text),
        "response_html": highlight(run.response_text),
        "poll_url": reverse("sandbox:status", args=[run.public_id]),
    }
    return _with_policy(render(request, template, context), run)


@sandbox_page
@require_GET
def run_status(request: HttpRequest, public_id: str) -> HttpResponse:
    run = get_object_or_404(SandboxRun.objects.alive(), public_id=public_id)
    return JsonResponse({"status": run.status, "received": run.received_times})


@csrf_exempt
@never_cache
@require_POST
def receive(request: HttpRequest, public_id: str) -> HttpResponse:
    """Takes a returned cart and shows it, without the session: its cookie is not sent from another site."""
    if not settings.SANDBOX:
        raise Http404
    run = get_object_or_404(SandboxRun.objects.alive(), public_id=public_id)
    if run.system not in SYSTEMS:
        raise Http404
    raw_body = _read_body(request)
    if raw_body is None:
        return HttpResponse(_("The message is larger than 20 MB."), status=413, content_type="text/plain")
    runs.receive(
        run=run,
        raw_body=raw_body,
        content_type=request.META.get("CONTENT_TYPE", ""),
        query=request.META.get("QUERY_STRING", ""),
        headers={name: request.headers[name][:300] for name in _KEPT_HEADERS if name in request.headers},
    )
    context = _requisition_context(run)
    context["next_url"] = reverse("sandbox:run", args=[run.public_id])
    response = render(request, "sandbox/received.html", context)
    return _with_policy(response, run)


def _read_body(request: HttpRequest) -> bytes | None:
    """The whole body up to the sandbox's own limit; None when it is larger.

    Read in pieces because ``request.body`` refuses what is larger than the protocol endpoints allow.
    """
    body = bytearray()
    try:
        while chunk := request.read(_CHUNK):
            body += chunk
            if len(body) > RECEIVE_LIMIT:
                return None
    except (UnreadablePostError, RawPostDataException):
        return bytes(body)
    return bytes(body)


def _requisition_context(run: SandboxRun) -> dict[str, object]:
    cart = runs.received_cart(run)
    assert cart is not None
    system = SYSTEMS[run.system]
    requisition = runs.requisition_of(run)
    title, explanation = OUTCOME_TEXTS[cart.outcome]
    raw = bytes(run.received_body or b"").decode((system.oci and cart.encoding) or "utf-8", "replace")
    return {
        "run": run,
        "system": system,
        "cart": cart,
        "title": title,
        "explanation": explanation,
        "sheet": sheet_of(cart),
        # Lines that the requisition keeps although this message brought others or none.
        "kept": sheet_of(requisition) if requisition is not None and requisition != cart else None,
        # What the catalog allowed is what the buyer's system offers.
        "can_edit": runs.may_reopen(system, requisition, "edit"),
        "can_inspect": runs.may_reopen(system, requisition, "inspect"),
        "document_html": highlight(cart.document),
        "raw": raw[:SHOWN_CHARACTERS],
        "shortened": len(raw) > SHOWN_CHARACTERS,
        "request_html": highlight(run.request_text),
        "response_html": highlight(run.response_text),
    }


def _with_policy(response: HttpResponse, run: SandboxRun) -> HttpResponse:
    """Lets the page frame and post to the shop, and only this sandbox's own pages frame it."""
    found = (origin_of(run.state.get(key, "")) for key in ("shop_url", "start_url"))
    origins = [origin for origin in dict.fromkeys(found) if origin]
    response._csp_replace = {  # type: ignore[attr-defined]
        "frame-src": ["'self'", *origins],
        # Chrome applies form-action to the redirects that follow a posted form as well.
        "form-action": ["'self'", *origins],
    }
    response.frame_ancestors = ("'self'",)  # type: ignore[attr-defined]
    return response
