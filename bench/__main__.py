"""Runs the measurements on SQLite and on PostgreSQL, and says at the end what was kept and what was missed.

Each has a process of its own, so that its memory is its own. What was filled for the pages serves the
exports too; imports begin with a database that has no articles.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.figures import KEPT_IN, said

FILLED, EMPTY = ("bench.measure", "bench.exports"), ("bench.imports",)
DATABASES = (("SQLite", False), ("PostgreSQL", True))
# Bytes on the disk for each article and its prices: tables, their log, a file that is read and its copy.
ROOM = 12_000


def main() -> int:
    articles = max(int(os.environ.get(name) or 0) for name in ("BENCH_ARTICLES", "BENCH_IMPORT"))
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < articles * ROOM:
        print(f"{tempfile.gettempdir()} has {free / 1e9:.0f} GB left, {articles:,} articles need", end=" ")
        print(f"{articles * ROOM / 1e9:.0f} GB: set TMPDIR")
        return 2
    failed, figures = 0, {}
    for name, on_server in DATABASES:
        print(f"\n{name}", flush=True)
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            kept_in = Path(folder) / "figures"
            for modules in (FILLED, EMPTY):
                failed |= _run(modules, Path(folder), kept_in, on_server=on_server)
            figures[name] = said(kept_in)
    _conclude(figures)
    return failed


def _run(modules: tuple[str, ...], folder: Path, kept_in: Path, *, on_server: bool) -> int:
    """These on one database, which goes with its index before the next: a million articles are gigabytes."""
    with tempfile.TemporaryDirectory(prefix="database-", dir=folder) as own:
        environment = {
            **os.environ,
            "DEMO": "1",
            "DEBUG": "0",
            "LOG_LEVEL": "ERROR",
            "CXML_DTD_DIR": "",
            "DJANGO_SETTINGS_MODULE": "shop.settings",
            "STATIC_ROOT": f"{own}/static",
            "SEARCH_INDEX_DIR": f"{own}/search",
            "IMPORT_DIR": f"{own}/imports",
            "SEARCH_FOLLOW": "inline",
            KEPT_IN: str(kept_in),
        }
        environment.pop("DATABASE_URL", None)
        if not on_server:
            environment["DATABASE_URL"] = f"sqlite:///{own}/bench.sqlite3"
        prefix = [sys.executable, "-m", "tests.on_postgres"] if on_server else []
        return subprocess.call([*prefix, sys.executable, "-m", "bench", *modules], env=environment)


def _one_after_the_other(modules: list[str]) -> int:
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.check_call(collect)
    failed = 0
    for module in modules:
        code = subprocess.call([sys.executable, "-m", module])
        if code not in (0, 1):
            print(f"  {module} ended with {code}", flush=True)
        failed |= code != 0
    return int(failed)


def _conclude(figures: dict[str, list[dict[str, Any]]]) -> None:
    """One line a figure that has something to keep, the databases beside each other."""
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


if __name__ == "__main__":
    sys.exit(_one_after_the_other(sys.argv[1:]) if sys.argv[1:] else main())
