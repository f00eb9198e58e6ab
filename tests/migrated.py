"""The test database is migrated once in a run, by the worker that comes first; each has a copy of its own."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection


@contextmanager
def copy_of_migrated(folder: Path, worker: str) -> Iterator[Path]:
    """``connection`` is to a copy of this worker alone; gives the file it is of, where the database is one.

    ``folder`` is the same for all workers. Who leaves last removes what was copied.
    """
    file = folder / "migrated.sqlite3"
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(file)
    creation, real = connection.creation, connection.settings_dict["NAME"]
    source = creation._get_test_db_name()
    with _alone(folder) as users:
        if not users.read():
            creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        _connect_to(source)
        creation.clone_test_db(suffix=worker, verbosity=0, autoclobber=True)
        users.write(f"{worker}\n")
    _connect_to(creation.get_test_db_clone_settings(worker)["NAME"])
    try:
        yield file
    finally:
        _connect_to(source)
        creation.destroy_test_db(suffix=worker, verbosity=0)
        with _alone(folder) as users:
            left = [each for each in users.read().split() if each != worker]
            users.truncate(0)
            users.writelines(f"{each}\n" for each in left)
            if not left:
                creation.destroy_test_db(real, verbosity=0)
        _connect_to(real)


@contextmanager
def _alone(folder: Path) -> Iterator[IO[str]]:
    """The names of the workers that have a copy, while no other worker makes, copies or removes anything."""
    with (folder / "migrated.users").open("a+") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        users.seek(0)
        yield users


def _connect_to(name: str) -> None:
    """Closed first: what is open is not copied, and the last to close SQLite's file completes it."""
    connection.close()
    settings.DATABASES[connection.alias]["NAME"] = name
    connection.settings_dict["NAME"] = name
