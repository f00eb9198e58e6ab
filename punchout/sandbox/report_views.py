"""The conformance report of a run: a page that prints well, and the same as JSON to keep or to compare."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from punchout.sandbox import runs
from punchout.sandbox.conformance import Report, as_json, report_on
from punchout.sandbox.guard import run_of, sandbox_page
from punchout.sandbox.systems import SYSTEMS


@sandbox_page
@require_GET
def report_page(request: HttpRequest, public_id: str) -> HttpResponse:
    report = _report(request, public_id)
    return render(request, "sandbox/report.html", {"report": report, "run": report.run})


@sandbox_page
@require_GET
def report_json(request: HttpRequest, public_id: str) -> HttpResponse:
    report = _report(request, public_id)
    answer = JsonResponse(as_json(report), json_dumps_params={"indent": 2, "ensure_ascii": False})
    name = f"conformance-{report.system.slug}-{report.run.public_id[:8]}.json"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _report(request: HttpRequest, public_id: str) -> Report:
    run = run_of(request, public_id)
    cart = runs.received_cart(run)
    if cart is None:
        raise Http404
    return report_on(run, SYSTEMS[run.system], cart)
