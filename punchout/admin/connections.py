"""Connections: a buyer's system can be connected from here alone, whatever its protocol."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminURLFieldWidget
from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from punchout.adapters import all_adapters, get_adapter
from punchout.adapters.registry import Adapter
from punchout.admin import option_fields, pending_origins
from punchout.admin.connection_secrets import has_no_key, secrets_page, slot_states
from punchout.admin.connection_test import check_page
from punchout.admin.mapping import impact_answer, mapping_page, try_rows_view
from punchout.admin.sandbox_link import sandbox_link
from punchout.endpoint import base_url
from punchout.models import Connection, PartyCredential
from punchout.presets import PRESETS, Preset


def adapter_choices() -> list[tuple[str, str]]:
    return [(adapter.slug, str(adapter.label)) for adapter in all_adapters()]


def find_adapter(slug: str) -> Adapter | None:
    try:
        return get_adapter(slug)
    except KeyError:
        return None


class ConnectionForm(forms.ModelForm):
    """The connection with the options of one protocol as fields of their own (``form_for`` adds them)."""

    options_adapter: Adapter | None = None
    # What a new connection starts with, when the operator named the buyer's system.
    preset: Preset | None = None
    # True: shown again as it was typed, not to be saved.
    held = False
    adapter = forms.ChoiceField(label=_("Protocol"))
    default_return_url = forms.URLField(
        label=_("Return address when none is sent"),
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=AdminURLFieldWidget,
    )
    # Whose options the fields below are: another one may have been chosen since the page was made.
    options_of = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Connection
        fields = (
            "name", "slug", "organisation", "buyer_system", "active", "test", "adapter", "username",
            "hub", "return_origins", "default_return_url", "frame_origins", "cookieless",
            "client_networks", "client_certificates", "retention_days",
        )  # fmt: skip
        widgets = {
            "return_origins": forms.Textarea(attrs={"rows": 4, "cols": 70}),
            "frame_origins": forms.Textarea(attrs={"rows": 4, "cols": 70}),
            "client_networks": forms.Textarea(attrs={"rows": 3, "cols": 70}),
            "client_certificates": forms.Textarea(attrs={"rows": 3, "cols": 70}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = adapter_choices()
        stored = self.instance.adapter
        if stored and stored not in dict(choices):
            choices.append((stored, _("%(slug)s (not installed)") % {"slug": stored}))
        field = self.fields.get("adapter")
        if isinstance(field, forms.ChoiceField):
            field.choices = choices
        if self.options_adapter is not None:
            self.initial["options_of"] = self.options_adapter.slug
            self.initial.setdefault("adapter", self.options_adapter.slug)
            shown: Mapping[str, Any] = {}
            if self.instance.adapter == self.options_adapter.slug:
                shown = self.instance.options or {}
            elif self.preset is not None and self.preset.adapter == self.options_adapter.slug:
                shown = self.preset.options
            self.initial.update(option_fields.initial_of(self.options_adapter.Options, shown))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.held:
            self.add_error(None, _("Nothing was saved yet."))
        chosen = find_adapter(cleaned.get("adapter", ""))
        if chosen is None:
            return cleaned
        if not chosen.has_hubs:
            cleaned["hub"] = None
        # Not asked for on the page of a protocol without: the test page says that it is missing.
        if chosen.has_username and "username" in self.fields and not cleaned.get("username"):
            self.add_error("username", _("This protocol identifies the buyer by a user name."))
        if self.options_adapter is not chosen or cleaned.get("options_of") != chosen.slug:
            # The protocol was changed on this page: its own options start at their defaults.
            self.instance.options = {}
            self.instance.options_were_reset = True
            for name in [name for name in self.errors if name.startswith(option_fields.PREFIX)]:
                del self.errors[name]
            return cleaned
        try:
            stored = self.instance.options or {}
            if not self.instance.pk and self.preset is not None and self.preset.adapter == chosen.slug:
                # Its mapping, which has a page of its own once the connection is saved.
                stored = self.preset.options
            self.instance.options = option_fields.validated(chosen.Options, cleaned, stored)
        except ValidationError as error:
            known = {name: text for name, text in error.message_dict.items() if name not in self.errors}
            self.add_error(None, ValidationError(known))
        return cleaned


def form_for(adapter: Adapter | None, preset: Preset | None = None) -> type[ConnectionForm]:
    """``ConnectionForm`` with the fields of an adapter's options, filled in as the preset has them."""
    fields = option_fields.fields_of(adapter.Options) if adapter else {}
    return type("ConnectionForm", (ConnectionForm,), {**fields, "options_adapter": adapter, "preset": preset})


