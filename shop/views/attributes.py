"""The attributes of articles as rows and product pages show them."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.utils.translation import get_language

from catalog.models import Attribute, AttributeChoice, CategoryAttribute, Product, ProductAttribute
from catalog.plain_rows import among, as_amount, is_among
from catalog.prepared import rows_of
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
    shelves = among({product.category_id for product in products})
    for category, attribute in rows_of(_filters_sql(connection.vendor), [shelves]):
        ranks[category][attribute] = len(ranks[category])
    categories = {product.pk: product.category_id for product in products}
    parameters = [among(list(categories))]
    if most is not None:
        shown = {attribute for rank in ranks.values() for attribute, place in rank.items() if place < most}
        parameters.append(among(shown))
    values = rows_of(_values_sql(connection.vendor, _name(), some=most is not None), parameters)
    found: dict[int, list[tuple[int, AttributeFact]]] = {pk: [] for pk in categories}
    # Not as objects: a list has hundreds of values, and needs four texts of each.
    for pk, attribute, number, unit, name, english, choice, choice_english in values:
        rank = ranks[categories[pk]]
        place = rank.get(attribute, len(rank))
        if most is None or place < min(most, len(rank)):
            text = choice or choice_english or ""
            exact = None if number is None else as_amount(number)
            found[pk].append((place, AttributeFact(name or english, exact, unit, text)))
    return {
        pk: [fact for _place, fact in sorted(facts, key=lambda placed: placed[0])]
        for pk, facts in found.items()
    }


def _name() -> str:
    """The column of a name in the active language."""
    column = f"name_{(get_language() or FALLBACK)[:2].lower()}"
    return column if hasattr(Attribute, column) else f"name_{FALLBACK}"


@lru_cache(maxsize=2)
def _filters_sql(vendor: str) -> str:
    table, these = CategoryAttribute._meta.db_table, is_among(vendor, "bigint")
    # Names of tables and columns are our models', values are parameters.
    return f"""SELECT f.category_id, f.attribute_id FROM {table} f
        WHERE f.category_id {these} ORDER BY f.position, f.id"""  # noqa: S608


@lru_cache(maxsize=16)
def _values_sql(vendor: str, name: str, *, some: bool) -> str:
    """The values of articles with names and texts in one language and the fallback; ``some``: attributes."""
    models = (ProductAttribute, Attribute, AttributeChoice)
    value, attribute, choice = (model._meta.db_table for model in models)
    these = is_among(vendor, "bigint")
    return f"""SELECT v.product_id, v.attribute_id, v.number, a.unit,
            a.{name}, a.name_{FALLBACK}, c.{name}, c.name_{FALLBACK}
        FROM {value} v JOIN {attribute} a ON a.id = v.attribute_id
        LEFT JOIN {choice} c ON c.id = v.choice_id
        WHERE v.product_id {these}{f" AND v.attribute_id {these}" if some else ""}
        ORDER BY a.code"""  # noqa: S608
