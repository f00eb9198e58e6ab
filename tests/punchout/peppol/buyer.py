"""Plays a buyer's system with Peppol Punch Out: launches, and reads the cart with code of its own."""

import base64
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from django.http import HttpResponse
from django.test import Client

from punchout.models import Connection, PunchoutSession, WireMessage
from tests.contracts.pages import Fields, ReturnPage, read_return_page
from tests.factories import CANARY_SECRET, ConnectionFactory
from tests.punchout.peppol.rules import violations

PAYLOADS = Path(__file__).with_name("payloads")
FORM = "application/x-www-form-urlencoded"
ADDRESS = "/punchout/peppol/kommune"
RETURN_URL = "https://buyer.example/cart/receive?case=42"
NAMESPACES = {
    "u": "urn:oasis:names:specification:ubl:schema:xsd:Catalogue-2",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def make_connection(**fields: Any) -> Connection:
    """A Peppol connection ``kommune`` with the user ``buyer``."""
    defaults = {"adapter": "peppol", "slug": "kommune", "secret": CANARY_SECRET}
    return ConnectionFactory(**{**defaults, **fields})


def good(**changes: str) -> dict[str, str]:
    """The parameters of a launch that is right; an empty value leaves one out."""
    parameters = {
        "username": "buyer",
        "password": CANARY_SECRET,
        "returnURL": RETURN_URL,
        "reference": "REQ-2026-0042",
        "language": "nl",
    }
    return {name: value for name, value in {**parameters, **changes}.items() if value}


def send(**changes: str) -> HttpResponse:
    return Client(enforce_csrf_checks=True).post(ADDRESS, urlencode(good(**changes)), content_type=FORM)


def opened(response: HttpResponse) -> PunchoutSession:
    assert response.status_code == 303, response.content
    return PunchoutSession.objects.latest("id")


def refused(response: HttpResponse, status: int) -> str:
    assert response.status_code == status, response.content
    assert not PunchoutSession.objects.exists()
    return response.content.decode()


def notes() -> str:
    return " | ".join(WireMessage.objects.filter(direction="in").latest("id").notes)


def enter(response: HttpResponse) -> tuple[Client, str]:
    """The browser in the shop, and the path of its session."""
    browser = Client()
    started = browser.post(response["Location"].removeprefix("http://testserver"))
    entered = browser.get(started["Location"])
    return browser, f"/s/{entered['Location'].split('/')[2]}"


def returned(browser: Client, prefix: str) -> ReturnPage:
    response = browser.post(f"{prefix}/return")
    assert response.status_code == 200, response.content
    return read_return_page(response)


def document(fields: Fields, name: str = "punchout") -> bytes:
    """The document of the one field, out of its base64 where it is in that; valid by every rule."""
    ((found, value),) = fields
    assert found == name
    content = value.encode() if value.startswith("<?xml") else base64.b64decode(value, validate=True)
    assert violations(content) == []
    return content


def lines_of(fields: Fields) -> list[ElementTree.Element]:
    if not fields:
        return []
    return ElementTree.fromstring(document(fields)).findall("cac:CatalogueLine", NAMESPACES)


def text(element: ElementTree.Element, path: str) -> str | None:
    return element.findtext(path, namespaces=NAMESPACES)


def attribute(element: ElementTree.Element, path: str, name: str) -> str | None:
    found = element.find(path, NAMESPACES)
    return found.get(name) if found is not None else None


QUANTITY = "cac:RequiredItemLocationQuantity/cac:DeliveryUnit/cbc:BatchQuantity"
PRICE = "cac:RequiredItemLocationQuantity/cac:Price"


def total_of(line: ElementTree.Element) -> Decimal:
    """Quantity times price per base quantity, in cents."""
    quantity = Decimal(text(line, QUANTITY) or "")
    price, base = (
        Decimal(text(line, f"{PRICE}/cbc:{name}") or "") for name in ("PriceAmount", "BaseQuantity")
    )
    return (quantity * price / base).quantize(Decimal("0.01"), ROUND_HALF_UP)
