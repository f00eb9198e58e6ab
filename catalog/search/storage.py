"""Where the index lies: one folder a version, a pointer file switched atomically, and one writer at a time.

``SEARCH_INDEX_DIR/current`` names the folder in use. A reader that has it open keeps it even when it is
replaced and removed; it finds the new one at its next look.
"""

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import tantivy
from django.conf import settings

from catalog.search import schema

POINTER = "current"
LOCK = "lock"
_LOCK_POLL_SECONDS = 0.05


def root() -> Path:
    return Path(settings.SEARCH_INDEX_DIR)


def current_version() -> Path | None:
    """The folder in use, or ``None`` when there is none that this version of the program can read."""
    try:
        name = (root() / POINTER).read_text().strip()
    except OSError:
        return None
    # The name comes from a file: nothing but a plain folder name of ours is followed.
    if not name.startswith(f"v{schema.VERSION}-") or Path(name).name != name:
        return None
    folder = root() / name
    return folder if folder.is_dir() else None


def new_version() -> Path:
    folder = root() / f"v{schema.VERSION}-{time.time_ns()}"
    folder.mkdir(parents=True)
    return folder


def switch_to(folder: Path) -> None:
    """From now on every process reads this folder; the one before stays until the next switch."""
    before = current_version()
    draft = root() / f"{POINTER}.new"
    with draft.open("w") as file:
        file.write(folder.name)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(root() / POINTER)
    for other in root().glob("v*-*"):
        if other not in (folder, before):
            shutil.rmtree(other, ignore_errors=True)


def open_index(folder: Path) -> tantivy.Index:
    """The index in a folder, reloaded only when asked to; ``ValueError`` when it cannot be read."""
    if not tantivy.Index.exists(str(folder)):
        raise ValueError(f"no index in {folder.name}")
    index = tantivy.Index.open(str(folder))
    index.config_reader(reload_policy="manual")
    return index


@contextlib.contextmanager
def writer_lock(wait_seconds: float = 0.0) -> Iterator[bool]:
    """Whether this is now the only writer, over all threads and processes; free again when a process dies."""
    root().mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait_seconds
    with (root() / LOCK).open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    yield False
                    return
                time.sleep(_LOCK_POLL_SECONDS)
        # Closing the file releases the lock.
        yield True
