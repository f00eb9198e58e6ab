"""What operators do with an order: take it over, or cancel it. Each step is kept with who and when."""

from collections.abc import Mapping

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from trading.models import Order, OrderStep

log = structlog.get_logger(__name__)

State = Order.State
# From which states an order may come into one. What was cancelled stays so: its goods may be sold again.
ALLOWED_FROM: Mapping[State, frozenset[State]] = {
    State.TAKEN: frozenset((State.NEW,)),
    State.CANCELLED: frozenset((State.NEW, State.TAKEN)),
}


class NotPossible(Exception):
    """The order is not in a state from which that can be done; somebody else was quicker, say."""


def take_over(*, order: Order, by: AbstractBaseUser, note: str = "") -> None:
    """From now on somebody sees to the order. Raises ``NotPossible``."""
    _bring(order, State.TAKEN, by, note)


def cancel(*, order: Order, by: AbstractBaseUser, note: str) -> None:
    """The order is not delivered. The buyer is not told by the shop. Raises ``NotPossible``."""
    _bring(order, State.CANCELLED, by, note)


@transaction.atomic
def _bring(order: Order, state: State, by: AbstractBaseUser, note: str) -> None:
    # Own columns only, so that of two operators exactly one gets it.
    rows = Order.objects.filter(pk=order.pk, state__in=ALLOWED_FROM[state])
    if rows.update(state=state) != 1:
        raise NotPossible
    OrderStep.objects.create(
        order=order, state=state, by_id=by.pk, by_name=by.get_username(), note=note[:255]
    )
    order.state = state
    log.info("order_step", order=order.number, state=state, user=by.pk)
