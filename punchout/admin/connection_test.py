"""The page behind "Test this connection": the checks, and a launch with a secret the operator types in."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError as OptionsInvalid

from punchout.adapters import get_adapter
from punchout.admin.connection_checks import run_checks
from punchout.admin.connection_trial import Trial, can_play, try_launch
from punchout.admin.pretty import pretty
from punchout.endpoint import base_url
from punchout.models import Connection


class TrialForm(forms.Form):
    """The secret is needed in clear once: what is stored can only be compared with."""

    secret = forms.CharField(
        label=_("The buyer's secret"),
        strip=False,
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Used for this one launch and not kept. Leave it empty to see how a refusal looks."),
    )


def sample_of(connection: Connection) -> str:
    """What a sample cart becomes with this connection's options; empty without any, or with wrong ones."""
    try:
        return get_adapter(connection.adapter).sample(connection)
    except (KeyError, OptionsInvalid):
        return ""


def check_page(model_admin: admin.ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The page at ``<connection>/test/``; POST launches."""
    connection = model_admin.get_object(request, object_id)
    if not isinstance(connection, Connection):
        raise Http404
    if not model_admin.has_change_permission(request, connection):
        raise PermissionDenied
    form = TrialForm(request.POST or None)
    trial: Trial | None = None
    if request.method == "POST" and can_play(connection) and form.is_valid():
        trial = try_launch(
            connection=connection,
            secret=form.cleaned_data["secret"],
            shop_url=base_url(request),
            tested_by=request.user.get_username(),
        )
        form = TrialForm()
    answer = trial.message if trial is not None else None
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Test this connection"),
        "subtitle": str(connection),
        "connection": connection,
        "checks": run_checks(connection),
        "form": form,
        "playable": can_play(connection),
        "trial": trial,
        "sample": sample_of(connection),
        "answer": pretty(answer.answer_body, answer.answer_headers.get("Content-Type", "")) if answer else "",
    }
    return TemplateResponse(request, "admin/punchout/connection/test.html", context)
