"""The change log: every article that changed is indexed again, soon, and never forgotten.

Saving or deleting an article, its stock or its attributes records it by itself; so does renaming or moving
what many articles share. ``bulk_create`` and ``QuerySet.update`` send no signals: after those call
``record`` in the same transaction.

``SEARCH_FOLLOW`` says who brings the log into the index: ``background`` (the default) a thread of this
process after the commit; ``off`` a separate ``manage.py search_index --follow``; ``inline`` the next
search of this process before it answers, for tests.
"""

import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.models import F, Model
from django.db.models.signals import post_delete, post_save
from django.utils import timezone

from catalog.models import (
    Attribute,
    AttributeChoice,
    Brand,
    Category,
    CategoryAttribute,
    Product,
    ProductAttribute,
    ProductChange,
    ProductQuerySet,
    Stock,
    Synonym,
)

log = structlog.get_logger(__name__)

BATCH = 1_000
# From so many articles on, and half of all, the index is built anew.
REBUILD_FROM = 20_000
# Changes come in bursts; one commit of the index takes them all.
GATHER_SECONDS = 0.1

_wanted = threading.Event()
_following = threading.Lock()


def record(product_ids: Iterable[int]) -> None:
    """Logs that these articles changed, in the caller's transaction; they are indexed after its commit."""
    ids = dict.fromkeys(product_ids)
    if not ids:
        return
    ProductChange.objects.bulk_create([ProductChange(product_id=pk) for pk in ids], batch_size=BATCH)
    _follow_after_commit()


def record_selected(query: str, params: Sequence[Any] = ()) -> int:
    """Logs the articles that a query selects as ``product_id``, however many, as one statement; how many."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({query}) q", params)  # noqa: S608  a query of ours
        count = cursor.fetchone()[0]
        if recorded_as_all(count):
            return count
        cursor.execute(
            "INSERT INTO catalog_productchange (product_id, created_at)"  # noqa: S608  a query of ours
            f" SELECT q.product_id, %s FROM ({query}) q",
            [connection.ops.adapt_datetimefield_value(timezone.now()), *params],
        )
        count = cursor.rowcount
    if count > 0:
        _follow_after_commit()
    return max(count, 0)


def recorded_as_all(count: int) -> bool:
    """Whether so many articles are most of the assortment: then it is logged that all of them changed.

    To follow each would take longer than a new index.
    """
    if count < REBUILD_FROM or 2 * count < Product.objects.count():
        return False
    record([ProductChange.EVERYTHING])
    return True


def _follow_after_commit() -> None:
    follow = settings.SEARCH_FOLLOW
    if follow == "inline":
        from catalog.search import writing

        writing.owed.set()
    elif follow == "background":
        transaction.on_commit(follow_soon, robust=True)


def follow_soon() -> None:
    """Has the log followed by a thread of this process; returns at once."""
    _wanted.set()
    if _following.acquire(blocking=False):
        threading.Thread(target=_follow, name="search-follow", daemon=True).start()


def connect() -> None:
    """Records by itself what is saved and deleted one by one."""
    listeners: dict[type[Model], Any] = {
        **dict.fromkeys((Product, Stock, ProductAttribute), _product_changed),
        **dict.fromkeys((Category, Brand, Attribute, AttributeChoice, CategoryAttribute), _label_changed),
        Synonym: _synonym_changed,
    }
    for model, listener in listeners.items():
        for signal in (post_save, post_delete):
            signal.connect(listener, sender=model, dispatch_uid=f"search-{model.__name__}")


def _follow() -> None:
    from catalog import search

    try:
        while _wanted.is_set():
            time.sleep(GATHER_SECONDS)
            _wanted.clear()
            search.follow_changes()
    except Exception:
        # The rows stay in the log; the next change or the next start tries again.
        log.exception("search_index_not_followed")
    finally:
        connections.close_all()
        _following.release()
    if _wanted.is_set():
        follow_soon()


def _product_changed(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    record([instance.pk if sender is Product else instance.product_id])


def _label_changed(sender: type[Model], instance: Any, created: bool = False, **kwargs: Any) -> None:
    _announce_labels()
    if not created and (labelled := _labelled(instance)) is not None:
        record_selected(*labelled.order_by().values(product_id=F("id")).query.sql_with_params())


def _synonym_changed(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    _announce_labels()


def _announce_labels() -> None:
    from catalog.search import labels

    labels.forget()
    transaction.on_commit(labels.announce, robust=True)


def _labelled(instance: Model) -> ProductQuerySet | None:
    """The articles whose document says the name of this, or its place in the tree."""
    match instance:
        case Brand():
            return Product.objects.filter(brand=instance.pk)
        case AttributeChoice():
            return Product.objects.filter(attribute_values__choice=instance.pk)
        case Attribute():
            return Product.objects.filter(attribute_values__attribute=instance.pk)
        case Category():
            from catalog.search import labels

            return Product.objects.filter(category__in=labels.read().below(instance.pk))
    return None
