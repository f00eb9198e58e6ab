"""The demo's connections: published secrets, return addresses on the loopback and nowhere else.

``load`` may be repeated: it corrects what it made and leaves everything else alone. Needs the demo's
customers (``customers.demo``).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, get_args

from django.db import transaction

from customers.models import Organisation
from customers.sealing import seal
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
        options={"may_order": True},
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
    DemoConnection(
        slug="demo-sap-ecc",
        name="Demo: SAP ECC",
        adapter="oci",
        organisation="100001",
        buyer_system="SAP ECC",
        options=dict(PRESETS["sap-ecc"].options),
    ),
    DemoConnection(
        slug="demo-odoo",
        name="Demo: Odoo",
        adapter="oci",
        organisation="100003",
        buyer_system="Odoo",
        options=dict(PRESETS["odoo"].options),
    ),
    DemoConnection(
        slug="demo-dolibarr",
        name="Demo: Dolibarr",
        adapter="oci",
        organisation="100003",
        buyer_system="Dolibarr",
        options=dict(PRESETS["dolibarr"].options),
    ),
    DemoConnection(
        slug="demo-unite",
        name="Demo: Unite",
        adapter="oci",
        organisation="100002",
        buyer_system="Unite",
        # No field of Unite's has more than 255 characters, and that includes the long text.
        options={
            "version": "4.0",
            "mapping": [{"field": "LONGTEXT", "expression": "{{ line.description|shorten:255 }}"}],
        },
    ),
    DemoConnection(
        slug="demo-buyerquest",
        name="Demo: BuyerQuest",
        adapter="oci",
        organisation="100002",
        buyer_system="BuyerQuest",
        options={"version": "4.0", "hook_query": "both"},
    ),
    DemoConnection(
        slug="demo-infor",
        name="Demo: Infor",
        adapter="oci",
        organisation="100001",
        buyer_system="Infor",
        options={"version": "4.0", "price_decimals": 2},
    ),
    DemoConnection(
        slug="demo-spend-cloud",
        name="Demo: Spend Cloud",
        adapter="oci",
        organisation="100002",
        buyer_system="Spend Cloud",
        options={"version": "4.0"},
    ),
    DemoConnection(
        slug="demo-dutch-oci",
        name="Demo: OCI 4.0",
        adapter="oci",
        organisation="100001",
        buyer_system="OCI 4.0",
        options={"version": "4.0"},
    ),
    DemoConnection(
        slug="demo-oracle-fusion",
        name="Demo: Oracle Fusion",
        adapter="cxml",
        organisation="100003",
        buyer_system="Oracle Fusion",
        sender=("NetworkID", "FUSION-333333333"),
        options=dict(PRESETS["oracle"].options),
    ),
    DemoConnection(
        slug="demo-tradecentric",
        name="Demo: TradeCentric",
        adapter="cxml",
        organisation="100002",
        buyer_system="TradeCentric",
        # The gateway signs in as the supplier, so From tells the customers apart.
        sender=SUPPLIER,
        buyer=("NetworkID", "P2G-444444444"),
        options=dict(PRESETS["tradecentric"].options),
    ),
    DemoConnection(
        slug="demo-workday",
        name="Demo: Workday",
        adapter="cxml",
        organisation="100001",
        buyer_system="Workday",
        sender=("NetworkID", "WD-222222222"),
        options=dict(PRESETS["workday"].options),
    ),
)


@transaction.atomic
def load() -> None:
    """Makes or corrects the demo connections with their credentials and secret."""
    customers = {customer.number: customer for customer in Organisation.objects.all()}
    held = {connection.slug: connection for connection in _held()}
    made = []
    for demo in CONNECTIONS:
        get_adapter(demo.adapter).Options.model_validate(demo.options)
        wanted = _fields(demo, customers[demo.organisation])
        connection = held.get(demo.slug)
        if connection is None:
            made.append(Connection(slug=demo.slug, **wanted))
        elif any(getattr(connection, name) != value for name, value in wanted.items()):
            Connection.objects.filter(pk=connection.pk).update(**wanted)
    Connection.objects.bulk_create(made)
    credentials: list[PartyCredential] = []
    secrets: list[Secret] = []
    for connection in _held():
        wanted_parties = _parties(next(demo for demo in CONNECTIONS if demo.slug == connection.slug))
        parties = {(each.party, each.domain, each.identity) for each in connection.credentials.all()}
        if parties != wanted_parties:
            connection.credentials.all().delete()
            credentials += (_credential(connection, *party) for party in sorted(wanted_parties))
        if not connection.secrets.all():
            sealed = seal(DEMO_SECRET)
            secrets.append(Secret(connection=connection, slot=Secret.Slot.FIRST, sealed=sealed))
        elif matching(connection.secrets.all(), DEMO_SECRET) is None:
            set_secret(connection, Secret.Slot.FIRST, DEMO_SECRET)
    PartyCredential.objects.bulk_create(credentials)
    Secret.objects.bulk_create(secrets)


def _held() -> Iterable[Connection]:
    found = Connection.objects.filter(slug__in=[demo.slug for demo in CONNECTIONS])
    return found.prefetch_related("credentials", "secrets").order_by("pk")


def _fields(demo: DemoConnection, organisation: Organisation) -> dict[str, Any]:
    return {
        "name": demo.name,
        "organisation": organisation,
        "adapter": demo.adapter,
        "buyer_system": demo.buyer_system,
        "active": True,
        "test": True,
        "username": "" if demo.sender else USERNAME,
        "return_origins": LOOPBACK,
        "frame_origins": LOOPBACK,
        "cookieless": True,
        "default_return_url": "",
        "client_networks": "",
        "client_certificates": "",
        "options": demo.options,
    }


def _parties(demo: DemoConnection) -> set[tuple[str, str, str]]:
    if demo.sender is None:
        return set()
    return {
        (PartyCredential.Party.FROM.value, *(demo.buyer or demo.sender)),
        (PartyCredential.Party.SENDER.value, *demo.sender),
        (PartyCredential.Party.TO.value, *SUPPLIER),
    }


def _credential(connection: Connection, party: str, domain: str, identity: str) -> PartyCredential:
    key = PartyCredential.key_of(domain, identity)
    return PartyCredential(connection=connection, party=party, domain=domain, identity=identity, key=key)


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
