"""What can differ between two procurement systems of one protocol; ``systems`` fills it in.

A quirk is a value here and never a branch on a system's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from django.utils.functional import Promise

from punchout.sandbox.units import SAP_UNITS

Protocol = Literal["oci", "cxml", "ids", "oraclexml", "peppol", "cebeoxml"]
Text = str | Promise
DEMO_USER = "demo"
DEMO_SECRET = "demo-secret"  # noqa: S105 - published with the demo


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


PERSON = Person(
    user="AJANSEN",
    first_name="An",
    last_name="Jansen",
    email="an.jansen@buyer.example",
    business_unit="Maintenance",
    cost_centre="CC-4100",
)


@dataclass(frozen=True, kw_only=True)
class OciDialect:
    """How an OCI system launches: names, order and values of its Customizing table."""

    connection: str
    version: str
    # What the return is read in; ``charset_name`` is empty where the launch does not say so.
    charset: str
    charset_name: str = "http_content_charset"
    method: Literal["GET", "POST"]
    user_name: str = "USERNAME"
    password_name: str = "PASSWORD"  # noqa: S105 - a parameter's name
    user: str = DEMO_USER
    secret: str = DEMO_SECRET
    # Rows before the return address that are the same in every launch.
    fixed: tuple[tuple[str, str], ...] = ()
    version_name: str = "OCI_VERSION"
    language_name: str = ""
    hook_name: str = "HOOK_URL"
    # Where the user goes who leaves without a cart; empty: the system has no such address.
    cancel_name: str = ""
    # What is sent instead of an address; SAP GUI's embedded browser catches the form that posts to it.
    hook_value: str = ""
    # Query of the return address; SAP's ITS reads it from the posted fields only (see hook_in).
    hook_query: tuple[tuple[str, str], ...] = ()
    # The parameter with the session; empty: it is in the path of the address.
    hook_id: str = "sid"
    hook_in: Literal["body", "address", "either"] = "body"
    return_target: str = "_top"
    # Rows after HOOK_URL, in the spelling of that system.
    its_fields: tuple[tuple[str, str], ...] = ()
    # None: units are not looked at.
    known_units: frozenset[str] | None = SAP_UNITS
    # Beside what OCI requires. Without one of them the line is not transferred.
    required: tuple[str, ...] = ()
    # At least one of these has to be there, or the line is not transferred.
    any_of: tuple[str, ...] = ()
    # A line that is not transferred takes all others with it.
    one_fails_all: bool = False
    # Without one of these a setting or the user of that system has to fill it in.
    expected: tuple[str, ...] = ()
    # The fields that are read at all; None: those of the OCI table, and those that were agreed beside it.
    reads: frozenset[str] | None = None
    agreed: frozenset[str] = frozenset()
    # Where lengths differ from OCI's table, and the longest value of any field.
    lengths: Mapping[str, int] = field(default_factory=dict)
    longest: int | None = None
    # Decimals of PRICE that are kept; None: all.
    price_decimals: int | None = 3
    # What becomes of PRICEUNIT: kept, divided into the price with so many decimals, or not read.
    price_unit: Literal["kept", "divided", "ignored"] = "kept"
    divided_decimals: int = 5
    # Lines with the same article become one.
    joins_equal: bool = False
    # LONGTEXT is lost on the way, though it was sent as OCI has it.
    loses_long_text: bool = False

    @property
    def credentials(self) -> tuple[tuple[str, str], ...]:
        return ((self.user_name, self.user), (self.password_name, self.secret))

    def heeds(self, name: str) -> bool:
        """Whether it looks at that field at all."""
        return self.reads is None or name in self.reads


@dataclass(frozen=True, kw_only=True)
class CxmlDialect:
    """How a cXML system launches, and what it cannot store of a returned line."""

    sender: Party
    from_party: Party
    to: Party
    secret: str = DEMO_SECRET
    user_agent: str
    dtd_version: str
    sends_doctype: bool = True
    # JAGGAER puts a blank before the offset, which no ISO 8601 parser takes.
    timestamp: Literal["iso", "blank"] = "iso"
    extrinsics: tuple[tuple[str, str], ...]
    sends_contact: bool
    sends_ship_to: bool
    sends_supplier_setup: bool
    sends_item_detail: bool
    # What an intermediary leaves in the delivery address where the buyer's system said nothing.
    placeholder_address: bool = False
    cookie_style: Literal["hex", "word", "number", "empty"]
    creates_only: bool = False
    # Longest value that the system keeps, by field, and whether a longer one loses the line.
    lengths: Mapping[str, int] = field(default_factory=dict)
    lengths_in_bytes: bool = False
    too_long_is_lost: frozenset[str] = frozenset()
    forbidden_in_ids: str = ""
    known_units: frozenset[str] | None = None
    # What an unknown unit is turned into, without a word; empty: it loses the line.
    unknown_unit_becomes: str = ""
    # Decimals of a price that are kept; None: all.
    price_decimals: int | None = None
    needs_unspsc: bool = False
    # The elements of an ItemIn that are read at all; None: all of them.
    reads: frozenset[str] | None = None
    empty_cart_warning: Text = ""


@dataclass(frozen=True, kw_only=True)
class IdsDialect:
    """How a trade ERP launches by IDS-Connect, and what it keeps of a returned line."""

    connection: str
    version: str
    # What the form is posted in, without saying so.
    charset: str
    customer_number: str
    user: str = DEMO_USER
    secret: str = DEMO_SECRET
    target: str
    # Characters that the client's columns keep.
    lengths: Mapping[str, int]
    known_units: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class OracleDialect:
    """How Oracle logs in by Oracle XML, and what it keeps of a returned line."""

    connection: str
    user: str = DEMO_USER
    secret: str = DEMO_SECRET
    lengths: Mapping[str, int]
    too_long_is_lost: frozenset[str]
    known_units: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class PeppolDialect:
    """How a buyer's portal launches for a Peppol cart, under names that the parties agreed."""

    connection: str
    user: str = DEMO_USER
    secret: str = DEMO_SECRET
    user_name: str = "username"
    password_name: str = "password"  # noqa: S105 - a parameter's name
    return_name: str = "returnURL"
    reference_name: str = "reference"
    language_name: str = "language"
    cart_field: str = "punchout"
    # What the buyer's own units are mapped from; any other stops the line.
    known_units: frozenset[str]
    lengths: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CebeoDialect:
    """An installer's ERP that asks for prices and fetches the open order by cebeoXML."""

    connection: str
    customer_number: str
    user: str = DEMO_USER
    secret: str = DEMO_SECRET
    known_units: frozenset[str]
    lengths: Mapping[str, int] = field(default_factory=dict)


Dialect = OciDialect | CxmlDialect | IdsDialect | OracleDialect | PeppolDialect | CebeoDialect


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
    # Where the quirks come from, and which of them nobody confirmed.
    sources: Text = ""
    doubts: tuple[Text, ...] = ()
    oci: OciDialect | None = None
    cxml: CxmlDialect | None = None
    ids: IdsDialect | None = None
    oracle: OracleDialect | None = None
    peppol: PeppolDialect | None = None
    cebeo: CebeoDialect | None = None

    @property
    def protocol_label(self) -> str:
        if self.ids:
            return f"IDS-Connect {self.ids.version}"
        if self.oci:
            return f"OCI {self.oci.version}"
        if self.cxml:
            return f"cXML {self.cxml.dtd_version}"
        return {"oraclexml": "Oracle XML", "peppol": "Peppol Punch Out 3", "cebeoxml": "cebeoXML 2.0.0"}[
            self.protocol
        ]

    @property
    def dialect(self) -> Dialect:
        """The one dialect that is set; a system with none is a mistake in the table."""
        dialect = self.oci or self.cxml or self.ids or self.oracle or self.peppol or self.cebeo
        if dialect is None:
            raise ValueError(f"{self.slug} has no dialect")
        return dialect
