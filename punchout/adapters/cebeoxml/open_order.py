"""The open order of a login: the cart its buyer fills in the shop, kept until his system has fetched it.

cebeoXML 2.0.0, OpenOrder. Every visit has a session and a cart of its own, as everywhere in this shop. A
visit begins with a copy of the open order and takes it over; one that is left without a cart counts as if it
had not been. So the open order is the cart of the newest visit that was not left. It is copied when the
buyer's browser has arrived: until then a launch only names the visit that it goes on with, which has ended
and so changes no more. ``OPEN_FROM`` in the newest session says which visits still count: those before it
were deleted by the buyer's system.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.utils import timezone, translation

from punchout.documents import ReturnLine, SetupRequest
from punchout.errors import OperationUnsupported
from punchout.models import Connection, PunchoutSession, ReturnedCart, WireMessage
from punchout.services import StartedSession, freeze_lines, start_session
from shop.carts import empty_cart, price_cart
from shop.models import CartLine

OPEN_FROM = "open_from"
State = PunchoutSession.State


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """The open order as it stands; ``left_out`` says which lines cannot be ordered, and why.

    The lines of a cart that the buyer handed over have the prices he saw then, others have today's. A launch
    whose browser has not arrived yet changes nothing of it.
    """

    session: PunchoutSession
    lines: tuple[ReturnLine, ...]
    left_out: tuple[str, ...] = ()


def open_order(connection: Connection, base_url: str) -> OpenOrder | None:
    """The open order, or ``None`` when nobody has begun one since the last was deleted."""
    session = _current(connection, _newest(connection))
    if session is None:
        return None
    held_by = _shown(session)
    assert held_by is not None
    if held_by.state == State.RETURNED:
        returned = ReturnedCart.objects.get(session=held_by)
        return OpenOrder(held_by, tuple(ReturnLine.from_json(line) for line in returned.lines))
    with translation.override(session.language):
        cart = price_cart(session.filled_cart, session.organisation)
        good = tuple(line for line in cart.lines if not line.problem)
        lines = freeze_lines(replace(cart, lines=good), session.language, base_url)
        left_out = tuple(f"{line.line.sku}: {line.problem}" for line in cart.problems)
    return OpenOrder(session, lines, left_out)


def require_number(session: PunchoutSession | None, number: str) -> None:
    """Nothing where no number was asked for, or it is that of this open order; else ``OperationUnsupported``.

    A buyer who has gone on with the order meanwhile has another cart: what he added is not deleted unread.
    """
    if number and (session is None or str(session.cart_id) != number):
        raise OperationUnsupported(f"The open order does not have the number {number[:20]}.")


@transaction.atomic
def delete_open_order(connection: Connection, number: str = "") -> tuple[PunchoutSession | None, int]:
    """Empties the open order; whose visit it was, and how many lines went.

    A buyer who is still in the shop sees his cart emptied and goes on. What a buyer handed over stays on
    record, and is no longer the open order.
    """
    newest = _newest(connection, lock=True)
    session = _current(connection, newest)
    require_number(_shown(session), number)
    if newest is None or session is None:
        return None, 0
    count, counts_from = session.filled_cart.lines.count(), session.pk + 1
    if session.state in PunchoutSession.OPEN:
        counts_from = session.pk
        empty_cart(cart=session.cart)
        PunchoutSession.objects.filter(pk=session.pk).update(begins_with=None)
    newest.echo = {**newest.echo, OPEN_FROM: counts_from}
    newest.save(update_fields=["echo"])
    return session, count


@transaction.atomic
def continue_open_order(setup: SetupRequest, message: WireMessage) -> StartedSession:
    """A new visit that goes on with the open order; an earlier visit that is still open ends.

    Otherwise two windows of one login would each hold a cart, and one of them be lost.
    """
    connection = setup.connection
    newest = _newest(connection, lock=True)
    echo: Mapping[str, Any] = {**setup.echo, OPEN_FROM: _open_from(newest)}
    continues = _holder(_current(connection, newest))
    started = start_session(setup=replace(setup, continues=continues, echo=echo), message=message)
    # Every launch did so before, so no other can be open.
    if newest is not None and newest.state in PunchoutSession.OPEN:
        still_open = PunchoutSession.objects.filter(pk=newest.pk, state__in=PunchoutSession.OPEN)
        still_open.update(state=State.EXPIRED, ended_at=timezone.now())
    return started


def _newest(connection: Connection, *, lock: bool = False) -> PunchoutSession | None:
    """The newest visit; with ``lock`` no other begins or is deleted before the end of the transaction."""
    sessions = PunchoutSession.objects.filter(connection=connection).order_by("-pk")
    if not lock:
        return sessions.first()
    if database.features.has_select_for_update:  # else all that write wait for each other
        # To lock the newest visit alone is not enough: who waits for it does not see the one that was
        # launched meanwhile. Launches of other visits go on: they only refer to the connection.
        Connection.objects.select_for_update(no_key=True).only("pk").get(pk=connection.pk)
    return sessions.select_for_update().first()


def _open_from(newest: PunchoutSession | None) -> int:
    return int(newest.echo.get(OPEN_FROM, 0)) if newest is not None else 0


def _current(connection: Connection, newest: PunchoutSession | None) -> PunchoutSession | None:
    """The newest visit that was not left and not deleted."""
    counts_from = _open_from(newest)
    if newest is None or (newest.state != State.CANCELLED and newest.pk >= counts_from):
        return newest
    sessions = PunchoutSession.objects.filter(connection=connection, pk__gte=counts_from)
    counting = sessions.exclude(state=State.CANCELLED)
    return counting.select_related("cart", "organisation", "person").order_by("-pk").first()


def _shown(session: PunchoutSession | None) -> PunchoutSession | None:
    """The visit whose number the order is shown under (``open_order``)."""
    held_by = session.begins_with if session is not None else None
    return held_by if held_by is not None and held_by.state == State.RETURNED else session


def _holder(session: PunchoutSession | None) -> PunchoutSession | None:
    """The visit whose cart has the lines of this one, ``None`` when there are none to go on with."""
    if session is None:
        return None
    holder = session.begins_with or session
    return holder if CartLine.objects.filter(cart=holder.cart_id).exists() else None
