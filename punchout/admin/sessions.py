"""Sessions and returned carts: what a buyer did, what went back, and why a cart was refused."""

from decimal import Decimal
from typing import Any

import structlog
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from punchout import origins, preflight
from punchout.admin.read_only import ReadOnlyAdmin, tag
from punchout.admin.wire import HEAVY, verdict_tag
from punchout.embedding import cart_is_fetched, is_installed
from punchout.findings import Finding
from punchout.following import following
from punchout.handed_over import form_of
from punchout.models import PunchoutSession, ReturnedCart
from punchout.trace import trace_zip
from shop.carts import PricedCart, price_cart

log = structlog.get_logger(__name__)

STATE_TONES = {
    PunchoutSession.State.LAUNCHED: "",
    PunchoutSession.State.ACTIVE: "warn",
    PunchoutSession.State.RETURNED: "good",
    PunchoutSession.State.CANCELLED: "",
    PunchoutSession.State.EXPIRED: "",
}


def state_tag(session: PunchoutSession) -> SafeString:
    return tag(session.get_state_display(), STATE_TONES.get(PunchoutSession.State(session.state), ""))


@admin.register(PunchoutSession)
class PunchoutSessionAdmin(ReadOnlyAdmin):
    list_display = (
        "key", "state_shown", "connection", "organisation", "person", "operation", "embedding", "total_text",
        "created_at", "ended_at",
    )  # fmt: skip
    list_filter = (
        "state",
        "operation",
        "embedding",
        ("connection", admin.RelatedOnlyFieldListFilter),
        ("organisation", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("connection", "organisation", "person")
    list_per_page = 50
    date_hierarchy = "created_at"
    search_fields = (
        "key", "person__identifier", "person__name", "connection__slug", "organisation__name",
        "organisation__number", "cart__lines__sku",
    )  # fmt: skip
    search_help_text = _("Session key, person, connection, customer, or an article number in the cart.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PunchoutSession]:
        returned = ReturnedCart.objects.filter(session=OuterRef("pk"), outcome=ReturnedCart.Outcome.CART)
        return (
            super()
            .get_queryset(request)
            .select_related("connection", "organisation__price_list", "person", "cart", "delivery_site")
            .annotate(
                returned_total=Subquery(returned.values("total")[:1]),
                returned_currency=Subquery(returned.values("currency")[:1]),
            )
        )

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, session: PunchoutSession) -> SafeString:
        return state_tag(session)

    @admin.display(description=_("returned"), ordering="returned_total")
    def total_text(self, session: Any) -> str:
        total = session.returned_total
        return "" if total is None else f"{_figure(total, 2)} {session.returned_currency}"

    def get_urls(self) -> list[URLPattern]:
        trace = self.admin_site.admin_view(self.trace_view)
        name = "punchout_punchoutsession_trace"
        return [path("<path:object_id>/trace/", trace, name=name), *super().get_urls()]

    def trace_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The visit as a zip, to give to the partner; that it was taken is logged."""
        session = self._viewed(request, object_id)
        log.info("trace_exported", user=request.user.pk, session=session.key)
        response = HttpResponse(trace_zip(session), content_type="application/zip")
        name = f"trace-{session.connection.slug}-{session.pk}.zip"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def _viewed(self, request: HttpRequest, object_id: str) -> PunchoutSession:
        session = self.get_object(request, object_id)
        if not self.has_view_permission(request, session):
            raise PermissionDenied
        if not isinstance(session, PunchoutSession):
            raise Http404
        return session

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One visit: its cart as it stands, its messages in order, and what was returned."""
        session = self._viewed(request, object_id)
        with override(session.language):
            cart = price_cart(session.cart, session.organisation)
            if is_installed(session.connection):
                cart = preflight.checked(cart, session)
        messages = session.messages.defer(*HEAVY).order_by("id")
        returned = ReturnedCart.objects.filter(session=session).first()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Session %(key)s") % {"key": session.key[:8]},
            "session": session,
            "state": state_tag(session),
            "return_host": return_host(session),
            "cart_is_fetched": cart_is_fetched(session),
            "cart": cart,
            "obstacles": obstacles(session, cart),
            "remarks": cart.remarks if session.state in PunchoutSession.OPEN else (),
            "findings": findings_of(returned),
            "messages_in_order": [(message, verdict_tag(message)) for message in messages],
            "returned": returned,
            "returned_rows": cart_rows(returned) if returned else [],
            "following": following(returned),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/punchout/punchoutsession/detail.html", context)


def return_host(session: PunchoutSession) -> str:
    """Where the cart goes, without the query: that may hold the buyer's own session."""
    try:
        return origins.parse_address(session.return_url).origin
    except ValueError:
        return session.return_url.partition("?")[0][:80]


def obstacles(session: PunchoutSession, cart: PricedCart) -> list[str]:
    """Why the cart of an open session could not be returned now, in plain words."""
    if session.state not in PunchoutSession.OPEN:
        return []
    found = []
    if not is_installed(session.connection):
        slug = session.connection.adapter
        found.append(str(_("The protocol “%(slug)s” is not installed.") % {"slug": slug}))
    if not session.return_url and not cart_is_fetched(session):
        found.append(str(_("The buyer's system gave no address to return to.")))
    if session.operation == PunchoutSession.Operation.INSPECT:
        found.append(str(_("The cart was opened to look at it only.")))
    if not cart.lines:
        found.append(str(_("The cart is empty.")))
    found += cart.obstacles
    found += [f"{line.line.sku}: {line.problem}" for line in cart.problems]
    return found


def findings_of(returned: ReturnedCart | None) -> list[Finding]:
    """What was remarked when the cart was sent, for the language of the page."""
    return [Finding.from_json(data) for data in returned.findings] if returned else []


# Of a frozen line: what the operator compares with what the buyer says arrived.
ROW_COLUMNS = ("number", "sku", "name", "quantity", "unit", "price", "price_unit", "total", "agreement")
# And with how many decimals at least.
DECIMALS = {"quantity": 0, "price": 2, "total": 2}


def cart_rows(returned: ReturnedCart) -> list[list[tuple[str, bool]]]:
    """The frozen lines as cells: (text, is a number)."""
    rows = []
    for line in returned.lines:
        cells = []
        for column in ROW_COLUMNS:
            value = line.get(column, "")
            numeric = column in ("number", "price_unit", *DECIMALS)
            if column in DECIMALS and value not in ("", None):
                value = _figure(Decimal(str(value)), DECIMALS[column])
            cells.append((str(value), numeric))
        rows.append(cells)
    return rows


def _figure(value: Decimal, least: int) -> str:
    """As the operator's language writes it, with ``least`` decimals and more only where they are not zero."""
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int), "a frozen line has numbers only"
    return number_format(value, max(least, -exponent), use_l10n=True, force_grouping=True)


@admin.register(ReturnedCart)
class ReturnedCartAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "outcome",
        "organisation",
        "connection",
        "line_count",
        "total",
        "currency",
        "return_host",
        "created_at",
    )
    list_filter = ("outcome", ("session__connection", admin.RelatedOnlyFieldListFilter), "currency")
    list_per_page = 50
    date_hierarchy = "created_at"
    search_fields = (
        "session__key", "session__organisation__name", "session__organisation__number", "return_host",
        "table",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReturnedCart]:
        queryset = super().get_queryset(request)
        return queryset.select_related("session__connection", "session__organisation")

    @admin.display(description=_("customer"), ordering="session__organisation__name")
    def organisation(self, returned: ReturnedCart) -> str:
        return str(returned.session.organisation)

    @admin.display(description=_("connection"), ordering="session__connection__name")
    def connection(self, returned: ReturnedCart) -> str:
        return str(returned.session.connection)

    @admin.display(description=_("lines"))
    def line_count(self, returned: ReturnedCart) -> int:
        return len(returned.table.get("rows", ()))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The price commitment, line by line, and the form exactly as it was handed over."""
        returned = self.get_object(request, object_id)
        if not self.has_view_permission(request, returned):
            raise PermissionDenied
        if not isinstance(returned, ReturnedCart):
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Returned cart %(id)s") % {"id": returned.pk},
            "returned": returned,
            "session": returned.session,
            "returned_rows": cart_rows(returned),
            "form": form_of(returned),
            "following": following(returned),
            "findings": findings_of(returned),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/punchout/returnedcart/detail.html", context)
