"""What expressions ask of articles beyond the line: fields and attributes, two queries whatever the cart."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from catalog.models import Product, ProductAttribute
from punchout.mapping.values import Open, name_of

PRODUCT_COLUMNS = (
    "status", "order_unit", "content_quantity", "content_unit", "minimum_quantity", "quantity_step",
    "name_en", "name_nl", "name_fr", "name_de",
)  # fmt: skip


def products_of(skus: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
    """``product.…`` by article number; an article that is gone has only empty values."""
    found: dict[str, Mapping[str, Any]] = defaultdict(Open)
    rows = Product.objects.filter(sku__in=set(skus)).order_by()
    for sku, brand, category, *values in rows.values_list(
        "sku", "brand__code", "category__slug", *PRODUCT_COLUMNS
    ):
        named = dict(zip(PRODUCT_COLUMNS, values, strict=True))
        found[sku] = Open(named | {"brand_code": brand, "category_code": category})
    return found


def attributes_of(skus: Collection[str]) -> Mapping[str, Mapping[str, str]]:
    """``attribute.CODE`` by article number, as the shop shows it in the active language."""
    found: dict[str, Open] = defaultdict(Open)
    values = ProductAttribute.objects.filter(product__sku__in=set(skus)).order_by()
    for value in values.select_related("attribute", "choice", "product").only(
        "number", "product__sku", "attribute", "choice"
    ):
        found[value.product.sku][name_of(value.attribute.code)] = value.display
    return found
