"""What is cleaned up, and when: old messages, visits that are over, sandbox runs. What orders refer to stays.

A connection says how many days (``Connection.retention_days``), else ``settings.RETENTION_DAYS``. Of a
returned cart the frozen lines are a price commitment and are never removed, except those of test connections;
what its visit knew of people and addresses is. Ids of messages are kept twice as long as messages, so that
one that comes again late is still known. Everything goes in batches, each a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min, ProtectedError, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from punchout.adapters import all_adapters
from punchout.models import (
    Connection,
    PunchoutSession,
    ReturnedCart,
    SandboxRun,
    SeenMessage,
    WireMessage,
)
from shop.models import Cart

log = structlog.get_logger(__name__)

BATCH = 500
# A start address is good for minutes; a day is kept for whoever looks into why nobody came.
NEVER_ENTERED = timedelta(days=1)
# Longer than any visit may last (punchout.embedding).
LONGEST_VISIT = timedelta(days=1)
State = PunchoutSession.State


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of rows that go. ``remove`` takes keys of a batch and says how many went."""

    name: str
    label: str | Promise
    due: Callable[[datetime], QuerySet[Any]]
    at: str
    remove: Callable[[list[int]], int]


@dataclass(frozen=True, slots=True)
class Due:
    """How much of one kind would go now, and from when the oldest is."""

    label: str | Promise
    count: int
    oldest: datetime | None


def statement() -> list[Due]:
    """What a clean-up would do now; nothing is changed."""
    now = timezone.now()
    found = []
    for kind in KINDS:
        rows = kind.due(now)
        found.append(Due(kind.label, rows.count(), rows.aggregate(oldest=Min(kind.at))["oldest"]))
    return found


def clean_up(*, most: int | None = None) -> dict[str, int]:
    """Removes what is due, at most ``most`` rows of each kind; how many of each kind went."""
    now = timezone.now()
    gone = {}
    for kind in KINDS:
        gone[kind.name] = _in_batches(kind, now, most)
    log.info("cleaned_up", **gone)
    return gone


def _in_batches(kind: Kind, now: datetime, most: int | None) -> int:
    gone, after = 0, 0
    while most is None or gone < most:
        size = BATCH if most is None else min(BATCH, most - gone)
        rows = kind.due(now).filter(pk__gt=after).order_by("pk")
        keys = list(rows.values_list("pk", flat=True)[:size])
        if not keys:
            break
        gone += _remove(kind, keys)
        after = keys[-1]  # what could not go is not tried again and again
    return gone


def _remove(kind: Kind, keys: list[int]) -> int:
    try:
        with transaction.atomic():
            return kind.remove(keys)
    except ProtectedError:
        if len(keys) == 1:
            log.warning("not_cleaned_up", kind=kind.name, row=keys[0])
            return 0
        return sum(_remove(kind, [key]) for key in keys)


# -- what is due ---------------------------------------------------------------------------------------------


def _older(now: datetime, at: str, connection: str, *, times: int = 1) -> Q:
    """Rows whose time is up by what their connection says, or by the settings."""
    days = settings.RETENTION_DAYS * times
    due = Q(**{f"{connection}__retention_days__isnull": True, f"{at}__lt": now - timedelta(days=days)})
    own = Connection.objects.exclude(retention_days=None).values_list("retention_days", flat=True)
    for number in set(own):
        assert number is not None
        cutoff = now - timedelta(days=number * times)
        due |= Q(**{f"{connection}__retention_days": number, f"{at}__lt": cutoff})
    return due


def _messages(now: datetime) -> QuerySet[WireMessage]:
    return WireMessage.objects.filter(_older(now, "received_at", "connection"))


def _ids(now: datetime) -> QuerySet[SeenMessage]:
    return SeenMessage.objects.filter(_older(now, "created_at", "connection", times=2))


def _left_open(now: datetime) -> QuerySet[PunchoutSession]:
    return PunchoutSession.objects.filter(state=State.ACTIVE, seen_at__lt=now - LONGEST_VISIT)


def _never_entered(now: datetime) -> QuerySet[PunchoutSession]:
    rows = PunchoutSession.objects.filter(state=State.LAUNCHED, start_expires_at__lt=now - NEVER_ENTERED)
    return rows.exclude(pk__in=_open_orders())


def _finished(now: datetime) -> QuerySet[PunchoutSession]:
    over = PunchoutSession.objects.exclude(state__in=PunchoutSession.OPEN)
    return over.filter(_older(now, "created_at", "connection")).exclude(pk__in=_open_orders())


