"""Staff launch any connection of this shop from the sandbox, with its address and its secret typed in."""

import re
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from punchout.sandbox import runs
from punchout.sandbox.access import ENTRIES, SECRET, usual
from punchout.sandbox.dialects import System
from punchout.sandbox.guard import staff_page
from punchout.sandbox.launching import Asked
from punchout.sandbox.sites import origin_of, sites_of
from punchout.sandbox.systems import LANGUAGES, SYSTEMS

_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,60}\Z")
_LABELS = {
    "connection": _("Launch address"),
    "customer_number": _("Customer number"),
    "user": _("User name"),
    SECRET: _("Secret"),
    "user_name": _("Parameter with the user name"),
    "password_name": _("Parameter with the password"),
    "hook_name": _("Parameter with the return address"),
    "return_name": _("Parameter with the return address"),
    "cart_field": _("Field with the cart"),
    "from_domain": _("From: domain"),
    "from_identity": _("From: identity"),
    "sender_domain": _("Sender: domain"),
    "sender_identity": _("Sender: identity"),
    "to_domain": _("To: domain"),
    "to_identity": _("To: identity"),
}


class AccessForm(forms.Form):
    """What the buyer's IT was given, for the protocol of the chosen system."""

    def __init__(self, system: System, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.system = system
        for name in ENTRIES[system.protocol]:
            self.fields[name] = self._field(name)
        self.fields["language"] = forms.ChoiceField(
            label=_("Language of the buyer"),
            choices=[(code, text[0]) for code, text in LANGUAGES.items()],
            initial=get_language(),
        )
        self.fields["display"] = forms.ChoiceField(
            label=_("Show the shop"),
            choices=[("window", _("In a new window")), ("frame", _("In a frame"))],
        )

    @staticmethod
    def _field(name: str) -> forms.Field:
        if name == SECRET:
            widget = forms.PasswordInput(attrs={"autocomplete": "off"})
            return forms.CharField(label=_LABELS[name], strip=False, max_length=200, widget=widget)
        field = forms.CharField(label=_LABELS[name], max_length=300)
        if name == "connection":
            field.help_text = _("As the connection's page shows it; its last part alone will do.")
        return field

    def clean_connection(self) -> str:
        """The connection's part of the address; only this shop is ever called, whatever host stands there."""
        written = self.cleaned_data["connection"].partition("?")[0].rstrip("/")
        slug = written.rpartition("/")[2]
        if not _SLUG.match(slug):
            raise forms.ValidationError(_("This is not the launch address of a connection."))
        return str(slug)

    def access(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ENTRIES[self.system.protocol]}


@sensitive_post_parameters(SECRET)
@staff_page
@require_http_methods(["GET", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
    """Asks for the credentials and launches with them; the query may fill in all but the secret."""
    chosen = request.POST.get("system") or request.GET.get("system", "")
    system = SYSTEMS.get(chosen) or next(iter(SYSTEMS.values()))
    if request.method == "POST":
        form = AccessForm(system, request.POST)
        if form.is_valid():
            run = runs.start_run(
                system=system,
                sites=sites_of(request),
                framed=form.cleaned_data["display"] == "frame",
                asked=Asked(language=form.cleaned_data["language"]),
                access=form.access(),
            )
            return redirect("sandbox:run", run.public_id)
    else:
        given = {name: request.GET[name] for name in ENTRIES[system.protocol] if name in request.GET}
        given.pop(SECRET, None)
        form = AccessForm(system, initial=usual(system) | given)
    sites = sites_of(request)
    context = {
        "form": form,
        "system": system,
        "systems": SYSTEMS.values(),
        "own_origin": origin_of(sites.own_url),
        "shop_url": sites.shop_url,
    }
    return render(request, "sandbox/connect.html", context)
