"""Statements of our own on both databases: their text never changes, and many values are one parameter.

Not by the ORM: to compile a query with 500 numbers takes as long as to run it. Numbers and days come as the
ORM would give them: SQLite has floating and whole numbers for decimals, and texts for days.
"""

import json
from collections.abc import Callable, Collection, Sequence
from datetime import date
from decimal import Context, Decimal
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
    # As PostgreSQL writes an array; the driver would convert them one by one.
    texts = isinstance(next(iter(values), None), str)
    return f"{{{','.join(map(_quoted if texts else str, values))}}}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_among(vendor: str, type_name: str) -> str:
    """The one thing in which the databases differ: how a parameter with many values is compared."""
    return f"= ANY(%s::{type_name}[])" if vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"


def each_of(vendor: str, type_name: str) -> str:
    """The values of such a parameter as the rows of a table, in its column ``value``."""
    return f"unnest(%s::{type_name}[]) AS n(value)" if vendor == "postgresql" else "json_each(%s) n"


def number_of(vendor: str, column: str) -> str:
    """A number as it is read the fastest, for ``as_amount``: PostgreSQL's driver makes a Decimal of each."""
    return f"{column}::text" if vendor == "postgresql" else column


def one_of(values: Collection[Any], type_name: str) -> RawSQL:
    """Many values as one parameter of a query of the ORM: ``filter(sku__in=one_of(skus, "text"))``."""
    postgresql = connection.vendor == "postgresql"
    these = f"SELECT unnest(%s::{type_name}[])" if postgresql else "SELECT value FROM json_each(%s)"
    return RawSQL(these, [among(values)])  # noqa: S611  (the types are ours)


class _Days(dict[Any, date | None]):
    """What a database gave for a day."""

    MOST = 4_096

    def __missing__(self, value: Any) -> date | None:
        day = date.fromisoformat(value[:10]) if isinstance(value, str) else value
        if len(self) >= self.MOST:
            self.clear()
        self[value] = day
        return day


class _Numbers(dict[Any, Decimal]):
    """What a database gave for a number, as a Decimal with its places.

    Few numbers differ in a catalog, and to find one takes a third of the time that it takes to make it.
    """

    MOST = 32_768

    def __init__(self, places: str) -> None:
        super().__init__()
        self._exponent = Decimal(places)

    def __missing__(self, value: Any) -> Decimal:
        exact = _FLOAT(value) if isinstance(value, float) else Decimal(value)
        if len(self) >= self.MOST:
            self.clear()
        number = self[value] = exact.quantize(self._exponent)
        return number


as_day: Callable[[Any], date | None] = _Days().__getitem__
# A price, a weight, an amount; and a quantity.
as_amount: Callable[[Any], Decimal] = _Numbers("0.0001").__getitem__
as_quantity: Callable[[Any], Decimal] = _Numbers("0.001").__getitem__
