"""Pages of articles, and the rows that belong to those of a page, as the driver gives them.

The ORM's converters and compilers took a tenth of an export each.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import Combinable

from catalog.plain_rows import among, is_among, one_of, rows_of

# Articles that lie further apart than this are named one by one.
SPARSE = 3
_LAST = -987_654_321
Row = tuple[Any, ...]


class Pages:
    """A ``values_list`` by rising id, compiled once and read a page at a time, without conversion.

    Quantities, amounts and days need the functions of ``catalog.plain_rows``. ``ids``, which rise: of these
    alone, whatever has become of them.
    """

    def __init__(
        self,
        found: QuerySet[Any, Any],
        columns: Sequence[str | Combinable],
        size: int,
        ids: Sequence[int] | None = None,
    ) -> None:
        self._size, self._ids = size, ids
        self._statement = ""
        self._parameters: list[Any] = []
        mark = _LAST if ids is None else among([_LAST])
        some = Q(id__gt=mark) if ids is None else Q(id__in=one_of([_LAST], "bigint"))
        try:
            query = found.filter(some).order_by("id").values_list(*columns)[:size].query
            self._statement, parameters = query.sql_with_params()
        except EmptyResultSet:  # its conditions can never hold, so there is no statement
            return
        self._parameters = list(parameters)
        self._place = self._parameters.index(mark)

    def __iter__(self) -> Iterator[list[Row]]:
        if not self._statement:
            return
        if self._ids is not None:
            for start in range(0, len(self._ids), self._size):
                if page := self._read(among(self._ids[start : start + self._size])):
                    yield page
            return
        last = 0
        while page := self._read(last):
            yield page
            if len(page) < self._size:
                return
            last = page[-1][0]

    def _read(self, value: Any) -> list[Row]:
        self._parameters[self._place] = value
        return rows_of(self._statement, self._parameters)


class These:
    """Rows of these articles, and maybe of some between: a range costs less than its numbers.

    ``ids`` rise. The statements have few texts, so that the databases know them.
    """

    def __init__(self, ids: Sequence[int]) -> None:
        self._parameters: list[Any]
        if ids[-1] - ids[0] < SPARSE * len(ids):
            self._condition, self._parameters = "product_id BETWEEN %s AND %s", [ids[0], ids[-1]]
        else:
            self._condition = f"product_id {is_among(connection.vendor, 'bigint')}"
            self._parameters = [among(ids)]

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
        return rows_of(
            f"SELECT {columns} FROM {model._meta.db_table} WHERE {where} AND {self._condition} {end}",  # noqa: S608
            [*parameters, *self._parameters],
        )
