"""Networks: one Sender and one secret for the many customers whose messages they send."""

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from punchout.admin.connection_secrets import secrets_page, slot_states
from punchout.admin.connections import CredentialFormSet
from punchout.admin.read_only import tag
from punchout.models import Hub, HubCredential

# Of a network's connections as many are named on its page; the rest is a click away.
MOST_NAMED = 20


class HubCredentialInline(admin.TabularInline):
    model = HubCredential
    formset = CredentialFormSet
    extra = 0
    min_num = 1
    verbose_name_plural = _("What the network writes into Sender")


class HubForm(forms.ModelForm):
    class Meta:
        model = Hub
        fields = ("name",)
        help_texts = {
            "name": _(
                "Such as SAP Business Network. Name it on each connection that it sends for; the customer "
                "stays known by the From credential there."
            )
        }


@admin.register(Hub)
class HubAdmin(admin.ModelAdmin):
    form = HubForm
    list_display = ("name", "senders", "count", "secret_state")
    search_fields = ("name", "credentials__identity")
    inlines = (HubCredentialInline,)
    readonly_fields = ("secret_state", "served")
    change_form_template = "admin/punchout/hub/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Hub]:
        counted = super().get_queryset(request).annotate(served_count=Count("connections", distinct=True))
        return counted.prefetch_related("credentials", "secrets")

    @admin.display(description=_("Sender"))
    def senders(self, hub: Hub) -> str:
        return ", ".join(str(credential) for credential in hub.credentials.all())

    @admin.display(description=_("customers"), ordering="served_count")
    def count(self, hub: Hub) -> SafeString:
        address = reverse("admin:punchout_connection_changelist")
        return format_html(
            '<a href="{}?hub__id__exact={}">{}</a>',
            address,
            hub.pk,
            hub.served_count,  # type: ignore[attr-defined]
        )

    @admin.display(description=_("secret"))
    def secret_state(self, hub: Hub) -> SafeString:
        if hub.pk is None:
            return format_html("{}", _("Set after saving."))
        usable = any(slot.usable for slot in slot_states(hub))
        return tag(_("valid"), "good") if usable else tag(_("None is set."), "bad")

    @admin.display(description=_("It sends for"))
    def served(self, hub: Hub) -> SafeString:
        if hub.pk is None:
            return format_html("{}", _("Name this network on the connections it sends for."))
        connections = list(hub.connections.select_related("organisation")[: MOST_NAMED + 1])
        rows = format_html_join(
            "",
            '<div><a href="{}">{}</a> – {}</div>',
            (
                (reverse("admin:punchout_connection_change", args=[each.pk]), each, each.organisation)
                for each in connections[:MOST_NAMED]
            ),
        )
        if not connections:
            return format_html("{}", _("Nobody yet. Name this network on the connections it sends for."))
        rest = hub.connections.count() - MOST_NAMED
        more = ngettext("and %(count)s more", "and %(count)s more", max(rest, 1)) % {"count": rest}
        return format_html("<div>{}{}</div>", rows, more if rest > 0 else "")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.secrets_view)
        return [path("<path:object_id>/secrets/", view, name="punchout_hub_secrets"), *super().get_urls()]

    def secrets_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return secrets_page(self, request, object_id)
