"""Origins that test launches named and nobody allowed yet: on their connection's page, one click each."""

import structlog
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from punchout import pending_origins
from punchout.models import Connection

log = structlog.get_logger(__name__)


def decide(model_admin: admin.ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Allows or forgets one origin (POST ``pending`` and ``action``) and goes back to the connection."""
    connection = model_admin.get_object(request, object_id)
    if not isinstance(connection, Connection) or request.method != "POST":
        raise Http404
    if not model_admin.has_change_permission(request, connection):
        raise PermissionDenied
    number = request.POST.get("pending", "")
    # Decided in another tab meanwhile, or never there: the list shows what is left.
    if number.isdecimal() and connection.pending_origins.filter(pk=number).exists():
        _decide(model_admin, request, connection, int(number))
    return HttpResponseRedirect(reverse("admin:punchout_connection_change", args=[connection.pk]))


def _decide(model_admin: admin.ModelAdmin, request: HttpRequest, connection: Connection, number: int) -> None:
    pending = get_object_or_404(connection.pending_origins, pk=number)
    values = {"origin": pending.origin}
    if request.POST.get("action") == "allow":
        try:
            pending_origins.allow(pending=pending)
        except ValidationError as error:
            model_admin.message_user(request, " ".join(error.messages), messages.ERROR)
            return
        model_admin.message_user(
            request, _("Carts may go to %(origin)s from now on.") % values, messages.SUCCESS
        )
        change = f"allowed the return origin {pending.origin}, seen in a test"
    else:
        pending.delete()
        model_admin.message_user(request, _("%(origin)s was forgotten.") % values, messages.SUCCESS)
        change = f"did not allow the return origin {pending.origin}, seen in a test"
    model_admin.log_change(request, connection, change)
    log.info("return_origin_decided", user=request.user.pk, connection=connection.slug, change=change)
