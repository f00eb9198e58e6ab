"""The procurement systems that speak cXML, as the sandbox plays them.

Sources: cXML Reference Guide 1.2.051; the vendors' own pages, and digests of their guides where an entry
says so.
"""

from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from punchout.sandbox.dialects import PERSON, CxmlDialect, Party, System
from punchout.sandbox.units import COUPA_UNITS, DYNAMICS_UNITS, JAGGAER_UNITS, ORACLE_UNITS

SUPPLIER = Party("DUNS", "999999999")
COUPA = Party("DUNS", "888888888")
ORACLE = Party("DUNS", "777777777")
DYNAMICS = Party("DUNS", "555555555")
FUSION = Party("NetworkID", "FUSION-333333333")
WORKDAY = Party("NetworkID", "WD-222222222")
# Microsoft's table of the values that get into a requisition line.
DYNAMICS_READS = frozenset({
    "SupplierPartID", "UnitPrice", "Description", "ShortName", "UnitOfMeasure", "Classification",
})  # fmt: skip

CXML_SYSTEMS = (
    System(
        slug="ariba",
        name="SAP Ariba",
        short_name="Ariba",
        document=_("Requisition"),
        summary=_("Through a network hub: the sender is not the customer. Edit and inspect."),
        buyer="SAP Ariba Buying",
        protocol="cxml",
        sources=_("cXML Reference Guide 1.2.051; the field limits from a digest of Ariba's CIF guide."),
        doubts=(_("How long a description the buyer's own configuration keeps."),),
        cxml=CxmlDialect(
            sender=Party("NetworkID", "AN01000000087"),
            from_party=Party("NetworkID", "AN01000000001-T"),
            to=SUPPLIER,
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
            # 2000 bytes are accepted, 255 characters are shown on the order.
            lengths_in_bytes=True,
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
        sources=_("Coupa's FAQ and its compass pages; the version of each message from the latter."),
        doubts=(_("The list of units; every site has its own."),),
        cxml=CxmlDialect(
            sender=COUPA,
            from_party=COUPA,
            to=SUPPLIER,
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
        sources=_("Oracle Procurement, attributes supported in cXML punch-out; a digest of the 11i guide."),
        doubts=(_("The list of units; every site has its own."),),
        cxml=CxmlDialect(
            sender=ORACLE,
            from_party=ORACLE,
            to=SUPPLIER,
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
        slug="jaggaer",
        name="JAGGAER",
        short_name="JAGGAER",
        document=_("Shopping cart"),
        summary=_("One sender for all customers, unknown units become a piece, four decimals of a price."),
        buyer="JAGGAER ONE",
        protocol="cxml",
        sources=_("A digest of JAGGAER's cXML handbook; JAGGAER also speaks OCI."),
        doubts=(_("The list of units; every site has its own."),),
        cxml=CxmlDialect(
            sender=Party("NetworkID", "SciQuest"),
            from_party=Party("DUNS", "666666666"),
            to=SUPPLIER,
            user_agent="JAGGAER",
            dtd_version="1.2.011",
            timestamp="blank",
            extrinsics=(("UniqueUsername", PERSON.user.lower()), ("UserEmail", PERSON.email)),
            sends_contact=True,
            sends_ship_to=True,
            sends_supplier_setup=True,
            sends_item_detail=False,
            cookie_style="hex",
            lengths=MappingProxyType(
                {"SupplierPartID": 100, "SupplierPartAuxiliaryID": 100, "Description": 256}
            ),
            known_units=JAGGAER_UNITS,
            unknown_unit_becomes="EA",
            price_decimals=4,
            needs_unspsc=True,
        ),
    ),
    System(
        slug="dynamics365",
        name="Dynamics 365",
        short_name="Dynamics",
        document=_("Purchase requisition"),
        summary=_("Creates only, with an empty BuyerCookie and no DOCTYPE; reads nine values of a line."),
        buyer="Dynamics 365 Supply Chain Management",
        protocol="cxml",
        sources=_("Microsoft, “Set up an external catalog for PunchOut e-procurement”."),
        doubts=(
            _("The empty BuyerCookie, the missing DOCTYPE and DTD 1.2.008: one implementation says so."),
            _("The list of units; they and the currency have to be set up there."),
        ),
        cxml=CxmlDialect(
            sender=DYNAMICS,
            from_party=DYNAMICS,
            to=SUPPLIER,
            user_agent="Dynamics 365",
            dtd_version="1.2.008",
            sends_doctype=False,
            extrinsics=(("UserEmail", PERSON.email),),
            sends_contact=False,
            sends_ship_to=False,
            sends_supplier_setup=True,
            sends_item_detail=False,
            cookie_style="empty",
            creates_only=True,
            known_units=DYNAMICS_UNITS,
            reads=DYNAMICS_READS,
        ),
    ),
    System(
        slug="oracle-fusion",
        name="Oracle Fusion Cloud",
        short_name="Fusion",
        document=_("Requisition"),
        summary=_(
            "Self Service Procurement: units and categories mapped or refused, the person as one string."
        ),
        buyer="Oracle Fusion Procurement",
        protocol="cxml",
        sources=_("Oracle Procurement, attributes supported in cXML punch-out; its own example of a cart."),
        doubts=(_("The list of units; every site has its own."),),
        cxml=CxmlDialect(
            sender=FUSION,
            from_party=FUSION,
            to=SUPPLIER,
            user_agent="Oracle Fusion Self Service Procurement",
            dtd_version="1.1.007",
            extrinsics=(
                ("UserEmail", PERSON.email),
                ("User", f"{PERSON.last_name}, {PERSON.first_name}"),
                ("UserFullName", f"{PERSON.first_name} {PERSON.last_name}"),
            ),
            sends_contact=False,
            sends_ship_to=True,
            sends_supplier_setup=False,
            sends_item_detail=False,
            cookie_style="word",
            lengths=MappingProxyType({"Description": 240}),
            known_units=ORACLE_UNITS,
            needs_unspsc=True,
        ),
    ),
    System(
        slug="tradecentric",
        name="TradeCentric (PunchOut2Go)",
        short_name="TradeCentric",
        document=_("Shopping cart"),
        summary=_("A gateway before other systems: a nameless Extrinsic, an address of placeholders."),
        buyer="TradeCentric",
        protocol="cxml",
        sources=_("Setup requests that its adapter sent, version 1.2.018."),
        doubts=(_("What the system behind the gateway keeps of a line; the gateway passes all on."),),
        cxml=CxmlDialect(
            # It signs in as the supplier.
            sender=SUPPLIER,
            from_party=Party("NetworkID", "P2G-444444444"),
            to=SUPPLIER,
            user_agent="PO2GO cXML Adapter",
            dtd_version="1.2.018",
            extrinsics=(
                ("", ""),
                ("UserEmail", PERSON.email),
                ("FirstName", PERSON.first_name),
                ("LastName", PERSON.last_name),
            ),
            sends_contact=False,
            sends_ship_to=True,
            placeholder_address=True,
            sends_supplier_setup=False,
            sends_item_detail=False,
            cookie_style="hex",
        ),
    ),
    System(
        slug="workday",
        name="Workday",
        short_name="Workday",
        document=_("Requisition"),
        summary=_("A newer DTD, 1.2.045, with first and last name, a number of the employee, and a ship-to."),
        buyer="Workday",
        protocol="cxml",
        sources=_("A simulator of procurement systems; nothing of Workday's own was found."),
        doubts=(
            _("All of it: version, names of the Extrinsics, and what Workday keeps of a line."),
            _("The list of units; every site has its own."),
        ),
        cxml=CxmlDialect(
            sender=WORKDAY,
            from_party=WORKDAY,
            to=SUPPLIER,
            user_agent="Workday",
            dtd_version="1.2.045",
            extrinsics=(
                ("UserEmail", PERSON.email),
                ("UserFirstName", PERSON.first_name),
                ("UserLastName", PERSON.last_name),
                ("UniqueUserName", "21001"),
            ),
            sends_contact=False,
            sends_ship_to=True,
            sends_supplier_setup=False,
            sends_item_detail=False,
            cookie_style="word",
            known_units=COUPA_UNITS,
        ),
    ),
)
