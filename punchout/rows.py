"""Inserts and updates of single rows by statements that are compiled once a process.

Every launch writes four rows and waits for them. Through the ORM more time goes into making each statement
anew than into running it (measured: 0.9 of 1.6 ms); the values still pass through the models' fields, so
both databases get what the ORM would give them. No signals are sent: nobody listens to these models. The
database is looked up once a row, not at each use of ``django.db.connection``.
"""

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, CharField, FloatField, ForeignKey, IntegerField, Model, TextField

from catalog import prepared

# Every database takes their values as they stand on the record; to ask each field took a tenth of a launch.
AS_IT_IS = (BooleanField, CharField, FloatField, ForeignKey, IntegerField, TextField)


class Compiled(NamedTuple):
    """A statement, the values it takes from a record, and those among them that a field has to convert."""

    statement: str
    values: Callable[[Model], tuple[Any, ...]]
    converted: tuple[tuple[int, Callable[..., Any]], ...]


def _compiled(statement: str, fields: list[Any]) -> Compiled:
    converted = tuple(
        (place, field.get_db_prep_save)
        for place, field in enumerate(fields)
        if not isinstance(field, AS_IT_IS)
    )
    return Compiled(statement, _taker([field.attname for field in fields]), converted)


def _taker(names: list[str]) -> Callable[[Model], tuple[Any, ...]]:
    """What takes these attributes from a record; ``attrgetter`` gives no tuple for one alone."""
    take = attrgetter(*names)
    return take if len(names) > 1 else lambda record: (take(record),)


@lru_cache(maxsize=64)
def _insert(model: type[Model], vendor: str) -> Compiled:
    quote: Any = connections[DEFAULT_DB_ALIAS].ops.quote_name
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    # Table and column names are our models', values are parameters.
    return _compiled(f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING {key}", fields)  # noqa: S608


@lru_cache(maxsize=64)
def _update(model: type[Model], names: tuple[str, ...], vendor: str) -> Compiled:
    quote: Any = connections[DEFAULT_DB_ALIAS].ops.quote_name
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    return _compiled(f"UPDATE {table} SET {columns} WHERE {key} = %s", fields)  # noqa: S608


def _values(record: Model, compiled: Compiled, database: BaseDatabaseWrapper) -> list[Any]:
    values = list(compiled.values(record))
    for place, convert in compiled.converted:
        if values[place] is not None:
            values[place] = convert(values[place], database)
    return values


def insert_row(record: Model) -> None:
    """Inserts a new, unsaved ``record`` and gives it its key. Raises ``IntegrityError`` as ``save`` does."""
    database = connections[DEFAULT_DB_ALIAS]
    compiled = _insert(type(record), database.vendor)
    with prepared.cursor(database) as cursor:
        cursor.execute(compiled.statement, _values(record, compiled, database))
        record.pk = cursor.fetchone()[0]
    record._state.adding = False
    record._state.db = DEFAULT_DB_ALIAS


def update_row(record: Model, *names: str) -> None:
    """Writes the named fields of a saved ``record``."""
    database = connections[DEFAULT_DB_ALIAS]
    compiled = _update(type(record), names, database.vendor)
    with prepared.cursor(database) as cursor:
        cursor.execute(compiled.statement, [*_values(record, compiled, database), record.pk])
