"""The page of a connection's mapping: rows with their result beside them, and what a change would do."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Attribute
from punchout.adapters import Adapter, get_adapter
from punchout.admin.mapping_form import EXPRESSION, FIELD, PLACE, MappingForm, version_of
from punchout.mapping.impact import MOST_LINES, CartImpact, Impact, impact_of
from punchout.mapping.names import TABLES
from punchout.mapping.sample import sample_of
from punchout.mapping.values import launch_values, name_of
from punchout.models import Connection

MARKS = {"-": "was", "+": "now", " ": "both", "…": "skipped"}
CHANGED_MEANWHILE = gettext_lazy("Somebody changed this connection meanwhile. Look at it again, then save.")
# What a page posts about itself.
OWN_NAMES = frozenset(("csrfmiddlewaretoken", "_save", "_try", "_add", "_remove", "_confirm", "_back"))
MOST_ATTRIBUTES = 500


def _connection(model_admin: admin.ModelAdmin, request: HttpRequest, object_id: str) -> Connection:
    connection = model_admin.get_object(request, object_id)
    if not isinstance(connection, Connection):
        raise Http404
    if not model_admin.has_change_permission(request, connection):
        raise PermissionDenied
    return connection


def mapping_page(model_admin: admin.ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The page at ``<connection>/mapping/``; every button is a POST that keeps what was typed."""
    connection = _connection(model_admin, request, object_id)
    adapter = _adapter(connection)
    data = _without_removed(request.POST) if request.method == "POST" else None
    form = MappingForm(adapter, connection.options or {}, sample_of(connection), data)
    if data is not None and ("_save" in data or "_confirm" in data):
        if data.get("version") != version_of(connection.options or {}):
            form.messages.append(str(CHANGED_MEANWHILE))
        elif form.valid:
            return _save_or_ask(model_admin, request, connection, form, data)
    return _form_page(model_admin, request, connection, form, data)


def try_rows_view(model_admin: admin.ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The results of the rows as typed so far, for the page's script; stores nothing."""
    connection = _connection(model_admin, request, object_id)
    if request.method != "POST":
        raise Http404
    form = MappingForm(_adapter(connection), connection.options or {}, sample_of(connection), request.POST)
    by_row = iter(form.rows)
    typed = zip(request.POST.getlist(FIELD), request.POST.getlist(EXPRESSION), strict=False)
    rows = [next(by_row).as_json() if field.strip() or text.strip() else None for field, text in typed]
    return JsonResponse({"rows": rows, "tables": {table.name: table.error for table in form.tables}})


def _adapter(connection: Connection) -> Adapter:
    try:
        return get_adapter(connection.adapter)
    except KeyError:
        raise Http404 from None


def _without_removed(posted: QueryDict) -> QueryDict:
    """What was posted, without the row whose button was pressed."""
    data = posted.copy()
    index = data.get("_remove", "")
    if index.isdecimal():
        for name in (FIELD, EXPRESSION, PLACE):
            values = data.getlist(name)
            data.setlist(name, [value for number, value in enumerate(values) if number != int(index)])
    return data


def _save_or_ask(
    model_admin: admin.ModelAdmin,
    request: HttpRequest,
    connection: Connection,
    form: MappingForm,
    data: QueryDict,
) -> HttpResponse:
    old, new = dict(connection.options or {}), form.options
    if "_confirm" not in data:
        impact = impact_of(connection, old, new) if old != new else Impact(())
        if impact.changed:
            return _impact_page(model_admin, request, connection, impact, data)
    with transaction.atomic():
        locked = Connection.objects.select_for_update().get(pk=connection.pk)
        if locked.options != old:
            form.messages.append(str(CHANGED_MEANWHILE))
            return _form_page(model_admin, request, locked, form, data)
        locked.options = new
        locked.save(update_fields=["options"])
        model_admin.log_change(request, locked, [{"changed": {"fields": ["mapping"]}}])
    model_admin.message_user(request, _("The mapping was saved."), messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:punchout_connection_mapping", args=[connection.pk]))


def _form_page(
    model_admin: admin.ModelAdmin,
    request: HttpRequest,
    connection: Connection,
    form: MappingForm,
    data: QueryDict | None,
) -> HttpResponse:
    table = form.adapter.outgoing_fields(form.validated)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Mapping"),
        "subtitle": str(connection),
        "connection": connection,
        "form": form,
        "groups": form.groups,
        "fields": table.fields,
        "free_fields": table.free,
        "names": _names(form, connection),
        "version": version_of(connection.options or {}),
        "changed": data is not None,
        "refused": data is not None and not {"_save", "_confirm"}.isdisjoint(data) and form.mistakes,
    }
    return TemplateResponse(request, "admin/punchout/connection/mapping.html", context)


def _names(form: MappingForm, connection: Connection) -> list[dict[str, str]]:
    """What completes in an expression, each with its meaning."""
    found = [
        {"name": f"{root}.{name}", "meaning": str(meaning)}
        for root, names in TABLES.items()
        for name, meaning in names.items()
    ]
    constants = form.options.get("constants", {})
    found += [{"name": f"constant.{name_of(name)}", "meaning": text} for name, text in constants.items()]
    launch = launch_values(form.sample.session.echo)
    found += [{"name": f"launch.{name}", "meaning": text[:60]} for name, text in sorted(launch.items())]
    attributes = Attribute.objects.order_by("code")[:MOST_ATTRIBUTES]
    found += [{"name": f"attribute.{name_of(row.code)}", "meaning": row.name} for row in attributes]
    return found


def impact_answer(
    model_admin: admin.ModelAdmin, request: HttpRequest, connection: Connection, old: dict[str, Any]
) -> HttpResponse | None:
    """The page to confirm a change of the connection's other options; ``None``: it would change no cart."""
    try:
        impact = impact_of(connection, old, connection.options)
    except ValueError:  # what is stored is not valid, so no cart could be returned with it
        return None
    return _impact_page(model_admin, request, connection, impact, request.POST) if impact.changed else None


def _impact_page(
    model_admin: admin.ModelAdmin,
    request: HttpRequest,
    connection: Connection,
    impact: Impact,
    data: QueryDict,
) -> HttpResponse:
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("What this change does"),
        "subtitle": str(connection),
        "connection": connection,
        "impact": impact,
        "carts": [(cart, _marked(cart)) for cart in impact.changed],
        "most_lines": MOST_LINES,
        "again": _hidden_fields(data),
        "address": request.path,
    }
    return TemplateResponse(request, "admin/punchout/connection/impact.html", context)


def _marked(cart: CartImpact) -> list[tuple[str, str, str]]:
    return [(MARKS[mark], mark, text) for mark, text in cart.difference.lines]


def _hidden_fields(data: QueryDict) -> list[tuple[str, str]]:
    """What was typed, to be posted again with the buttons of the page; the token is the page's own."""
    return [(name, value) for name, values in data.lists() if name not in OWN_NAMES for value in values]


__all__ = ["impact_answer", "mapping_page", "try_rows_view"]
