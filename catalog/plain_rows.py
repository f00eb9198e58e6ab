"""Statements of our own on both databases: their text never changes, and many values are one parameter.

Not by the ORM: to compile a query with 500 numbers takes as long as to run it. Numbers and days come as the
ORM would give them: SQLite has floating and whole numbers for decimals, and texts for days.
"""

import json
from collections.abc import Callable, Collection, Sequence
from datetime import date
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

# What SQLite keeps of a number: 15 digits (django.db.backends.sqlite3).
_FLOAT = Context(prec=15).create_decimal_from_float


def rows_of(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Every row of an answer, as the database has it; planned anew, for statements whose texts are many.

    What pages and returns wait for is prepared (``catalog.prepared``).
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def plain_rows(query: QuerySet[Any, tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows of a ``values_list``, as the database has them: the ORM would convert number by number."""
    return rows_of(*query.query.sql_with_params())


def among(values: Collection[Any]) -> Any:
    """Many numbers, or many texts, as one parameter, for ``is_among``."""
    if connection.vendor != "postgresql":
        return json.dumps(list(values))
    if any(isinstance(value, str) for value in values):
        return list(values)
    # As PostgreSQL writes an array; the driver would convert them one by one.
    return f"{{{','.join(map(str, values))}}}"


def is_among(vendor: str, type_name: str) -> str:
    """The one thing in which the databases differ: how a parameter with many values is compared."""
    return f"= ANY(%s::{type_name}[])" if vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"


def one_of(values: Collection[Any], type_name: str) -> RawSQL:
    """Many values as one parameter of a query of the ORM: ``filter(sku__in=one_of(skus, "text"))``."""
    postgresql = connection.vendor == "postgresql"
    these = f"SELECT unnest(%s::{type_name}[])" if postgresql else "SELECT value FROM json_each(%s)"
    return RawSQL(these, [among(values)])  # noqa: S611  (the types are ours)


def as_day(value: Any) -> date | None:
    return _iso_day(value) if isinstance(value, str) else value


@lru_cache(maxsize=4096)
def _iso_day(text: str) -> date:
    return date.fromisoformat(text[:10])


def _with_places(places: str) -> Callable[[Any], Decimal]:
    exponent = Decimal(places)

    # Few numbers differ in a catalog, and to make a Decimal of a float takes longer than to read a row.
    @lru_cache(maxsize=16_384)
    def of_number(value: float) -> Decimal:
        exact = _FLOAT(value) if isinstance(value, float) else Decimal(value)
        return exact.quantize(exponent)

    def read(value: Any) -> Decimal:
        return value.quantize(exponent) if isinstance(value, Decimal) else of_number(value)

    return read


# A price, a weight, an amount; and a quantity.
as_amount = _with_places("0.0001")
as_quantity = _with_places("0.001")
