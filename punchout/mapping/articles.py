"""What expressions ask of articles beyond the line: fields and attributes, few queries for any cart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from catalog.models import Attribute, AttributeChoice, Product, ProductAttribute
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


def attributes_of(skus: Iterable[str], names: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    """``attribute.NAME`` by article number, as the shop shows it in the active language; three queries.

    Only the attributes of ``names`` are read, and as plain rows: an article has a dozen of them.
    """
    found: dict[str, Open] = defaultdict(Open)
    wanted = set(names)
    attributes = {row.pk: row for row in Attribute.objects.all() if name_of(row.code) in wanted}
    rows = ProductAttribute.objects.filter(product__sku__in=set(skus), attribute__in=attributes).order_by()
    values = list(rows.values_list("product__sku", "attribute_id", "choice_id", "number"))
    choices = AttributeChoice.objects.in_bulk({choice for _sku, _pk, choice, _number in values if choice})
    for sku, key, choice, number in values:
        attribute = attributes[key]
        value = ProductAttribute(attribute=attribute, choice=choices.get(choice), number=number)
        found[sku][name_of(attribute.code)] = value.display
    return found
