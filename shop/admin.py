"""The admin of the carts."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shop.models import Cart, CartLine


class CartLineInline(admin.TabularInline):
    """The lines as they stand; a cart belongs to its buyer and is not changed behind his back."""

    model = CartLine
    extra = 0
    can_delete = False
    fields = readonly_fields = ("position", "sku", "product", "description", "quantity", "token")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CartLine]:
        return super().get_queryset(request).select_related("product")

    def has_add_permission(self, request: HttpRequest, obj: Cart | None = None) -> bool:
        return False


class FrozenFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("open", _("open")), ("frozen", _("frozen"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Cart]) -> QuerySet[Cart]:
        if self.value() in ("open", "frozen"):
            return queryset.filter(frozen_at__isnull=self.value() == "open")
        return queryset


@admin.register(Cart)
class CartAdmin(admin.ModelAdmin):
    list_display = ("__str__", "organisation", "line_count", "created_at", "frozen_at")
    list_filter = (FrozenFilter, ("organisation", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("organisation",)
    search_fields = ("=id", "organisation__name", "organisation__number", "lines__sku")
    date_hierarchy = "created_at"
    show_full_result_count = False
    inlines = (CartLineInline,)
    fields = readonly_fields = ("organisation", "created_at", "frozen_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cart]:
        # Of each cart that is shown: a join counted all lines there are, and again for the days above.
        lines = CartLine.objects.filter(cart=OuterRef("pk")).order_by().values("cart")
        counted = Coalesce(Subquery(lines.annotate(n=Count("*")).values("n")), 0)
        return super().get_queryset(request).annotate(counted_lines=counted)

    @admin.display(description=_("lines"), ordering="counted_lines")
    def line_count(self, cart: Cart) -> int:
        return cart.counted_lines  # type: ignore[attr-defined]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Cart | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Cart | None = None) -> bool:
        return False
