"""The admin of what imports did: runs with their progress and changes, what was refused, what was fetched."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from catalog.imports import services
from catalog.imports.progress import estimate, part_done, phase, stop_asked
from catalog.imports.refused import refused_csv
from catalog.models import FetchedMedia, ImportRefusal, ImportRun
from catalog.wording import shown

REFUSED_SHOWN = 20
SHOWN_CHANGES = 60
# What each kind of count is, in the order of the page.
KINDS = {
    "article": _("Articles"), "renumbered": _("Article numbers"), "list_price": _("List prices"),
    "net_price": _("Net prices"), "stock": _("Stock"), "attribute": _("Attribute values"),
    "media": _("Pictures and documents"),
    "reference": _("References"), "metal": _("Metal contents"), "levy": _("Eco-contributions"),
    "customer_number": _("Customers' article numbers"), "brand": _("Brands"), "category": _("Categories"),
    "property": _("Attributes"), "choice": _("Attribute choices"),
}  # fmt: skip
WHATS = {
    "new": _("new"), "changed": _("changed"), "gone": _("gone"), "list_price": _("list price"),
    "net_price": _("net price"), "stock": _("stock"),
}  # fmt: skip
TONES = {
    ImportRun.State.DONE: "good", ImportRun.State.FAILED: "bad", ImportRun.State.REFUSED: "bad",
    ImportRun.State.STOPPED: "warn", ImportRun.State.CANCELLED: "warn",
}  # fmt: skip


@admin.register(ImportRun)
class ImportRunAdmin(admin.ModelAdmin):
    list_display = (
        "file_name",
        "profile",
        "status",
        "trial",
        "records",
        "refused",
        "started_by",
        "created_at",
    )
    list_filter = ("profile", "state", "trial")
    list_select_related = ("profile", "started_by")
    search_fields = ("file_name",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRun]:
        return super().get_queryset(request).select_related("profile", "started_by")

    @admin.display(description=_("state"), ordering="state")
    def status(self, run: ImportRun) -> Any:
        tone = TONES.get(ImportRun.State(run.state), "")
        return format_html('<span class="tag {}">{}</span>', tone, run.get_state_display())

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        act = require_POST(self.act_view)
        return [
            path("<int:pk>/change/", wrap(self.run_view), name="catalog_importrun_change"),
            path("<int:pk>/progress/", wrap(self.progress_view), name="catalog_importrun_progress"),
            path("<int:pk>/act/", wrap(act), name="catalog_importrun_act"),
            path("<int:pk>/refused.csv", wrap(self.refused_view), name="catalog_importrun_refused"),
            *super().get_urls(),
        ]

    def _run(self, request: HttpRequest, pk: int, *, change: bool = False) -> ImportRun:
        run = self.get_queryset(request).filter(pk=pk).first()
        if run is None:
            raise Http404
        allowed = (
            self.has_change_permission(request, run) if change else self.has_view_permission(request, run)
        )
        if not allowed:
            raise PermissionDenied
        return run

    def run_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk)
        services.release_silent(run.profile)
        run.refresh_from_db()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": run.file_name,
            "subtitle": run.profile.name,
            "may_change": self.has_change_permission(request, run),
            "counts": [(label, run.counts[kind]) for kind, label in KINDS.items() if run.counts.get(kind)],
            "missing": run.counts.get("missing"),
            "samples": [
                (WHATS.get(each["what"], each["what"]), each["sku"], each["changes"])
                for each in run.samples[:SHOWN_CHANGES]
            ],
            "notes": [
                shown(note) if isinstance(note, dict) else note for note in run.header.get("notes") or ()
            ],
            "refusals": run.refusals.all()[:REFUSED_SHOWN],
            **_progress(run),
        }
        return TemplateResponse(request, "admin/catalog/importrun/run.html", context)

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The bar alone, asked for every second; when the work has ended, the whole page is loaded again."""
        run = self._run(request, pk)
        response = TemplateResponse(request, "admin/catalog/importrun/progress.html", _progress(run))
        if not run.running:
            response["HX-Refresh"] = "true"
        return response

    def act_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Cancel, take up again, import what was tried, let articles go."""
        run = self._run(request, pk, change=True)
        try:
            match request.POST.get("action"):
                case "cancel":
                    services.cancel(import_run=run)
                case "resume":
                    services.resume(import_run=run)
                case "import":
                    services.resume(import_run=run, trial=False)
                case "confirm":
                    services.resume(import_run=run, trial=False, confirmed=True)
                case _:
                    raise Http404
        except services.ImportBusy:
            messages.error(request, _("Another import of this profile is running."))
        except services.NotPossible:
            messages.error(request, _("This import cannot be taken up any more; upload the file again."))
        return HttpResponseRedirect(reverse("admin:catalog_importrun_change", args=[pk]))

    def refused_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        run = self._run(request, pk)
        response = StreamingHttpResponse(refused_csv(run), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="refused-{run.pk}.csv"'
        return response


class _ReadOnly(admin.ModelAdmin):
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ImportRefusal)
class ImportRefusalAdmin(_ReadOnly):
    """Why an article is not in the shop, found by its number over all imports."""

    list_display = ("record", "what", "value", "why", "line", "run")
    list_filter = ("run__profile", "fatal")
    list_select_related = ("run",)
    search_fields = ("=record", "field")
    fields = ("run", "line", "record", "what", "value", "why", "fatal")
    readonly_fields = fields

    @admin.display(description=_("field"), ordering="field")
    def what(self, refusal: ImportRefusal) -> str:
        return refusal.what

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, refusal: ImportRefusal) -> str:
        return refusal.why


@admin.register(FetchedMedia)
class FetchedMediaAdmin(_ReadOnly):
    """Whose pictures and documents could not be fetched, and why."""

    list_display = ("source", "address", "why", "fetched_at")
    list_filter = ("fetched_at",)
    search_fields = ("source",)
    fields = ("source", "address", "why", "fetched_at")
    readonly_fields = fields

    @admin.display(description=_("why not"))
    def why(self, media: FetchedMedia) -> str:
        return media.why or "–"


def _progress(run: ImportRun) -> dict[str, Any]:
    left = estimate(run)
    return {
        "run": run,
        "tone": TONES.get(ImportRun.State(run.state), ""),
        "percent": round(part_done(run) * 100),
        "phase": phase(run),
        "cancelling": run.running and (run.cancel_requested or stop_asked(run)),
        "left_minutes": None if left is None else left // 60,
        "left_seconds": None if left is None else left % 60,
        "resumable": run.state in ImportRun.RESUMABLE and bool(run.path),
    }
