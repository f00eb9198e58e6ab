"""The index as it stands now: a switched version or a new commit is noticed by two calls of stat."""

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

import structlog
import tantivy
from django.conf import settings
from django.db import connections

from catalog.models import Product, ProductChange
from catalog.search import labels, storage, writing
from catalog.search.dictionary import Dictionary
from catalog.search.errors import SearchUnavailable
from catalog.search.facets import Counts

log = structlog.get_logger(__name__)

# Up to here the first search builds a missing index itself; a larger one is built beside it.
BUILD_AT_ONCE = 20_000
BUILD_WAIT_SECONDS = 10.0


@dataclass(frozen=True)
class Reader:
    """One state of one index; everything computed from it may be kept in ``memory``."""

    folder: Path
    pointer: str
    meta: str
    index: tantivy.Index
    searcher: tantivy.Searcher
    seen: tuple[object, object]
    words: Dictionary
    memory: dict[tuple[object, ...], Counts] = field(default_factory=dict)


_lock = threading.Lock()
_readers: dict[str, Reader] = {}
_building = threading.Lock()


def reader() -> Reader | None:
    """The newest state of the index; ``None`` when there is nothing to index yet.

    A missing index is built at its first use; ``SearchUnavailable`` when that cannot be done now.
    """
    if writing.owed.is_set():
        writing.owed.clear()
        writing.follow_changes()
    held = _readers.get(str(settings.SEARCH_INDEX_DIR))
    # Every search comes by here: two calls of stat on paths made beforehand.
    if held and held.seen == (_seen(held.pointer), _seen(held.meta)):
        return held
    root = storage.root()
    with _lock:
        opened = _open(root)
    if opened is None:
        if not _build():
            return None
        with _lock:
            opened = _open(root)
    if opened is None:
        raise SearchUnavailable("The search index is missing; run: manage.py search_index --rebuild")
    return opened


def ready() -> tuple[bool, str]:
    """Whether searching works, and what to say about it; builds nothing."""
    try:
        with _lock:
            opened = _open(storage.root())
        if opened is None:
            if Product.objects.exists():
                return False, "The search index is missing; it is built at the first search."
            return True, "No articles yet."
    except SearchUnavailable as error:
        return False, str(error)
    waiting = ProductChange.objects.count()
    return True, f"{opened.searcher.num_docs} articles, {waiting} changes waiting"


def forget() -> None:
    """Drops all that this process knows of any index, as tests need it between each other."""
    with _lock:
        _readers.clear()
    writing.owed.clear()
    labels.forget()


def _open(root: Path) -> Reader | None:
    # Stat before opening: a commit in between makes the next look open once more, never too late.
    pointer = str(root / storage.POINTER)
    pointer_seen = _seen(pointer)
    folder = storage.current_version()
    if folder is None:
        _readers.pop(str(root), None)
        return None
    meta = str(folder / "meta.json")
    seen = (pointer_seen, _seen(meta))
    held = _readers.get(str(root))
    if held and held.seen == seen:
        return held
    try:
        if held and held.folder == folder:
            index = held.index
            index.reload()
        else:
            index = storage.open_index(folder)
        searcher = index.searcher()
        opened = Reader(folder, pointer, meta, index, searcher, seen, Dictionary(searcher))
    except (ValueError, OSError) as error:
        _readers.pop(str(root), None)
        log.error("search_index_unreadable", version=folder.name, error=str(error))
        raise SearchUnavailable(
            f"The search index cannot be read ({error}); run: manage.py search_index --rebuild"
        ) from error
    _readers[str(root)] = opened
    return opened


def _seen(path: str) -> tuple[int, int, int] | None:
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


def _build() -> bool:
    """Builds the missing index; ``False`` when there are no articles."""
    articles = Product.objects.count()
    if not articles:
        return False
    if articles <= BUILD_AT_ONCE:
        with _building:
            if storage.current_version() is None:
                writing.rebuild(BUILD_WAIT_SECONDS, only_if_missing=True)
        return True
    if _building.acquire(blocking=False):
        threading.Thread(target=_build_aside, name="search-build", daemon=True).start()
    raise SearchUnavailable("The search index is being built for the first time; try again in some minutes.")


def _build_aside() -> None:
    try:
        writing.rebuild(only_if_missing=True)
    except Exception:
        log.exception("search_index_not_built")
    finally:
        _building.release()
        connections.close_all()
