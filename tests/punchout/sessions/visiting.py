"""A buyer who was launched into the shop."""

from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus

from django.test import Client

from punchout.documents import SetupRequest
from punchout.models import Connection, PunchoutSession, WireMessage
from punchout.services import start_session
from shop.carts import add_to_cart
from shop.models import CartLine
from tests.factories import ListPriceFactory, ProductFactory


@dataclass
class Browser:
    client: Client
    prefix: str
    session: PunchoutSession

    def get(self, path: str) -> object:
        return self.client.get(self.prefix + path)

    def post(self, path: str, data: dict[str, str] | None = None) -> object:
        return self.client.post(self.prefix + path, data or {})


def launch(connection: Connection, **setup: object) -> tuple[PunchoutSession, str]:
    fields = {"return_url": "https://buyer.example/return?sid=1", **setup}
    request = SetupRequest(connection=connection, **fields)  # type: ignore[arg-type]
    started = start_session(setup=request, message=WireMessage())
    return started.session, started.start_token


def browse(connection: Connection, *, cookies: bool = True, **setup: object) -> Browser:
    """A browser that went through the start page; without cookies it ends in a path session."""
    session, token = launch(connection, **setup)
    client = Client()
    entered = client.post(f"/start/{token}")
    assert entered.status_code == HTTPStatus.SEE_OTHER
    if not cookies:
        client.cookies.clear()
    arrived = client.get(entered["Location"])
    assert arrived.status_code == HTTPStatus.SEE_OTHER
    session.refresh_from_db()
    return Browser(client, "/".join(arrived["Location"].split("/")[:3]), session)


def put_article(session: PunchoutSession, quantity: int = 2) -> CartLine:
    product = ProductFactory()
    ListPriceFactory(product=product, price_list=session.organisation.price_list, amount=Decimal("9.99"))
    return add_to_cart(cart=session.cart, product=product, quantity=Decimal(quantity))
