"""The admin of scheduled imports: where files come from, when they are looked for, and what came of it."""

from collections.abc import Iterator
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
from catalog.imports.access import KEY, Access, host_of, server_of, set_secret
from catalog.imports.errors import FileRefused
from catalog.imports.schedules import check_files, enqueue
from catalog.models import ImportRun, ImportSchedule

OUTCOME_TONES = {ImportSchedule.Outcome.IMPORTED: "good", ImportSchedule.Outcome.REFUSED: "bad"}


class ScheduleForm(forms.ModelForm):
    """The secret is entered here and never shown; one for another server has to be entered again."""

    secret = forms.CharField(
        label=_("Password, token or key"),
        required=False,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"}),
        help_text=_(
            "Kept sealed and shown to nobody; leave it empty to keep the one that is set. "
            "A key in the address stands where the address says {key}."
        ),
    )

    class Meta:
        model = ImportSchedule
        fields = (
            "name", "profile", "source", "address", "access", "user", "files", "frequency", "minutes",
            "weekday", "at", "active",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._server = server_of(self.instance)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data
        for field, problem in access_problems(data):
            self.add_error(field, problem)
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

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        schedule, secret = self.instance, self.cleaned_data.get("secret")
        if schedule.source != ImportSchedule.Source.ADDRESS or schedule.access == Access.OPEN:
            schedule.sealed = ""
        elif secret:
            set_secret(schedule, secret)
        elif not schedule.sealed or server_of(schedule) != self._server:
            self.add_error("secret", _("Enter it for this server."))


def access_problems(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What does not fit together, by the field to change."""
    address, access = data.get("address") or "", data.get("access")
    if data.get("source") != ImportSchedule.Source.ADDRESS:
        return
    if access == Access.PASSWORD and not data.get("user"):
        yield "user", _("Who is asked for a password has a name.")
    if access == Access.PASSWORD and ":" in (data.get("user") or ""):
        yield "user", _("A colon cannot stand in the name of a user.")
    if access == Access.ADDRESS and KEY not in address:
        yield "address", _("Write {key} where the key stands in the address.")
    if KEY in host_of(address):
        yield "address", _("The key cannot be a part of the server's name.")
    if access == Access.TOKEN and not (data.get("secret") or "").isascii():
        yield "secret", _("A token has only plain letters, digits and signs.")


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
        (_("Where the file is"), {"fields": ("source", "address", "access", "user", "secret", "files")}),
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
