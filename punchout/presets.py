"""What is known of each procurement system, as the values that a new connection to it starts with.

A preset is only a start: the operator sees every value in the form and may change it, and nothing refers to
the preset afterwards. What no text or real message confirms is said in ``doubts``, beside the values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

# Units that are taken without asking in systems where an administrator has to create every one. With a unit
# that is missing there the line fails (Coupa, Oracle) or is ordered by the piece without a word (JAGGAER), so
# a cart with any other is stopped here until the list is agreed.
USUAL_UNITS = ("EA", "BX", "CT", "DZN", "HUR", "KGM", "LTR", "MTR", "PK", "PR", "RL", "RO", "SET")


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One procurement system: what to fill in, where that comes from, and what to ask the buyer's IT."""

    slug: str
    name: str
    adapter: str
    # As the buyer calls it; he reads "Return to ...".
    buyer_system: str
    options: Mapping[str, Any] = field(default_factory=dict)
    # The system shows catalogs inside its own page, where browsers may refuse our cookie.
    framed: bool = False
    sources: Text
    ask: Text
    doubts: tuple[Text, ...] = ()


_ALL = (
    Preset(
        slug="sap-srm",
        name="SAP SRM",
        adapter="oci",
        buyer_system="SAP SRM",
        framed=True,
        # SRM itself says in http_content_charset what it reads, and splits its own HOOK_URL.
        options={"version": "4.0", "hook_query": "split", "sapevent": False},
        sources=_("OCI 4.0 (November 2003) and SAP's help on calling catalogs."),
        ask=_(
            "The rows of the catalog's call structure: their names for user and password, the language, and "
            "which ISO units are mapped (transaction CUNI). ECC's own screens need “Accept SAPEVENT:POST”."
        ),
        doubts=(_("Which OCI version the system reads is set there; 4.0 is what nearly all of them use."),),
    ),
    Preset(
        slug="sap-s4",
        name="SAP S/4HANA",
        adapter="oci",
        buyer_system="SAP S/4HANA",
        framed=True,
        options={"version": "5.0", "hook_query": "split", "charset": "utf-8"},
        sources=_("OCI 5.0 (January 2013) and SAP's help on calling catalogs."),
        ask=_(
            "The rows of the catalog's call structure: their names for user and password, the language, and "
            "which ISO units are mapped (transaction CUNI). ECC's own screens need “Accept SAPEVENT:POST”."
        ),
        doubts=(
            _("That the return is read in UTF-8 whatever the launch asks for."),
            _("That VALIDATE forgets the price unit (KBA 3382679); it is therefore always sent."),
        ),
    ),
    Preset(
        slug="ariba",
        name="SAP Ariba",
        adapter="cxml",
        buyer_system="SAP Ariba",
        framed=True,
        options={
            "dtd_version": "1.2.037",
            "operation_allowed": "edit",
            "return_encoding": "cXML-urlencoded",
            # 2000 bytes are accepted, 255 characters are shown on the order.
            "description_length": 255,
            "default_unspsc": "",
            "refused_characters": "?{}",
            "field_lengths": {"SupplierPartID": 128},
        },
        sources=_("cXML Reference Guide 1.2.051; the field limits from a digest of Ariba's CIF guide."),
        ask=_(
            "The buyer's ANID (test accounts end in -T) as From, the network as Sender, our own ANID as To. "
            "The secret is ours: the network sends it for every customer."
        ),
        doubts=(
            _("The characters ?, { and } in an article number are refused; such a cart is stopped here."),
            _("Whether the buyer's site takes PriceBasisQuantity; it is not sent until somebody says so."),
        ),
    ),
    Preset(
        slug="coupa",
        name="Coupa",
        adapter="cxml",
        buyer_system="Coupa",
        options={
            "dtd_version": "1.2.023",
            "operation_allowed": "edit",
            "return_encoding": "cXML-urlencoded",
            "accepted_units": list(USUAL_UNITS),
            "required_fields": ["unspsc"],
        },
        sources=_("Coupa's FAQ and its compass pages; the version of each message from the latter."),
        ask=_(
            "Domain and identity of buyer and supplier, whether edit and inspect are switched on, and which "
            "units exist there: a cart with another one fails at import."
        ),
        doubts=(_("The list of units is a start, not the buyer's own."),),
    ),
    Preset(
        slug="oracle",
        name="Oracle",
        adapter="cxml",
        buyer_system="Oracle",
        options={
            "dtd_version": "1.1.010",
            "operation_allowed": "edit",
            # iProcurement stopped with an error when a cart came back empty.
            "leave": "close",
            "description_length": 240,
            "accepted_units": list(USUAL_UNITS),
            "required_fields": ["unspsc"],
        },
        sources=_("Oracle Procurement, attributes supported in cXML punch-out; a digest of the 11i guide."),
        ask=_(
            "Which units and categories are mapped: a line with another one fails the requisition. For "
            "iProcurement, whether carts come directly (25 characters of an article number) or through the "
            "exchange (740)."
        ),
        doubts=(
            _("The list of units is a start, not the buyer's own."),
            _("That edit works in every release; Oracle's own example announces it."),
        ),
    ),
    Preset(
        slug="jaggaer",
        name="JAGGAER",
        adapter="cxml",
        buyer_system="JAGGAER",
        options={
            "dtd_version": "1.2.011",
            "operation_allowed": "edit",
            "description_length": 256,
            "accepted_units": list(USUAL_UNITS),
            "required_fields": ["unspsc"],
            # It keeps four decimals of a price: sent so, the order has the price of the cart.
            "price_decimals": 4,
            "field_lengths": {"SupplierPartID": 100, "SupplierPartAuxiliaryID": 100},
        },
        sources=_("A digest of JAGGAER's cXML handbook; JAGGAER also speaks OCI."),
        ask=_(
            "Which units the customer's site has mapped: any other is ordered as EA without a word. The "
            "sender is SciQuest or JAGGAER for all customers, so From tells them apart."
        ),
        doubts=(
            _("The list of units is a start, not the buyer's own."),
            _("That four decimals of a price are kept; it is sent with no more (see the mapping)."),
            _("That PunchOutOrderMessages of DTD 1.2.011 are still preferred."),
        ),
    ),
    Preset(
        slug="dynamics365",
        name="Dynamics 365",
        adapter="cxml",
        buyer_system="Dynamics 365",
        options={
            "dtd_version": "1.2.008",
            # A cart that came back cannot be opened again from a requisition.
            "operation_allowed": "create",
            # The description becomes the product name; a text behind it would be part of that name.
            "description": "name",
            "short_name": False,
        },
        sources=_("Microsoft, “Set up an external catalog for PunchOut e-procurement”."),
        ask=_(
            "Domain and identity of buyer and supplier, and that our units and currency exist there. An "
            "Extrinsic with the user's name or e-mail has to be added to the message format by the buyer."
        ),
        doubts=(
            _("DTD version, encoding of the cart and length of the product name: no text of Microsoft says."),
            _("Microsoft's table has ShortName as an attribute, cXML as an element; it is not sent."),
        ),
    ),
    Preset(
        slug="ifs",
        name="IFS",
        adapter="oci",
        buyer_system="IFS",
        options={
            "version": "4.0",
            # The service that takes the cart identifies it by the query of its address.
            "hook_query": "keep",
            # Its field list has no MATNR and no long text.
            "material_number": "none",
            "longtext": False,
            "required_outgoing": ["VENDORMAT", "DESCRIPTION"],
            # Not in its field list either; a category goes by MATGROUP, where a table translates it.
            "classification": "none",
            "mapping": [
                {"field": name, "expression": ""}
                for name in ("MANUFACTMAT", "EXT_QUOTE_ID", "EXT_QUOTE_ITEM")
            ],
        },
        sources=_("IFS Technical Documentation 21R2 to 24R2, “Punchout Catalog – Procurement”."),
        ask=_(
            "The whole punch-out URL as it will be entered (SENDERID, USERNAME, PASSWORD, NEW_ITEM-VENDOR), "
            "and the host of the OCICANCEL address, which must be among the allowed return origins."
        ),
        doubts=(
            _("The charset in which the cart is read; without http_content_charset it is ISO-8859-1."),
            _("What IFS does with a field that is not in its list; the mapping leaves such fields out."),
        ),
    ),
    Preset(
        slug="basware",
        name="Basware",
        adapter="oci",
        buyer_system="Basware",
        options={
            "version": "4.0",
            "hook_query": "split",
            # The supplier's product name is read from DESCRIPTION alone.
            "material_number": "both",
            "required_outgoing": ["DESCRIPTION"],
        },
        sources=_("Basware knowledge base, external webshops (BWKB0018306, BWKB0015957, BWKB0017367)."),
        ask=_(
            "GET or POST, net prices, and our DUNS number: set it as “Our number at the buyer”, the supplier "
            "is found by it. Background search can be switched on there."
        ),
        doubts=(
            _("The charset in which the cart is read; without http_content_charset it is ISO-8859-1."),
            _("Lengths of the fields; those of OCI 4.0 are kept to."),
        ),
    ),
    Preset(
        slug="sap-ecc",
        name="SAP ECC",
        adapter="oci",
        buyer_system="SAP ECC",
        # ECC's own screens show the catalog inside SAP GUI, which catches the form; there is no address.
        options={"version": "4.0", "hook_query": "split", "sapevent": True},
        sources=_("OCI 4.0 (November 2003) and SAP's help on calling catalogs."),
        ask=_(
            "The rows of the catalog's call structure: their names for user, password and return address "
            "(MM_HOOK_URL is understood), the language, and which ISO units are mapped (transaction CUNI)."
        ),
        doubts=(_("SAPEVENT:POST has no host that could be checked: whoever has the secret gets the cart."),),
    ),
    Preset(
        slug="odoo",
        name="Odoo",
        adapter="oci",
        buyer_system="Odoo",
        options={
            "version": "3.0",
            "charset": "utf-8",
            "hook_query": "keep",
            # PRICEUNIT and UNIT are not read: the price is that of one ordered unit.
            "price_decimals": 3,
            "material_number": "both",
            "required_outgoing": ["DESCRIPTION", "VENDORMAT"],
            "mapping": [
                {"field": "PRICE", "expression": "{{ line.unit_price }}"},
                {"field": "PRICEUNIT", "expression": "1"},
            ],
        },
        sources=_("The module edi_punchout of the Odoo Community Association; it also speaks IDS-Connect."),
        ask=_(
            "Which module they use. With edi_punchout, the parameters for user and password are entered as "
            "they were given, and an article is ordered in the unit that it has in Odoo."
        ),
        doubts=(_("What other modules for Odoo read."),),
    ),
    Preset(
        slug="dolibarr",
        name="Dolibarr",
        adapter="oci",
        buyer_system="Dolibarr",
        options={
            "version": "4.0",
            "charset": "utf-8",
            "hook_query": "keep",
            # Its reader puts every long text on line 0, so DESCRIPTION has to stand on its own.
            "longtext": False,
            "material_number": "both",
            "required_outgoing": ["VENDORMAT"],
        },
        sources=_("A module for Dolibarr that orders at Würth France."),
        ask=_("Which module they use, and whether it divides by the price unit; equal lines are joined."),
        doubts=(_("How many decimals a divided price keeps; Dolibarr's usual five are applied."),),
    ),
    Preset(
        slug="tradecentric",
        name="TradeCentric",
        adapter="cxml",
        buyer_system="TradeCentric",
        options={"dtd_version": "1.2.018", "operation_allowed": "edit"},
        sources=_("Setup requests that its adapter sent, version 1.2.018."),
        ask=_(
            "Which system stands behind the gateway, what it keeps of a line, and which identity comes as "
            "From. The sender is our own identity; an address of placeholders is ignored."
        ),
        doubts=(_("What the system behind the gateway keeps of a line; the gateway passes all on."),),
    ),
    Preset(
        slug="workday",
        name="Workday",
        adapter="cxml",
        buyer_system="Workday",
        options={
            "dtd_version": "1.2.014",
            "operation_allowed": "create",
            "accepted_units": list(USUAL_UNITS),
        },
        sources=_("A simulator of procurement systems; nothing of Workday's own was found."),
        ask=_(
            "A setup request as it is sent, which version carts are expected in, which units exist there, "
            "and whether carts can be edited."
        ),
        doubts=(
            _("All of it: version, names of the Extrinsics, and what Workday keeps of a line."),
            _("The list of units is a start, not the buyer's own."),
        ),
    ),
)
PRESETS: Mapping[str, Preset] = MappingProxyType({preset.slug: preset for preset in _ALL})


def preset_of(buyer_system: str, adapter: str) -> Preset | None:
    """The preset of the system that a connection names, if it is one of them."""
    named = buyer_system.strip().casefold()
    fitting = (preset for preset in _ALL if preset.adapter == adapter)
    return next((preset for preset in fitting if preset.buyer_system.casefold() in named), None)
