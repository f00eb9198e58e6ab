"""The demo's connections: published secrets, return addresses on the loopback and nowhere else.

``load`` may be repeated: it corrects what it made and leaves everything else alone. Needs the demo's
customers (``customers.demo``).
"""

from dataclasses import dataclass, field
from typing import Any, get_args

from django.db import transaction

from customers.models import Organisation
from punchout.adapters import get_adapter
from punchout.adapters.oci.options import Function
from punchout.models import Connection, PartyCredential, PunchoutSession, ReturnedCart, Secret, WireMessage
from punchout.presets import PRESETS
from punchout.secrets import matching, set_secret
from shop.models import Cart

DEMO_SECRET = "demo-secret"  # noqa: S105 - published on purpose, see README
USERNAME = "demo"
LOOPBACK = "\n".join(
    f"{scheme}://{host}:*" for scheme in ("http", "https") for host in ("localhost", "127.0.0.1", "[::1]")
)
SUPPLIER = ("DUNS", "999999999")


@dataclass(frozen=True, slots=True)
class DemoConnection:
    """One line of the table below; ``sender`` is set for cXML, ``buyer`` where a hub sends for him."""

    slug: str
    name: str
    adapter: str
    organisation: str
    buyer_system: str
    sender: tuple[str, str] | None = None
    buyer: tuple[str, str] | None = None
    options: dict[str, Any] = field(default_factory=dict)


CONNECTIONS = (
    DemoConnection(
        slug="demo-sap-srm",
        name="Demo: SAP SRM",
        adapter="oci",
        organisation="100001",
        buyer_system="SAP SRM",
        options={"version": "4.0"},
    ),
    DemoConnection(
        slug="demo-s4",
        name="Demo: SAP S/4HANA",
        adapter="oci",
        organisation="100001",
        buyer_system="SAP S/4HANA",
        # All functions, also QUANTITYCHECK, whose answer is in a form of our own.
        options={"version": "5.0", "functions": list(get_args(Function))},
    ),
    DemoConnection(
        slug="demo-ariba",
        name="Demo: SAP Ariba",
        adapter="cxml",
        organisation="100002",
        buyer_system="SAP Ariba",
        sender=("NetworkID", "AN01000000087"),
        buyer=("NetworkID", "AN01000000001-T"),
    ),
    DemoConnection(
        slug="demo-coupa",
        name="Demo: Coupa",
        adapter="cxml",
        organisation="100003",
        buyer_system="Coupa",
        sender=("DUNS", "888888888"),
        options={"return_encoding": "cXML-base64"},
    ),
    DemoConnection(
        slug="demo-oracle",
        name="Demo: Oracle",
        adapter="cxml",
        organisation="100003",
        buyer_system="Oracle",
        sender=("DUNS", "777777777"),
        # Oracle iProcurement stops with an error when a cart comes back empty.
        options={"leave": "close"},
    ),
    DemoConnection(
        slug="demo-ifs",
        name="Demo: IFS",
        adapter="oci",
        organisation="100002",
        buyer_system="IFS",
        options=dict(PRESETS["ifs"].options),
    ),
    DemoConnection(
        slug="demo-basware",
        name="Demo: Basware",
        adapter="oci",
        organisation="100002",
        buyer_system="Basware",
        # Basware finds the supplier by it.
        options={**PRESETS["basware"].options, "vendor": SUPPLIER[1]},
    ),
    DemoConnection(
        slug="demo-jaggaer",
        name="Demo: JAGGAER",
        adapter="cxml",
        organisation="100002",
        buyer_system="JAGGAER",
        sender=("NetworkID", "SciQuest"),
        buyer=("DUNS", "666666666"),
        options=dict(PRESETS["jaggaer"].options),
    ),
    DemoConnection(
        slug="demo-dynamics365",
        name="Demo: Dynamics 365",
        adapter="cxml",
        organisation="100003",
        buyer_system="Dynamics 365",
        sender=("DUNS", "555555555"),
        options=dict(PRESETS["dynamics365"].options),
    ),
    DemoConnection(
        slug="demo-ids",
        name="Demo: IDS-Connect",
        adapter="ids",
        organisation="100003",
        buyer_system="Handwerker-ERP",
    ),
    DemoConnection(
        slug="demo-oraclexml",
        name="Demo: Oracle XML",
        adapter="oraclexml",
        organisation="100003",
        buyer_system="Oracle iProcurement",
        options={"trading_partner_code": "999999999"},
    ),
    DemoConnection(
        slug="demo-peppol",
        name="Demo: Peppol Punch Out",
        adapter="peppol",
        organisation="100003",
        buyer_system="Peppol",
        options={"provider": "0208:0123456749", "receiver": "0192:987654325"},
    ),
    DemoConnection(
        slug="demo-cebeo",
        name="Demo: cebeoXML",
        adapter="cebeoxml",
        organisation="100001",
        buyer_system="Installateur-ERP",
    ),
)


@transaction.atomic
def load() -> None:
    """Makes or corrects the demo connections with their credentials and secret."""
    for demo in CONNECTIONS:
        get_adapter(demo.adapter).Options.model_validate(demo.options)
        connection, _created = Connection.objects.update_or_create(
            slug=demo.slug,
            defaults={
                "name": demo.name,
                "organisation": Organisation.objects.get(number=demo.organisation),
                "adapter": demo.adapter,
                "buyer_system": demo.buyer_system,
                "active": True,
                "test": True,
                "username": "" if demo.sender else USERNAME,
                "return_origins": LOOPBACK,
                "frame_origins": LOOPBACK,
                "cookieless": True,
                "default_return_url": "",
                "options": demo.options,
            },
        )
        _set_credentials(connection, demo)
        if matching(connection.secrets.all(), DEMO_SECRET) is None:
            set_secret(connection, Secret.Slot.FIRST, DEMO_SECRET)


def _set_credentials(connection: Connection, demo: DemoConnection) -> None:
    wanted = set()
    if demo.sender is not None:
        wanted = {
            (PartyCredential.Party.FROM.value, *(demo.buyer or demo.sender)),
            (PartyCredential.Party.SENDER.value, *demo.sender),
            (PartyCredential.Party.TO.value, *SUPPLIER),
        }
    held = set(connection.credentials.values_list("party", "domain", "identity"))
    if held == wanted:
        return
    connection.credentials.all().delete()
    for party, domain, identity in sorted(wanted):
        PartyCredential.objects.create(connection=connection, party=party, domain=domain, identity=identity)


def is_loaded() -> bool:
    """True when every demo connection is there, in use and opens with the published secret."""
    connections = Connection.objects.filter(slug__in=[demo.slug for demo in CONNECTIONS], active=True)
    found = connections.prefetch_related("secrets")
    return len(found) == len(CONNECTIONS) and all(
        matching(connection.secrets.all(), DEMO_SECRET) is not None for connection in found
    )


@transaction.atomic
def remove() -> int:
    """Deletes the demo connections with their secrets, sessions, carts and messages; how many they were."""
    connections = Connection.objects.filter(slug__in=[demo.slug for demo in CONNECTIONS])
    sessions = PunchoutSession.objects.filter(connection__in=connections)
    carts = list(sessions.values_list("cart_id", flat=True))
    WireMessage.objects.filter(connection__in=connections).delete()
    ReturnedCart.objects.filter(session__in=sessions).delete()
    sessions.delete()
    Cart.objects.filter(pk__in=carts).delete()
    count = connections.count()
    connections.delete()
    return count
