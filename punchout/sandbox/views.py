"""The sandbox in the browser: choose a procurement system, shop, and see what that system received.

Only with ``SANDBOX``; outside the demo only for staff. The receive address is open to the world, as the
buyers' systems' are: it is known by an unguessable id and takes one kind of message.
"""

from collections.abc import Mapping

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from punchout.sandbox import runs
from punchout.sandbox.dialects import System
from punchout.sandbox.functions import FUNCTIONS, find_function, needs_of
from punchout.sandbox.guard import is_public, is_staff, run_of, sandbox_page
from punchout.sandbox.launching import Asked, Operation
from punchout.sandbox.models import SandboxRun
from punchout.sandbox.presentation import catches_form, first_product, grouped, sheet_of, title_of
from punchout.sandbox.raw_display import SHOWN_CHARACTERS, highlight
from punchout.sandbox.sites import origin_of, sites_of
from punchout.sandbox.systems import LANGUAGES, SYSTEMS

RECEIVE_LIMIT = 20 * 1024 * 1024
_CHUNK = 64 * 1024
_KEPT_HEADERS = ("Content-Type", "Content-Length", "Origin", "Referer", "User-Agent", "Sec-Fetch-Site")
_OPERATIONS: dict[str, Operation] = {"create": "create", "edit": "edit", "inspect": "inspect"}
_LONGEST_INPUT = 200
RECENT = 5


@sandbox_page
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    recent = [run for run in SandboxRun.objects.alive()[: 4 * RECENT] if run.system in SYSTEMS]
    if not is_staff(request):
        recent = [run for run in recent if is_public() and not run.state.get("access")]
    context = {
        "groups": grouped(SYSTEMS.values()),
        "languages": [(code, name) for code, (name, _tag) in LANGUAGES.items()],
        "recent": [(run, SYSTEMS[run.system]) for run in recent[:RECENT]],
        "is_staff": is_staff(request),
        "asking": [system for system in SYSTEMS.values() if FUNCTIONS[system.protocol]],
    }
    return render(request, "sandbox/home.html", context)


@sandbox_page
@require_POST
def launch(request: HttpRequest) -> HttpResponse:
    system = SYSTEMS.get(request.POST.get("system", ""))
    language = request.POST.get("language", "en")
    if system is None or language not in LANGUAGES:
        return redirect("sandbox:home")
    # A form that posts to an event is caught in the frame, as SAP GUI catches it.
    framed = request.POST.get("display") != "window" or catches_form(system)
    run = runs.start_run(
        system=system, sites=sites_of(request), framed=framed, asked=Asked(language=language)
    )
    return redirect("sandbox:run", run.public_id)


@sandbox_page
@require_POST
def launch_again(request: HttpRequest, public_id: str) -> HttpResponse:
    run = run_of(request, public_id)
    operation = _OPERATIONS.get(request.POST.get("operation", ""))
    requisition = runs.requisition_of(run)
    if operation is None:
        raise Http404
    if operation != "create" and not runs.may_reopen(SYSTEMS[run.system], requisition, operation):
        return redirect("sandbox:run", run.public_id)
    asked = Asked(operation=operation, cart=None if operation == "create" else requisition)
    following = runs.follow(run, sites=sites_of(request), asked=asked)
    return redirect("sandbox:run", following.public_id)


@sandbox_page
@require_GET
def functions(request: HttpRequest, system: str) -> HttpResponse:
    """What this system can ask of the demo's catalog beside opening it."""
    played = SYSTEMS.get(system)
    if played is None:
        raise Http404
    context = {
        "system": played,
        **_functions_context(played, reverse("sandbox:call", args=[played.slug])),
        "others": [other for other in SYSTEMS.values() if FUNCTIONS[other.protocol]],
    }
    return render(request, "sandbox/functions.html", context)


@sandbox_page
@require_POST
def call(request: HttpRequest, system: str) -> HttpResponse:
    played = SYSTEMS.get(system)
    if played is None:
        raise Http404
    asked = _asked(request, played.protocol)
    run = runs.start_run(system=played, sites=sites_of(request), framed=True, asked=asked)
    return redirect("sandbox:run", run.public_id)


@sandbox_page
@require_POST
def call_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """A function, asked by the same buyer as an earlier run."""
    run = run_of(request, public_id)
    asked = _asked(request, SYSTEMS[run.system].protocol)
    following = runs.follow(run, sites=sites_of(request), asked=asked)
    return redirect("sandbox:run", following.public_id)


