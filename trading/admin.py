"""Orders for operators: what was ordered, take it over or cancel it, and have it as a file."""

from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from punchout.admin.read_only import ReadOnlyAdmin, tag
from punchout.admin.time_filter import TimeFilter
from punchout.admin.wire import HEAVY, verdict_tag
from shop.templatetags.shop_format import price
from trading import handling, notices
from trading.documents import csv_of, requested
from trading.models import Order, OrderNotice

log = structlog.get_logger(__name__)

TONES = {Order.State.NEW: "warn", Order.State.TAKEN: "good", Order.State.CANCELLED: "bad"}
NOTICE_TONES = {
    OrderNotice.State.WAITING: "warn", OrderNotice.State.SENT: "good", OrderNotice.State.FAILED: "bad",
}  # fmt: skip
LONGEST_SEARCHED = 200
# Searched among so many of the newest orders and no more: an article number stands in the lines' table.
MOST_SEARCHED = 20_000
REFERENCES = ("commission", "inquiry_number", "offer_number", "part_number", "ordered_by")


def state_tag(order: Order) -> SafeString:
    return tag(order.get_state_display(), TONES[Order.State(order.state)])


class PlacedFilter(TimeFilter):
    column = "placed_at"


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    """Nothing of an order is changed but its state, and that by a step that is kept."""

    list_display = (
        "number", "state_shown", "organisation", "references", "lines_count", "total_text", "placed_at",
        "notice_shown",
    )  # fmt: skip
    list_filter = (
        "state",
        PlacedFilter,
        "test",
        ("organisation", admin.RelatedOnlyFieldListFilter),
        ("connection", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("organisation", "notice")
    list_per_page = 50
    date_hierarchy = "placed_at"
    search_fields = ("number",)  # makes the box; what is looked at is in get_search_results
    search_help_text = gettext_lazy(
        "Order number, reference, person, customer, or an article number in one of the newest 20,000 orders."
    )
    actions = ("take_over_chosen",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        """By number, which is quick; else by a reference, the customer, or a whole article number."""
        text = search_term.strip()[:LONGEST_SEARCHED].replace("\x00", "")
        if not text:
            return queryset, False
        named = queryset.filter(number__iexact=text)
        if named.exists():
            return named, False
        newest = queryset.order_by("-pk").values_list("pk", flat=True)
        beyond = newest[MOST_SEARCHED : MOST_SEARCHED + 1].first()
        if beyond is not None:
            queryset = queryset.filter(pk__gt=beyond)
        found = Q(number__icontains=text) | Q(organisation__name__icontains=text)
        found |= Q(organisation__number__iexact=text)
        for field in REFERENCES:
            found |= Q(**{f"{field}__icontains": text})
        return queryset.filter(found | Q(table__icontains=text)), False

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, order: Order) -> SafeString:
        return format_html("{} {}", state_tag(order), tag(_("test"), "warn") if order.test else "")

    @admin.display(description=gettext_lazy("references"))
    def references(self, order: Order) -> str:
        return " · ".join(filter(None, (order.commission, order.inquiry_number, order.offer_number)))

    @admin.display(description=gettext_lazy("lines"))
    def lines_count(self, order: Order) -> int:
        return len(order.table.get("rows", ()))

    @admin.display(description=gettext_lazy("total"), ordering="total")
    def total_text(self, order: Order) -> str:
        return price(order.total, order.currency)

    @admin.display(description=gettext_lazy("notice"))
    def notice_shown(self, order: Order) -> str | SafeString:
        notice = notice_of(order)
        if notice is None:
            return _("nobody was told")
        return tag(notice.get_state_display(), NOTICE_TONES[OrderNotice.State(notice.state)])

    def has_take_permission(self, request: HttpRequest) -> bool:
        """Who may change orders may take them over and cancel them."""
        return request.user.has_perm("trading.change_order")

    @admin.action(description=gettext_lazy("Take over"), permissions=["take"])
    def take_over_chosen(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        taken = 0
        for order in queryset:
            try:
                handling.take_over(order=order, by=request.user)  # type: ignore[arg-type]
                taken += 1
            except handling.NotPossible:
                self.message_user(
                    request,
                    _("%(number)s is not new any more.") % {"number": order.number},
                    messages.WARNING,
                )
        if taken:
            self.message_user(request, _("Taken over: %(count)s.") % {"count": taken}, messages.SUCCESS)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        if not settings.ORDERS_NOTICE_TO and request.method == "GET":
            messages.warning(
                request, _("Nobody is told of new orders by e-mail: the setting ORDERS_NOTICE_TO is empty.")
            )
        return super().changelist_view(request, extra_context)  # type: ignore[return-value]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own: list[tuple[str, Callable[..., HttpResponse]]] = [
            ("csv", self.csv_view), ("take", self.take_view), ("cancel", self.cancel_view),
            ("notice", self.notice_view),
        ]  # fmt: skip
        pages = [
            path(f"<path:object_id>/{name}/", view(page), name=f"trading_order_{name}") for name, page in own
        ]
        return [*pages, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The order as it was placed, what was done with it, and where it came from."""
        order = self._viewed(request, object_id)
        returned = order.returned_cart
        session = returned.session if returned else None
        lines = order.lines
        wire = session.messages.defer(*HEAVY).order_by("id") if session else ()
        notice = notice_of(order)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Order %(number)s") % {"number": order.number},
            "order": order,
            "state": state_tag(order),
            "requested": requested(order),
            "lines": lines,
            "with_agreements": any(line.agreement for line in lines),
            "steps": [
                (step, tag(step.get_state_display(), TONES[Order.State(step.state)]))
                for step in order.steps.all()
            ],
            "notice": notice,
            "notice_tag": tag(notice.get_state_display(), NOTICE_TONES[OrderNotice.State(notice.state)])
            if notice
            else "",
            "may_handle": self.has_take_permission(request),
            "may_take": _may(order, Order.State.TAKEN),
            "may_cancel": _may(order, Order.State.CANCELLED),
            "returned": returned,
            "session": session,
            "messages_in_order": [(message, verdict_tag(message)) for message in wire],
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/trading/order/detail.html", context)

    def csv_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The order as CSV, for the system of the back office; that it was taken is logged."""
        order = self._viewed(request, object_id)
        log.info("order_exported", user=request.user.pk, order=order.number)
        response = HttpResponse(csv_of(order), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="order-{order.number}.csv"'
        return response

    def take_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(request, object_id, handling.take_over, _("The order is taken over."))

    def cancel_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not request.POST.get("note", "").strip():
            order = self._viewed(request, object_id)
            messages.error(request, _("Say why the order is cancelled: it is kept with the order."))
            return _to(order)
        return self._step(
            request,
            object_id,
            handling.cancel,
            _("The order is cancelled. Tell the buyer: the shop does not."),
        )

    def _step(
        self, request: HttpRequest, object_id: str, step: Callable[..., None], done: str
    ) -> HttpResponse:
        if request.method != "POST":
            raise PermissionDenied
        order = self._viewed(request, object_id)
        if not self.has_take_permission(request):
            raise PermissionDenied
        try:
            step(order=order, by=request.user, note=request.POST.get("note", "").strip())
        except handling.NotPossible:
            messages.error(request, _("That was not done: somebody else was quicker. See below."))
        else:
            messages.success(request, done)
        return _to(order)

    def notice_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Sends the e-mail again, or for the first time where nobody was told."""
        if request.method != "POST":
            raise PermissionDenied
        order = self._viewed(request, object_id)
        if not self.has_take_permission(request):
            raise PermissionDenied
        if not settings.ORDERS_NOTICE_TO:
            messages.error(request, _("Nobody can be told: the setting ORDERS_NOTICE_TO is empty."))
            return _to(order)
        notice = notice_of(order) or OrderNotice.objects.create(order=order)
        notices.send_again(notice=notice)
        messages.success(request, _("The e-mail is being sent."))
        return _to(order)

    def _viewed(self, request: HttpRequest, object_id: str) -> Order:
        order = self.get_object(request, object_id)
        if not self.has_view_permission(request, order):
            raise PermissionDenied
        if not isinstance(order, Order):
            raise Http404
        return order


def notice_of(order: Order) -> OrderNotice | None:
    return getattr(order, "notice", None)


def _may(order: Order, state: Order.State) -> bool:
    return Order.State(order.state) in handling.ALLOWED_FROM[state]


def _to(order: Order) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:trading_order_change", args=[order.pk]))
