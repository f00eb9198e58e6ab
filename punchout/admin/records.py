"""What else can be looked up: credentials, secrets (never their content), seen messages, sandbox runs."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from punchout.admin.pretty import pretty
from punchout.admin.read_only import ReadOnlyAdmin, tag
from punchout.models import HubSecret, PartyCredential, SandboxRun, Secret, SeenMessage


@admin.register(PartyCredential)
class PartyCredentialAdmin(ReadOnlyAdmin):
    """To find whose identity arrived; changed on the connection's own page."""

    list_display = ("identity", "domain", "party", "connection")
    list_filter = ("party", "domain", ("connection", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("connection",)
    search_fields = ("identity", "domain", "connection__name", "connection__slug")


@admin.register(Secret)
class SecretAdmin(ReadOnlyAdmin):
    """When secrets were set and run out; changed on the connection's own page."""

    list_display = ("connection", "slot", "state", "created_at", "last_used_at", "valid_until")
    list_filter = ("valid_until", ("connection", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("connection",)
    search_fields = ("connection__name", "connection__slug")
    fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[Secret]:
        return super().get_queryset(request).defer("digest", "sealed")

    @admin.display(description=_("state"))
    def state(self, secret: Secret) -> SafeString:
        if secret.valid_until is None:
            return tag(_("valid"), "good")
        if secret.valid_until > timezone.now():
            return tag(_("valid until it is replaced"), "warn")
        return tag(_("run out"), "bad")


@admin.register(HubSecret)
class HubSecretAdmin(SecretAdmin):
    """The same for the secrets of networks."""

    list_display = ("hub", "slot", "state", "created_at", "last_used_at", "valid_until")
    list_filter = ("valid_until", ("hub", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("hub",)
    search_fields = ("hub__name", "hub__credentials__identity")
    fields = list_display


@admin.register(SeenMessage)
class SeenMessageAdmin(ReadOnlyAdmin):
    """Message ids that would be answered as duplicates; the stored answer is sealed and not shown."""

    list_display = ("payload_id", "connection", "session", "created_at")
    list_filter = (("connection", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("connection", "session")
    date_hierarchy = "created_at"
    search_fields = ("=payload_id",)
    fields = ("payload_id", "connection", "session", "body_sha256", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SeenMessage]:
        return super().get_queryset(request).defer("answer")


@admin.register(SandboxRun)
class SandboxRunAdmin(ReadOnlyAdmin):
    """What the sandbox's procurement systems sent and got."""

    list_display = (
        "public_id",
        "system",
        "operation",
        "status",
        "response_status",
        "received_times",
        "created_at",
    )
    list_filter = ("system", "operation", "status")
    date_hierarchy = "created_at"
    search_fields = ("=public_id", "system")
    readonly_fields = ("sent", "answered", "received")
    fieldsets = (
        (
            None,
            {"fields": ("public_id", "system", "operation", "status", "problem", "created_at", "expires_at")},
        ),
        (_("Launch"), {"fields": ("sent", "response_status", "answered")}),
        (_("Return"), {"fields": ("received_at", "received_times", "received_content_type", "received")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SandboxRun]:
        queryset = super().get_queryset(request)
        match = request.resolver_match
        if match is not None and match.url_name == "punchout_sandboxrun_changelist":
            return queryset.defer("request_text", "response_text", "received_body", "state", "cart")
        return queryset

    @admin.display(description=_("sent"))
    def sent(self, run: SandboxRun) -> SafeString:
        # Of an OCI launch the lines of the form are kept, behind the request line.
        return pretty(run.request_text)

    @admin.display(description=_("answered"))
    def answered(self, run: SandboxRun) -> SafeString:
        return pretty(run.response_text)

    @admin.display(description=_("received message"))
    def received(self, run: SandboxRun) -> SafeString:
        body = bytes(run.received_body or b"").decode("utf-8", "replace")
        return pretty(body, run.received_content_type)
