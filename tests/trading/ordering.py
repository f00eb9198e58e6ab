"""A buyer of a trade ERP who orders in the shop, and what his ERP reads."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.test import Client

from punchout.models import Connection, PunchoutSession
from shop.carts import add_to_cart
from tests.contracts.pages import read_return_page
from tests.factories import ListPriceFactory, ProductFactory
from tests.punchout.ids.client import ReadCart, enter, make_connection, read_cart, send
from trading.models import Order


def ordering_connection(**fields: Any) -> Connection:
    """An IDS connection whose buyers may order in the shop."""
    return make_connection(**{"options": {"may_order": True}, **fields})


@dataclass
class Shopping:
    """A buyer in the shop, with what he has in his cart."""

    browser: Client
    prefix: str
    session: PunchoutSession

    def cart_page(self) -> str:
        return self.browser.get(f"{self.prefix}/cart").content.decode()

    def press(self, button: str) -> Any:
        """Presses a button of the cart, and follows as a browser does: the POST is repeated."""
        answer = self.browser.post(f"{self.prefix}/cart/update", {"then": button})
        assert answer.status_code == 307, answer.content
        return self.browser.post(answer["Location"])

    def order(self) -> ReadCart:
        answer = self.press("order")
        assert answer.status_code == 200, answer.content
        return read_cart(read_return_page(answer))


def shopping(*skus: str, **launch: str) -> Shopping:
    """Makes the articles, launches, and puts one piece of each into the cart, unless it was sent along."""
    connection = Connection.objects.select_related("organisation__price_list").get(slug="erp")
    products = [ProductFactory(sku=sku) for sku in skus or ("LAMP-1",)]
    for product in products:
        ListPriceFactory(product=product, price_list=connection.organisation.price_list)
    browser, prefix = enter(send(**launch))
    session = PunchoutSession.objects.select_related("cart", "organisation", "connection").latest("id")
    if not session.cart.lines.exists():
        for product in products:
            add_to_cart(cart=session.cart, product=product, quantity=Decimal(1))
    return Shopping(browser, prefix, session)


def place(**launch: str) -> Order:
    """An order of one lamp, over a connection that was made before."""
    shopping(f"LAMP-{Order.objects.count()}", **launch).order()
    return Order.objects.latest("id")


def sent_cart() -> str:
    """A cart of three pieces of SOCKET-1, with every reference that an order can have."""
    return (Path(__file__).with_name("payloads") / "cart_everything.xml").read_text("utf-8")
