"""The admin of scheduled exports and of the files that were made, with their links."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog.exports.links import download_url
from catalog.exports.registry import all_formats
from catalog.exports.schedules import ask_for, revoke
from catalog.models import ExportFile, ExportSchedule

# What is changed here changes neither which articles are in the file nor what is written of them.
SAME_CONTENT = frozenset(("name", "frequency", "weekday", "at", "keep_days", "active"))


def _format_choices() -> list[tuple[str, str]]:
    return [(each.slug, each.label) for each in all_formats()]


class ExportFileInline(admin.TabularInline):
    model = ExportFile
    verbose_name_plural = _("the latest files")
    fields = readonly_fields = (
        "created_at",
        "status",
        "filename",
        "bytes_written",
        "link",
        "downloads",
        "error",
    )
    extra = max_num = 0
    can_delete = False
    MOST = 10

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExportFile]:
        found = super().get_queryset(request)
        schedule = request.resolver_match and request.resolver_match.kwargs.get("object_id")
        if not schedule or not str(schedule).isdigit():
            return found.none()
        newest = found.filter(schedule=schedule).order_by("-id").values_list("pk", flat=True)[: self.MOST]
        return found.filter(pk__in=list(newest))

    @admin.display(description=_("bytes"))
    def bytes_written(self, file: ExportFile) -> str:
        return filesizeformat(file.size) if file.size else "–"

    @admin.display(description=_("link"))
    def link(self, file: ExportFile) -> str:
        return link_of(file)


@admin.register(ExportSchedule)
class ExportScheduleAdmin(admin.ModelAdmin):
    list_display = (
        "name",
        "organisation",
        "format",
        "frequency",
        "at",
        "only_changes",
        "active",
        "next_run_at",
    )
    list_filter = ("active", "format", "frequency", ("organisation", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("organisation",)
    search_fields = ("name", "organisation__name", "organisation__number")
    autocomplete_fields = ("organisation", "categories", "brands")
    readonly_fields = ("next_run_at", "changes_from")
    inlines = (ExportFileInline,)
    actions = ("make_now", "make_complete")
    save_on_top = True
    fieldsets = (
        (None, {"fields": ("name", "organisation", ("format", "language"), "active")}),
        (
            _("Which articles"),
            {
                "fields": ("categories", "brands", "agreed_only", "only_changes", "changes_from"),
                "description": _(
                    "After a change of what is in the file, the next file of only changes is complete."
                ),
            },
        ),
        (
            _("How it is written"),
            {
                "fields": (
                    "with_stock",
                    ("decimal_comma", "byte_order_mark"),
                    ("every_language", "with_levels"),
                )
            },
        ),
        (_("When"), {"fields": (("frequency", "weekday", "at"), "keep_days", "next_run_at")}),
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "format":
            label = capfirst(db_field.verbose_name)
            return forms.ChoiceField(label=label, choices=_format_choices)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: ExportSchedule, form: ModelForm, change: bool) -> None:
        if set(form.changed_data) - SAME_CONTENT:
            obj.changes_from = None
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Make the file now"), permissions=["change"])
    def make_now(self, request: HttpRequest, queryset: QuerySet[ExportSchedule]) -> None:
        self._make(request, queryset, complete=False)

    @admin.action(description=_("Make a complete file now"), permissions=["change"])
    def make_complete(self, request: HttpRequest, queryset: QuerySet[ExportSchedule]) -> None:
        self._make(request, queryset, complete=True)

    def _make(self, request: HttpRequest, queryset: QuerySet[ExportSchedule], *, complete: bool) -> None:
        asked = [ask_for(schedule=each, complete=complete) for each in queryset]
        text = ngettext(
            "%(count)s file will be ready soon, see the schedule's files.",
            "%(count)s files will be ready soon, see the schedules' files.",
            len(asked),
        )
        self.message_user(request, text % {"count": len(asked)}, messages.SUCCESS)


@admin.register(ExportFile)
class ExportFileAdmin(admin.ModelAdmin):
    list_display = (
        "filename_or_state", "organisation", "format", "status", "bytes_written", "created_at", "expires_at",
        "downloads",
    )  # fmt: skip
    list_filter = ("status", "format", ("organisation", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("organisation", "schedule")
    search_fields = ("filename", "organisation__name", "organisation__number")
    date_hierarchy = "created_at"
    actions = ("revoke",)
    show_full_result_count = False
    fields = (
        "filename_or_state", "schedule", "organisation", "format", "status", "error", "since",
        "bytes_written", "link", "created_at", "began_at", "finished_at", "expires_at", "revoked_at",
        "downloads", "downloaded_at",
    )  # fmt: skip
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("file"))
    def filename_or_state(self, file: ExportFile) -> str:
        return file.filename or file.get_status_display()

    @admin.display(description=_("bytes"))
    def bytes_written(self, file: ExportFile) -> str:
        return filesizeformat(file.size) if file.size else "–"

    @admin.display(description=_("link"))
    def link(self, file: ExportFile) -> str:
        return link_of(file)

    @admin.action(description=_("Revoke the links and delete the files"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ExportFile]) -> None:
        files = list(queryset)
        for file in files:
            revoke(file=file)
        text = ngettext("%(count)s link was revoked.", "%(count)s links were revoked.", len(files))
        self.message_user(request, text % {"count": len(files)}, messages.SUCCESS)


def link_of(file: ExportFile) -> str:
    """Where the customer fetches the file, as he is to be sent it."""
    if not file.downloadable:
        return "–"
    return format_html('<a href="{}">{}</a>', download_url(file), _("Download link"))
