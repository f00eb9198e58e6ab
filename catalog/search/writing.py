"""Keeps the index equal to the database: built anew beside the one in use, or by following the change log.

No change is lost: a log row is deleted only after the article it names is committed to the index, and
whoever finds the log in other hands may leave, because the holder looks at it again after letting go.
"""

import contextlib
import shutil
import threading
from array import array
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import structlog
import tantivy
from django.db import connection

from catalog.models import Product, ProductChange
from catalog.search import labels, schema, storage
from catalog.search.documents import Maker, in_stock, order_keys
from catalog.search.errors import SearchUnavailable
from catalog.search.fronts import ORDERS, Fronts, Key
from catalog.search.text import LANGUAGES

log = structlog.get_logger(__name__)

BATCH = 2_000
# Larger segments are written with more of it, and merged less often: of a million articles only once.
REBUILD_MEMORY = 72_000_000
FOLLOW_MEMORY = 32_000_000
# From at least so many articles it is told where each stands in an order, and where its beginning ends.
BORDERS_FROM = 8_000
# An index with so many times the articles it was built of is built anew.
GROWN = 2
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
        with _reading_once():
            count = _write(folder)
        storage.switch_to(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _forget_changes(logged)
    log.info("search_index_rebuilt", articles=count, version=folder.name)
    return count


def _write(folder: Path) -> int:
    samples = _samples()
    fronts = _fronts(samples)
    fronts.write(folder)
    maker = Maker(labels.read(), fronts)
    writer = tantivy.Index(schema.SCHEMA, path=str(folder)).writer(REBUILD_MEMORY, 1)
    count = 0
    try:
        # The deepest sample first: what is told from one is then read from one stretch of the index.
        for products in reversed(samples):
            for batch in _batches(products):
                for document in maker.of(batch):
                    writer.add_document(document)
                    count += 1
        writer.commit()
    finally:
        writer.wait_merging_threads()
    return count


@contextlib.contextmanager
def _reading_once() -> Iterator[None]:
    """Who reads all articles once needs no memory to keep the database's pages in."""
    if connection.vendor != "sqlite":
        yield
        return
    kept = {"mmap_size": 0, "cache_size": -8_192}
    with connection.cursor() as cursor:
        before = {name: int(cursor.execute(f"PRAGMA {name}").fetchone()[0]) for name in kept}
    try:
        _set(kept)
        yield
    finally:
        _set(before)


def _set(pragmas: Mapping[str, int]) -> None:
    with connection.cursor() as cursor:
        for name, value in pragmas.items():
            cursor.execute(f"PRAGMA {name} = {value}")


def _follow() -> int:
    folder = storage.current_version()
    if folder is None:
        pending = ProductChange.objects.count()
        _rebuild()
        return pending
    try:
        index = storage.open_index(folder)
        writer = index.writer(FOLLOW_MEMORY, 1)
        fronts = Fronts.read(folder)
    except (ValueError, OSError) as error:
        raise SearchUnavailable(f"The search index cannot be read: {error}") from error
    done = 0
    everything = False
    try:
        # The log is read before the articles, so that a later change of one of them is a row of its own.
        while rows := list(ProductChange.objects.order_by("id").values_list("id", "product_id")[:BATCH]):
            products = sorted({product for _, product in rows})
            if everything := ProductChange.EVERYTHING in products:
                break
            # By query: deleting by term finds no unsigned numbers (tantivy 0.27).
            writer.delete_documents_by_query(
                tantivy.Query.term_set_query(schema.SCHEMA, schema.PRODUCT, products)
            )
            for document in Maker(labels.read(), fronts).of(products):
                writer.add_document(document)
            writer.commit()
            _forget_changes([row for row, _ in rows])
            done += len(rows)
    finally:
        # Lets merges end and gives the writer up, also when the database failed half way.
        writer.wait_merging_threads()
    # Among far more articles than there were, the order told then is too coarse.
    if everything or _size(index) > GROWN * fronts.articles:
        done += ProductChange.objects.count()
        _rebuild()
    log.info("search_index_followed", changes=done)
    return done


def _size(index: tantivy.Index) -> int:
    index.reload()
    return int(index.searcher().num_docs)


def _samples() -> "list[array[int]]":
    """The ids of all articles by how many samples they are in, each with what is alike side by side.

    The same words are said of what is alike, so each stands in a few stretches of the index, and where one of
    several is not, no list of the others is read.
    """
    found = [array("q") for _ in range(schema.SAMPLES + 1)]
    alike = Product.objects.order_by("category_id", "name_en", "id")
    for product in alike.values_list("id", flat=True).iterator(BATCH):
        found[schema.depth_of(product)].append(product)
    return found


def _fronts(samples: "list[array[int]]") -> Fronts:
    """What the order of all articles is told from: some of very many, and every one of a few."""
    keys: dict[str, list[Key]] = {order: [] for order in ORDERS}
    products: list[int] = []
    for sample in reversed(samples):
        if len(products) < BORDERS_FROM:
            products += sample
    for batch in _batches(products):
        stock = in_stock(batch)
        columns = ("id", "sku", "status", *(f"name_{language}" for language in LANGUAGES))
        for product, sku, status, *names in Product.objects.filter(id__in=batch).values_list(*columns):
            gone = status == Product.Status.DISCONTINUED
            own = order_keys(sku, names, stock.get(product, Decimal(0)), gone=gone)
            for order, key in own.items():
                keys[order].append(key)
    return Fronts.told_from(keys, sum(map(len, samples)))


def _batches(products: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(products), BATCH):
        yield list(products[start : start + BATCH])


def _forget_changes(ids: list[int]) -> None:
    # By id and not "up to": a row with a lower id may be committed later (PostgreSQL).
    for batch in _batches(ids):
        ProductChange.objects.filter(id__in=batch).delete()
