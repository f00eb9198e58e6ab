"""A launch by every adapter, as its buyers' systems send it, and a buyer's way from there into the shop."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler

from bench import payloads
from customers.models import Organisation
from punchout.models import Connection, PunchoutSession, Secret
from punchout.secrets import set_secret

FORM = "application/x-www-form-urlencoded"
XML = "text/xml; charset=utf-8"
RETURN = "http://localhost:9999/return?id=1"
LOGIN = {"username": "demo", "password": "demo-secret"}


@dataclass(frozen=True)
class Protocol:
    """``also``: what its floor writes besides (``bench.floors``)."""

    name: str
    address: str
    body: Callable[[], bytes]
    content_type: str = FORM
    also: str = ""

    def launch(self, client: Client) -> HttpResponse:
        response = client.post(self.address, self.body(), content_type=self.content_type)
        if response.status_code not in (200, 303):
            raise SystemExit(f"{self.name}: the launch was answered with {response.status_code}")
        return response

    def visit(self) -> tuple[Client, str, PunchoutSession]:
        """A browser that stands in the shop, the prefix of its session, and the session."""
        client = browser()
        response = self.launch(client)
        said = response.get("Location", "") + response.content.decode()
        start = re.search(r"/start/[\w-]+", said)
        if start is None:
            raise SystemExit(f"{self.name}: the answer has no start address")
        entered = client.post(start[0])
        arrived = client.get(entered["Location"])
        return client, "/".join(arrived["Location"].split("/")[:3]), PunchoutSession.objects.latest("id")


# As a server has it, one for all browsers: each of its own would list the static files anew, which is 100,000
# objects for the garbage collector in the middle of somebody's return.
_SERVER = ClientHandler(enforce_csrf_checks=False)


def browser() -> Client:
    """A client with cookies of its own, on the one server."""
    client = Client()
    client.handler = _SERVER
    return client


def form(**fields: str) -> Callable[[], bytes]:
    return lambda: urlencode(fields).encode()


PROTOCOLS = (
    Protocol("OCI", "/punchout/oci/demo-sap-srm", payloads.oci_body),
    Protocol("OCI, five fields mapped", "/punchout/oci/bench-mapped", payloads.oci_body),
    Protocol("cXML", "/punchout/cxml", payloads.cxml, XML, also="seen"),
    Protocol(
        "IDS-Connect",
        "/punchout/ids/demo-ids",
        form(
            action="WKE",
            kndnr="100003",
            name_kunde="demo",
            pw_kunde="demo-secret",
            version="2.5",
            hookurl=RETURN,
            target="TOP",
        ),
    ),
    Protocol("Oracle XML", "/punchout/oraclexml", payloads.oracle_xml, XML),
    Protocol("Peppol", "/punchout/peppol/demo-peppol", form(**LOGIN, returnURL=RETURN, reference="R1")),
    Protocol(
        "cebeoXML",
        "/punchout/cebeoxml/demo-cebeo",
        form(CustomerNumber="100001", UserName="demo", Password="demo-secret"),
        also="open order",
    ),
    Protocol("configurable", "/punchout/configurable/bench", form(**LOGIN, return_url=RETURN)),
)


# What an operator maps: a shortened text, the buyer's classes and tax codes, what is the same on each line.
MAPPED = {
    "mapping": [
        {"field": "DESCRIPTION", "expression": "{{ line.name|shorten:28 }} {{ line.sku }}"},
        {"field": "MATGROUP", "expression": "{{ line.buyer_class }}"},
        {"field": "CUST_FIELD1", "expression": "{{ constant.plant }}"},
        {"field": "CUST_FIELD2", "expression": "{{ line.tax_code }}"},
        {"field": "MANUFACTMAT", "expression": "{{ line.manufacturer_part_number|default:line.sku }}"},
    ],
    "constants": {"plant": "1000"},
    "taxes": {"*": "V1"},
    "classifications": {"39": "ELEC", "*": "OTHER"},
    "accepted_currencies": ["EUR"],
    "required_outgoing": ["MATGROUP"],
}


def connect_others() -> None:
    """Connections that the demo does not have: the configurable protocol, and one with a mapping."""
    for slug, adapter, options in (("bench", "configurable", {}), ("bench-mapped", "oci", MAPPED)):
        connection, _made = Connection.objects.get_or_create(
            slug=slug,
            defaults={
                "name": slug,
                "adapter": adapter,
                "organisation": Organisation.objects.get(number="100001"),
                "username": "demo",
                "return_origins": "http://localhost:*",
                "options": options,
            },
        )
        set_secret(connection, Secret.Slot.FIRST, "demo-secret")
