"""The admin of imports: profiles with their columns, files to import, and what became of each."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from catalog.admin_import_runs import TONES
from catalog.imports import services
from catalog.imports.errors import FileRefused
from catalog.imports.formats.table.columns import FIELDS
from catalog.imports.formats.table.options import CsvOptions, TableOptions, XlsxOptions
from catalog.imports.option_form import PairsField, fields_of, initial_of, validated
from catalog.imports.preview import columns_of, first_rows, guess
from catalog.imports.registry import FormatUnknown, find_format, formats
from catalog.imports.source import Source
from catalog.models import CategoryMapping, ImportProfile, ImportRun

LATEST = 20


class ProfileForm(forms.ModelForm):
    """With the options of the chosen format, once it is chosen."""

    format = forms.ChoiceField(label=_("Format"))
    unit_aliases = PairsField(
        label=_("Unit names"),
        required=False,
        help_text=_("The supplier's own words for units with the code of each, one a line: Trommel = RL."),
    )

    class Meta:
        model = ImportProfile
        fields = (
            "name", "slug", "format", "language", "currency", "territory", "order_unit", "brand", "category",
            "stock_site", "organisation", "unit_aliases", "price_list", "agreement_reference",
            "category_policy", "fetch_media", "missing", "missing_threshold",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].choices = [(each.slug, each.label) for each in formats()]  # type: ignore[attr-defined]
        self.options: type[Any] | None = None
        if self.instance.pk:
            try:
                self.options = find_format(self.instance.format).options
            except FormatUnknown:
                return
            self.fields.update(fields_of(self.options, ("columns",)))
            self.initial.update(initial_of(self.options, self.instance.options))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data
        if self.options is not None and data.get("format") == self.instance.format:
            try:
                self.instance.options = validated(self.options, data, self.instance.options)
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned


class CategoryMappingInline(admin.TabularInline):
    model = CategoryMapping
    extra = 0
    autocomplete_fields = ("category",)
    show_change_link = False


class UploadForm(forms.Form):
    file = forms.FileField(label=_("File"))
    trial = forms.BooleanField(
        label=_("Try it without effect first"),
        required=False,
        initial=True,
        help_text=_("Shows what would change. Nothing is changed until you say so."),
    )


class SampleForm(forms.Form):
    file = forms.FileField(label=_("A file of this supplier"))


@admin.register(ImportProfile)
class ImportProfileAdmin(admin.ModelAdmin):
    form = ProfileForm
    list_display = ("name", "slug", "format", "last_import", "begin")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("brand", "category", "price_list", "organisation", "stock_site")
    inlines = (CategoryMappingInline,)
    save_on_top = True

    def get_fieldsets(self, request: HttpRequest, obj: ImportProfile | None = None) -> Any:
        own = list(fields_of(find_format(obj.format).options, ("columns",))) if obj else []
        options = [(_("Options of the format"), {"fields": own})] if own else []
        return [
            (None, {"fields": ("name", "slug", "format")}),
            *options,
            (
                _("Where the file says nothing"),
                {
                    "fields": (
                        ("language", "currency", "territory"),
                        ("order_unit", "brand"),
                        "category",
                        "stock_site",
                        "organisation",
                        "unit_aliases",
                    )
                },
            ),
            (
                _("Where it goes"),
                {"fields": ("price_list", "agreement_reference", "category_policy", "fetch_media")},
            ),
            (_("Articles that are gone"), {"fields": (("missing", "missing_threshold"),)}),
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        # Of the model's own; those of the format come with the form.
        return super().get_form(request, obj, change, **{**kwargs, "fields": ProfileForm.Meta.fields})

    def get_inlines(self, request: HttpRequest, obj: ImportProfile | None) -> Any:
        return self.inlines if obj else ()

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/import/", wrap(self.import_view), name="catalog_importprofile_import"),
            path("<int:pk>/columns/", wrap(self.columns_view), name="catalog_importprofile_columns"),
            *super().get_urls(),
        ]

    @admin.display(description=_("last import"))
    def last_import(self, profile: ImportProfile) -> Any:
        run = profile.runs.order_by("-id").first()
        return run.get_state_display() if run else "–"

    @admin.display(description="")
    def begin(self, profile: ImportProfile) -> Any:
        from django.utils.html import format_html

        address = reverse("admin:catalog_importprofile_import", args=[profile.pk])
        return format_html('<a class="button" href="{}">{}</a>', address, _("Import a file"))

    def _profile(self, request: HttpRequest, pk: int) -> ImportProfile:
        profile = self.get_object(request, str(pk))
        if profile is None:
            raise Http404
        if not self.has_change_permission(request, profile) or not request.user.has_perm(
            "catalog.add_importrun"
        ):
            raise PermissionDenied
        return profile

    def _page(
        self, request: HttpRequest, profile: ImportProfile, title: Any, **context: Any
    ) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "profile": profile,
            "title": title,
            "tabular": find_format(profile.format).tabular,
            **context,
        }

    def import_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Choose a file; the imports that were."""
        profile = self._profile(request, pk)
        tabular = find_format(profile.format).tabular
        if tabular and not profile.options.get("columns"):
            return HttpResponseRedirect(reverse("admin:catalog_importprofile_columns", args=[pk]))
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                run = services.start_import(
                    profile=profile,
                    file_name=upload.name,
                    chunks=upload.chunks(),
                    trial=form.cleaned_data["trial"],
                    user=request.user,
                )
            except services.ImportBusy:
                form.add_error(None, _("Another import of this profile is running."))
            else:
                return HttpResponseRedirect(reverse("admin:catalog_importrun_change", args=[run.pk]))
        runs = [(run, TONES.get(ImportRun.State(run.state), "")) for run in profile.runs.all()[:LATEST]]
        context = self._page(request, profile, _("Import a file"), form=form, runs=runs)
        return TemplateResponse(request, "admin/catalog/importprofile/import.html", context)

    def columns_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How a table is written and what its columns are, beside its first rows."""
        profile = self._profile(request, pk)
        found = find_format(profile.format)
        if not found.tabular:
            raise Http404
        options_type: type[TableOptions] = CsvOptions if found.slug == "csv" else XlsxOptions
        sample = Path(settings.IMPORT_DIR) / f"sample-{profile.pk}"
        if request.FILES:
            upload = SampleForm(request.POST, request.FILES)
            if upload.is_valid():
                sample.parent.mkdir(parents=True, exist_ok=True)
                with sample.open("wb") as target:
                    for chunk in upload.cleaned_data["file"].chunks():
                        target.write(chunk)
                try:
                    proposal = guess(Source(sample, upload.cleaned_data["file"].name), options_type)
                except FileRefused as refused:
                    messages.error(request, refused.reason)
                    sample.unlink()
                    proposal = {}
                # What was saved before is worth more than a guess about the columns.
                kept = profile.options.get("columns")
                request.session[f"import-{profile.pk}"] = {**proposal, **({"columns": kept} if kept else {})}
                return HttpResponseRedirect(request.path)
        stored = {**profile.options, **request.session.get(f"import-{profile.pk}", {})}
        page = _Mapping(options_type, stored, sample, request.POST or None)
        if request.method == "POST" and "save" in request.POST and page.valid():
            profile.options = page.options
            profile.save(update_fields=["options"])
            request.session.pop(f"import-{profile.pk}", None)
            self.log_change(request, profile, "columns")
            messages.success(request, _("The columns are saved."))
            return HttpResponseRedirect(reverse("admin:catalog_importprofile_import", args=[pk]))
        context = self._page(request, profile, _("Columns"), page=page, upload=SampleForm())
        return TemplateResponse(request, "admin/catalog/importprofile/columns.html", context)


class _Mapping:
    """The form of the columns page: options of writing, and a field for each column of the sample."""

    def __init__(self, options: type[TableOptions], stored: dict[str, Any], sample: Path, data: Any) -> None:
        self.type = options
        self.stored = stored
        self.error = ""
        self.columns: list[tuple[str, str, list[str], bool]] = []
        fields = fields_of(options, ("columns",))
        self.form = type("WritingForm", (forms.Form,), fields)(data, initial=initial_of(options, stored))
        self.options: dict[str, Any] = stored
        if data is not None and self.form.is_valid():
            try:
                self.options = validated(options, self.form.cleaned_data, stored)
            except ValidationError as error:
                self.form.add_error(None, error)
        self.chosen = dict(stored.get("columns") or {})
        if sample.is_file():
            try:
                read = options.model_validate({**self.options, "columns": {}})
                rows = first_rows(Source(sample), read)
                found = columns_of(rows, read.header_row)
            except (FileRefused, ValueError) as error:
                self.error = str(getattr(error, "reason", error))
                found = []
            if data is not None:
                self.chosen = {
                    column.key: data[f"column_{place}"]
                    for place, column in enumerate(found)
                    if data.get(f"column_{place}")
                }
            self.columns = [
                (column.key, self.chosen.get(column.key, ""), column.samples[:5], place < 8)
                for place, column in enumerate(found)
            ]
        self.groups: dict[str, list[tuple[str, str]]] = {}
        numbered = {f"{name}_{n}": n for n in range(2, 6) for name in ("from_quantity", "net_price")}
        for field in FIELDS:
            number = numbered.get(field.name)
            label = f"{field.label} {number}" if number else str(field.label)
            self.groups.setdefault(str(field.group), []).append((field.name, label))

    def valid(self) -> bool:
        if not self.form.is_valid() or self.error:
            return False
        try:
            self.options = self.type.model_validate({**self.options, "columns": self.chosen}).model_dump(
                mode="json", exclude_defaults=True
            )
        except ValueError:
            self.error = str(_("Two columns cannot be the same field."))
            return False
        if "sku" not in self.chosen.values():
            self.error = str(_("One column must be the article number."))
            return False
        return True
