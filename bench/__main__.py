"""Runs the measurements on SQLite and on PostgreSQL, and says at the end what was kept and what was missed.

What is judged by the clock, and imports, have the machine to themselves, one database after the other. Both
are filled, and exported from, beside each other: exports are judged by their time on the processor. Each
measurement has a process of its own, so that its memory is its own. What was filled for the pages serves the
exports too; imports begin with a database that has no articles.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.figures import KEPT_IN, said
from tests.on_postgres import server

DATABASES = ("SQLite", "PostgreSQL")
# Bytes on the disk for each article of a database: tables, their log, a file that is read and its copy.
ROOM = 12_000
_COMMON = {
    "DEMO": "1",
    "DEBUG": "0",
    "LOG_LEVEL": "ERROR",
    "CXML_DTD_DIR": "",
    "DJANGO_SETTINGS_MODULE": "shop.settings",
    "SEARCH_FOLLOW": "inline",
    "PYTHONUNBUFFERED": "1",
}


def main() -> int:
    articles = max(int(os.environ.get(name) or 0) for name in ("BENCH_ARTICLES", "BENCH_IMPORT"))
    free, needed = shutil.disk_usage(tempfile.gettempdir()).free, articles * ROOM * len(DATABASES)
    if free < needed:
        print(f"{tempfile.gettempdir()} has {free / 1e9:.0f} GB left, {articles:,} articles need", end=" ")
        print(f"{needed / 1e9:.0f} GB: set TMPDIR")
        return 2
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        ThreadPoolExecutor(len(DATABASES)) as databases,
    ):
        static = {"STATIC_ROOT": f"{folder}/static"}
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        subprocess.check_call(collect, env={**os.environ, **_COMMON, **static})
        all_of_them = [Measured(name, Path(folder), static) for name in DATABASES]
        failed = [*databases.map(Measured.everything, all_of_them)]
        figures = {each.name: said(each.kept_in) for each in all_of_them}
    missed = _conclude(figures)
    return int(any(failed) or missed)


class Measured:
    """Everything on one database; ``alone`` and ``together`` are what those that go on beside it wait for."""

    alone = threading.Lock()
    together = threading.Barrier(len(DATABASES))

    def __init__(self, name: str, folder: Path, environment: Mapping[str, str]) -> None:
        self.name, self.folder, self.environment = name, folder, environment
        self.kept_in = folder / f"figures-{name}"

    def everything(self) -> bool:
        """Whether something failed or was missed."""
        try:
            return self._everything()
        except BaseException:
            self.together.abort()  # the other does not wait for ever
            raise

    def _everything(self) -> bool:
        with self._place() as place:
            failed = self._run(place, "bench.filling", os.environ.get("BENCH_ARTICLES") or "0")
            self.together.wait()
            with self.alone:
                failed |= self._run(place, "bench.measure")
            self.together.wait()
            failed |= self._run(place, "bench.exports")
        self.together.wait()
        with self.alone, self._place() as place:
            failed |= self._run(place, "bench.imports")
        return failed

    @contextmanager
    def _place(self) -> Iterator[Mapping[str, str]]:
        """The environment of an empty database, which goes with its index: a million are gigabytes."""
        with tempfile.TemporaryDirectory(prefix="database-", dir=self.folder) as own:
            place = {
                **os.environ,
                **_COMMON,
                **self.environment,
                "SEARCH_INDEX_DIR": f"{own}/search",
                "IMPORT_DIR": f"{own}/imports",
                KEPT_IN: str(self.kept_in),
            }
            if self.name == "SQLite":
                yield {**place, "DATABASE_URL": f"sqlite:///{own}/bench.sqlite3"}
            else:
                with server() as address:
                    yield {**place, "DATABASE_URL": address}

    def _run(self, place: Mapping[str, str], module: str, *arguments: str) -> bool:
        """Whether it failed or missed something; what it says is said with the name of the database."""
        command = [sys.executable, "-m", module, *arguments]
        with subprocess.Popen(command, env=place, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            for line in running.stdout:
                print(f"{self.name:<10}{line}", end="", flush=True)
        if running.returncode not in (0, 1):
            print(f"{self.name:<10}  {module} ended with {running.returncode}", flush=True)
        return running.returncode != 0


def _conclude(figures: dict[str, list[dict[str, Any]]]) -> int:
    """One line a figure that has something to keep, the databases beside each other; how many were missed."""
    print(f"\n  {'':<46}" + "".join(f"{name:<40}" for name in figures) + "to keep")
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    for database, found in figures.items():
        for each in found:
            if each["kept"] is not None:
                rows.setdefault(each["name"], {})[database] = each
    missed = 0
    for name, row in rows.items():
        cells = []
        for database in figures:
            each = row.get(database)
            bad = each is None or not each["kept"]
            missed += bad
            cells.append((each["figure"] if each else "not measured") + ("  MISSED" if bad else ""))
        wanted = next(iter(row.values()))["wanted"]
        print(f"  {name:<46}" + "".join(f"{cell:<40}" for cell in cells) + wanted)
    print(f"\n  {missed} missed" if missed else "\n  everything kept", flush=True)
    return missed


if __name__ == "__main__":
    sys.exit(main())
