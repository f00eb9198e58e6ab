"""Plays an installer's ERP: asks the web service, opens the shop, and reads answers with code of its own."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from django.http import HttpResponse
from django.test import Client

from catalog.models import Product
from punchout.models import Connection, PunchoutSession, WireMessage
from shop.carts import add_to_cart
from tests.factories import CANARY_SECRET, ConnectionFactory, ListPriceFactory, ProductFactory

PAYLOADS = Path(__file__).with_name("payloads")
ADDRESS = "/punchout/cebeoxml"
FORM = "application/x-www-form-urlencoded"


def make_connection(**fields: Any) -> Connection:
    """A connection ``erp`` of customer number 4711, user ``buyer``."""
    defaults = {
        "adapter": "cebeoxml",
        "slug": "erp",
        "secret": CANARY_SECRET,
        "organisation__number": "4711",
        "buyer_system": "Installer ERP",
        "return_origins": "",
    }
    return ConnectionFactory(**{**defaults, **fields})


def payload(name: str, **values: str) -> bytes:
    """A document of the ``payloads`` folder with its placeholders filled in."""
    filled = {"number": "4711", "user": "buyer", "password": CANARY_SECRET, **values}
    text = (PAYLOADS / name).read_text("utf-8")
    for placeholder, value in filled.items():
        text = text.replace(f"{{{placeholder}}}", escape(value))
    return text.encode()


def post(body: bytes, address: str = ADDRESS, content_type: str = "text/xml; charset=utf-8") -> HttpResponse:
    return Client().generic("POST", address, body, content_type=content_type)


def ask(name: str, **values: str) -> ElementTree.Element:
    """The Response to a document that must be accepted."""
    response = answer(post(payload(name, **values)))
    message = response.find("Message")
    assert message is not None
    assert message.get("code") == "0", message.text
    return response


def answer(response: HttpResponse) -> ElementTree.Element:
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(response.content)
    assert (root.tag, root.get("version")) == ("cebeoXML", "2.0.0")
    (found,) = root
    assert found.tag == "Response"
    return found


def code(response: HttpResponse) -> str:
    message = answer(response).find("Message")
    assert message is not None
    assert message.text
    return message.get("code", "")


def text(response: ElementTree.Element) -> str:
    return response.findtext("Message", "")


def number(element: ElementTree.Element, path: str) -> Decimal:
    """A number with a decimal comma, as such a system reads it."""
    value = element.findtext(path, "")
    assert "." not in value
    return Decimal(value.replace(",", "."))


def article(connection: Connection, amount: str = "12.40", price_unit: int = 1, **fields: Any) -> Product:
    product = ProductFactory(**fields)
    ListPriceFactory(
        product=product,
        price_list=connection.organisation.price_list,
        amount=Decimal(amount),
        price_unit=price_unit,
    )
    return product


# -- the buyer in his browser --------------------------------------------------------------------------------


def launch(address: str = ADDRESS, **changes: str) -> HttpResponse:
    fields = {"CustomerNumber": "4711", "UserName": "buyer", "Password": CANARY_SECRET, **changes}
    return Client().post(address, urlencode(fields), content_type=FORM)


def enter(response: HttpResponse) -> tuple[Client, PunchoutSession, str]:
    """The browser that followed an accepted launch into the shop, its session, and the path of it."""
    assert response.status_code == 303, response.content
    browser = Client()
    started = browser.post(response["Location"].removeprefix("http://testserver"))
    entered = browser.get(started["Location"])
    prefix = f"/s/{entered['Location'].split('/')[2]}"
    entered_last = PunchoutSession.objects.exclude(started_at=None).latest("started_at")
    return browser, entered_last, prefix


def visit_with(*products: Product, quantity: str = "1") -> tuple[Client, PunchoutSession, str]:
    """A buyer in the shop with these articles in his cart."""
    browser, session, prefix = enter(launch())
    for product in products:
        add_to_cart(cart=session.cart, product=product, quantity=Decimal(quantity))
    return browser, session, prefix


def ordered(response: ElementTree.Element) -> list[tuple[str, Decimal]]:
    return [
        (line.findtext("Material/SupplierItemID", ""), number(line, "OrderedQuantity"))
        for line in response.findall("Order/Detail/OrderLine")
    ]


def last_message() -> WireMessage:
    return WireMessage.objects.latest("id")
