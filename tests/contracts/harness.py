"""How a contract test reaches the shop through an adapter: the hooks of its author, and a buyer's steps."""

import logging
import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from catalog.models import Product
from punchout.models import Connection, PunchoutSession, WireMessage
from shop.carts import add_to_cart
from shop.models import Cart
from tests.contracts.pages import Fields, ReturnPage, read_return_page
from tests.factories import CANARY_SECRET, ListPriceFactory, ProductFactory

RETURN_ORIGINS = "https://buyer.example/procurement/"
RETURN_URL = "https://buyer.example/procurement/return?sid=A1&step=2"
HOSTILE = Path(__file__).with_name("hostile_return_urls.txt")
ODD_NAME = 'Quelle "><script>alert(1)</script> ]]> \u202egnirt\u200f été 5 € Ω ≤ 😀\x07 Ende'
ODD_DESCRIPTION = "Zeile eins\r\nZeile zwei\t<b>fett</b> &amp; \u2028\ufeff ]]> -- Schluss"


def hostile_return_urls() -> list[str]:
    lines = HOSTILE.read_text("utf-8").splitlines()
    return [line.encode("latin-1").decode("unicode_escape") for line in lines if line and line[0] != "#"]


@dataclass(frozen=True)
class Launch:
    """An HTTP request as a buyer's system sends it; ``path`` may carry a query."""

    path: str
    method: str = "POST"
    body: bytes = b""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ReadLine:
    """A returned line as the buyer's system understands it; ``total`` is computed as that system does."""

    sku: str
    quantity: Decimal
    total: Decimal


@dataclass
class Visit:
    """A buyer who stands in the shop."""

    client: Client
    session: PunchoutSession
    prefix: str

    def put(self, product: Product, quantity: str = "1") -> None:
        add_to_cart(cart=self.session.cart, product=product, quantity=Decimal(quantity))

    def return_cart(self) -> HttpResponse:
        return self.client.post(f"{self.prefix}/return")

    def order(self) -> HttpResponse:
        return self.client.post(f"{self.prefix}/order")

    def leave(self) -> HttpResponse:
        return self.client.post(f"{self.prefix}/leave")


class AdapterHarness:
    """Hooks without a body must be answered by the adapter's author; the others may be."""

    # The same message sent twice: "another session" (no message ids) or "same answer" (byte for byte).
    replay = "another session"
    # Statements that a launch reads by: who it is with customer and secrets, the person with his site.
    most_reads = 2
    # Options of a connection whose buyers may order in the shop; ``None``: the protocol has no such return.
    ordering: Mapping[str, Any] | None = None
    # HTTP status of a refusal by kind; a protocol that answers inside 200 checks its own status instead.
    kinds = ("credentials", "inactive", "parameters", "too large")

    # -- hooks -----------------------------------------------------------------------------------------------

    @abstractmethod
    def make_connection(self, **fields: Any) -> Connection:
        """A connection whose first secret is ``CANARY_SECRET`` and that allows ``RETURN_ORIGINS``.

        Calling it twice makes two connections of two customers. ``fields`` go to ``ConnectionFactory``.
        """

    @abstractmethod
    def launch(
        self,
        connection: Connection,
        *,
        secret: str | None = CANARY_SECRET,
        return_url: str = RETURN_URL,
        message_id: str = "",
        padding: int = 0,
    ) -> Launch:
        """A launch; ``secret=None`` leaves it out, ``padding`` adds that many bytes somewhere harmless.

        An empty ``message_id`` means a new one each time, where the protocol has any.
        """

    @abstractmethod
    def unknown(self, connection: Connection) -> Launch:
        """The same launch by a customer that nobody registered."""

    @abstractmethod
    def start_url_of(self, response: HttpResponse) -> str:
        """The start address that an accepted launch was answered with."""

    @abstractmethod
    def is_refusal(self, response: HttpResponse, kind: str) -> bool:
        """Whether the answer refuses in the protocol's terms, for a reason of ``kinds``."""

    @abstractmethod
    def read_cart(self, fields: Fields) -> list[ReadLine]:
        """The lines of the posted form, as the buyer's system reads them."""

    @abstractmethod
    def read_texts(self, fields: Fields) -> list[str]:
        """Every descriptive text of the posted form (names, descriptions), line by line."""

    def order_number_of(self, fields: Fields) -> str:
        """The number of the order in the posted form; empty where it does not say that it was ordered."""
        return ""

    def comparable(self, response: HttpResponse) -> bytes:
        """A refusal without what differs between any two answers (message number, times, ids)."""
        body = re.sub(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[^<\" ]*", b"[time]", response.content)
        return re.sub(rb">\d+<", b">[number]<", body)

    # -- steps -----------------------------------------------------------------------------------------------

    def send(self, launch: Launch, client: Client | None = None) -> HttpResponse:
        return (client or Client()).generic(
            launch.method,
            launch.path,
            launch.body,
            content_type=launch.content_type or "application/octet-stream",
            headers=launch.headers,
        )

    def visit(self, connection: Connection, client: Client | None = None) -> Visit:
        """A launch, followed as a browser does until the buyer stands in the shop."""
        client = client or Client()
        return self.enter(self.start_url_of(self.send(self.launch(connection))), client)

    def enter(self, start_url: str, client: Client) -> Visit:
        started = client.post(start_url)
        assert started.status_code == 303, started.content
        entered = client.get(started["Location"])
        assert entered.status_code == 303, entered.content
        session = PunchoutSession.objects.latest("started_at")
        assert entered["Location"].startswith(f"/s/{session.key}/")
        return Visit(client, session, f"/s/{session.key}")

    def returned(self, visit: Visit) -> ReturnPage:
        response = visit.return_cart()
        assert response.status_code == 200, response.content
        return read_return_page(response)

    def product(self, connection: Connection, **fields: Any) -> Product:
        product = ProductFactory(**fields)
        ListPriceFactory(
            product=product,
            price_list=connection.organisation.price_list,
            amount=Decimal("12.40"),
            price_unit=1,
        )
        return product

    def assert_refused(self, response: HttpResponse, kind: str) -> None:
        assert self.is_refusal(response, kind), (response.status_code, response.content[:2000])
        record = WireMessage.objects.order_by("-pk")[0]
        assert record.verdict == WireMessage.Verdict.REFUSED
        assert record.error
        assert record.answer_status == response.status_code
        assert not PunchoutSession.objects.exists()
        assert not Cart.objects.exists()

    @pytest.fixture
    def written_logs(self) -> Iterator[StringIO]:
        """What the configured log handlers write, at every level, after their filters."""
        stream = StringIO()
        root = logging.getLogger()
        own = [handler for handler in root.handlers if handler.filters and hasattr(handler, "setStream")]
        assert own, "the configured handler is gone"
        before, level = own[0].setStream(stream), root.level
        root.setLevel(logging.DEBUG)
        try:
            yield stream
        finally:
            own[0].setStream(before)
            root.setLevel(level)
