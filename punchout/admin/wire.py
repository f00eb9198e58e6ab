"""The wire log: every message with its answer, readable and never rendered; who looked is logged."""

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

import structlog
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from punchout import retention
from punchout.admin.pretty import pretty, pretty_fields
from punchout.admin.read_only import ReadOnlyAdmin, tag
from punchout.admin.time_filter import TimeFilter
from punchout.admin.wire_replay import payload_download, replay_page
from punchout.following import following
from punchout.message_kinds import shown_kind
from punchout.models import Connection, ReturnedCart, WireMessage
from punchout.trace import message_zip

log = structlog.get_logger(__name__)

TONES = {
    WireMessage.Verdict.ACCEPTED: "good",
    WireMessage.Verdict.DUPLICATE: "warn",
    WireMessage.Verdict.PENDING: "warn",
    WireMessage.Verdict.REFUSED: "bad",
    WireMessage.Verdict.FAILED: "bad",
}
SEARCHED = ("body", "answer_body", "path", "error", "payload_id")
# A text is looked for without an index, so among so many and no more.
MOST_SEARCHED = 20_000
LONGEST_SEARCHED = 200
# Long texts that no list shows.
HEAVY = ("body", "answer_body", "headers", "answer_headers", "notes")


def verdict_tag(message: WireMessage) -> SafeString:
    return tag(message.get_verdict_display(), TONES.get(WireMessage.Verdict(message.verdict), ""))


class ReceivedFilter(TimeFilter):
    column = "received_at"