def _asked(request: HttpRequest, protocol: str) -> Asked:
    function = find_function(protocol, request.POST.get("function", ""))  # type: ignore[arg-type]
    if function is None:
        raise Http404
    given = {name: request.POST.get(name, "").strip()[:_LONGEST_INPUT] for name in function.needs}
    return Asked(
        function=function.name,
        product=given.get("product", ""),
        quantity=given.get("quantity", ""),
        search=given.get("search", ""),
    )


@sandbox_page
@require_GET
def run_page(request: HttpRequest, public_id: str) -> HttpResponse:
    run = run_of(request, public_id)
    if run.cart is not None and not run.problem:
        return _with_policy(render(request, "sandbox/requisition.html", _requisition_context(run)), run)
    system = SYSTEMS[run.system]
    template = "sandbox/failed.html" if run.status == SandboxRun.Status.FAILED else "sandbox/run.html"
    context = {
        "run": run,
        "system": system,
        "framed": run.state.get("framed", True),
        "form": runs.form_of(run),
        "start_url": run.state.get("start_url", ""),
        "shop_host": run.state.get("shop_url", "").partition("://")[2],
        "request_html": highlight(run.request_text),
        "response_html": highlight(run.response_text),
        "poll_url": reverse("sandbox:status", args=[run.public_id]),
        "catch_url": reverse("sandbox:receive", args=[run.public_id]) if catches_form(system) else "",
        **_functions_context(
            system, reverse("sandbox:call_again", args=[run.public_id]), asked=run.state.get("call", {})
        ),
        # Only a system that fetches its cart has something to ask while the buyer shops.
        "fetches": system.cebeo is not None,
    }
    return _with_policy(render(request, template, context), run)


@sandbox_page
@require_GET
def run_status(request: HttpRequest, public_id: str) -> HttpResponse:
    run = run_of(request, public_id)
    return JsonResponse({"status": run.status, "received": run.received_times})


@csrf_exempt
@never_cache
@require_POST
def receive(request: HttpRequest, public_id: str) -> HttpResponse:
    """Takes a returned cart and shows it, without the session: its cookie is not sent from another site."""
    run = _awaiting(public_id)
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
    return _arrived(request, run)


@never_cache
@require_GET
def left(request: HttpRequest, public_id: str) -> HttpResponse:
    """Where a buyer arrives who left without a cart; the address was named in the launch (OCICANCEL)."""
    run = _awaiting(public_id)
    runs.leave(run)
    return _arrived(request, run)


def _awaiting(public_id: str) -> SandboxRun:
    if not settings.SANDBOX:
        raise Http404
    run = get_object_or_404(SandboxRun.objects.alive(), public_id=public_id)
    if run.system not in SYSTEMS:
        raise Http404
    return run


def _arrived(request: HttpRequest, run: SandboxRun) -> HttpResponse:
    context = _requisition_context(run)
    context["next_url"] = reverse("sandbox:run", args=[run.public_id])
    return _with_policy(render(request, "sandbox/received.html", context), run)


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
    title, explanation = title_of(cart, run.state.get("call", {}))
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
        "answered_facts": cart.extra_fields if cart.outcome == "answered" else (),
        # What the catalog allowed is what the buyer's system offers.
        "can_edit": runs.may_reopen(system, requisition, "edit"),
        "can_inspect": runs.may_reopen(system, requisition, "inspect"),
        **_functions_context(
            system,
            reverse("sandbox:call_again", args=[run.public_id]),
            asked=run.state.get("call", {}),
            first_product=first_product(cart, system),
        ),
        "document_html": highlight(cart.document),
        "raw": raw[:SHOWN_CHARACTERS],
        "shortened": len(raw) > SHOWN_CHARACTERS,
        "request_html": highlight(run.request_text),
        "response_html": highlight(run.response_text),
    }


def _functions_context(
    system: System, call_url: str, *, asked: Mapping[str, str] | None = None, first_product: str = ""
) -> dict[str, object]:
    """What the form of functions shows: the buttons, and a field for whatever one of them needs."""
    return {
        "functions": FUNCTIONS[system.protocol],
        "needs": needs_of(system.protocol),
        "call_url": call_url,
        "asked": asked or {},
        "first_product": first_product,
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
