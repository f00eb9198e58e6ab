"""A procurement system that can be launched from and returned to, in a browser or in a test.

    system = Counterparty("jaggaer", shop_url="https://shop.example", client=client)
    launch = system.launch()                    # or launch("edit", cart), or call("DETAIL", product="4711")
    ...                                         # the buyer shops at launch.start_url, or by launch.form
    cart = system.receive(body, content_type)   # what this system makes of it, with its remarks
    assert not cart.all_remarks

It knows the shop only by its public addresses: ``/punchout/cxml``, and ``/punchout/<protocol>/<connection>``
of every other protocol. What it must remember between launch and return is in ``memory``, which JSON can
carry. See docs/sandbox.md.
"""

import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import httpx

from punchout.sandbox import calling, play_cebeo, play_cxml, play_ids, play_oci, play_oracle, play_peppol
from punchout.sandbox.dialects import Protocol, System
from punchout.sandbox.functions import find_function
from punchout.sandbox.launching import Asked, Desk, Launch, LaunchForm, Memory, Operation, Posted
from punchout.sandbox.received import ReceivedCart
from punchout.sandbox.systems import SYSTEMS

__all__ = ["Counterparty", "Launch", "LaunchForm", "Memory"]

# How each protocol is launched, read, and which operations it has beside create.
_PLAYED: Mapping[
    Protocol,
    tuple[
        Callable[[Any, Asked, Desk], tuple[Launch, Memory]],
        Callable[[Any, Posted, Memory | None], ReceivedCart],
        frozenset[Operation],
    ],
] = MappingProxyType(
    {
        "oci": (play_oci.launch, play_oci.receive, frozenset()),
        "cxml": (play_cxml.launch, play_cxml.receive, frozenset({"edit", "inspect"})),
        "ids": (play_ids.launch, play_ids.receive, frozenset({"edit"})),
        "oraclexml": (play_oracle.launch, play_oracle.receive, frozenset()),
        "peppol": (play_peppol.launch, play_peppol.receive, frozenset()),
        "cebeoxml": (play_cebeo.launch, play_cebeo.receive, frozenset()),
    }
)


def operations_of(system: System) -> frozenset[Operation]:
    """What this system can ask for beside ``create``."""
    if system.cxml is not None and system.cxml.creates_only:
        return frozenset()
    return _PLAYED[system.protocol][2]


class Counterparty:
    """One procurement system at work; ``memory`` is None until it has launched."""

    def __init__(
        self,
        system: System | str,
        *,
        shop_url: str = "http://127.0.0.1:8000",
        own_url: str = "http://localhost:8000/sandbox",
        run_id: str = "",
        connect_url: str = "",
        client: httpx.Client | None = None,
        memory: Memory | None = None,
    ) -> None:
        """``shop_url`` is what the shop is called; ``connect_url`` where it is reached, if that differs."""
        self.system = SYSTEMS[system] if isinstance(system, str) else system
        self.shop_url = shop_url.rstrip("/")
        self.connect_url = (connect_url or shop_url).rstrip("/")
        self.run_id = run_id or secrets.token_urlsafe(16)
        self.own_url = own_url.rstrip("/")
        self.client = client
        self.memory = memory

    @property
    def return_url(self) -> str:
        return f"{self.own_url}/receive/{self.run_id}"

    @property
    def cancel_url(self) -> str:
        """Where a user goes who leaves without a cart, for systems that say so in the launch."""
        return f"{self.own_url}/left/{self.run_id}"

    def launch(
        self,
        operation: Operation = "create",
        cart: ReceivedCart | None = None,
        *,
        language: str = "en",
        selected_item: str = "",
    ) -> Launch:
        """Opens the catalog; ``cart`` is the earlier one for edit and inspect. Problems are in the result."""
        if operation != "create" and operation not in operations_of(self.system):
            raise ValueError(f"{self.system.protocol_label} of {self.system.name} has no {operation}")
        asked = Asked(operation=operation, cart=cart, language=language, product=selected_item)
        return self.play(asked)

    def call(
        self, function: str, *, product: str = "", quantity: str = "", search: str = "", language: str = "en"
    ) -> Launch:
        """Calls a function of the protocol (``functions.FUNCTIONS``).

        One that the browser calls is a launch like any other; the answer to one that the server calls is in
        ``Launch.found``.
        """
        if find_function(self.system.protocol, function) is None:
            raise ValueError(f"{self.system.protocol_label} has no function {function}")
        return self.play(
            Asked(function=function, product=product, quantity=quantity, search=search, language=language)
        )

    def submit(self, launch: Launch) -> httpx.Response:
        """Does what the browser does with the launch: submits its form, or opens its start page."""
        if launch.form is not None:
            return calling.submit(launch.form, self._desk())
        client = self.client or calling.open_client()
        try:
            return client.get(launch.start_url)
        finally:
            if self.client is None:
                client.close()

    def receive(self, raw_body: bytes, content_type: str, query: str = "") -> ReceivedCart:
        """What the system makes of a return; ``query`` is that of the address it was posted to."""
        posted = Posted(body=raw_body, content_type=content_type, query=query)
        return _PLAYED[self.system.protocol][1](self.system.dialect, posted, self.memory)

    def play(self, asked: Asked) -> Launch:
        """What ``launch`` and ``call`` do, for whoever has the question in one piece."""
        launch, self.memory = _PLAYED[self.system.protocol][0](self.system.dialect, asked, self._desk())
        return launch

    def _desk(self) -> Desk:
        agent = self.system.cxml.user_agent if self.system.cxml else self.system.buyer
        return Desk(
            shop_url=self.shop_url,
            connect_url=self.connect_url,
            return_url=self.return_url,
            cancel_url=self.cancel_url,
            agent=agent,
            client=self.client,
        )