class KindFilter(admin.AllValuesFieldListFilter):
    """The kinds that are in the log, by what they are called in the reader's language."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": shown_kind(str(choice["display"]))}


@admin.register(WireMessage)
class WireMessageAdmin(ReadOnlyAdmin):
    list_display = (
        "at", "direction", "verdict_shown", "shown_kind", "connection", "session_link", "answer_status",
        "milliseconds",
    )  # fmt: skip
    list_filter = (
        "verdict",
        "credentials_refused",
        "direction",
        "adapter",
        ("kind", KindFilter),
        ("connection__organisation", admin.RelatedOnlyFieldListFilter),
        ("connection", admin.RelatedOnlyFieldListFilter),
        ReceivedFilter,
    )
    show_facets = admin.ShowFacets.NEVER  # a count of each would go through the whole log
    list_select_related = ("connection", "session")
    list_per_page = 50
    date_hierarchy = "received_at"
    search_fields = ("payload_id",)  # makes the box; what is looked at is in get_search_results
    search_help_text = _(
        "Message id, correlation id, session key, or a text that stands in one of the newest 20,000 messages "
        "that the filters leave."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[WireMessage]:
        queryset = super().get_queryset(request)
        return queryset.defer(*HEAVY) if self._is_list(request) else queryset

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[WireMessage], search_term: str
    ) -> tuple[QuerySet[WireMessage], bool]:
        """By an id, which is quick; else by a text anywhere in the newest ``MOST_SEARCHED``."""
        text = search_term.strip()[:LONGEST_SEARCHED]
        if not text:
            return queryset, False
        named = queryset.filter(Q(payload_id=text) | Q(correlation_id=text) | Q(session__key=text))
        if named.exists():
            return named, False
        newest = queryset.order_by("-pk").values_list("pk", flat=True)
        beyond = newest[MOST_SEARCHED : MOST_SEARCHED + 1].first()
        if beyond is not None:
            queryset = queryset.filter(pk__gt=beyond)
        anywhere = (Q(**{f"{field}__icontains": text}) for field in SEARCHED)
        return queryset.filter(reduce(or_, anywhere)), False

    @staticmethod
    def _is_list(request: HttpRequest) -> bool:
        match = request.resolver_match
        return match is not None and match.url_name == "punchout_wiremessage_changelist"

    @admin.display(description=_("at"), ordering="id")
    def at(self, message: WireMessage) -> str:
        return f"{timezone.localtime(message.received_at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description=_("verdict"), ordering="verdict")
    def verdict_shown(self, message: WireMessage) -> SafeString:
        if not message.error:
            return verdict_tag(message)
        return format_html('{}<div class="why">{}</div>', verdict_tag(message), message.error[:160])

    @admin.display(description=_("kind"), ordering="kind")
    def shown_kind(self, message: WireMessage) -> str:
        return message.shown_kind

    @admin.display(description=_("session"))
    def session_link(self, message: WireMessage) -> str:
        if message.session is None:
            return ""
        address = reverse("admin:punchout_punchoutsession_change", args=[message.session_id])
        return format_html('<a href="{}">{}</a>', address, message.session.key[:8])

    @admin.display(description=_("ms"), ordering="duration_ms")
    def milliseconds(self, message: WireMessage) -> str:
        return "" if message.duration_ms is None else f"{message.duration_ms:.1f}"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a superuser purges."""
        return request.user.is_active and request.user.is_superuser

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "punchout_wiremessage"
        return [
            path("retention/", view(self.retention_view), name=f"{name}_retention"),
            path("<path:object_id>/raw/<slug:part>/", view(self.raw_view), name=f"{name}_raw"),
            path("<path:object_id>/replay/", view(self.replay_view), name=f"{name}_replay"),
            path("<path:object_id>/payload/", view(self.payload_view), name=f"{name}_payload"),
            path("<path:object_id>/trace/", view(self.trace_view), name=f"{name}_trace"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The message and its answer, side by side."""
        message = self._viewed(request, object_id)
        outbound = message.direction == WireMessage.Direction.OUT
        returned = ReturnedCart.objects.filter(session=message.session_id).first()
        body = (
            pretty_fields(message.body)
            if outbound
            else pretty(message.body, _header(message.headers, "Content-Type"))
        )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(message),
            "message": message,
            "outbound": outbound,
            "returned": returned,
            "following": following(returned),
            "verdict": verdict_tag(message),
            "body": body,
            "answer": pretty(message.answer_body, _header(message.answer_headers, "Content-Type")),
            "has_delete_permission": self.has_delete_permission(request, message),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/punchout/wiremessage/detail.html", context)

    def raw_view(self, request: HttpRequest, object_id: str, part: str) -> HttpResponse:
        """The text as it is stored, as a download: no browser renders it."""
        message = self._viewed(request, object_id)
        texts = {"message": message.body, "answer": message.answer_body}
        if part not in texts:
            raise Http404
        response = HttpResponse(texts[part], content_type="text/plain; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{part}-{message.pk}.txt"'
        return response

    def retention_view(self, request: HttpRequest) -> HttpResponse:
        """What the next clean-up will do."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("What is cleaned up"),
            "days": settings.RETENTION_DAYS,
            "rows": retention.statement(),
            "connections": Connection.objects.exclude(retention_days=None).order_by("name")[:200],
        }
        return TemplateResponse(request, "admin/punchout/wiremessage/retention.html", context)

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return replay_page(self, request, self._viewed(request, object_id))

    def payload_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return payload_download(self, request, self._viewed(request, object_id))

    def trace_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The message and its answer as a zip, to give to the partner; that it was taken is logged."""
        message = self._viewed(request, object_id)
        log.info("trace_exported", user=request.user.pk, message=message.pk)
        response = HttpResponse(message_zip(message), content_type="application/zip")
        slug = message.connection.slug if message.connection else "unknown"
        response["Content-Disposition"] = f'attachment; filename="message-{slug}-{message.pk}.zip"'
        return response

    def _viewed(self, request: HttpRequest, object_id: str) -> WireMessage:
        found = self.get_object(request, object_id)
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        if found is None:
            raise Http404
        log.info("wire_message_viewed", user=request.user.pk, message=found.pk)
        return found


def _header(headers: dict[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.casefold() == name.casefold()), "")
