"""Which requests the cXML endpoint honours: handlers by request element, registered by decorator.

An upper room registers its own in its ``AppConfig.ready()``; the endpoint never hears of it otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from punchout.adapters.cxml.options import CxmlOptions
from punchout.adapters.cxml.parse import Envelope
from punchout.documents import Answer, InboundMessage
from punchout.lookup import Candidate
from punchout.models import Connection


@dataclass(frozen=True, slots=True)
class Exchange:
    """An authenticated request and all that is needed to answer it."""

    inbound: InboundMessage
    envelope: Envelope
    caller: Candidate
    options: CxmlOptions

    @property
    def connection(self) -> Connection:
        return self.caller.connection


Handler = Callable[[Exchange], Answer]


@dataclass(frozen=True, slots=True)
class Registered:
    handler: Handler
    # What the ProfileResponse says about this request (cXML Reference Guide 1.2.051, p. 46-55).
    profile_options: Mapping[str, str] = field(default_factory=dict)


_handlers: dict[str, Registered] = {}


def handles(
    request: str, *, profile_options: Mapping[str, str] | None = None
) -> Callable[[Handler], Handler]:
    """Decorator: the function answers this request element; the last one registered wins.

    It raises ``PunchoutError`` for what it refuses. An OrderRequest must declare the options
    ``attachments`` and ``changes``.
    """

    def register(handler: Handler) -> Handler:
        _handlers[request] = Registered(handler, dict(profile_options or {}))
        return handler

    return register


def registered_name(request: str) -> str:
    """The name as registered of a request element that differs at most in case; else the name itself."""
    if request in _handlers:
        return request
    return next((name for name in _handlers if name.casefold() == request.casefold()), request)


def find_handler(request: str) -> Handler | None:
    registered = _handlers.get(request)
    return registered.handler if registered else None


def supported_requests() -> tuple[tuple[str, Mapping[str, str]], ...]:
    """Request elements with their profile options, in the order of registration."""
    return tuple((name, registered.profile_options) for name, registered in _handlers.items())


@contextmanager
def restored() -> Iterator[None]:
    """Takes back what was registered inside a ``with`` block (for tests)."""
    before = dict(_handlers)
    try:
        yield
    finally:
        _handlers.clear()
        _handlers.update(before)
