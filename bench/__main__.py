"""Runs the measurements on SQLite and on PostgreSQL, each in a process and a database of its own."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    command = [sys.executable, "-m", "bench.measure"]
    imports = [sys.executable, "-m", "bench.imports"]
    exports = [sys.executable, "-m", "bench.exports"]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        environment = {
            **os.environ,
            "DEMO": "1",
            "DEBUG": "0",
            "LOG_LEVEL": "ERROR",
            "CXML_DTD_DIR": "",
            "DJANGO_SETTINGS_MODULE": "shop.settings",
            "STATIC_ROOT": str(Path(folder) / "static"),
            "SEARCH_FOLLOW": "inline",
        }
        subprocess.check_call(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], env=environment
        )
        for name, prefix in (("SQLite", []), ("PostgreSQL", [sys.executable, "-m", "tests.on_postgres"])):
            print(f"\n{name}", flush=True)
            own = {**environment, "SEARCH_INDEX_DIR": str(Path(folder) / f"search-{name}")}
            own.pop("DATABASE_URL", None)
            if not prefix:
                own["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
            failed |= subprocess.call([*prefix, *command], env=own)
            failed |= subprocess.call([*prefix, *exports], env=own)
            own["IMPORT_DIR"] = str(Path(folder) / f"imports-{name}")
            if not prefix:
                own["DATABASE_URL"] = f"sqlite:///{folder}/imports.sqlite3"
            failed |= subprocess.call([*prefix, *imports], env=own)
    return failed


if __name__ == "__main__":
    sys.exit(main())
