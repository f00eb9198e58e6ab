"""On SQLite what is staged lies in a file beside the shop's: written once, and gone as fast as it came.

In the shop's own file it would be written twice (to the log and from there), would make the file as large as
the catalog that was read, and would take a sixth of an import.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

SCHEMA = "staged"
# Rows with texts in four languages are long, and are read from the first to the last.
_SETTINGS = ("page_size = 16384", "cache_size = -8192", "mmap_size = 0", "synchronous = NORMAL")


def attach(run_id: int) -> None:
    """Has the run's tables at hand in this connection, where no other run's are at the same time."""
    here = _attached()
    if connection.in_atomic_block:
        # Nothing outlives the transaction, so nothing needs a name; all runs of it share one.
        if here is None:
            _execute(f"ATTACH DATABASE '' AS {SCHEMA}")
        return
    path = _path(run_id)
    if here == str(path):
        return
    detach()
    path.parent.mkdir(parents=True, exist_ok=True)
    _execute(f"ATTACH DATABASE %s AS {SCHEMA}", [str(path)])
    for setting in _SETTINGS:
        _execute(f"PRAGMA {SCHEMA}.{setting}")


def detach() -> None:
    """Lets the file go, for the transactions that follow would lock it."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block and _attached() is not None:
        _execute(f"DETACH DATABASE {SCHEMA}")


def remove(run_id: int) -> bool:
    """Removes the run's file with all that is in it; False where its tables must be dropped."""
    if connection.in_atomic_block and _attached() is not None:
        return False
    path = _path(run_id)
    if _attached() == str(path):
        detach()
    for each in (path, path.with_name(f"{path.name}-journal")):
        each.unlink(missing_ok=True)
    return True


def tables(cursor: Any) -> dict[str, str]:
    """What is staged by its name: ``t`` a table, ``v`` a view."""
    kinds = " UNION ALL ".join(
        f"SELECT name, type FROM {schema}.sqlite_master WHERE type IN ('table', 'view')"
        for schema in (SCHEMA, "temp")
    )
    cursor.execute(kinds)
    return {name: kind[0] for name, kind in cursor.fetchall()}


def _attached() -> str | None:
    """The file that is attached, empty for one without a name; ``None`` when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA database_list")
        return next((file for _number, name, file in cursor.fetchall() if name == SCHEMA), None)


def _execute(statement: str, parameters: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)


def _path(run_id: int) -> Path:
    # As SQLite calls it, links resolved.
    return Path(settings.IMPORT_DIR).resolve() / f"run-{run_id}.staged"
