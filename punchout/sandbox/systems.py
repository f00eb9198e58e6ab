"""The procurement systems that the sandbox plays, as data: what each sends, expects and cannot take.

Sources: OCI 4.0 and 5.0; IDS-Connect 2.0 and 2.5; Oracle's punch-out guide 11i; cXML Reference Guide 1.2.051
and the vendors' own guides where an entry says so.
A new system of a known protocol is a new entry here and nothing else.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Protocol = Literal["oci", "cxml", "ids", "oraclexml"]
Text = str | Promise

# What the Customizing of these two systems (T006I) maps from ISO codes; any other unit loses its line.
# fmt: off
SAP_UNITS = frozenset({
    "ANN", "BG", "BO", "BX", "C62", "CA", "CLT", "CMT", "CN", "CS", "CT", "DAY", "DZN", "EA", "GRM", "GRO",
    "HLT", "HUR", "KGM", "KMT", "KWH", "LE", "LTR", "MGM", "MIN", "MLT", "MMT", "MON", "MTK", "MTQ", "MTR",
    "NAR", "PA", "PCE", "PF", "PK", "PR", "RD", "RL", "RO", "SET", "ST", "TNE", "TU", "WEE",
})
# Units that a buyer's administrator has usually created; any other stops the line at import.
COUPA_UNITS = frozenset({
    "BX", "C62", "CT", "DZN", "EA", "H87", "HUR", "KGM", "LTR", "MTR", "PCE", "PK", "PR", "RL", "RO", "SET",
})
# The code list of IDS-Connect, and the packagings that a trade ERP has usually been taught.
IDS_UNITS = frozenset({
    "CMQ", "CMK", "CMT", "DZN", "GRM", "HLT", "KGM", "KTM", "LTR", "MMT", "MTK", "MTQ", "MTR", "PR", "PCE",
    "SET", "TNE", "RO", "PK", "BX",
})
# fmt: on
ORACLE_UNITS = COUPA_UNITS


@dataclass(frozen=True)
class Party:
    """A cXML Credential: domain and Identity as that system writes them."""

    domain: str
    identity: str


@dataclass(frozen=True)
class Person:
    """The buyer who presses the button."""

    user: str
    first_name: str
    last_name: str
    email: str
    business_unit: str
    cost_centre: str


@dataclass(frozen=True, kw_only=True)
class OciDialect:
    """How an OCI system launches: names, order and values of its Customizing table."""

    connection: str
    version: str
    charset: str
    method: Literal["GET", "POST"]
    credentials: tuple[tuple[str, str], ...]
    language_name: str
    hook_name: str = "HOOK_URL"
    # Query of the return address; SAP's ITS reads it from the posted fields only (see hook_in_body).
    hook_query: tuple[tuple[str, str], ...] = ()
    hook_in_body: bool = True
    return_target: str = "_top"
    # Rows after HOOK_URL, in the spelling of that system.
    its_fields: tuple[tuple[str, str], ...] = ()
    known_units: frozenset[str] = SAP_UNITS


@dataclass(frozen=True, kw_only=True)
class CxmlDialect:
    """How a cXML system launches, and what it cannot store of a returned line."""

    sender: Party
    from_party: Party
    to: Party
    secret: str
    user_agent: str
    dtd_version: str
    extrinsics: tuple[tuple[str, str], ...]
    sends_contact: bool
    sends_ship_to: bool
    sends_supplier_setup: bool
    sends_item_detail: bool
    cookie_style: Literal["hex", "word", "number"]
    # Longest value that the system keeps, by field, and whether a longer one loses the line.
    lengths: MappingProxyType[str, int]
    too_long_is_lost: frozenset[str] = frozenset()
    forbidden_in_ids: str = ""
    known_units: frozenset[str] | None = None
    needs_unspsc: bool = False
    empty_cart_warning: Text = ""


@dataclass(frozen=True, kw_only=True)
class IdsDialect:
    """How a trade ERP launches by IDS-Connect, and what it keeps of a returned line."""

    connection: str
    version: str
    # What the form is posted in, without saying so.
    charset: str
    customer_number: str
    user: str
    secret: str
    target: str
    # Characters that the client's columns keep.
    lengths: MappingProxyType[str, int]
    known_units: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class OracleDialect:
    """How Oracle logs in by Oracle XML, and what it keeps of a returned line."""

    connection: str
    user: str
    secret: str
    lengths: MappingProxyType[str, int]
    too_long_is_lost: frozenset[str]
    known_units: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class System:
    """One procurement system on the sandbox's first page."""

    slug: str
    name: str
    short_name: str
    # The word that system uses for what a cart becomes.
    document: Text
    summary: Text
    buyer: str
    protocol: Protocol
    oci: OciDialect | None = None
    cxml: CxmlDialect | None = None
    ids: IdsDialect | None = None
    oracle: OracleDialect | None = None

    @property
    def protocol_label(self) -> str:
        if self.ids:
            return f"IDS-Connect {self.ids.version}"
        if self.oracle:
            return "Oracle XML"
        return f"OCI {self.oci.version}" if self.oci else f"cXML {self.cxml.dtd_version if self.cxml else ''}"

    @property
    def dialect(self) -> OciDialect | CxmlDialect | IdsDialect | OracleDialect:
        """The one dialect that is set; a system with none is a mistake in the table below."""
        dialect = self.oci or self.cxml or self.ids or self.oracle
        if dialect is None:
            raise ValueError(f"{self.slug} has no dialect")
        return dialect


