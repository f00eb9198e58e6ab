"""Tables that hold what was read until it is applied: a set for each run, written as fast as possible.

They belong to no model: made when a run begins, dropped when it ends, not logged by PostgreSQL and in a file
of their own on SQLite (``catalog.imports.beside``). Rows and the count of records they come from are kept
together, so that a run that was killed goes on where it was; after a crash of the PostgreSQL server itself
both are gone, and it begins anew.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from catalog.imports import beside

TEXT, INT, NUMBER, DATE = "text", "int", "number", "date"
LANGUAGES = ("en", "nl", "fr", "de")

# What a staged column is, on each database. SQLite's types give the affinity of Django's own columns, so that
# what is staged compares equal to what is stored.
TYPES = {
    "postgresql": {TEXT: "text", INT: "bigint", NUMBER: "numeric", DATE: "date"},
    "sqlite": {TEXT: "varchar", INT: "integer", NUMBER: "decimal", DATE: "date"},
}

# NULL everywhere means that the file says nothing about it. ``seq`` numbers the records of the file.
ARTICLE_TEXTS = tuple(f"{part}_{code}" for part in ("name", "description") for code in LANGUAGES)
ARTICLE_FIELDS: dict[str, str] = {
    "gtin": TEXT,
    "manufacturer_part_number": TEXT,
    "status": TEXT,
    **dict.fromkeys(ARTICLE_TEXTS, TEXT),
    "order_unit": TEXT,
    "content_quantity": NUMBER,
    "content_unit": TEXT,
    "price_unit": INT,
    "minimum_quantity": NUMBER,
    "quantity_step": NUMBER,
    "discount_group": TEXT,
    "unspsc": TEXT,
    "etim_class": TEXT,
    "eclass": TEXT,
    "lead_time_days": INT,
}
# Whether the article says what it has of these, so that what it does not name goes.
ARTICLE_PARTS = ("features", "media", "refs", "metals", "levies")
TABLES: dict[str, dict[str, str]] = {
    "article": {
        "seq": INT, "line": INT, "sku": TEXT, "action": TEXT, "brand": TEXT, "category": TEXT,
        **ARTICLE_FIELDS, "successor": TEXT, "customer_number": TEXT,
        **{f"has_{part}": INT for part in ARTICLE_PARTS},
    },
    "category": {
        "seq": INT, "line": INT, "code": TEXT, "parent": TEXT, "position": INT,
        **{f"name_{code}": TEXT for code in LANGUAGES},
    },
    "link": {"seq": INT, "line": INT, "sku": TEXT, "category": TEXT, "gone": INT},
    "price": {
        "seq": INT, "article": INT, "line": INT, "sku": TEXT, "amount": NUMBER, "currency": TEXT,
        "price_unit": INT, "minimum_quantity": NUMBER, "valid_from": DATE, "valid_until": DATE,
        "customer": TEXT,
    },
    "stock": {
        "seq": INT, "line": INT, "sku": TEXT, "site": TEXT, "quantity": NUMBER, "next_date": DATE,
        "next_quantity": NUMBER,
    },
    "feature": {
        "seq": INT, "article": INT, "sku": TEXT, "line": INT, "code": TEXT, "name": TEXT, "label": TEXT,
        "number": NUMBER, "unit": TEXT,
    },
    "media": {
        "seq": INT, "article": INT, "sku": TEXT, "kind": TEXT, "address": TEXT, "title": TEXT,
        "position": INT,
    },
    "reference": {
        "seq": INT, "article": INT, "sku": TEXT, "line": INT, "target": TEXT, "kind": TEXT,
        "quantity": NUMBER, "position": INT,
    },
    "metal": {
        "seq": INT, "article": INT, "sku": TEXT, "metal": TEXT, "weight": NUMBER, "per": INT, "base": NUMBER,
        "currency": TEXT,
    },
    "levy": {
        "seq": INT, "article": INT, "sku": TEXT, "scheme": TEXT, "code": TEXT, "amount": NUMBER,
        "currency": TEXT,
    },
    "refusal": {
        "line": INT, "record": TEXT, "field": TEXT, "ours": INT, "value": TEXT, "reason": TEXT,
        "filled": TEXT, "fatal": INT, "compared": INT,
    },
    # Articles that get another number, and prices that no longer hold (of nobody: the list price).
    "renumbered": {"seq": INT, "line": INT, "sku": TEXT, "target": TEXT},
    "withdrawn": {"seq": INT, "line": INT, "sku": TEXT, "customer": TEXT},
    "checkpoint_3": {"records": INT, "complete": INT},
}  # fmt: skip


# What tables are joined by; the planner needs to know these and not the texts.
JOINED = frozenset(
    ["seq", "article", "sku", "action", "brand", "category", "code", "site", "customer", "currency"]
)
SHOP_JOINED = {"catalog_product": " (id, sku, status, source_id, successor_id)"}


class Staging:
    """The tables of one run."""

    def __init__(self, run_id: int) -> None:
        self.prefix = f"import_{run_id}_"
        self.postgres = connection.vendor == "postgresql"
        if not self.postgres:
            beside.attach(run_id)

    def name(self, table: str) -> str:
        """The table's name, quoted already by having no character that needs it."""
        return self.prefix + table

    def made(self, table: str) -> str:
        """The name under which a table or an index is created; afterwards ``name`` finds it."""
        return self.name(table) if self.postgres else f"{beside.SCHEMA}.{self.name(table)}"

    def sql(self, text: str) -> str:
        """``{article}`` becomes the name of this run's table, as does ``{any_other}``."""
        return _Names(self).fill(text)

    def exists(self) -> bool:
        with connection.cursor() as cursor:
            return self.name("checkpoint_3") in self._there(cursor)

    def create(self) -> None:
        """Makes the tables, empty; those that are there stay as they are."""
        types = TYPES["postgresql" if self.postgres else "sqlite"]
        with connection.cursor() as cursor:
            for table, columns in TABLES.items():
                made = ", ".join(f"{name} {types[kind]}" for name, kind in columns.items())
                cursor.execute(f"CREATE {self._unlogged}TABLE IF NOT EXISTS {self.made(table)} ({made})")

    def drop(self) -> None:
        """Removes every table of the run, and before them the views that read them."""
        self.drop_views(("v", "t"))

    def drop_views(self, kinds: Sequence[str] = ("v",)) -> None:
        """Removes the views, so that the tables they read can be made anew."""
        words = {"v": "VIEW", "t": "TABLE"}
        with connection.cursor() as cursor:
            mine = {name: kind for name, kind in self._there(cursor).items() if name.startswith(self.prefix)}
            for wanted in kinds:
                for name, kind in mine.items():
                    if kind == wanted:
                        cursor.execute(f"DROP {words[kind]} {name}")

    def tables(self) -> list[str]:
        """What is staged of this run."""
        with connection.cursor() as cursor:
            return [name for name in self._there(cursor) if name.startswith(self.prefix)]

    def _there(self, cursor: Any) -> dict[str, str]:
        """What the database has by its name: ``t`` a table, ``v`` a view."""
        if self.postgres:
            return {each.name: each.type for each in connection.introspection.get_table_list(cursor)}
        return beside.tables(cursor)

    def empty(self) -> None:
        """As new, for a file that is read from its beginning."""
        self.drop()
        self.create()

    def checkpoint(self) -> tuple[int, bool]:
        """How many records of the file are in the tables, and whether that is all of them."""
        if not self.exists():
            return 0, False
        row = self.one(
            "SELECT records, complete FROM {checkpoint_3} ORDER BY records DESC, complete DESC LIMIT 1"
        )
        return (row[0], bool(row[1])) if row else (0, False)

    def write(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Appends rows in the order of ``TABLES``."""
        if rows:
            bulk_write(self.name(table), tuple(TABLES[table]), rows)

    def make(self, table: str, query: str, params: Sequence[Any] = ()) -> None:
        """A further table of this run from a query; what had its name goes."""
        name = self.name(table)
        with connection.cursor() as cursor:
            self._remove(cursor, name)
            cursor.execute(f"CREATE {self._unlogged}TABLE {self.made(table)} AS {self.sql(query)}", params)
            if self.postgres:
                # Without figures the planner takes a new table for a small one.
                cursor.execute(f"ANALYZE {name}")

    def view(self, table: str, query: str) -> None:
        """A query under the name of a table of this run, for what need not be written; what had it goes."""
        name = self.name(table)
        with connection.cursor() as cursor:
            self._remove(cursor, name)
            # On SQLite only such a view can read from two files.
            temporary = "" if self.postgres else "TEMP "
            cursor.execute(f"CREATE {temporary}VIEW {name} AS {self.sql(query)}", ())

    def _remove(self, cursor: Any, name: str) -> None:
        kinds = self._there(cursor)
        if name in kinds:
            cursor.execute(f"DROP {'VIEW' if kinds[name] == 'v' else 'TABLE'} {name}")

    def analyze(self, *tables: str) -> None:
        """Figures for PostgreSQL's planner, of what is joined and chosen by: long texts take it too long."""
        if self.postgres:
            with connection.cursor() as cursor:
                for table in tables:
                    columns = [name for name in TABLES.get(table, ()) if name in JOINED]
                    chosen = f" ({', '.join(columns)})" if columns else ""
                    cursor.execute(f"ANALYZE {self.name(table)}{chosen}")

    def analyze_shop(self, *tables: str) -> None:
        """The shop's own tables: just after a first import PostgreSQL still takes them for empty.

        Then it looks 60,000 rows up one by one in 60,000, which took minutes instead of a second.
        """
        if self.postgres:
            with connection.cursor() as cursor:
                for table in tables:
                    if not _figures_fit(cursor, table):
                        columns = SHOP_JOINED.get(table, "")
                        cursor.execute(f"ANALYZE {table}{columns}")

    def index(self, table: str, column: str) -> None:
        """An index where SQLite would look row by row; PostgreSQL joins whole tables without one."""
        if not self.postgres:
            self.do(f"CREATE INDEX {self.made(table)}_{column} ON {self.name(table)} ({column})")

    def same(self, one: str, other: str) -> str:
        """SQL for two values being equal, or both unknown."""
        return f"{one} IS NOT DISTINCT FROM {other}" if self.postgres else f"{one} IS {other}"

    def differ(self, one: str, other: str) -> str:
        return f"{one} IS DISTINCT FROM {other}" if self.postgres else f"{one} IS NOT {other}"

    def json(self, column: str) -> str:
        """SQL for a text that is JSON, as the database keeps JSON."""
        return f"CAST({column} AS jsonb)" if self.postgres else column

    def do(self, query: str, params: Sequence[Any] = ()) -> int:
        """Runs a statement; the number of rows it changed."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql(query), params)
            return max(cursor.rowcount, 0)

    def rows(self, query: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql(query), params)
            return cursor.fetchall()

    def one(self, query: str, params: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        return next(iter(self.rows(query, params)), None)

    def any(self, query: str) -> bool:
        """Whether there is a row of ``{table} WHERE …``."""
        return self.one(f"SELECT 1 FROM {query} LIMIT 1") is not None

    def count(self, query: str, params: Sequence[Any] = ()) -> int:
        row = self.one(f"SELECT count(*) FROM {query}", params)
        return row[0] if row else 0

    @property
    def _unlogged(self) -> str:
        return "UNLOGGED " if self.postgres else ""


def _figures_fit(cursor: Any, table: str) -> bool:
    """Whether PostgreSQL looked at a table when it was at least half as large as now.

    What is in between it reckons by itself, from the size of the table's file.
    """
    cursor.execute(
        "SELECT reltuples >= 0 AND 2 * relpages * current_setting('block_size')::bigint"
        " >= pg_relation_size(oid) FROM pg_class WHERE oid = %s::regclass",
        [table],
    )
    return bool(cursor.fetchone()[0])


def forget(run_id: int) -> None:
    """Removes all that a run has staged."""
    if connection.vendor == "postgresql" or not beside.remove(run_id):
        Staging(run_id).drop()


class _Names(dict[str, str]):
    def __init__(self, staging: Staging) -> None:
        super().__init__()
        self._staging = staging

    def __missing__(self, table: str) -> str:
        return self._staging.name(table)

    def fill(self, text: str) -> str:
        return text.format_map(self)


def bulk_write(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Appends rows in the caller's transaction: COPY on PostgreSQL, ``executemany`` on SQLite."""
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join("?" * len(columns))
            # Past Django's own placeholder conversion.
            cursor.cursor.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)
