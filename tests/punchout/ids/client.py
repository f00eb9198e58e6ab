"""Plays a trade ERP: sends launches as one does, and reads the cart that comes back with code of its own."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from django.http import HttpResponse
from django.test import Client

from punchout.models import Connection, PunchoutSession, WireMessage
from tests.contracts.pages import ReturnPage, read_return_page
from tests.factories import CANARY_SECRET, ConnectionFactory

PAYLOADS = Path(__file__).with_name("payloads")
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "------ids-boundary-7f2c"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
HOOK = "https://buyer.example/shop/return?sid=5d1b7c1e-0a8f"
NAMESPACE = {"w": "http://www.itek.de/Shop-Anbindung/Warenkorb/"}


def make_connection(**fields: Any) -> Connection:
    """An IDS connection ``erp`` of customer number 4711, user ``buyer``."""
    defaults = {"adapter": "ids", "slug": "erp", "secret": CANARY_SECRET, "organisation__number": "4711"}
    return ConnectionFactory(**{**defaults, **fields})


def good(**changes: str) -> dict[str, str]:
    """The fields of a launch that is right; an empty value leaves a field out."""
    fields = {
        "action": "WKE",
        "kndnr": "4711",
        "name_kunde": "buyer",
        "pw_kunde": CANARY_SECRET,
        "version": "2.5",
        "hookurl": HOOK,
        "target": "TOP",
    }
    return {name: value for name, value in {**fields, **changes}.items() if value}


def multipart(fields: dict[str, bytes | str], files: tuple[str, ...] = ()) -> bytes:
    """A multipart body as a browser writes it; those named in ``files`` come as uploaded files."""
    parts = []
    for name, value in fields.items():
        data = value.encode() if isinstance(value, str) else value
        head = f'Content-Disposition: form-data; name="{name}"'
        if name in files:
            head += '; filename="warenkorb.xml"\r\nContent-Type: text/xml'
        parts.append(f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + data + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def post(body: bytes, content_type: str = FORM, query: str = "", **headers: str) -> HttpResponse:
    address = f"/punchout/ids/erp{'?' + query if query else ''}"
    return Client().post(address, body, content_type=content_type, headers=headers)


def send(**changes: str) -> HttpResponse:
    return post(urlencode(good(**changes)).encode())


def launched(response: HttpResponse) -> PunchoutSession:
    assert response.status_code == 303, response.content
    return PunchoutSession.objects.latest("id")


def launch(**changes: str) -> PunchoutSession:
    """The session that ``good`` with these changes opens."""
    return launched(send(**changes))


def refused(status: int, **changes: str) -> str:
    """The page of a launch that must open no session."""
    response = send(**changes)
    assert response.status_code == status, response.content
    assert not PunchoutSession.objects.exists()
    return response.content.decode()


def notes() -> str:
    return " | ".join(WireMessage.objects.filter(direction="in").latest("id").notes)


def payload(name: str) -> str:
    return (PAYLOADS / name).read_text("utf-8")


# -- the buyer in the shop, and what his ERP reads -----------------------------------------------------------


def enter(response: HttpResponse) -> tuple[Client, str]:
    """The browser that followed an accepted launch into the shop, and the path of its session."""
    assert response.status_code == 303, response.content
    browser = Client()
    started = browser.post(response["Location"].removeprefix("http://testserver"))
    entered = browser.get(started["Location"])
    return browser, f"/s/{entered['Location'].split('/')[2]}"


def returned(browser: Client, prefix: str) -> ReturnPage:
    response = browser.post(f"{prefix}/return")
    assert response.status_code == 200, response.content
    return read_return_page(response)


@dataclass(frozen=True)
class ReadCart:
    """A returned cart: its elements by path."""

    root: ElementTree.Element

    def text(self, path: str) -> str | None:
        qualified = "/".join(f"w:{name}" for name in path.split("/"))
        return self.root.findtext(qualified, namespaces=NAMESPACE)

    @property
    def items(self) -> list[ElementTree.Element]:
        return self.root.findall("w:Order/w:OrderItem", NAMESPACE)

    def column(self, path: str) -> list[str | None]:
        """One value of every line."""
        qualified = "/".join(f"w:{name}" for name in path.split("/"))
        return [item.findtext(qualified, namespaces=NAMESPACE) for item in self.items]

    def amounts(self, path: str) -> list[Decimal]:
        return [Decimal(value or "") for value in self.column(path)]


def read_cart(page: ReturnPage) -> ReadCart:
    ((name, value),) = page.fields
    assert name == "warenkorb"
    return ReadCart(ElementTree.fromstring(value.encode(page.charset)))
