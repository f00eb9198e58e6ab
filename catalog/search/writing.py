"""Keeps the index equal to the database: built anew beside the one in use, or by following the change log.

No change is lost: a log row is deleted only after the article it names is committed to the index, and
whoever finds the log in other hands may leave, because the holder looks at it again after letting go.
"""

import shutil
import threading
from collections.abc import Iterator

import structlog
import tantivy

from catalog.models import Product, ProductChange
from catalog.search import labels, schema, storage
from catalog.search.documents import Maker
from catalog.search.errors import SearchUnavailable

log = structlog.get_logger(__name__)

BATCH = 2_000
REBUILD_MEMORY = 96_000_000
FOLLOW_MEMORY = 32_000_000
# A second rebuild waits for the first instead of failing; a million articles take minutes.
REBUILD_WAIT_SECONDS = 1_800.0

# Set when the next search of this process must follow the log first (``SEARCH_FOLLOW = "inline"``).
owed = threading.Event()


def rebuild(wait_seconds: float = REBUILD_WAIT_SECONDS, *, only_if_missing: bool = False) -> int:
    """Builds a new index beside the one in use and switches to it; the number of articles in it.

    With ``only_if_missing`` nothing is done when another process has built one while this one waited.
    """
    with storage.writer_lock(wait_seconds) as held:
        if not held:
            raise SearchUnavailable("The search index is being built by another process.")
        if only_if_missing and storage.current_version() is not None:
            return 0
        count = _rebuild()
    follow_changes()
    return count


def follow_changes() -> int:
    """Brings every logged change into the index; the number of log rows done, 0 when another is at it."""
    done = 0
    while ProductChange.objects.exists():
        with storage.writer_lock() as held:
            if not held:
                break
            done += _follow()
    return done


def _rebuild() -> int:
    folder = storage.new_version()
    try:
        # Rows logged from here on are followed afterwards; those before are in what is read below.
        logged = list(ProductChange.objects.values_list("id", flat=True))
        index = tantivy.Index(schema.SCHEMA, path=str(folder))
        writer = index.writer(REBUILD_MEMORY, 1)
        maker = Maker(labels.read())
        count = 0
        try:
            for first, last in _batches():
                for document in maker.between(first, last):
                    writer.add_document(document)
                    count += 1
            writer.commit()
        finally:
            writer.wait_merging_threads()
        storage.switch_to(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _forget_changes(logged)
    log.info("search_index_rebuilt", articles=count, version=folder.name)
    return count


def _follow() -> int:
    folder = storage.current_version()
    if folder is None:
        pending = ProductChange.objects.count()
        _rebuild()
        return pending
    try:
        index = storage.open_index(folder)
        writer = index.writer(FOLLOW_MEMORY, 1)
    except ValueError as error:
        raise SearchUnavailable(f"The search index cannot be read: {error}") from error
    done = 0
    try:
        # The log is read before the articles, so that a later change of one of them is a row of its own.
        while rows := list(ProductChange.objects.order_by("id").values_list("id", "product_id")[:BATCH]):
            products = sorted({product for _, product in rows})
            # By query: deleting by term finds no unsigned numbers (tantivy 0.27).
            writer.delete_documents_by_query(
                tantivy.Query.term_set_query(schema.SCHEMA, schema.PRODUCT, products)
            )
            for document in Maker(labels.read()).of(products):
                writer.add_document(document)
            writer.commit()
            _forget_changes([row for row, _ in rows])
            done += len(rows)
    finally:
        # Lets merges end and gives the writer up, also when the database failed half way.
        writer.wait_merging_threads()
    log.info("search_index_followed", changes=done)
    return done


def _batches() -> Iterator[tuple[int, int]]:
    """The first and last ids of batches that hold all articles, by key and not by offset."""
    last = 0
    articles = Product.objects.order_by("id").values_list("id", flat=True)
    while ids := list(articles.filter(id__gt=last)[:BATCH]):
        last = ids[-1]
        yield ids[0], last


def _forget_changes(ids: list[int]) -> None:
    # By id and not "up to": a row with a lower id may be committed later (PostgreSQL).
    for start in range(0, len(ids), BATCH):
        ProductChange.objects.filter(id__in=ids[start : start + BATCH]).delete()
