"""The lines of a cart as plain rows, read with their articles in one query.

A cart of 500 lines as objects of ``CartLine`` and ``Product`` took 15 ms of each page and return, nearly all
of it to make objects that nobody changes; the rows take 2.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Model
from django.utils.translation import get_language

from catalog.models import Brand, Category, Product
from catalog.plain_rows import as_quantity, number_of
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


_PLAIN = ArticleRow._fields[: ArticleRow._fields.index("brand_id")]  # these stand with the article itself
_ARTICLE = len(LineRow._fields)  # where the article begins in a row
_QUANTITIES = (".quantity", ".minimum_quantity", ".quantity_step")
_MINIMUM = _ARTICLE + ArticleRow._fields.index("minimum_quantity")  # the step stands behind it


def read_lines(cart: Cart) -> list[tuple[LineRow, ArticleRow | None]]:
    """The lines of a cart in their order, each with its article, in the active language and one query.

    An article that is not known (any more) is ``None``.
    """
    statement = _statement((get_language() or FALLBACK)[:2], connection.vendor)
    return [_row(row) for row in rows_of(statement, [cart.pk])]


@lru_cache(maxsize=32)
def _statement(language: str, vendor: str) -> str:
    """Its parameter is the cart."""
    lines, articles = CartLine._meta.db_table, Product._meta.db_table
    brands, categories = Brand._meta.db_table, Category._meta.db_table
    columns = [
        *(_plain(vendor, f"l.{name}") for name in ("id", *LineRow._fields[1:])),
        *(_plain(vendor, f"a.{name}") for name in ("id", *_PLAIN[1:])),
        *("a.brand_id", "b.name", "a.category_id"),
        _text(Category, "c.name", language),
        *(_text(Product, name, language) for name in ("a.name", "a.description")),
    ]
    # The names of tables and columns are our models', values are parameters.
    return f"""SELECT {", ".join(columns)} FROM {lines} l
        {_joined(vendor, articles, "a", "l.product_id")}
        {_joined(vendor, brands, "b", "a.brand_id")} {_joined(vendor, categories, "c", "a.category_id")}
        WHERE l.cart_id = %s ORDER BY l.position, l.id"""  # noqa: S608


def _joined(vendor: str, table: str, name: str, key: str) -> str:
    """A join with the row of this key, if there is one, looked up for each line.

    PostgreSQL chooses how to join by how many lines and articles it believes there are. Told by which numbers
    to find them, it took 20 ms for a cart of 500 as long as it had no statistics, and left to itself it reads
    every article. To look up each row takes 2 to 3, and is all it can do behind a fence (OFFSET 0).
    """
    if vendor != "postgresql":
        return f"LEFT JOIN {table} {name} ON {name}.id = {key}"
    return f"LEFT JOIN LATERAL (SELECT * FROM {table} WHERE id = {key} OFFSET 0) {name} ON TRUE"  # noqa: S608


def _plain(vendor: str, column: str) -> str:
    return number_of(vendor, column) if column.endswith(_QUANTITIES) else column


def _text(model: type[Model], name: str, language: str) -> str:
    """As ``catalog.texts.translated``."""
    model._meta.get_field(f"{name.partition('.')[2]}_{language}")  # it is a language that we have
    any_language = f"{name}_{FALLBACK}"
    return (
        any_language if language == FALLBACK else f"COALESCE(NULLIF({name}_{language}, ''), {any_language})"
    )


def _row(row: tuple[Any, ...]) -> tuple[LineRow, ArticleRow | None]:
    pk, sku, description, quantity, token, product_id = row[:_ARTICLE]
    line = LineRow(pk, sku, description, as_quantity(quantity), token, product_id)
    if product_id is None:
        return line, None
    minimum, step = row[_MINIMUM : _MINIMUM + 2]
    article = (*row[_ARTICLE:_MINIMUM], as_quantity(minimum), as_quantity(step), *row[_MINIMUM + 2 :])
    return line, ArticleRow._make(article)
