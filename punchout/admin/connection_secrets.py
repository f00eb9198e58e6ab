"""The secrets of a connection: set, rotated and retired here, shown once, never read back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from punchout.models import Connection, Secret
from punchout.secrets import ROTATION_OVERLAP, rotate, seal, unseal

log = structlog.get_logger(__name__)

SHOW_ONCE = "punchout_secret_to_show"
SHORTEST_AGREED = 8


@dataclass(frozen=True, slots=True)
class SlotState:
    """What may be known of a slot: everything but the secret."""

    slot: int
    label: str
    set_at: datetime | None = None
    last_used_at: datetime | None = None
    valid_until: datetime | None = None
    generated: bool = False

    @property
    def filled(self) -> bool:
        return self.set_at is not None

    @property
    def usable(self) -> bool:
        return self.filled and (self.valid_until is None or self.valid_until > timezone.now())


def slot_states(connection: Connection) -> list[SlotState]:
    """Both slots, filled or not; secret material never leaves this function."""
    columns = ("slot", "created_at", "last_used_at", "valid_until", "sealed")
    rows = {row[0]: row for row in connection.secrets.values_list(*columns)}
    states = []
    for slot in Secret.Slot:
        if slot.value in rows:
            _slot, set_at, used, until, sealed = rows[slot.value]
            states.append(SlotState(slot.value, str(slot.label), set_at, used, until, not sealed))
        else:
            states.append(SlotState(slot.value, str(slot.label)))
    return states


class AgreedSecretForm(forms.Form):
    """A secret that was agreed with the buyer, typed in twice."""

    secret = forms.CharField(
        label=_("Secret"),
        strip=False,
        min_length=SHORTEST_AGREED,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Once more"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_secret(self) -> str:
        secret = self.cleaned_data["secret"]
        if secret != secret.strip():
            raise forms.ValidationError(_("The secret begins or ends with a blank; systems cut those off."))
        return secret

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "secret" in cleaned and cleaned.get("again") != cleaned["secret"]:
            self.add_error("again", _("The two are not the same."))
        return cleaned


def secrets_page(model_admin: admin.ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The page at ``<connection>/secrets/``; every change is a POST and goes back to it."""
    connection = model_admin.get_object(request, object_id)
    if not isinstance(connection, Connection):
        raise Http404
    if not model_admin.has_change_permission(request, connection):
        raise PermissionDenied
    action = request.POST.get("action", "") if request.method == "POST" else ""
    form = AgreedSecretForm(request.POST if action == "set" else None)
    if action and (action != "set" or form.is_valid()):
        _act(model_admin, request, connection, action, form)
        return HttpResponseRedirect(request.path)
    slots = slot_states(connection)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Secrets"),
        "subtitle": str(connection),
        "connection": connection,
        "slots": slots,
        "displaced": _displaced(slots),
        "form": form,
        "overlap_days": ROTATION_OVERLAP.days,
        "new_secret": _take_secret(request, connection),
    }
    return TemplateResponse(request, "admin/punchout/connection/secrets.html", context)


def _act(
    model_admin: admin.ModelAdmin,
    request: HttpRequest,
    connection: Connection,
    action: str,
    form: AgreedSecretForm,
) -> None:
    if action == "generate":
        with transaction.atomic():
            secret = rotate(connection)
        # Sealed, so that the session table never holds it in clear; taken out when it is shown.
        request.session[SHOW_ONCE] = {"connection": connection.pk, "sealed": seal(secret)}
        change = "generated a secret"
    elif action == "set":
        with transaction.atomic():
            rotate(connection, form.cleaned_data["secret"])
        model_admin.message_user(request, _("The secret was set."), messages.SUCCESS)
        change = "set the agreed secret"
    elif action == "retire":
        slot = request.POST.get("slot", "")
        deleted, _rows = connection.secrets.filter(slot=slot).delete() if slot.isdecimal() else (0, {})
        if not deleted:
            return
        model_admin.message_user(request, _("The secret is refused from now on."), messages.SUCCESS)
        change = f"retired the secret in slot {slot}"
    else:
        return
    model_admin.log_change(request, connection, change)
    log.info("connection_secret_changed", user=request.user.pk, connection=connection.slug, change=change)


def _take_secret(request: HttpRequest, connection: Connection) -> str:
    waiting = request.session.get(SHOW_ONCE)
    if not waiting or waiting.get("connection") != connection.pk:
        return ""
    del request.session[SHOW_ONCE]
    try:
        return unseal(waiting["sealed"])
    except ValueError:
        return ""


def _displaced(slots: list[SlotState]) -> SlotState | None:
    """The secret that the next one replaces at once: the older of two that still work."""
    filled = [slot for slot in slots if slot.filled]
    if len(filled) < len(slots):
        return None
    oldest = min(filled, key=lambda slot: slot.set_at or timezone.now())
    return oldest if oldest.usable else None
