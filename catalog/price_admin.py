"""The admin of what is paid: list prices, agreements and promotions, metal, eco-contributions."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from catalog.admin_lists import MOST_COUNTED, MOST_FOUND, LargeAdmin, UsedFilter, articles_called
from catalog.models import Agreement, ListPrice, MetalQuotation, ProductLevy, ProductMetal, ProductReference
from customers.models import Organisation, PriceList


class ListPriceInline(admin.TabularInline):
    model = ListPrice
    extra = 0
    autocomplete_fields = ("price_list",)


class ProductMetalInline(admin.TabularInline):
    model = ProductMetal
    extra = 0


class ProductLevyInline(admin.TabularInline):
    model = ProductLevy
    extra = 0


class ProductReferenceInline(admin.TabularInline):
    model = ProductReference
    fk_name = "product"
    extra = 0
    autocomplete_fields = ("target",)


@admin.register(ListPrice)
class ListPriceAdmin(LargeAdmin):
    list_display = ("product", "price_list", "amount", "price_unit", "valid_from", "valid_until")
    list_filter = ("price_list", "valid_from", "valid_until")
    list_select_related = ("product", "price_list")
    ordering = ("product_id", "price_list_id", "valid_from")
    autocomplete_fields = ("product", "price_list")


@admin.register(Agreement)
class AgreementAdmin(LargeAdmin):
    list_display = (
        "holder",
        "scope",
        "kind",
        "value",
        "price_unit",
        "minimum_quantity",
        "reference",
        "promotion",
        "valid_until",
    )
    list_filter = (
        "promotion",
        "kind",
        ("organisation", UsedFilter),
        ("price_list", UsedFilter),
        "valid_until",
    )
    list_select_related = ("organisation", "price_list", "product", "brand", "category")
    search_help_text = _(
        "A customer or price list; else an article; else a whole reference, or a part of what a promotion "
        "or a discount group is called."
    )
    ordering = ("organisation_id", "product_id", "minimum_quantity")
    autocomplete_fields = ("organisation", "price_list", "product", "brand", "category")
    fieldsets = (
        (
            None,
            {
                "fields": ("organisation", "price_list", "reference"),
                "description": _("For one organisation, or for everybody on a price list."),
            },
        ),
        (
            _("For what"),
            {
                "fields": ("product", "discount_group", "brand", "category"),
                "description": _("One of the four, or none of them for everything."),
            },
        ),
        (
            _("What was agreed"),
            {
                "fields": (("kind", "value", "price_unit"), "minimum_quantity"),
                "description": _(
                    "A net price for the article wins over every discount. Of the discounts only the most "
                    "specific one counts: article, then discount group, then brand, then the nearest "
                    "category, then everything. Of what was agreed with the customer and what holds for his "
                    "price list, the lower price is paid."
                ),
            },
        ),
        (
            _("Promotion"),
            {
                "fields": ("promotion", "label"),
                "description": _(
                    "A promotion adds to no discount: it counts where it is the lower price, and is shown "
                    "with its last day."
                ),
            },
        ),
        (_("Valid"), {"fields": (("valid_from", "valid_until"),)}),
    )

    def named(self, text: str) -> Q:
        """One kind after the other, so that each is answered by its index alone."""
        for key, model in (("organisation", Organisation), ("price_list", PriceList)):
            own = "number" if model is Organisation else "code"
            called = model._default_manager.filter(Q(**{own: text}) | Q(name__icontains=text))
            if found := list(called.order_by().values_list("pk", flat=True)[:MOST_FOUND]):
                return Q(**{f"{key}__in": found})
        if articles := articles_called(text, corrected=False):
            return Q(product__in=articles)
        return self._agreed_as(text)

    def _agreed_as(self, text: str) -> Q:
        """The whole of a reference, in any case; else a part of what is called so by few rows."""
        rows = Agreement.objects.order_by()
        # As the index has it, on both sides.
        same = Q(Exact(Lower("reference"), Lower(Value(text))))
        if number := rows.filter(same)[: MOST_COUNTED + 1].count():
            # More are not put in order: the list is read in its order until a page is full.
            return same if number <= MOST_COUNTED else Q(reference__iexact=text)
        promotions = rows.filter(promotion=True, label__icontains=text)
        groups = rows.filter(product=None, discount_group__icontains=text)
        return Q(
            pk__in=[
                pk for few in (promotions, groups) for pk in few.values_list("pk", flat=True)[:MOST_FOUND]
            ]
        )

    @admin.display(description=_("for whom"))
    def holder(self, agreement: Agreement) -> Any:
        return agreement.organisation or agreement.price_list

    @admin.display(description=_("for"))
    def scope(self, agreement: Agreement) -> Any:
        narrow = agreement.product or agreement.discount_group or agreement.brand or agreement.category
        return narrow or _("everything")


@admin.register(MetalQuotation)
class MetalQuotationAdmin(admin.ModelAdmin):
    list_display = ("day", "metal", "amount", "currency")
    list_filter = ("metal", "currency")
    date_hierarchy = "day"


@admin.register(ProductMetal)
class ProductMetalAdmin(LargeAdmin):
    list_display = ("product", "metal", "weight", "per", "base", "currency", "credit")
    list_filter = ("metal", "currency")
    list_select_related = ("product",)
    ordering = ("product_id", "metal")
    autocomplete_fields = ("product",)


@admin.register(ProductLevy)
class ProductLevyAdmin(LargeAdmin):
    list_display = ("product", "scheme", "code", "amount", "currency")
    list_filter = ("scheme", "currency")
    list_select_related = ("product",)
    also = ("code",)
    ordering = ("product_id", "scheme")
    autocomplete_fields = ("product",)


@admin.register(ProductReference)
class ProductReferenceAdmin(LargeAdmin):
    list_display = ("product", "kind", "target", "quantity")
    list_filter = ("kind",)
    list_select_related = ("product", "target")
    articles = ("product", "target")
    ordering = ("product_id", "kind")
    autocomplete_fields = ("product", "target")
