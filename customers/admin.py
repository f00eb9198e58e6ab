"""The admin of the customers: organisations with their sites and people, price lists, API keys."""

from typing import Any

import structlog
from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from customers.keys import issue_key, revoke_key
from customers.models import ApiKey, DeliverySite, Organisation, Person, PriceList, all_scopes

log = structlog.get_logger(__name__)


@admin.register(PriceList)
class PriceListAdmin(admin.ModelAdmin):
    list_display = ("name", "code", "currency", "public", "customers")
    list_filter = ("currency", "public")
    search_fields = ("code", "name")
    prepopulated_fields = {"code": ("name",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[PriceList]:
        return super().get_queryset(request).annotate(customer_count=Count("organisations"))

    @admin.display(description=_("customers"), ordering="customer_count")
    def customers(self, price_list: PriceList) -> int:
        return price_list.customer_count  # type: ignore[attr-defined]


class DeliverySiteInline(admin.TabularInline):
    model = DeliverySite
    extra = 0


class PersonInline(admin.TabularInline):
    model = Person
    extra = 0
    fields = ("identifier", "name", "email", "language", "active")
    show_change_link = True


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ("name", "number", "language", "currency", "price_list", "active", "created_at")
    list_filter = ("active", "language", "currency", "price_list")
    list_select_related = ("price_list",)
    search_fields = ("number", "name", "vat_number")
    autocomplete_fields = ("price_list",)
    readonly_fields = ("created_at",)
    inlines = (DeliverySiteInline, PersonInline)
    fieldsets = (
        (None, {"fields": ("number", "name", "vat_number", "active", "created_at")}),
        (
            _("Language and prices"),
            {
                "fields": ("language", "currency", "price_list", "pays_levies"),
                "description": _(
                    "Prices come from the price list, less what was agreed with this customer. A price "
                    "list in another currency gives no prices at all: nothing is converted."
                ),
            },
        ),
    )


@admin.register(DeliverySite)
class DeliverySiteAdmin(admin.ModelAdmin):
    list_display = ("code", "name", "organisation", "postal_code", "city", "country")
    list_filter = ("country",)
    list_select_related = ("organisation",)
    search_fields = ("code", "name", "city", "organisation__name", "organisation__number")
    autocomplete_fields = ("organisation",)


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):
    list_display = ("identifier", "name", "email", "organisation", "language", "active")
    list_filter = ("active", "language")
    list_select_related = ("organisation",)
    search_fields = ("identifier", "name", "email", "organisation__name", "organisation__number")
    autocomplete_fields = ("organisation", "user")


class ApiKeyForm(forms.ModelForm):
    """What a key may read, as boxes to tick."""

    scopes = forms.MultipleChoiceField(
        label=_("may read"),
        choices=ApiKey.Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=all_scopes,
        help_text=_("Give a program no more than it needs."),
    )

    class Meta:
        model = ApiKey
        fields = ("organisation", "name", "scopes")


class KeyStateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("valid", _("valid")), ("revoked", _("revoked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
        if self.value() in ("valid", "revoked"):
            return queryset.filter(revoked_at__isnull=self.value() == "valid")
        return queryset


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """Issues and revokes; the key itself is shown once, in the answer to its creation."""

    form = ApiKeyForm
    list_display = ("name", "prefix", "organisation", "may_read", "created_at", "last_used_at", "revoked_at")
    list_filter = (KeyStateFilter,)
    list_select_related = ("organisation",)
    search_fields = ("name", "prefix", "organisation__name", "organisation__number")
    autocomplete_fields = ("organisation",)
    date_hierarchy = "created_at"
    actions = ("revoke",)
    readonly_fields = ("prefix", "created_at", "last_used_at", "revoked_at")

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        fields = ("organisation", "name", "scopes")
        return fields if obj is None else (*fields, *self.readonly_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        return () if obj is None else ("organisation", *self.readonly_fields)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: ModelForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        issued, shown = issue_key(organisation=obj.organisation, name=obj.name, scopes=obj.scopes)
        # The admin goes on with its own instance: it must become the row that was issued.
        obj.__dict__.update(issued.__dict__)
        request.issued_key = shown  # type: ignore[attr-defined]
        log.info("api_key_issued", user=request.user.pk, key=issued.pk, organisation=issued.organisation_id)

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Shows the key in the answer itself, so that it is kept nowhere, not even in a session."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("The new API key"),
            "key": obj,
            "shown": request.issued_key,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "admin/customers/apikey/issued.html", context)

    @admin.display(description=_("may read"))
    def may_read(self, key: ApiKey) -> str:
        return ", ".join(str(scope.label) for scope in ApiKey.Scope if scope in key.scopes)

    @admin.action(description=_("Revoke the selected keys"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        keys = list(queryset)
        for key in keys:
            revoke_key(key=key)
            log.info("api_key_revoked", user=request.user.pk, key=key.pk)
        text = ngettext("%(count)s key was revoked.", "%(count)s keys were revoked.", len(keys))
        self.message_user(request, text % {"count": len(keys)}, messages.SUCCESS)
