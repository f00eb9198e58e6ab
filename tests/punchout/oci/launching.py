"""Sends launches to the shop, and reads what became of them."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from catalog.models import Product
from customers.models import PriceList
from punchout.models import Connection, PunchoutSession, WireMessage
from tests.factories import CANARY_SECRET, ConnectionFactory, ListPriceFactory, ProductFactory

PAYLOADS = Path(__file__).with_name("payloads")
FORM = "application/x-www-form-urlencoded"
HOOK = "https://buyer.example/return"
GOOD = {"USERNAME": "buyer", "PASSWORD": CANARY_SECRET, "HOOK_URL": HOOK}


def make_connection(**fields: Any) -> Connection:
    """An OCI connection; ``options`` are its options."""
    return ConnectionFactory(**{"secret": CANARY_SECRET, "slug": "srm", **fields})


def article(sku: str = "4711", *, amount: str = "10.00", **fields: Any) -> Product:
    """An article with a list price for the customer of every connection there is."""
    product = ProductFactory(sku=sku, **fields)
    for price_list in PriceList.objects.filter(organisations__connections__isnull=False).distinct():
        ListPriceFactory(product=product, price_list=price_list, amount=Decimal(amount))
    return product


def get(query: str, **headers: str) -> HttpResponse:
    return Client().get(f"/punchout/oci/srm?{query}", headers=headers)


def post(body: bytes, content_type: str = FORM, query: str = "") -> HttpResponse:
    return Client().post(f"/punchout/oci/srm?{query}", body, content_type=content_type)


def launch(**parameters: str) -> PunchoutSession:
    """The session that a launch with ``GOOD`` and these parameters opens."""
    response = post(urlencode({**GOOD, **parameters}).encode())
    assert response.status_code == 303, response.content
    return PunchoutSession.objects.latest("id")


def call(function: str, **parameters: str) -> HttpResponse:
    """The answer to a function with ``GOOD`` and these parameters."""
    return post(urlencode({**GOOD, "FUNCTION": function, **parameters}).encode())


def enter(response: HttpResponse) -> tuple[Client, str]:
    """The browser of a buyer who followed a launch, and the address of his session."""
    client = Client()
    entered = client.get(client.post(response["Location"])["Location"])
    return client, entered["Location"]


def refused(**parameters: str) -> HttpResponse:
    """The answer to a launch that must open no session."""
    response = post(urlencode({**GOOD, **parameters}).encode())
    assert not PunchoutSession.objects.exists()
    return response


def notes() -> str:
    """What was forgiven in the last message that came in."""
    return " | ".join(WireMessage.objects.filter(direction="in").latest("id").notes)
