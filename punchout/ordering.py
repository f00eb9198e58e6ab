"""Carts that are ordered in the shop as they are returned. Who takes the orders is the room above.

This room knows of an order no more than its number, which the returned cart carries. One taker is registered
(``AppConfig.ready``); without one, and wherever a connection does not allow it, carts are only returned.
"""

from abc import ABC, abstractmethod

from punchout.adapters import Adapter, get_adapter
from punchout.documents import OrderDetails
from punchout.models import PunchoutSession, ReturnedCart


class OrderTaker(ABC):
    """Takes orders; both methods are called in the transaction that returns the cart."""

    @abstractmethod
    def next_number(self) -> str:
        """A number that no other order has, of 15 characters at most; free again if nothing comes of it."""

    @abstractmethod
    def take(
        self, *, number: str, session: PunchoutSession, returned: ReturnedCart, details: OrderDetails
    ) -> None:
        """Places the order of a cart that is being returned under this number."""


_takers: list[OrderTaker] = []


def register(taker: OrderTaker) -> None:
    """Registers who takes orders; the last one registered does."""
    _takers.append(taker)


def unregister(taker: OrderTaker) -> None:
    _takers.remove(taker)


def taker_for(session: PunchoutSession) -> OrderTaker | None:
    """Who takes the order of this visit; ``None``: its cart can only be returned."""
    connection = session.connection
    if not _takers or not session.return_url or session.operation == PunchoutSession.Operation.INSPECT:
        return None
    adapter = get_adapter(connection.adapter)
    return _takers[-1] if adapter.takes_orders(adapter.options(connection)) else None


def may_be_ordered(session: PunchoutSession) -> bool:
    """Whether its cart may have been ordered: in this protocol one can, whatever the connection says now."""
    return type(get_adapter(session.connection.adapter)).takes_orders is not Adapter.takes_orders
