"""Who may open the sandbox's pages: only with ``SANDBOX``, and outside the demo only staff."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from punchout.sandbox.models import SandboxRun
from punchout.sandbox.systems import SYSTEMS

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def is_staff(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_staff)


def is_public() -> bool:
    """Whether visitors may play with the demo's connections."""
    return bool(settings.DEMO or settings.DEBUG)


def sandbox_page(view: "View[P]") -> "View[P]":
    """The view exists only with SANDBOX, and outside the demo only for signed-in staff."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not settings.SANDBOX:
            raise Http404
        if not is_public() and not is_staff(request):
            return redirect_to_login(request.get_full_path())
        return never_cache(view)(request, *args, **kwargs)

    return guarded


def staff_page(view: "View[P]") -> "View[P]":
    """As ``sandbox_page``, and for staff only even in the demo."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if settings.SANDBOX and not is_staff(request):
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return sandbox_page(guarded)


def run_of(request: HttpRequest, public_id: str) -> SandboxRun:
    """The run, if it is still played; one with credentials of a real connection exists only for staff."""
    run = get_object_or_404(SandboxRun.objects.alive(), public_id=public_id)
    if run.system not in SYSTEMS or (run.state.get("access") and not is_staff(request)):
        raise Http404
    return run
