"""The attributes of articles as rows and product pages show them."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import get_language

from catalog.models import Attribute, CategoryAttribute, Product, ProductAttribute
from catalog.texts import FALLBACK


class AttributeFact(NamedTuple):
    """One attribute of one article in the active language: a number with its unit, else a choice's text."""

    name: str
    number: Decimal | None
    unit: str
    text: str


def attributes_of(products: Sequence[Product], most: int | None = None) -> dict[int, list[AttributeFact]]:
    """The attributes of each article in the order of its category; two queries.

    With ``most``, only the first few by which its category is filtered; without, all the others as well.
    """
    ranks: dict[int, dict[int, int]] = defaultdict(dict)
    filters = CategoryAttribute.objects.filter(category_id__in={product.category_id for product in products})
    for category, attribute in filters.order_by("position", "id").values_list("category_id", "attribute_id"):
        ranks[category][attribute] = len(ranks[category])
    categories = {product.pk: product.category_id for product in products}
    values = ProductAttribute.objects.filter(product_id__in=list(categories)).order_by("attribute__code")
    if most is not None:
        shown = {attribute for rank in ranks.values() for attribute, place in rank.items() if place < most}
        values = values.filter(attribute_id__in=shown)
    found: dict[int, list[tuple[int, AttributeFact]]] = {pk: [] for pk in categories}
    # Not as objects: a list has hundreds of values, and needs four texts of each.
    for pk, attribute, number, unit, name, english, choice, choice_english in values.values_list(
        "product_id", "attribute_id", "number", "attribute__unit", *_names("attribute"), *_names("choice")
    ):
        rank = ranks[categories[pk]]
        place = rank.get(attribute, len(rank))
        if most is None or place < min(most, len(rank)):
            text = choice or choice_english or ""
            found[pk].append((place, AttributeFact(name or english, number, unit, text)))
    return {
        pk: [fact for _place, fact in sorted(facts, key=lambda placed: placed[0])]
        for pk, facts in found.items()
    }


def _names(relation: str) -> tuple[str, str]:
    """The columns of a name in the active language and in the one that is always there."""
    column = f"name_{(get_language() or FALLBACK)[:2].lower()}"
    own = column if hasattr(Attribute, column) else f"name_{FALLBACK}"
    return f"{relation}__{own}", f"{relation}__name_{FALLBACK}"
