"""The levels of a punch-out catalog, and how an entry that is no article names what it opens.

cXML ``punchoutLevel`` and CIF ``PunchoutLevel``. The buyer's system gives the pair of numbers back at launch
(``SelectedItem``): an article is its own number alone; the others have their level as auxiliary id, so that
no category is taken for an article.
"""

from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings

from catalog.exports.order import ExportOrder
from catalog.models import Category
from catalog.texts import translated

STORE, AISLE, SHELF, PRODUCT = "store", "aisle", "shelf", "product"
CATEGORY_LEVELS = (AISLE, SHELF)


class Entry(NamedTuple):
    """The whole shop or one category: ``number`` and ``level`` are what the launch gets back."""

    number: str
    level: str
    name: str


def entries(order: ExportOrder) -> Iterator[Entry]:
    """The store, then every category with articles in the file: an aisle has categories below, a shelf none.

    None unless they were asked for, nor in a file of changes: they do not change with articles.
    """
    if order.incremental or not order.with_levels:
        return
    if not order.categories and not order.brands:
        yield Entry(STORE, STORE, settings.SUPPLIER_NAME or order.organisation.name)
    categories = {category.pk: category for category in Category.objects.all()}
    parents = {category.parent_id for category in categories.values()}
    filled: set[int] = set()
    for pk in order.products().order_by().values_list("category_id", flat=True).distinct():
        above: int | None = pk
        while above is not None and above not in filled:
            filled.add(above)
            above = categories[above].parent_id
    for category in categories.values():
        if category.pk in filled:
            level = AISLE if category.pk in parents else SHELF
            yield Entry(category.slug, level, translated(category, "name", order.written_language))
