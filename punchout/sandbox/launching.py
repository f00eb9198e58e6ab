"""What every played system shares: what it is asked to do, what came of it, and what it remembers."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import httpx

from punchout.sandbox.received import Line, ReceivedCart

Operation = Literal["create", "edit", "inspect"]
_PAIRS = ("hook_fields", "positions")  # of Memory; JSON makes lists of them


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One press of a button at the buyer's: an operation, or one of the protocol's functions."""

    operation: Operation = "create"
    language: str = "en"
    # The earlier cart, for edit and inspect.
    cart: ReceivedCart | None = None
    function: str = ""
    product: str = ""
    quantity: str = ""
    search: str = ""

    @property
    def lines(self) -> tuple[Line, ...]:
        if self.cart is None or self.operation == "create":
            return ()
        return self.cart.transferred_lines


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where the buyer sits: the shop's address, his own, and the client that reaches the shop."""

    # What the shop is called, and where it is reached if that differs.
    shop_url: str
    connect_url: str
    return_url: str
    cancel_url: str
    # How the system introduces itself over HTTP.
    agent: str = ""
    client: httpx.Client | None = None


@dataclass(frozen=True, kw_only=True)
class Posted:
    """What arrived at the return address; ``query`` is that of the address it was posted to."""

    body: bytes
    content_type: str
    query: str = ""


@dataclass(frozen=True, kw_only=True)
class LaunchForm:
    """The form that the buyer's browser submits to open a catalog."""

    action: str
    method: Literal["GET", "POST"]
    charset: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Problem:
    """Why a launch failed, in the words of the buyer's system."""

    title: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Launch:
    """What was tried: a form for the browser, or a request that was answered.

    ``found`` is what the system understood of an answer that needs no browser, such as the hits of a search.
    """

    operation: Operation
    form: LaunchForm | None = None
    start_url: str = ""
    request_raw: bytes = b""
    response_raw: bytes = b""
    response_status: int | None = None
    problem: Problem | None = None
    found: ReceivedCart | None = None


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What the system keeps of its launch to check the return against."""

    operation: Operation = "create"
    language: str = "en"
    return_url: str = ""
    hook_fields: tuple[tuple[str, str], ...] = ()
    buyer_cookie_xml: str = ""
    payload_id: str = ""
    # The buyer's reference, by which a Peppol cart is found.
    reference: str = ""
    # Number and article of each line that an IDS client sent along.
    positions: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        pairs = {name: [list(pair) for pair in getattr(self, name)] for name in _PAIRS}
        return {**asdict(self), **pairs}


def memory_from_json(data: Mapping[str, Any]) -> Memory:
    """The memory that ``as_json`` wrote."""
    pairs = {name: tuple((first, second) for first, second in data.get(name, ())) for name in _PAIRS}
    return Memory(**{**data, **pairs})


def form_launch(form: LaunchForm, operation: Operation = "create") -> Launch:
    """A launch that the browser makes: nothing has been sent yet."""
    sent = "\n".join(f"{name} = {value}" for name, value in form.fields)
    return Launch(
        operation=operation, form=form, request_raw=f"{form.method} {form.action}\n\n{sent}".encode()
    )
