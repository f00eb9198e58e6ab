"""The lines of a cart as plain rows, read with their articles in one query.

A cart of 500 lines as objects of ``CartLine`` and ``Product`` took 15 ms of each page and return, nearly all
of it to make objects that nobody changes; the rows take 4.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import get_language

from catalog.models import Product
from catalog.texts import FALLBACK, translated
from shop.models import Cart, CartLine


class LineRow(NamedTuple):
    """What a ``CartLine`` says of itself; ``quantity`` in order units."""

    pk: int
    sku: str
    description: str
    quantity: Decimal
    token: str
    product_id: int | None


class ArticleRow(NamedTuple):
    """What a cart line shows and returns of its article, with the texts of one language.

    It stands in for a ``Product`` wherever a price or a quantity is worked out.
    """

    pk: int
    sku: str
    gtin: str
    manufacturer_part_number: str
    status: str
    order_unit: str
    minimum_quantity: Decimal
    quantity_step: Decimal
    discount_group: str
    unspsc: str
    etim_class: str
    eclass: str
    lead_time_days: int
    brand_id: int
    brand_name: str
    category_id: int
    category_name: str
    name: str
    description: str

    @property
    def orderable(self) -> bool:
        return self.status in Product.ORDERABLE

    @classmethod
    def of(cls, product: Product) -> ArticleRow:
        """The row of an article that was read with its brand and category, in the active language."""
        return cls._make(
            (
                *(getattr(product, name) for name in _PLAIN),
                product.brand_id,
                product.brand.name,
                product.category_id,
                product.category.name,
                translated(product, "name"),
                translated(product, "description"),
            )
        )


_LINE = ("id", "sku", "description", "quantity", "token", "product_id")
# The fields of ``ArticleRow`` that stand in one column of the article, up to the brand.
_PLAIN = ArticleRow._fields[: ArticleRow._fields.index("brand_id")]
_TEXTS = ("product__category__name", "product__name", "product__description")
_UP_TO_TEXTS = len(_LINE) + len(_PLAIN) + len(("brand_id", "brand_name", "category_id"))


def read_lines(cart: Cart) -> list[tuple[LineRow, ArticleRow | None]]:
    """The lines of a cart in their order, each with its article, in the active language and one query.

    An article that is not known (any more) is ``None``.
    """
    language = (get_language() or FALLBACK)[:2]
    columns = [
        *_LINE,
        *(f"product__{name}" for name in _PLAIN),
        "product__brand_id",
        "product__brand__name",
        "product__category_id",
        *(f"{text}_{language}" for text in _TEXTS),
        *(f"{text}_{FALLBACK}" for text in _TEXTS),
    ]
    rows = CartLine.objects.filter(cart=cart).values_list(*columns)
    return [_row(values) for values in rows]


def _row(values: tuple[Any, ...]) -> tuple[LineRow, ArticleRow | None]:
    line = LineRow._make(values[: len(_LINE)])
    if line.product_id is None:
        return line, None
    category, name, description, any_category, any_name, any_description = values[_UP_TO_TEXTS:]
    texts = (category or any_category, name or any_name, description or any_description)
    return line, ArticleRow._make(values[len(_LINE) : _UP_TO_TEXTS] + texts)
