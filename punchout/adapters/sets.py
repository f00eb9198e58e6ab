"""Sets: the articles that an article of the catalog consists of (``ProductReference``), for any protocol."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from catalog.models import Product, ProductReference
from customers.models import Organisation


@dataclass(frozen=True, slots=True)
class Part:
    """An article of a set, and how many order units of it are in one."""

    sku: str
    name: str
    quantity: Decimal
    unit: str
    unspsc: str
    category: str


def parts_of(skus: Iterable[str], organisation: Organisation) -> dict[str, tuple[Part, ...]]:
    """The parts of those articles that are sets, in the active language; in one query."""
    rows = (
        ProductReference.objects.filter(kind=ProductReference.Kind.CONSISTS_OF, product__sku__in=list(skus))
        .filter(target__in=Product.objects.visible_to(organisation))
        .select_related("product", "target__category")
        .order_by("product_id", "position", "id")
    )
    found: dict[str, list[Part]] = defaultdict(list)
    for row in rows:
        part, quantity = row.target, row.quantity or Decimal(1)
        found[row.product.sku].append(
            Part(part.sku, part.name, quantity, part.order_unit, part.unspsc, part.category.name)
        )
    return {sku: tuple(parts) for sku, parts in found.items()}
