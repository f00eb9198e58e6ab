"""The contract of an adapter, and who is registered."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from punchout.adapters.options import AdapterOptions, MappingRow
from punchout.adapters.outgoing import NO_FIELDS, FieldTable
from punchout.adapters.units import translate_unit
from punchout.documents import Answer, InboundMessage, OrderDetails, ReturnForm, ReturnLine
from punchout.errors import PunchoutError
from punchout.wire import REDACTED

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from punchout.models import Connection, PunchoutSession


__all__ = ["Adapter", "AdapterOptions", "MappingRow", "all_adapters", "get_adapter", "override", "register"]


# Every launch and every page reads them; validating and compiling what did not change would slow both down.
@lru_cache(maxsize=512)
def _validated(options: type[AdapterOptions], stored: str) -> AdapterOptions:
    return options.model_validate(json.loads(stored))


class Adapter(ABC):
    """Turns one protocol's wire into the shop's dataclasses and back. Holds no state."""

    slug: ClassVar[str]
    label: ClassVar[str | Promise]
    Options: ClassVar[type[AdapterOptions]]
    # From the catalog's unit codes to the protocol's, where a connection's own ``units`` say nothing else.
    UNITS: ClassVar[Mapping[str, str]] = {}
    # False: messages come to /punchout/<slug> and name the connection themselves (cXML).
    endpoint_per_connection: ClassVar[bool] = True
    # True: the credential is a user name on the connection; False: party credentials.
    has_username: ClassVar[bool] = True
    # True: a network may send for many customers (``punchout.models.hubs``).
    has_hubs: ClassVar[bool] = False
    # True: the buyer's system fetches the cart by itself (a web service). A launch then needs no return
    # address, ``return_form`` gives ``None``, and the returned cart is kept for the adapter to hand out.
    cart_is_fetched: ClassVar[bool] = False

    def options(self, connection: Connection) -> AdapterOptions:
        """The connection's options, validated; unknown or wrong ones raise ``pydantic.ValidationError``.

        Kept by content and shared: not to be changed.
        """
        return _validated(self.Options, json.dumps(connection.options or {}))

    def outgoing_fields(self, options: AdapterOptions) -> FieldTable:
        """What a connection's mapping can fill; the adapter writes ``ReturnLine.sent`` into those fields."""
        return NO_FIELDS

    def return_charset(self, options: AdapterOptions, echo: Mapping[str, Any]) -> str:
        """The charset that the return is written in, for a session with this echo."""
        return "utf-8"

    def unit_sent(self, options: AdapterOptions, code: str) -> str:
        """The unit as the buyer's system will read it, for a unit code of the catalog."""
        return translate_unit(code, getattr(options, "units", {}), self.UNITS)

    def keys_messages(self, options: AdapterOptions) -> bool:
        """Whether messages are made with the secret as key, so that it must be kept readable."""
        return False

    @abstractmethod
    def handle(self, inbound: InboundMessage) -> Answer:
        """Authenticates, acts and answers. Raises ``PunchoutError`` for ``refuse`` to word."""

    @abstractmethod
    def refuse(self, inbound: InboundMessage, error: PunchoutError | None) -> Answer:
        """The protocol's answer to an error; ``None`` is a fault of ours (the buyer may try again)."""

    @abstractmethod
    def redact(self, inbound: InboundMessage) -> tuple[str, str]:
        """Query and body as text for the wire log, with every secret replaced; never raises."""

    def with_secret(self, stored: str, secret: str) -> str:
        """A body as ``redact`` kept it, with ``secret`` where one was taken out; a replay reads it again."""
        return stored.replace(REDACTED, secret)

    @abstractmethod
    def return_form(self, session: PunchoutSession, lines: tuple[ReturnLine, ...]) -> ReturnForm | None:
        """The cart as the buyer's system wants it; ``None`` only where ``cart_is_fetched``."""

    def most_fields(self, options: AdapterOptions) -> int | None:
        """How many fields of a form the buyer's system reads; ``None``: as many as there are."""
        return None

    def takes_orders(self, options: AdapterOptions) -> bool:
        """Whether the buyer may order in the shop: ``return_form`` then says so, with the order's number.

        The number is ``session.order_number``; empty: the cart is only returned.
        """
        return False

    def order_details(self, session: PunchoutSession) -> OrderDetails:
        """What the buyer's system said of the order, with what the connection's mapping makes of it."""
        return OrderDetails()

    def sample(self, connection: Connection) -> str:
        """What a sample cart becomes, for the operator to look at; empty where nothing is to be designed."""
        return ""

    @abstractmethod
    def leave_form(self, session: PunchoutSession) -> ReturnForm | None:
        """What tells the buyer's system that nothing comes; ``None``: nothing is sent, he just leaves."""


AdapterClass = TypeVar("AdapterClass", bound=type[Adapter])
_adapters: dict[str, Adapter] = {}


def register(adapter: AdapterClass) -> AdapterClass:
    """Class decorator: makes the adapter known under its slug; the last one registered wins."""
    _adapters[adapter.slug] = adapter()
    return adapter


def get_adapter(slug: str) -> Adapter:
    """The adapter of a slug; ``KeyError`` when there is none."""
    return _adapters[slug]


def all_adapters() -> tuple[Adapter, ...]:
    return tuple(_adapters.values())


@contextmanager
def override(adapter: type[Adapter]) -> Iterator[None]:
    """Registers an adapter for the length of a ``with`` block (for tests)."""
    before = dict(_adapters)
    register(adapter)
    try:
        yield
    finally:
        _adapters.clear()
        _adapters.update(before)
