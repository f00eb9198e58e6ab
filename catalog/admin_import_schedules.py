"""The admin of scheduled imports: where files come from, when they are looked for, and what came of it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog import outbound
from catalog.admin_import_runs import TONES
from catalog.imports.errors import FileRefused
from catalog.imports.schedules import check_files, enqueue
from catalog.models import ImportRun, ImportSchedule

OUTCOME_TONES = {ImportSchedule.Outcome.IMPORTED: "good", ImportSchedule.Outcome.REFUSED: "bad"}


class ScheduleForm(forms.ModelForm):
    class Meta:
        model = ImportSchedule
        fields = (
            "name", "profile", "source", "address", "files", "frequency", "minutes", "weekday", "at", "active"
        )  # fmt: skip

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data
        try:
            if data.get("source") == ImportSchedule.Source.ADDRESS and data.get("address"):
                outbound.check_address(data["address"])
        except outbound.OutboundRefused as refused:
            self.add_error("address", refused.args[0])
        try:
            if data.get("source") == ImportSchedule.Source.FOLDER and data.get("files"):
                check_files(data["files"])
        except FileRefused as refused:
            self.add_error("files", refused.reason)
        return cleaned


class ImportRunInline(admin.TabularInline):
    """The last imports of a schedule."""

    model = ImportRun
    fields = readonly_fields = ("file", "status", "records", "refused", "why", "created_at")
    extra = 0
    can_delete = False
    ordering = ("-id",)
    verbose_name_plural = _("last imports")
    MOST = 10

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRun]:
        found = super().get_queryset(request)
        schedule = request.resolver_match and request.resolver_match.kwargs.get("object_id")
        if not schedule or not str(schedule).isdigit():
            return found.none()
        newest = found.filter(schedule=schedule).order_by("-id").values_list("pk", flat=True)[: self.MOST]
        return found.filter(pk__in=list(newest))

    @admin.display(description=_("file"))
    def file(self, run: ImportRun) -> str:
        address = reverse("admin:catalog_importrun_change", args=[run.pk])
        return format_html('<a href="{}">{}</a>', address, run.file_name)

    @admin.display(description=_("state"))
    def status(self, run: ImportRun) -> str:
        tone = TONES.get(ImportRun.State(run.state), "")
        return format_html('<span class="tag {}">{}</span>', tone, run.get_state_display())

    @admin.display(description=_("why it ended"))
    def why(self, run: ImportRun) -> str:
        return run.why or "–"


@admin.register(ImportSchedule)
class ImportScheduleAdmin(admin.ModelAdmin):
    form = ScheduleForm
    list_display = ("name", "profile", "found", "looked_at", "next_run_at", "active")
    list_filter = ("active", "source", "frequency", "profile")
    list_select_related = ("profile",)
    search_fields = ("name", "profile__name", "address", "files")
    readonly_fields = ("next_run_at", "looked_at", "found")
    inlines = (ImportRunInline,)
    actions = ("look_now", "look_anew")
    save_on_top = True
    fieldsets = (
        (None, {"fields": ("name", "profile", "active")}),
        (_("Where the file is"), {"fields": ("source", "address", "files")}),
        (_("When"), {"fields": (("frequency", "minutes", "weekday", "at"), "next_run_at")}),
        (_("Last look"), {"fields": ("looked_at", "found")}),
    )

    def get_inlines(self, request: HttpRequest, obj: ImportSchedule | None) -> Any:
        return self.inlines if obj else ()

    @admin.display(description=_("what it found"), ordering="outcome")
    def found(self, schedule: ImportSchedule) -> str:
        if not schedule.outcome:
            return "–"
        tone = OUTCOME_TONES.get(ImportSchedule.Outcome(schedule.outcome), "")
        return format_html(
            '<span class="tag {}">{}</span> {}', tone, schedule.get_outcome_display(), schedule.why
        )

    @admin.action(description=_("Look for a new file now"), permissions=["change"])
    def look_now(self, request: HttpRequest, queryset: QuerySet[ImportSchedule]) -> None:
        for schedule in queryset:
            enqueue(schedule=schedule)
        count = len(queryset)
        text = ngettext(
            "%(count)s source is looked at as soon as a worker is free.",
            "%(count)s sources are looked at as soon as a worker is free.",
            count,
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.action(description=_("Import the file again, changed or not"), permissions=["change"])
    def look_anew(self, request: HttpRequest, queryset: QuerySet[ImportSchedule]) -> None:
        queryset.update(etag="", last_modified="", digest="", taken_at=0, taken="")
        self.look_now(request, queryset)
