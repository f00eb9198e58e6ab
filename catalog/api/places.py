"""Places in streams of changes, and what comes behind one: by key, so that the last page costs as the first.

Several streams, each in the order of its own moments, are read side by side and given out as one. A row of a
stream has its place by the moment, the number of the stream and its id; a cursor is the last place of a page.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.utils import timezone

from catalog.imports.services import SILENT_OTHERWISE
from catalog.models import ImportRun

# Rows are handed out when they are this old: a transaction that began earlier may commit later, and a
# cursor that had passed it would never show its rows.
SETTLE = timedelta(seconds=10)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND, DAY = timedelta(microseconds=1), timedelta(days=1)
_CURSOR = re.compile(r"\A(\d{1,16})\.(?:(\d{1,2})\.)?(\d{1,18})\Z")
# The number of no stream, lower than all.
BEFORE_ALL = -1


class CursorInvalid(ValueError):
    """The text is no cursor of ours."""


class Place(NamedTuple):
    """Behind this row of this stream, and behind every row of an earlier moment or stream."""

    moment: datetime
    stream: int
    pk: int


class Row(NamedTuple):
    """A change at its place; ``about`` is what it happened to, as the readers of ``what`` know it."""

    place: Place
    what: str
    about: Any
    status: str = ""


def settled() -> datetime:
    """The moment up to which no row can appear any more that is not there yet. One query.

    Imports write in one transaction, and a large one takes minutes: its rows are older than their commit.
    PostgreSQL says when the oldest transaction that has written began. On SQLite nobody else writes
    meanwhile, so that nothing passes an import but a day that begins.
    """
    now = timezone.now()
    if connection.vendor == "postgresql":
        began = _oldest_writer()
    else:
        applying = ImportRun.objects.filter(
            state=ImportRun.State.APPLYING, heartbeat__gt=now - SILENT_OTHERWISE
        )
        began = applying.order_by("heartbeat").values_list("heartbeat", flat=True).first()
    return min(now, began or now) - SETTLE


def _oldest_writer() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        )
        found: datetime | None = cursor.fetchone()[0]
    return found


class _RestOfMoment(Func):
    """Rows of a moment behind an id: both databases begin there, in an index of moment and id.

    With "or a later moment" beside it they would read all of the moment, which after an import is everything;
    and of ids alone they would read whatever else has higher ones, where their statistics know few moments.
    """

    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # type: ignore[override]
        (column, _), (pk, _), (moment, given), (least, number) = self._compiled(compiler)
        return f"(({column}, {pk}) > ({moment}, {least}) AND {column} <= {moment})", (*given, *number, *given)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        (column, _), (pk, _), (moment, given), (least, number) = self._compiled(compiler)
        # Pairs are not looked up by their second half where that is the row's own number.
        return f"(unlikely({column} = {moment}) AND {pk} > {least})", (*given, *number)

    def _compiled(self, compiler: Any) -> list[Any]:
        return [compiler.compile(each) for each in self.get_source_expressions()]


class Stretch(NamedTuple):
    """What lies between a place and a moment; ``most`` rows of it are wanted."""

    after: Place
    until: datetime
    most: int

    def read(
        self, rows: QuerySet[Any], stream: int, columns: Sequence[str], *, moment: str = "updated_at"
    ) -> list[tuple[Any, ...]]:
        """The first rows of a stream: moment, id and columns, in order. Two queries at most."""
        return self._read(rows, stream, (moment, "id", *columns), self.after.moment, self.until)

    def read_days(
        self, rows: QuerySet[Any], stream: int, columns: Sequence[str], *, day: str, later: int = 0
    ) -> list[tuple[Any, ...]]:
        """The same by a day: its moment is when it begins, or when the day so many days later does."""
        first, last = (timezone.localdate(each) for each in (self.after.moment, self.until))
        shift = later * DAY
        if beginning_of(first) < self.after.moment:
            # Whoever stands later in a day has passed what happened when it began.
            stream = BEFORE_ALL
        found = self._read(rows, stream, (day, "id", *columns), first - shift, last - shift)
        moments = {each: beginning_of(each + shift) for each in {row[0] for row in found}}
        return [(moments[row[0]], *row[1:]) for row in found]

    def _read(
        self, rows: QuerySet[Any], stream: int, columns: Sequence[str], first: Any, last: Any
    ) -> list[tuple[Any, ...]]:
        column = columns[0]
        if first > last:
            return []
        ordered = rows.order_by(column, "id").values_list(*columns)
        found: list[tuple[Any, ...]] = []
        if stream == self.after.stream:
            rest = _RestOfMoment(F(column), F("id"), Value(first), Value(self.after.pk))
            found = list(ordered.filter(rest)[: self.most])
        behind = "gte" if stream > self.after.stream else "gt"
        left = self.most - len(found)
        # Most questions come later in a day that another had begun already.
        if left and (first < last or behind == "gte"):
            found += ordered.filter(**{f"{column}__{behind}": first, f"{column}__lte": last})[:left]
        return found


def beginning_of(day: date) -> datetime:
    """When a day begins where the shop is."""
    return timezone.make_aware(datetime.combine(day, time.min)).astimezone(UTC)


def beginning(since: datetime | None) -> Place:
    """The place before everything that changed at ``since`` or later."""
    return Place(since or EPOCH, 0, 0)


def write_cursor(place: Place) -> str:
    moment = (place.moment - EPOCH) // MICROSECOND
    return base64.urlsafe_b64encode(f"{moment}.{place.stream}.{place.pk}".encode()).decode().rstrip("=")


def read_cursor(cursor: str, streams: int) -> Place:
    """The place a cursor of ours stands at, in one of so many streams; raises ``CursorInvalid``."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise CursorInvalid from None
    match = _CURSOR.match(text)
    # Cursors of old name no stream: there was only one.
    if match is None or (stream := int(match[2] or 0)) >= streams:
        raise CursorInvalid
    return Place(EPOCH + int(match[1]) * MICROSECOND, stream, int(match[3]))
