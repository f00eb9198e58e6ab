"""Rows as the driver gives them: the ORM's converters and compilers took a tenth of an export each."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet

THOUSANDTH, TEN_THOUSANDTH = Decimal("0.001"), Decimal("0.0001")
# What SQLite keeps of a number: 15 digits (django.db.backends.sqlite3).
_FLOAT = Context(prec=15).create_decimal_from_float
# Articles that lie further apart than this are named one by one.
SPARSE = 3
_LAST = -987_654_321
Row = tuple[Any, ...]


class Pages:
    """A ``values_list`` by rising id, compiled once and read a page at a time, without conversion.

    Quantities, amounts and days need the functions below.
    """

    def __init__(self, found: QuerySet[Any, Any], columns: Sequence[str], size: int) -> None:
        self._statement = ""
        self._parameters: list[Any] = []
        try:
            query = found.filter(id__gt=_LAST).order_by("id").values_list(*columns)[:size].query
            self._statement, parameters = query.sql_with_params()
        except EmptyResultSet:  # its conditions can never hold, so there is no statement
            return
        self._parameters = list(parameters)
        self._place = self._parameters.index(_LAST)

    def after(self, last: int) -> list[Row]:
        """The page that begins behind this id."""
        if not self._statement:
            return []
        self._parameters[self._place] = last
        return fetch(self._statement, self._parameters)


class These:
    """Rows of these articles, and maybe of some between: a range costs less than its numbers.

    ``ids`` rise. The statements have few texts, so that the databases know them.
    """

    def __init__(self, ids: Sequence[int]) -> None:
        self._parameters: list[Any]
        if ids[-1] - ids[0] < SPARSE * len(ids):
            self._condition, self._parameters = "product_id BETWEEN %s AND %s", [ids[0], ids[-1]]
        elif connection.vendor == "postgresql":
            self._condition, self._parameters = "product_id = ANY(%s::bigint[])", [list(ids)]
        else:
            self._condition = "product_id IN (SELECT value FROM json_each(%s))"
            self._parameters = [json.dumps(list(ids))]

    def of(
        self,
        model: type[Model],
        columns: str,
        where: str = "1 = 1",
        parameters: Sequence[Any] = (),
        end: str = "",
    ) -> list[Row]:
        """``columns`` of the rows of a model; ``parameters`` are those of ``columns`` and ``where``."""
        # Table and column names are ours, values are parameters.
        return fetch(
            f"SELECT {columns} FROM {model._meta.db_table} WHERE {where} AND {self._condition} {end}",  # noqa: S608
            [*parameters, *self._parameters],
        )


def fetch(statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """All rows of a statement of ours."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


@lru_cache(maxsize=16_384)
def quantity(value: Any) -> Decimal:
    """A quantity with its three decimals; SQLite has floating numbers and whole ones for decimals."""
    return (_FLOAT(value) if isinstance(value, float) else Decimal(value)).quantize(THOUSANDTH)


def amount(value: Any) -> Decimal:
    """An amount with its four decimals."""
    if isinstance(value, float):
        return _FLOAT(value).quantize(TEN_THOUSANDTH)
    return Decimal(value).quantize(TEN_THOUSANDTH)


@lru_cache(maxsize=4_096)
def day(value: Any) -> date | None:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value
