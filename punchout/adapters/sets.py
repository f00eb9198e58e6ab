"""Sets: the articles that an article of the catalog consists of (``ProductReference``), for any protocol."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from catalog.models import Product, ProductReference
from customers.models import Organisation
from punchout.documents import ReturnLine


@dataclass(frozen=True, slots=True)
class Part:
    """An article of a set, and how many order units of it are in one."""

    sku: str
    name: str
    quantity: Decimal
    unit: str
    unspsc: str
    category: str
    # What the connection's mapping makes of outgoing fields of a part, by their names.
    mapped: Mapping[str, str] = field(default_factory=dict)

    def sent(self, name: str, own: str) -> str:
        """What the outgoing field holds: the connection's mapping if it has the field, else ``own``."""
        return self.mapped.get(PART + name, own)


# In front of the name of a field of a part, which has another meaning than that of the line.
PART = "Part "
# By the number of the set's line.
Sets = Mapping[int, tuple[Part, ...]]


def sets_in(lines: Iterable[ReturnLine], organisation: Organisation) -> Sets:
    """The parts of those lines that are sets; in one query. A line for a surcharge is none."""
    articles = [line for line in lines if not line.parent]
    found = parts_of((line.sku for line in articles), organisation)
    return {line.number: found[line.sku] for line in articles if line.sku in found}


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
