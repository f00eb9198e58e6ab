"""Rows as the driver gives them: the ORM's converters took a tenth of an export, for the same few numbers."""

from datetime import date
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

THOUSANDTH = Decimal("0.001")
# What SQLite keeps of a number: 15 digits (django.db.backends.sqlite3).
_FLOAT = Context(prec=15).create_decimal_from_float


def plain_rows(found: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """What a ``values_list`` would give, without conversion: quantities and days need the functions below."""
    try:
        statement, parameters = found.query.sql_with_params()
    except EmptyResultSet:  # its conditions can never hold, so there is no statement
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


@lru_cache(maxsize=16_384)
def quantity(value: Any) -> Decimal:
    """A quantity with its three decimals; SQLite has floating numbers and whole ones for decimals."""
    return (_FLOAT(value) if isinstance(value, float) else Decimal(value)).quantize(THOUSANDTH)


@lru_cache(maxsize=4_096)
def day(value: Any) -> date | None:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value
