"""The wire log: every message with its answer, readable and never rendered; who looked is logged."""

from typing import Any

import structlog
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from punchout.admin.pretty import pretty, pretty_fields
from punchout.admin.read_only import ReadOnlyAdmin, tag
from punchout.models import WireMessage

log = structlog.get_logger(__name__)

TONES = {
    WireMessage.Verdict.ACCEPTED: "good",
    WireMessage.Verdict.DUPLICATE: "warn",
    WireMessage.Verdict.PENDING: "warn",
    WireMessage.Verdict.REFUSED: "bad",
    WireMessage.Verdict.FAILED: "bad",
}
# Long texts that no list shows.
HEAVY = ("body", "answer_body", "headers", "answer_headers", "notes")


def verdict_tag(message: WireMessage) -> SafeString:
    return tag(message.get_verdict_display(), TONES.get(WireMessage.Verdict(message.verdict), ""))


@admin.register(WireMessage)
class WireMessageAdmin(ReadOnlyAdmin):
    list_display = (
        "at", "direction", "verdict_shown", "kind", "connection", "answer_status", "milliseconds",
        "payload_id",
    )  # fmt: skip
    list_filter = (
        "verdict",
        "direction",
        "adapter",
        ("kind", admin.AllValuesFieldListFilter),
        ("connection", admin.RelatedOnlyFieldListFilter),
        "received_at",
    )
    list_select_related = ("connection",)
    list_per_page = 50
    date_hierarchy = "received_at"
    search_fields = ("=payload_id", "=correlation_id", "body", "session__key", "error")
    search_help_text = _("Message id, correlation id, session key, or any text of the message.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WireMessage]:
        queryset = super().get_queryset(request)
        return queryset.defer(*HEAVY) if self._is_list(request) else queryset

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

    @admin.display(description=_("ms"), ordering="duration_ms")
    def milliseconds(self, message: WireMessage) -> str:
        return "" if message.duration_ms is None else f"{message.duration_ms:.1f}"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a superuser purges."""
        return request.user.is_active and request.user.is_superuser

    def get_urls(self) -> list[URLPattern]:
        raw = self.admin_site.admin_view(self.raw_view)
        name = "punchout_wiremessage_raw"
        return [path("<path:object_id>/raw/<slug:part>/", raw, name=name), *super().get_urls()]

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