PERSON = Person(
    user="AJANSEN",
    first_name="An",
    last_name="Jansen",
    email="an.jansen@buyer.example",
    business_unit="Maintenance",
    cost_centre="CC-4100",
)
_CREDENTIALS = (("USERNAME", "demo"), ("PASSWORD", "demo-secret"))
_SUPPLIER = Party("DUNS", "999999999")
_CXML_SECRET = "demo-secret"  # noqa: S105 - published with the demo
_COUPA = Party("DUNS", "888888888")
_ORACLE = Party("DUNS", "777777777")

_ALL = (
    System(
        slug="sap-srm",
        name="SAP SRM",
        short_name="SRM",
        document=_("Shopping cart"),
        summary=_("Classic launch by GET, Western European characters, texts cut at 40."),
        buyer="SAP SRM 7.0",
        protocol="oci",
        oci=OciDialect(
            connection="demo-sap-srm",
            version="4.0",
            charset="ISO-8859-1",
            method="GET",
            credentials=_CREDENTIALS,
            language_name="LANGUAGE",
            hook_query=(("sap-client", "100"), ("~OkCode", "ADDI")),
            its_fields=(
                ("~OkCode", "ADDI"),
                ("~TARGET", "_top"),
                ("~ForceTarget", "Yes"),
                ("~CALLER", "CTLG"),
            ),
        ),
    ),
    System(
        slug="sap-s4",
        name="SAP S/4HANA",
        short_name="S/4HANA",
        document=_("Purchase requisition"),
        summary=_("Launch by POST, Unicode, item types of OCI 5.0."),
        buyer="SAP S/4HANA",
        protocol="oci",
        oci=OciDialect(
            connection="demo-s4",
            version="5.0",
            charset="utf-8",
            method="POST",
            credentials=_CREDENTIALS,
            language_name="sap-language",
            hook_query=(("sap-client", "200"),),
            hook_in_body=False,
            its_fields=(("~OkCode", "ADDI"), ("~Target", "_top"), ("~Caller", "CTLG")),
        ),
    ),
    System(
        slug="ariba",
        name="SAP Ariba",
        short_name="Ariba",
        document=_("Requisition"),
        summary=_("Through a network hub: the sender is not the customer. Edit and inspect."),
        buyer="SAP Ariba Buying",
        protocol="cxml",
        cxml=CxmlDialect(
            sender=Party("NetworkID", "AN01000000087"),
            from_party=Party("NetworkID", "AN01000000001-T"),
            to=_SUPPLIER,
            secret=_CXML_SECRET,
            user_agent="Ariba Network 1.2",
            dtd_version="1.2.037",
            extrinsics=(
                ("CostCenter", PERSON.cost_centre),
                ("UserEmail", PERSON.email),
                ("UniqueName", PERSON.user.lower()),
            ),
            sends_contact=False,
            sends_ship_to=True,
            sends_supplier_setup=False,
            sends_item_detail=True,
            cookie_style="word",
            # 2000 are accepted, 255 are shown on the order.
            lengths=MappingProxyType({"SupplierPartID": 128, "Description": 2000}),
            forbidden_in_ids="?{}",
        ),
    ),
    System(
        slug="coupa",
        name="Coupa",
        short_name="Coupa",
        document=_("Requisition"),
        summary=_("cXML 1.2.014, strict about units and commodity codes."),
        buyer="Coupa",
        protocol="cxml",
        cxml=CxmlDialect(
            sender=_COUPA,
            from_party=_COUPA,
            to=_SUPPLIER,
            secret=_CXML_SECRET,
            user_agent="Coupa Procurement 1.0",
            dtd_version="1.2.014",
            extrinsics=(
                ("FirstName", PERSON.first_name),
                ("LastName", PERSON.last_name),
                ("UniqueName", PERSON.email),
                ("UserEmail", PERSON.email),
                ("User", PERSON.email),
                ("BusinessUnit", PERSON.business_unit),
            ),
            sends_contact=True,
            sends_ship_to=False,
            sends_supplier_setup=True,
            sends_item_detail=False,
            cookie_style="hex",
            lengths=MappingProxyType({}),
            known_units=COUPA_UNITS,
            needs_unspsc=True,
        ),
    ),
    System(
        slug="oracle",
        name="Oracle",
        short_name="Oracle",
        document=_("Requisition"),
        summary=_("iProcurement with the oldest DTD, short part numbers, units mapped or refused."),
        buyer="Oracle iProcurement",
        protocol="cxml",
        cxml=CxmlDialect(
            sender=_ORACLE,
            from_party=_ORACLE,
            to=_SUPPLIER,
            secret=_CXML_SECRET,
            user_agent="Oracle iProcurement",
            dtd_version="1.1.007",
            # iProcurement writes the person as one string: LAST- FIRST.
            extrinsics=(
                ("User", f"{PERSON.last_name.upper()}- {PERSON.first_name.upper()}"),
                ("OrgId", "204"),
                ("RespId", "50578"),
                ("ReturnFrame", "_top"),
            ),
            sends_contact=True,
            sends_ship_to=False,
            sends_supplier_setup=False,
            sends_item_detail=False,
            cookie_style="number",
            # Part numbers: 25 direct, 740 through the exchange. 240 is the width of its item description.
            lengths=MappingProxyType({"SupplierPartID": 25, "Description": 240}),
            too_long_is_lost=frozenset({"SupplierPartID"}),
            known_units=ORACLE_UNITS,
            empty_cart_warning=_("Older Oracle releases stop with an error when a cart comes back empty."),
        ),
    ),
    System(
        slug="oracle-xml",
        name="iProcurement (Oracle XML)",
        short_name="Oracle",
        document=_("Requisition"),
        summary=_("iProcurement without cXML: a login by XML, no price unit, and an error at an empty cart."),
        buyer="Oracle iProcurement",
        protocol="oraclexml",
        oracle=OracleDialect(
            connection="demo-oraclexml",
            user="demo",
            secret=_CXML_SECRET,
            # The direct route; through Oracle Exchange they differ.
            lengths=MappingProxyType(
                {
                    "itemID": 25,
                    "itemDescription": 240,
                    "manufacturerItemID": 30,
                    "manufacturerName": 30,
                    "supplierUOMType": 80,
                    "categoryCode": 80,
                }
            ),
            too_long_is_lost=frozenset({"itemID", "supplierUOMType"}),
            known_units=ORACLE_UNITS,
        ),
    ),
    System(
        slug="ids-erp",
        name="IDS client (trade ERP)",
        short_name="ERP",
        document=_("Material list"),
        summary=_("IDS-Connect of the building trades: Windows-1252 that nobody announces, sends carts too."),
        buyer="Nordlicht Handwerk",
        protocol="ids",
        ids=IdsDialect(
            connection="demo-ids",
            version="2.5",
            # Landrix's client writes the form into a temporary file and opens that.
            charset="windows-1252",
            customer_number="100003",
            user="demo",
            secret=_CXML_SECRET,
            target="TOP",
            lengths=MappingProxyType({"ArtNo": 15, "Kurztext": 100, "QU": 4}),
            known_units=IDS_UNITS,
        ),
    ),
)
SYSTEMS: MappingProxyType[str, System] = MappingProxyType({system.slug: system for system in _ALL})

# Interface languages that the sandbox offers, as OCI (two letters) and xml:lang write them.
LANGUAGES: MappingProxyType[str, tuple[str, str]] = MappingProxyType(
    {
        "en": ("English", "en-GB"),
        "nl": ("Nederlands", "nl-BE"),
        "fr": ("Français", "fr-BE"),
        "de": ("Deutsch", "de-DE"),
    }
)
