"""Sends launches to the shop, and reads what became of them."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from punchout.models import Connection, PunchoutSession, WireMessage
from tests.factories import CANARY_SECRET, ConnectionFactory

PAYLOADS = Path(__file__).with_name("payloads")
FORM = "application/x-www-form-urlencoded"
HOOK = "https://buyer.example/return"
GOOD = {"USERNAME": "buyer", "PASSWORD": CANARY_SECRET, "HOOK_URL": HOOK}


def make_connection(**fields: Any) -> Connection:
    """An OCI connection; ``options`` are its options."""
    return ConnectionFactory(**{"secret": CANARY_SECRET, "slug": "srm", **fields})


def get(query: str, **headers: str) -> HttpResponse:
    return Client().get(f"/punchout/oci/srm?{query}", headers=headers)


def post(body: bytes, content_type: str = FORM, query: str = "") -> HttpResponse:
    return Client().post(f"/punchout/oci/srm?{query}", body, content_type=content_type)


def launch(**parameters: str) -> PunchoutSession:
    """The session that a launch with ``GOOD`` and these parameters opens."""
    response = post(urlencode({**GOOD, **parameters}).encode())
    assert response.status_code == 303, response.content
    return PunchoutSession.objects.latest("id")


def refused(**parameters: str) -> HttpResponse:
    """The answer to a launch that must open no session."""
    response = post(urlencode({**GOOD, **parameters}).encode())
    assert not PunchoutSession.objects.exists()
    return response


def notes() -> str:
    return " | ".join(WireMessage.objects.latest("id").notes)
