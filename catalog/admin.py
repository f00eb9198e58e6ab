"""The admin of the catalog: articles with everything that hangs on them, classification, prices, stock."""

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from catalog import (  # register the pages of imports
    admin_import_runs,  # noqa: F401
    admin_import_schedules,  # noqa: F401
    admin_imports,  # noqa: F401
)
from catalog.admin_lists import LargeAdmin, UsedFilter, with_article_count
from catalog.exports import admin as exports_admin  # noqa: F401  registers its own
from catalog.models import (
    Attribute,
    AttributeChoice,
    Brand,
    Category,
    CategoryAttribute,
    CustomerArticle,
    Product,
    ProductAttribute,
    ProductChange,
    ProductMedia,
    Stock,
    StockSite,
    Synonym,
    WithdrawnArticle,
    WithdrawnPrice,
)
from catalog.price_admin import (
    ListPriceInline,
    ProductLevyInline,
    ProductMetalInline,
    ProductReferenceInline,
)
from catalog.price_explanation import explain_price

LANGUAGE_NAMES = ("name_en", "name_nl", "name_fr", "name_de")


@admin.display(description=_("name"))
def shown_name(row: Category | Attribute | AttributeChoice | Product) -> str:
    """As the reader of a list calls it; each language has a column of its own, so it has no one order."""
    return row.name


