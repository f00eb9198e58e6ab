"""The lines of a cart as plain rows, read with their articles in one query.

A cart of 500 lines as objects of ``CartLine`` and ``Product`` took 15 ms of each page and return, nearly all
of it to make objects that nobody changes; the rows take 2.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, TextField, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language

from catalog.models import Product
from catalog.plain_rows import as_quantity
from catalog.prepared import rows_of
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


def read_lines(cart: Cart) -> list[tuple[LineRow, ArticleRow | None]]:
    """The lines of a cart in their order, each with its article, in the active language and one query.

    An article that is not known (any more) is ``None``.
    """
    statement, parameters = _statement((get_language() or FALLBACK)[:2], connection.vendor)
    return [_row(*values) for values in rows_of(statement, [*parameters, cart.pk])]


@lru_cache(maxsize=32)
def _statement(language: str, vendor: str) -> tuple[str, tuple[Any, ...]]:
    """As the ORM compiles it, which takes as long as to run it; its last parameter is the cart."""
    columns = [
        *_LINE,
        *(f"product__{name}" for name in _PLAIN),
        "product__brand_id",
        "product__brand__name",
        "product__category_id",
        *(_text(name, language) for name in _TEXTS),
    ]
    statement, parameters = CartLine.objects.filter(cart=0).values_list(*columns).query.sql_with_params()
    assert parameters[-1] == 0
    return statement, parameters[:-1]


def _text(name: str, language: str) -> F | Coalesce:
    """As ``catalog.texts.translated``."""
    any_language = F(f"{name}_{FALLBACK}")
    if language == FALLBACK:
        return any_language
    return Coalesce(NullIf(F(f"{name}_{language}"), Value("")), any_language, output_field=TextField())


def _row(
    pk: int, sku: str, description: str, quantity: Any, token: str, product_id: int | None, *article: Any
) -> tuple[LineRow, ArticleRow | None]:
    line = LineRow(pk, sku, description, as_quantity(quantity), token, product_id)
    return line, None if product_id is None else _article(*article)


def _article(
    pk: int, sku: str, gtin: str, manufacturer_part_number: str, status: str, order_unit: str,
    minimum_quantity: Any, quantity_step: Any, discount_group: str, unspsc: str, etim_class: str, eclass: str,
    lead_time_days: int, brand_id: int, brand_name: str, category_id: int, category_name: str, name: str,
    description: str,
) -> ArticleRow:  # fmt: skip
    return ArticleRow(
        pk, sku, gtin, manufacturer_part_number, status, order_unit, as_quantity(minimum_quantity),
        as_quantity(quantity_step), discount_group, unspsc, etim_class, eclass, lead_time_days, brand_id,
        brand_name, category_id, category_name, name, description,
    )  # fmt: skip
