"""Plays Oracle's server and browser: sends logins as they do, and reads the cart with code of its own."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from string import Template
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from django.http import HttpResponse
from django.test import Client

from punchout.models import Connection, PunchoutSession, WireMessage
from tests.contracts.pages import Fields, ReturnPage, read_return_page
from tests.factories import CANARY_SECRET, ConnectionFactory

PAYLOADS = Path(__file__).with_name("payloads")
ENDPOINT = "/punchout/oraclexml"
XML = "text/xml; charset=UTF-8"
RETURN_URL = "https://buyer.example/OA_HTML/OA.jsp?OAFunc=ICX_CAT_PUNCHOUT_CALLBACK&transactionid=1577"
GOOD = {
    "username": "buyer",
    "password": CANARY_SECRET,
    "language": "US",
    "language_name": "AMERICAN",
    "currency": "EUR",
    "return_url": RETURN_URL,
    "keywords": "",
}


def make_connection(**fields: Any) -> Connection:
    """An Oracle XML connection ``oracle`` with the user ``buyer``."""
    defaults = {"adapter": "oraclexml", "slug": "oracle", "secret": CANARY_SECRET}
    return ConnectionFactory(**{**defaults, **fields})


def document(name: str = "login_request.xml", **changes: str) -> bytes:
    """A payload with its places filled; text is escaped as XML has it."""
    values = {place: escape(value) for place, value in (GOOD | changes).items()}
    template = Template((PAYLOADS / name).read_text("utf-8"))
    return template.safe_substitute(values).encode()


def post(body: bytes, content_type: str = XML, path: str = ENDPOINT) -> HttpResponse:
    return Client(enforce_csrf_checks=True).generic("POST", path, body, content_type=content_type)


def login(**changes: str) -> HttpResponse:
    return post(document(**changes))


def outcome(response: HttpResponse) -> tuple[str, str]:
    """The code and the text of an answer, which always comes in HTTP 200 as XML."""
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/xml")
    result = ElementTree.fromstring(response.content).find("header/return")
    assert result is not None
    return result.get("returnCode", ""), result.findtext("returnMessage", "")


def login_url(response: HttpResponse, place: str = "body/loginURL") -> str:
    code, message = outcome(response)
    assert (code, message) == ("S", ""), message
    return ElementTree.fromstring(response.content).findtext(place, "")


def opened(response: HttpResponse) -> PunchoutSession:
    assert login_url(response)
    return PunchoutSession.objects.latest("id")


def refused(response: HttpResponse, code: str) -> str:
    """Why it was refused; it must have opened nothing."""
    found, message = outcome(response)
    assert found == code, (found, message)
    assert not PunchoutSession.objects.exists()
    return message


def notes() -> str:
    return " | ".join(WireMessage.objects.filter(direction="in").latest("id").notes)


def enter(response: HttpResponse) -> tuple[Client, str]:
    """The browser in the shop, and the path of its session."""
    browser = Client()
    started = browser.post(login_url(response).removeprefix("http://testserver"))
    entered = browser.get(started["Location"])
    return browser, f"/s/{entered['Location'].split('/')[2]}"


def returned(browser: Client, prefix: str) -> ReturnPage:
    response = browser.post(f"{prefix}/return")
    assert response.status_code == 200, response.content
    return read_return_page(response)


def order_lines(fields: Fields, name: str = "oracleCart") -> list[ElementTree.Element]:
    """The lines of the one field of the form; no field, no lines."""
    assert [field for field, _value in fields] in ([], [name])
    lines: list[ElementTree.Element] = []
    for _name, value in fields:
        root = ElementTree.fromstring(value.encode())
        assert root.find("header/return").get("returnCode") == "S"  # type: ignore[union-attr]
        lines += root.findall("body/OrderLinesDataElements/orderLine")
    return lines


def total_of(line: ElementTree.Element) -> Decimal:
    """Quantity times unit price, in cents, as Oracle reckons it."""
    quantity = Decimal(line.find("item").get("quantity", ""))  # type: ignore[union-attr]
    price = Decimal(line.findtext("price/unitPrice", ""))
    return (quantity * price).quantize(Decimal("0.01"), ROUND_HALF_UP)
