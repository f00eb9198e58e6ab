"""A buyer's system for tests: makes connections and requests, and reads our answers with lxml."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from pathlib import Path
from string import Template
from typing import Any
from xml.sax.saxutils import escape

from django.http import HttpResponse
from django.test import Client
from lxml import etree

from punchout.models import Connection, PartyCredential, WireMessage
from tests.factories import CANARY_SECRET, ConnectionFactory, PartyCredentialFactory

PAYLOADS = Path(__file__).with_name("payloads")
ENDPOINT = "/punchout/cxml"
SUPPLIER = "999999999"
RETURN_URL = "https://buyer.example/procurement/return?sid=A1&step=2"
# Of the payloads that come in parts.
MIME = 'multipart/related; boundary="edge"; type="text/xml"; start="<part1.main@buyer.example>"'
_numbers = count(1)


def make_connection(**fields: Any) -> Connection:
    """A cXML connection with From, Sender and To credentials of its own."""
    number = next(_numbers)
    defaults = {"adapter": "cxml", "username": "", "return_origins": "https://buyer.example/procurement/"}
    connection = ConnectionFactory(**{**defaults, "secret": CANARY_SECRET, **fields})
    credential(connection, "from", "NetworkId", f"AN{number:08}-T")
    credential(connection, "sender", "NetworkId", f"AN{number:08}-H")
    credential(connection, "to", "DUNS", SUPPLIER)
    return connection


def credential(connection: Connection, party: str, domain: str, identity: str) -> PartyCredential:
    return PartyCredentialFactory(connection=connection, party=party, domain=domain, identity=identity)


def identity_of(connection: Connection, party: str) -> str:
    return connection.credentials.filter(party=party).order_by("pk")[0].identity


def fill(name: str, connection: Connection, **fields: str | None) -> bytes:
    """A payload file with its placeholders filled in; ``secret=None`` leaves the SharedSecret out."""
    secret = fields.pop("secret", CANARY_SECRET)
    values = {
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "payload_id": f"{next(_numbers)}.test@buyer.example",
        "buyer": fields.get("buyer") or identity_of(connection, "from"),
        "sender": fields.get("sender") or identity_of(connection, "sender"),
        "supplier": SUPPLIER,
        "operation": "create",
        "buyer_cookie": "cookie-1",
        "extra": "",
        "items": "",
        "return_url": escape(RETURN_URL),
        "shared_secret": "" if secret is None else f"<SharedSecret>{escape(secret)}</SharedSecret>",
        **fields,
    }
    return Template((PAYLOADS / name).read_text("utf-8")).substitute(values).encode()


def post(body: bytes, path: str = ENDPOINT, content_type: str = "text/xml; charset=UTF-8") -> HttpResponse:
    return Client().generic("POST", path, body, content_type=content_type)


def setup(connection: Connection, **fields: str | None) -> HttpResponse:
    return post(fill("setup_request.xml", connection, **fields))


def status_code(response: HttpResponse) -> int:
    """The code of the Status in HTTP 200; anything else would be a transport error to a cXML client."""
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "text/xml; charset=UTF-8"
    code = etree.fromstring(response.content).findtext("Response/Status") is not None
    assert code, response.content
    return int(etree.fromstring(response.content).find("Response/Status").get("code"))


def explanation(response: HttpResponse) -> str:
    return etree.fromstring(response.content).findtext("Response/Status")


def start_url(response: HttpResponse) -> str:
    url = etree.fromstring(response.content).findtext("Response/PunchOutSetupResponse/StartPage/URL")
    assert url, response.content
    return url


@dataclass(frozen=True)
class ReturnedLine:
    sku: str
    quantity: Decimal
    total: Decimal


def order_message(fields: tuple[tuple[str, str], ...]) -> etree._Element:
    """The document in the return form, decoded by the name of its only field."""
    ((name, value),) = fields
    if name == "cXML-base64":
        return etree.fromstring(base64.b64decode(value, validate=True))
    assert name == "cXML-urlencoded"
    return etree.fromstring(value.encode("ascii"))


def lines_of(document: etree._Element) -> list[ReturnedLine]:
    lines = []
    for item in document.iterfind("Message/PunchOutOrderMessage/ItemIn"):
        quantity = Decimal(item.get("quantity"))
        price = Decimal(item.findtext("ItemDetail/UnitPrice/Money"))
        basis = item.find("ItemDetail/PriceBasisQuantity")
        if basis is not None:
            price = price * Decimal(basis.get("conversionFactor")) / Decimal(basis.get("quantity"))
        total = (quantity * price).quantize(Decimal("0.01"), ROUND_HALF_UP)
        lines.append(ReturnedLine(item.findtext("ItemID/SupplierPartID"), quantity, total))
    return lines


def texts_of(document: etree._Element) -> list[str]:
    return ["".join(element.itertext()) for element in document.iter("Description")]


def notes() -> list[str]:
    """What is noted on the last message."""
    return list(WireMessage.objects.latest("pk").notes)
