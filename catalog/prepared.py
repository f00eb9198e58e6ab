"""Runs a statement whose text never changes; PostgreSQL plans it once per connection, not at every use.

To plan the join that finds a launch's connection takes PostgreSQL three times as long as to run it, and
Django's cursors write the values into the text, so that each is a new statement. Here they are parameters,
and the statement is prepared, as long as ``DATABASES`` has a ``prepare_threshold``: a pooler that gives each
transaction another server connection needs to know prepared statements (PgBouncer from 1.21 on), or
``DATABASE_PREPARED=off``. SQLite keeps what it compiled by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorDebugWrapper


class _Counted(CursorDebugWrapper):
    def debug_sql(
        self, sql: Any = None, params: Any = None, use_last_executed_query: bool = False, many: bool = False
    ) -> Any:
        """Notes the statement as it was given; what the server runs is only the name of a plan."""
        return super().debug_sql(sql, params, use_last_executed_query=False, many=many)


def cursor(connected: BaseDatabaseWrapper | None = None) -> Any:
    """A cursor of Django's kind, counted, logged and closed as any other, for statements that are prepared.

    Numbers go as text, whose type follows from the statement: the driver would name a type by the size of
    each number, and every mixture of sizes would be a statement of its own.
    """
    database: Any = connected or connections[DEFAULT_DB_ALIAS]
    if database.vendor != "postgresql":
        return database.cursor()
    from catalog.prepared_postgresql import PreparingCursor  # the driver is not loaded for SQLite

    database.ensure_connection()
    connection: Any = database.connection
    raw: Any = PreparingCursor(connection)
    return _Counted(raw, database) if database.queries_logged else database.make_cursor(raw)


def rows_of(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Every row of an answer, as the database has it."""
    with cursor() as open_cursor:
        open_cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = open_cursor.fetchall()
    return found
