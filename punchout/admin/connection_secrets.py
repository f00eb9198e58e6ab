"""The secrets of a connection or a network: set, rotated and retired here, shown once, never read back."""

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
from pydantic import ValidationError as OptionsInvalid

from customers.sealing import seal, unseal
from punchout.adapters import get_adapter
from punchout.models import Connection, Hub, Secret
from punchout.secrets import ROTATION_OVERLAP, rotate

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
    readable: bool = False

    @property
    def filled(self) -> bool:
        return self.set_at is not None

    @property
    def usable(self) -> bool:
        return self.filled and (self.valid_until is None or self.valid_until > timezone.now())


def slot_states(holder: Connection | Hub) -> list[SlotState]:
    """Both slots, filled or not; secret material never leaves this function."""
    columns = ("slot", "created_at", "last_used_at", "valid_until", "sealed")
    rows = {row[0]: row for row in holder.secrets.values_list(*columns)}
    states = []
    for slot in Secret.Slot:
        if slot.value in rows:
            _slot, set_at, used, until, sealed = rows[slot.value]
            kept = (not sealed, bool(sealed))
            states.append(SlotState(slot.value, str(slot.label), set_at, used, until, *kept))
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


def must_be_readable(holder: Connection | Hub) -> bool:
    """Whether a generated secret is kept encrypted, not as a digest: because messages are keyed with it.

    Always for a network, one of whose customers may come directly some day.
    """
    if isinstance(holder, Hub):
        return True
    try:
        adapter = get_adapter(holder.adapter)
        return adapter.keys_messages(adapter.options(holder))
    except (KeyError, OptionsInvalid):
        return False


def has_no_key(holder: Connection | Hub) -> bool:
    """True when messages are keyed with a secret, and none that is valid can be read for that."""
    slots = slot_states(holder)
    if isinstance(holder, Connection) and holder.hub is not None:
        slots += slot_states(holder.hub)
    usable = [slot for slot in slots if slot.usable]
    return bool(usable) and must_be_readable(holder) and not any(slot.readable for slot in usable)


def secrets_page(model_admin: admin.ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The page at ``<connection or network>/secrets/``; every change is a POST and goes back to it."""
    holder = model_admin.get_object(request, object_id)
    if not isinstance(holder, Connection | Hub):
        raise Http404
    if not model_admin.has_change_permission(request, holder):
        raise PermissionDenied
    action = request.POST.get("action", "") if request.method == "POST" else ""
    form = AgreedSecretForm(request.POST if action == "set" else None)
    if action and (action != "set" or form.is_valid()):
        _act(model_admin, request, holder, action, form)
        return HttpResponseRedirect(request.path)
    slots = slot_states(holder)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Secrets"),
        "subtitle": str(holder),
        "holder": holder,
        "hub": holder.hub if isinstance(holder, Connection) else None,
        "digest_only": has_no_key(holder),
        "slots": slots,
        "displaced": _displaced(slots),
        "form": form,
        "overlap_days": ROTATION_OVERLAP.days,
        "new_secret": _take_secret(request, holder),
    }
    return TemplateResponse(request, "admin/punchout/secrets.html", context)


def _act(
    model_admin: admin.ModelAdmin,
    request: HttpRequest,
    holder: Connection | Hub,
    action: str,
    form: AgreedSecretForm,
) -> None:
    if action == "generate":
        with transaction.atomic():
            secret = rotate(holder, readable=must_be_readable(holder))
        # Sealed, so that the session table never holds it in clear; taken out when it is shown.
        request.session[SHOW_ONCE] = {"holder": _name_of(holder), "sealed": seal(secret)}
        change = "generated a secret"
    elif action == "set":
        with transaction.atomic():
            rotate(holder, form.cleaned_data["secret"])
        model_admin.message_user(request, _("The secret was set."), messages.SUCCESS)
        change = "set the agreed secret"
    elif action == "retire":
        slot = request.POST.get("slot", "")
        deleted, _rows = holder.secrets.filter(slot=slot).delete() if slot.isdecimal() else (0, {})
        if not deleted:
            return
        model_admin.message_user(request, _("The secret is refused from now on."), messages.SUCCESS)
        change = f"retired the secret in slot {slot}"
    else:
        return
    model_admin.log_change(request, holder, change)
    log.info("secret_changed", user=request.user.pk, holder=_name_of(holder), change=change)


def _name_of(holder: Connection | Hub) -> str:
    return f"{holder._meta.model_name}:{holder.pk}"


def _take_secret(request: HttpRequest, holder: Connection | Hub) -> str:
    waiting = request.session.get(SHOW_ONCE)
    if not waiting or waiting.get("holder") != _name_of(holder):
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
