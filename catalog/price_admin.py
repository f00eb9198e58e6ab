"""The admin of what is paid: list prices, agreements and promotions, metal, eco-contributions."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from catalog.models import Agreement, ListPrice, MetalQuotation, ProductLevy, ProductMetal, ProductReference


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
class ListPriceAdmin(admin.ModelAdmin):
    list_display = ("product", "price_list", "amount", "price_unit", "valid_from", "valid_until")
    list_filter = ("price_list", "valid_from", "valid_until")
    list_select_related = ("product", "price_list")
    search_fields = ("product__sku__istartswith", "product__name_en")
    autocomplete_fields = ("product", "price_list")
    show_full_result_count = False


@admin.register(Agreement)
class AgreementAdmin(admin.ModelAdmin):
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
        ("organisation", admin.RelatedOnlyFieldListFilter),
        ("price_list", admin.RelatedOnlyFieldListFilter),
        "valid_until",
    )
    list_select_related = ("organisation", "price_list", "product", "brand", "category")
    search_fields = (
        "reference", "label", "discount_group", "organisation__name", "organisation__number",
        "product__sku__istartswith",
    )  # fmt: skip
    autocomplete_fields = ("organisation", "price_list", "product", "brand", "category")
    show_full_result_count = False
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
class ProductMetalAdmin(admin.ModelAdmin):
    list_display = ("product", "metal", "weight", "per", "base", "currency", "credit")
    list_filter = ("metal", "currency")
    list_select_related = ("product",)
    search_fields = ("product__sku__istartswith",)
    autocomplete_fields = ("product",)
    show_full_result_count = False


@admin.register(ProductLevy)
class ProductLevyAdmin(admin.ModelAdmin):
    list_display = ("product", "scheme", "code", "amount", "currency")
    list_filter = ("scheme", "currency")
    list_select_related = ("product",)
    search_fields = ("product__sku__istartswith", "code")
    autocomplete_fields = ("product",)
    show_full_result_count = False


@admin.register(ProductReference)
class ProductReferenceAdmin(admin.ModelAdmin):
    list_display = ("product", "kind", "target", "quantity")
    list_filter = ("kind",)
    list_select_related = ("product", "target")
    search_fields = ("product__sku__istartswith", "target__sku__istartswith")
    autocomplete_fields = ("product", "target")
    show_full_result_count = False
