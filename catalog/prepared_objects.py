"""One object with what belongs to it, by a query of the ORM that is compiled once and planned once.

For what every page begins with. The ORM compiles a join of six tables at each use, and PostgreSQL plans it,
which each takes longer than to run it; what it finds becomes the same objects here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connection as database
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

from catalog import prepared

M = TypeVar("M", bound=Model)


class _Compiled(NamedTuple):
    model: Any
    statement: str
    names: list[str]
    columns: slice
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]
    related: list[Any]


class PreparedObject(Generic[M]):
    """The first object of ``make(value)``, whose query has the value as its only parameter."""

    def __init__(self, make: Callable[[Any], QuerySet[M]]) -> None:
        self._make = make
        self._compiled: dict[str, _Compiled] = {}

    def get(self, value: Any) -> M | None:
        compiled = self._compiled.get(database.vendor)
        if compiled is None:
            compiled = self._compiled[database.vendor] = self._compile(value)
        rows = prepared.rows_of(compiled.statement, [value])
        if not rows:
            return None
        row = list(rows[0])
        for place, (converters, expression) in compiled.converters.items():
            for convert in converters:
                row[place] = convert(row[place], expression, database)
        found: M = compiled.model.from_db(database.alias, compiled.names, row[compiled.columns])
        for populator in compiled.related:
            populator.populate(row, found)
        return found

    def _compile(self, value: Any) -> _Compiled:
        query = self._make(value)
        compiler: Any = query.query.get_compiler(connection=database)
        statement, parameters = compiler.as_sql()
        if list(parameters) != [value]:
            raise ValueError("The query has to have its value as its only parameter.")
        fields = compiler.klass_info["select_fields"]
        columns = slice(fields[0], fields[-1] + 1)
        # The types are those of a later Django.
        related: Any = get_related_populators
        return _Compiled(
            query.model,
            statement,
            [selected[0].target.attname for selected in compiler.select[columns]],
            columns,
            compiler.get_converters([selected[0] for selected in compiler.select]),
            related(compiler.klass_info, compiler.select, database.alias),
        )
