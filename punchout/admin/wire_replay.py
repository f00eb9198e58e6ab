"""Pages of the wire log: a message run again with today's code, and the message as a test payload."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from punchout.admin.read_only import tag
from punchout.models import WireMessage
from punchout.replay import ReplayImpossible, replay
from punchout.replay.payload import payload_files, zipped

if TYPE_CHECKING:
    from punchout.admin.wire import WireMessageAdmin

log = structlog.get_logger(__name__)

MARKS = {"-": "was", "+": "now", " ": "both", "…": "skipped"}


def replay_page(admin: WireMessageAdmin, request: HttpRequest, message: WireMessage) -> HttpResponse:
    """Runs the message again and shows the difference; only by POST, as it costs something."""
    address = reverse("admin:punchout_wiremessage_change", args=[message.pk])
    if request.method != "POST":
        return HttpResponseRedirect(address)
    try:
        again = replay(message)
    except ReplayImpossible as impossible:
        admin.message_user(request, str(impossible), messages.WARNING)
        return HttpResponseRedirect(address)
    log.info("wire_message_replayed", user=request.user.pk, message=message.pk, same=again.same)
    verdict = tag(_("as it was"), "good") if again.same else tag(_("different today"), "warn")
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("Run again: %(message)s") % {"message": message},
        "message": message,
        "again": again,
        "verdict": verdict,
        "parts": [
            (found, [(MARKS[mark], mark, text) for mark, text in found.lines]) for found in again.differences
        ],
    }
    return TemplateResponse(request, "admin/punchout/wiremessage/replay.html", context)


def payload_download(admin: WireMessageAdmin, request: HttpRequest, message: WireMessage) -> HttpResponse:
    """The message as a test payload, in a zip with one folder."""
    try:
        files = payload_files(message)
    except ReplayImpossible as impossible:
        admin.message_user(request, str(impossible), messages.WARNING)
        return HttpResponseRedirect(reverse("admin:punchout_wiremessage_change", args=[message.pk]))
    log.info("wire_message_saved_as_payload", user=request.user.pk, message=message.pk)
    name = f"{message.pk}-{slugify(message.kind) or message.adapter}"
    response = HttpResponse(zipped(files, name), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return response