class CategoryAttributeInline(admin.TabularInline):
    model = CategoryAttribute
    extra = 0
    autocomplete_fields = ("attribute",)
    verbose_name_plural = _("filters of this category, in this order")


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = (shown_name, "slug", "parent", "position", "articles")
    list_filter = (("parent", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("parent",)
    search_fields = ("slug", *LANGUAGE_NAMES)
    autocomplete_fields = ("parent",)
    prepopulated_fields = {"slug": ("name_en",)}
    inlines = (CategoryAttributeInline,)
    fieldsets = (
        (None, {"fields": ("parent", "slug", "position")}),
        (_("Names"), {"fields": LANGUAGE_NAMES}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        return with_article_count(super().get_queryset(request))

    @admin.display(description=_("articles"), ordering="article_count")
    def articles(self, category: Category) -> int:
        return category.article_count  # type: ignore[attr-defined]


@admin.register(Brand)
class BrandAdmin(admin.ModelAdmin):
    list_display = ("name", "code", "articles")
    search_fields = ("code", "name")
    prepopulated_fields = {"code": ("name",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Brand]:
        return with_article_count(super().get_queryset(request))

    @admin.display(description=_("articles"), ordering="article_count")
    def articles(self, brand: Brand) -> int:
        return brand.article_count  # type: ignore[attr-defined]


class AttributeChoiceInline(admin.TabularInline):
    model = AttributeChoice
    extra = 0


@admin.register(Attribute)
class AttributeAdmin(admin.ModelAdmin):
    list_display = (shown_name, "code", "kind", "unit")
    list_filter = ("kind",)
    search_fields = ("code", *LANGUAGE_NAMES)
    inlines = (AttributeChoiceInline,)
    fieldsets = ((None, {"fields": ("code", "kind", "unit")}), (_("Names"), {"fields": LANGUAGE_NAMES}))


@admin.register(AttributeChoice)
class AttributeChoiceAdmin(admin.ModelAdmin):
    list_display = (shown_name, "code", "attribute", "position")
    list_filter = (("attribute", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("attribute",)
    search_fields = ("code", *LANGUAGE_NAMES, "attribute__code", "attribute__name_en")
    autocomplete_fields = ("attribute",)


class ProductAttributeInline(admin.TabularInline):
    model = ProductAttribute
    extra = 0
    autocomplete_fields = ("attribute", "choice")


class ProductMediaInline(admin.TabularInline):
    model = ProductMedia
    extra = 0


class StockInline(admin.TabularInline):
    model = Stock
    extra = 0
    autocomplete_fields = ("site",)


@admin.register(Product)
class ProductAdmin(LargeAdmin):
    list_display = (
        "sku",
        shown_name,
        "brand",
        "category",
        "manufacturer_part_number",
        "status",
        "updated_at",
    )
    list_filter = ("status", ("brand", UsedFilter), ("category", UsedFilter))
    list_select_related = ("brand", "category")
    articles = ("pk",)
    sortable_by = ("sku", "updated_at")
    autocomplete_fields = ("brand", "category", "successor")
    readonly_fields = ("updated_at",)
    save_on_top = True
    inlines = (
        ProductAttributeInline, ProductMediaInline, StockInline, ListPriceInline, ProductMetalInline,
        ProductLevyInline, ProductReferenceInline,
    )  # fmt: skip
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "sku",
                    "status",
                    "brand",
                    "manufacturer_part_number",
                    "gtin",
                    "category",
                    "updated_at",
                )
            },
        ),
        (_("Names"), {"fields": LANGUAGE_NAMES}),
        (
            _("Descriptions"),
            {
                "classes": ("collapse",),
                "fields": ("description_en", "description_nl", "description_fr", "description_de"),
            },
        ),
        (
            _("Units and quantities"),
            {
                "fields": (
                    ("order_unit", "price_unit"),
                    ("content_quantity", "content_unit"),
                    ("minimum_quantity", "quantity_step"),
                ),
                "description": _(
                    "Quantities in the shop are order units. A roll of 100 m that is priced by the roll: "
                    "order unit RO, content 100 MTR, price unit 1. Cable by the metre, priced per 100 m: "
                    "order unit MTR, price unit 100."
                ),
            },
        ),
        (_("Classification"), {"fields": (("unspsc", "etim_class", "eclass"), "discount_group")}),
        (_("Delivery"), {"fields": ("lead_time_days", "successor")}),
    )

    def get_urls(self) -> list[URLPattern]:
        price = path(
            "<path:object_id>/price/",
            self.admin_site.admin_view(self.price_view),
            name="catalog_product_price",
        )
        return [price, *super().get_urls()]

    def price_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return explain_price(self, request, object_id)


@admin.register(ProductAttribute)
class ProductAttributeAdmin(LargeAdmin):
    list_display = ("product", "attribute", "display")
    list_filter = (("attribute", UsedFilter),)
    list_select_related = ("product", "attribute", "choice")
    ordering = ("product_id", "attribute_id")
    autocomplete_fields = ("product", "attribute", "choice")


@admin.register(ProductMedia)
class ProductMediaAdmin(LargeAdmin):
    list_display = ("product", "kind", "title", "address", "position")
    list_filter = ("kind",)
    list_select_related = ("product",)
    ordering = ("product_id", "position", "id")
    autocomplete_fields = ("product",)


@admin.register(StockSite)
class StockSiteAdmin(admin.ModelAdmin):
    list_display = ("name", "code", "position")
    search_fields = ("code", "name")


@admin.register(Stock)
class StockAdmin(LargeAdmin):
    list_display = ("product", "site", "quantity", "next_date", "next_quantity")
    list_filter = ("site", "next_date")
    list_select_related = ("product", "site")
    ordering = ("product_id", "site_id")
    autocomplete_fields = ("product", "site")


@admin.register(CustomerArticle)
class CustomerArticleAdmin(LargeAdmin):
    list_display = ("number", "product", "organisation")
    list_filter = (("organisation", UsedFilter),)
    list_select_related = ("organisation", "product")
    also = ("number",)
    ordering = ("organisation_id", "number")
    autocomplete_fields = ("organisation", "product")


class KeptByTheShop(admin.ModelAdmin):
    """What the shop notes for itself: read by operators, written by nobody."""

    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(ProductChange)
class ProductChangeAdmin(KeptByTheShop):
    """What waits for the search index; empty when the index is up to date."""

    list_display = ("id", "product_id", "created_at")
    search_fields = ("=product_id",)


@admin.register(WithdrawnPrice)
class WithdrawnPriceAdmin(KeptByTheShop):
    """What files of changes still have to say about prices that were deleted."""

    list_display = (
        "created_at", "organisation_id", "price_list_id", "product_id", "discount_group", "brand_id",
        "category_id", "metal",
    )  # fmt: skip
    search_fields = ("=organisation_id", "=price_list_id", "=product_id", "discount_group")


@admin.register(WithdrawnArticle)
class WithdrawnArticleAdmin(KeptByTheShop):
    """What files of changes still have to say about articles that are gone."""

    list_display = ("created_at", "sku", "product_id", "brand_id", "category_id")
    search_fields = ("sku", "=product_id")


@admin.register(Synonym)
class SynonymAdmin(admin.ModelAdmin):
    list_display = ("term", "meanings", "both_ways", "language", "active")
    list_editable = ("active",)
    list_filter = ("language", "active")
    search_fields = ("term", "meanings")
    fieldsets = (
        (
            None,
            {
                "fields": ("term", "meanings", "both_ways", "language", "active"),
                "description": _("Searches follow a change within seconds, without a new index."),
            },
        ),
    )