COMMITMENT = Q(returned_cart__outcome=ReturnedCart.Outcome.CART, connection__test=False)


def _without_commitment(now: datetime) -> QuerySet[PunchoutSession]:
    return _finished(now).exclude(pk__in=PunchoutSession.objects.filter(COMMITMENT).values("pk"))


def _with_commitment(now: datetime) -> QuerySet[PunchoutSession]:
    """Only those of which there is still something to take away."""
    known = Q(person__isnull=False) | ~Q(echo={}) | ~Q(return_url="") | ~Q(returned_cart__form={})
    return _finished(now).filter(COMMITMENT).filter(known)


def _open_orders() -> list[int]:
    """The visits that hold an open order, whatever their age: the buyer's system may fetch it any day.

    They are the newest of their connection, the newest that was not left, and what these begin with. A
    protocol that is not installed may be one of that sort.
    """
    sent = [adapter.slug for adapter in all_adapters() if not adapter.cart_is_fetched]
    rows = PunchoutSession.objects.exclude(connection__adapter__in=sent).order_by().values("connection")
    newest = rows.annotate(newest=Max("pk")).values_list("newest", flat=True)
    current = rows.exclude(state=State.CANCELLED).annotate(newest=Max("pk")).values_list("newest", flat=True)
    kept = [*newest, *current]
    earlier = PunchoutSession.objects.filter(pk__in=kept, begins_with__isnull=False)
    return [*kept, *earlier.values_list("begins_with", flat=True)]


# -- how it goes ---------------------------------------------------------------------------------------------


def _delete_messages(keys: list[int]) -> int:
    return WireMessage.objects.filter(pk__in=keys).delete()[0]


def _delete_ids(keys: list[int]) -> int:
    return SeenMessage.objects.filter(pk__in=keys).delete()[0]


def _expire(keys: list[int]) -> int:
    """Ends visits that nobody came back to, as the next click would have."""
    count = 0
    for session in PunchoutSession.objects.filter(pk__in=keys, state=State.ACTIVE).only("seen_at"):
        unchanged = PunchoutSession.objects.filter(pk=session.pk, state=State.ACTIVE, seen_at=session.seen_at)
        count += unchanged.update(state=State.EXPIRED, ended_at=session.seen_at)
    return count


def _delete_sessions(keys: list[int]) -> int:
    sessions = PunchoutSession.objects.filter(pk__in=keys)
    carts = list(sessions.values_list("cart_id", flat=True))
    _forget_answers(keys)
    ReturnedCart.objects.filter(session__in=keys).delete()
    sessions.delete()
    Cart.objects.filter(pk__in=carts).delete()
    return len(carts)


def _anonymise(keys: list[int]) -> int:
    """Lines, prices and totals stay; who shopped, from where and for which page of the buyer does not."""
    _forget_answers(keys)
    ReturnedCart.objects.filter(session__in=keys).update(form={})
    sessions = PunchoutSession.objects.filter(pk__in=keys)
    return sessions.update(person=None, delivery_address="", echo={}, return_url="", path_digest="")


def _forget_answers(sessions: Iterable[int]) -> None:
    """The id of the message that opened a session is still known; its answer is of no use any more."""
    SeenMessage.objects.filter(session__in=sessions).update(session=None, answer="")


def _delete_runs(keys: list[int]) -> int:
    return SandboxRun.objects.filter(pk__in=keys).delete()[0]


KINDS = (
    Kind("left open", _("Visits that nobody came back to: ended"), _left_open, "seen_at", _expire),
    Kind(
        "never entered", _("Launches that nobody followed: removed"), _never_entered, "created_at",
        _delete_sessions,
    ),
    Kind(
        "without commitment", _("Visits that left no order to expect: removed with their carts"),
        _without_commitment, "created_at", _delete_sessions,
    ),
    Kind(
        "with commitment", _("Visits with a returned cart: made anonymous, its lines and prices stay"),
        _with_commitment, "created_at", _anonymise,
    ),
    Kind("messages", _("Messages of the wire log: removed"), _messages, "received_at", _delete_messages),
    Kind(
        "ids", _("Ids of messages that would be answered as duplicates: removed"), _ids, "created_at",
        _delete_ids,
    ),
    Kind(
        "sandbox runs", _("Sandbox runs that ran out: removed"),
        lambda now: SandboxRun.objects.filter(expires_at__lte=now), "created_at", _delete_runs,
    ),
)  # fmt: skip