class CredentialFormSet(BaseInlineFormSet):
    """Refuses the same identity twice: they are compared trimmed and without regard to case."""

    def clean(self) -> None:
        super().clean()
        seen = set()
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            if not data or data.get("DELETE") or not data.get("identity") or not data.get("domain"):
                continue
            key = (data.get("party"), PartyCredential.key_of(data["domain"], data["identity"]))
            if key in seen:
                form.add_error("identity", _("This credential is there twice."))
            seen.add(key)


class PartyCredentialInline(admin.TabularInline):
    model = PartyCredential
    formset = CredentialFormSet
    extra = 0
    verbose_name_plural = _(
        "Credentials: From is the customer, Sender is who sends (the same, unless a network is named above), "
        "To is our name there"
    )


@admin.register(Connection)
class ConnectionAdmin(admin.ModelAdmin):
    list_display = (
        "name",
        "slug",
        "adapter",
        "organisation",
        "buyer_system",
        "active",
        "test",
        "last_session",
    )
    list_filter = (
        "active", "test", "adapter", ("hub", admin.RelatedOnlyFieldListFilter),
        ("organisation", admin.RelatedOnlyFieldListFilter),
    )  # fmt: skip
    list_select_related = ("organisation",)
    search_fields = (
        "slug", "name", "buyer_system", "username", "organisation__name", "organisation__number",
        "credentials__identity",
    )  # fmt: skip
    autocomplete_fields = ("organisation",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("created_at",)
    save_on_top = True
    change_form_template = "admin/punchout/connection/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        return super().get_queryset(request).annotate(last_launch=Max("sessions__created_at"))

    @admin.display(description=_("last session"), ordering="last_launch")
    def last_session(self, connection: Connection) -> object:
        return connection.last_launch  # type: ignore[attr-defined]

    def _adapter(self, request: HttpRequest, obj: Connection | None) -> Adapter | None:
        """Whose options are on the page: the connection's, else the one asked for, else the first."""
        if request.method == "POST" and request.POST.get("options_of"):
            return find_adapter(request.POST["options_of"])
        preset = self._preset(request, obj)
        asked = obj.adapter if obj else request.GET.get("adapter") or (preset.adapter if preset else "")
        adapters = all_adapters()
        return find_adapter(asked) or (adapters[0] if adapters and obj is None else None)

    @staticmethod
    def _preset(request: HttpRequest, obj: Connection | None = None) -> Preset | None:
        """The system whose values a new connection starts with; a stored one has its own."""
        return None if obj else PRESETS.get(request.GET.get("preset", ""))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        preset = self._preset(request)
        if preset is None:
            return initial
        start = {
            "adapter": preset.adapter,
            "buyer_system": preset.buyer_system,
            "cookieless": preset.framed,
        }
        return start | initial

    def get_form(
        self, request: HttpRequest, obj: Connection | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        # Back from the page that shows what a change does: what was typed is there, and nothing is saved.
        held = request.method == "POST" and "_back" in request.POST
        form = form_for(self._adapter(request, obj), self._preset(request, obj))
        kwargs["form"] = type(form.__name__, (form,), {"held": True}) if held else form
        return super().get_form(request, obj, change, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Connection | None) -> list[Any]:
        adapter = self._adapter(request, obj)
        if adapter is not None and adapter.has_username:
            return []
        return [PartyCredentialInline]

    def get_fieldsets(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        adapter = self._adapter(request, obj)
        who: tuple[str, ...] = ("username",) if adapter is None or adapter.has_username else ()
        who += ("hub",) if adapter is not None and adapter.has_hubs else ()
        fieldsets: list[tuple[Any, dict[str, Any]]] = [
            (
                None,
                {
                    "fields": (
                        "name", "slug", "organisation", "buyer_system", ("active", "test"),
                        "adapter", *who, "options_of", *(("created_at",) if obj else ()),
                    ),
                },
            ),
            (
                _("Where carts may go"),
                {
                    "fields": ("return_origins", "default_return_url"),
                    "description": _(
                        "A cart with the customer's prices is only ever sent to these addresses. Ask the "
                        "buyer's IT from which host its users work; a launch that names another one is "
                        "refused and says so in the wire log."
                    ),
                },
            ),
            (
                _("Inside the buyer's page"),
                {
                    "fields": ("frame_origins", "cookieless"),
                    "description": _(
                        "Needed when the buyer's system shows the shop in a frame instead of its own window."
                    ),
                },
            ),
            (
                _("From where it may be used"),
                {
                    "classes": () if obj and is_held_to_somewhere(obj) else ("collapse",),
                    "fields": ("client_networks", "client_certificates"),
                    "description": _(
                        "Beside the secret. A launch from elsewhere is answered like one with a wrong "
                        "secret, and the wire log says why. What counts is who sends the launch: the users' "
                        "browsers (OCI, IDS-Connect, Peppol), or the buyer's system or network (cXML, Oracle "
                        "XML, cebeoXML)."
                    ),
                },
            ),
        ]  # fmt: skip
        if adapter is not None and adapter.Options.model_fields:
            sections = option_fields.sections_of(adapter.Options, adapter.label)
            fieldsets += [(title, {"fields": names}) for title, names in sections]
        fieldsets.append((_("How long it is kept"), {"fields": ("retention_days",)}))
        return fieldsets

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Before options are saved that would have changed carts, shows which and how."""
        if request.method == "POST" and object_id and not {"_confirm", "_back"} & request.POST.keys():
            answer = self._ask_first(request, unquote(object_id))
            if answer is not None:
                return answer
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _ask_first(self, request: HttpRequest, object_id: str) -> HttpResponse | None:
        connection = self.get_object(request, object_id)
        if connection is None or not self.has_change_permission(request, connection):
            return None
        before, protocol = dict(connection.options or {}), connection.adapter
        form = self.get_form(request, connection, change=True)(request.POST, instance=connection)
        if not form.is_valid() or connection.adapter != protocol or connection.options == before:
            return None
        return impact_answer(self, request, connection, before)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        connection = kwargs.get("obj") or context.get("original")
        if isinstance(connection, Connection) and connection.pk:
            context["launch_addresses"] = launch_addresses(request, connection)
            context["slots"] = slot_states(connection)
            context["sandbox_link"] = sandbox_link(connection)
            context["digest_only"] = has_no_key(connection)
            context["pending_origins"] = connection.pending_origins.select_related("message")
        else:
            context["adapter_links"] = adapter_choices()
            current = self._adapter(request, None)
            context["adapter_shown"] = current.slug if current else ""
            context["presets"] = PRESETS.values()
            context["preset"] = self._preset(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(
        self, request: HttpRequest, obj: Connection, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Goes on to the connection's page: its secret has yet to be set."""
        if "_addanother" in request.POST or "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        text = _("The connection was saved. Now set its secret and test it.")
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:punchout_connection_change", args=[obj.pk]))

    def response_change(self, request: HttpRequest, obj: Connection) -> HttpResponse:
        if not getattr(obj, "options_were_reset", False):
            return super().response_change(request, obj)
        text = _("The protocol was changed; its options stand at their defaults. Check them below.")
        self.message_user(request, text, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:punchout_connection_change", args=[obj.pk]))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/secrets/", view(self.secrets_view), name="punchout_connection_secrets"),
            path("<path:object_id>/test/", view(self.test_view), name="punchout_connection_test"),
            path("<path:object_id>/mapping/", view(self.mapping_view), name="punchout_connection_mapping"),
            path("<path:object_id>/origins/", view(self.origins_view), name="punchout_connection_origins"),
            path(
                "<path:object_id>/mapping/try/",
                view(self.mapping_try_view),
                name="punchout_connection_mapping_try",
            ),
            *super().get_urls(),
        ]

    def secrets_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return secrets_page(self, request, object_id)

    def origins_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return pending_origins.decide(self, request, object_id)

    def mapping_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return mapping_page(self, request, object_id)

    def mapping_try_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return try_rows_view(self, request, object_id)

    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return check_page(self, request, object_id)


def is_held_to_somewhere(connection: Connection) -> bool:
    return bool(connection.client_networks.strip() or connection.client_certificates.strip())


def launch_addresses(request: HttpRequest, connection: Connection) -> list[str]:
    """What the buyer's IT has to enter, the best one first."""
    adapter = find_adapter(connection.adapter)
    if adapter is None:
        return []
    base = base_url(request)
    own = reverse("punchout:connection-endpoint", args=[connection.adapter, connection.slug])
    shared = reverse("punchout:endpoint", args=[connection.adapter])
    # A language-independent address without the trailing slash that the route also takes.
    paths = [own] if adapter.endpoint_per_connection else [shared, own]
    return [base + address.rstrip("/") for address in paths]
