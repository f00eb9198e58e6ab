"""The procurement systems of other makers that speak OCI, as the sandbox plays them.

Sources: OCI 4.0 and 5.0; IFS Technical Documentation 21R2 to 24R2; Basware's knowledge base; Unite's help;
modules for Odoo (OCA, edi_punchout) and Dolibarr. Where nothing is public, an entry says so in its doubts.
"""

from django.utils.translation import gettext_lazy as _

from punchout.sandbox.dialects import OciDialect, System

# What IFS documents as its OCI message; NEW_ITEM_CERT is written without the hyphen there.
IFS_FIELDS = frozenset({
    "VENDORMAT", "DESCRIPTION", "QUANTITY", "UNIT", "CURRENCY", "EXT_PRODUCT_ID", "PRICEUNIT", "MATGROUP",
    "VENDOR", "CERT", "CUST_FIELD1", "CUST_FIELD2", "LEADTIME", "EXT_SCHEMA_TYPE", "PRICE", "ADDITIONAL_COST",
})  # fmt: skip

# What edi_punchout takes out of a line; LONGTEXT is no field of its own there.
ODOO_FIELDS = frozenset({"DESCRIPTION", "QUANTITY", "PRICE", "VENDORMAT", "LEADTIME"})

OCI_SYSTEMS = (
    System(
        slug="ifs",
        name="IFS",
        short_name="IFS",
        document=_("Purchase requisition"),
        summary=_(
            "Launch by GET with names of its own, a way back without a cart, a session in the address."
        ),
        buyer="IFS Cloud",
        protocol="oci",
        sources=_("IFS Technical Documentation 21R2 to 24R2, “Punchout Catalog – Procurement”."),
        doubts=(
            _("The charset in which the cart is read; without http_content_charset it is ISO-8859-1."),
            _("What IFS does with a field that is not in its list."),
        ),
        oci=OciDialect(
            connection="demo-ifs",
            version="4.0",
            charset="ISO-8859-1",
            charset_name="",
            method="GET",
            version_name="OCIVERSION",
            fixed=(
                ("SENDERID", "ACME-IFS"),
                ("NEW_ITEM-VENDOR", "20077"),
                ("ACCOUNT_CODE", ""),
                ("AGREEMENT_NO", ""),
            ),
            cancel_name="OCICANCEL",
            hook_id="uniqueid",
            hook_in="address",
            return_target="",
            required=("VENDORMAT", "DESCRIPTION", "PRICE"),
            reads=IFS_FIELDS,
        ),
    ),
    System(
        slug="basware",
        name="Basware",
        short_name="Basware",
        document=_("Purchase requisition"),
        summary=_("Launch by POST, the HTML variant only, the supplier found by VENDOR."),
        buyer="Basware Procurement",
        protocol="oci",
        sources=_("Basware knowledge base, external webshops (BWKB0018306, BWKB0015957, BWKB0017367)."),
        doubts=(
            _("The charset in which the cart is read; without http_content_charset it is ISO-8859-1."),
            _("Lengths of the fields: those of OCI 4.0 are applied."),
        ),
        oci=OciDialect(
            connection="demo-basware",
            version="4.0",
            charset="ISO-8859-1",
            method="POST",
            language_name="LANGUAGE",
            its_fields=(("~OkCode", "ADDI"), ("~TARGET", "_top"), ("~CALLER", "CTLG")),
            required=("DESCRIPTION",),
            expected=("PRICE", "VENDOR"),
        ),
    ),
    System(
        slug="odoo",
        name="Odoo",
        short_name="Odoo",
        document=_("Request for quotation"),
        summary=_(
            "A session in the path; price unit, unit and currency are not read; one bad line stops all."
        ),
        buyer="Odoo",
        protocol="oci",
        sources=_("The module edi_punchout of the Odoo Community Association; it also speaks IDS-Connect."),
        doubts=(_("What other modules for Odoo read."),),
        oci=OciDialect(
            connection="demo-odoo",
            version="3.0",
            charset="utf-8",
            charset_name="",
            method="POST",
            user_name="username",
            password_name="password",  # noqa: S106 - a parameter's name
            hook_id="",
            return_target="",
            known_units=None,
            required=("DESCRIPTION", "VENDORMAT", "PRICE"),
            one_fails_all=True,
            reads=ODOO_FIELDS,
            price_decimals=None,
            price_unit="ignored",
        ),
    ),
    System(
        slug="dolibarr",
        name="Dolibarr",
        short_name="Dolibarr",
        document=_("Purchase order"),
        summary=_("Joins equal lines, divides by the price unit, loses long texts, reads address and form."),
        buyer="Dolibarr",
        protocol="oci",
        sources=_("A module for Dolibarr that orders at Würth France."),
        doubts=(
            _("How many decimals a divided price keeps; Dolibarr's usual five are applied."),
            _("Which units it has been taught."),
        ),
        oci=OciDialect(
            connection="demo-dolibarr",
            version="4.0",
            charset="utf-8",
            method="POST",
            hook_query=(("action", "punchout"),),
            hook_id="token",
            hook_in="either",
            return_target="",
            any_of=("VENDORMAT", "EXT_PRODUCT_ID"),
            joins_equal=True,
            loses_long_text=True,
            price_unit="divided",
        ),
    ),
    System(
        slug="unite",
        name="Unite (Mercateo)",
        short_name="Unite",
        document=_("Shopping cart"),
        summary=_("Launch by GET; no field, not even a long text, has more than 255 characters."),
        buyer="Unite",
        protocol="oci",
        sources=_("Unite's help page on OCI."),
        doubts=(
            _("That page describes what Unite sends as a catalog; that it reads the same is assumed."),
            _("Which units are mapped there."),
        ),
        oci=OciDialect(
            connection="demo-unite",
            version="4.0",
            charset="ISO-8859-1",
            method="GET",
            longest=255,
        ),
    ),
    System(
        slug="buyerquest",
        name="BuyerQuest",
        short_name="BuyerQuest",
        document=_("Shopping cart"),
        summary=_(
            "A session named ci_session in the return address, and a field EXT_CUSTOM_OPTION of its own."
        ),
        buyer="BuyerQuest",
        protocol="oci",
        sources=_("A cart that was posted to BuyerQuest; it also speaks cXML."),
        doubts=(
            _("Whether it finds ci_session in the form, in the address, or in both."),
            _("The charset in which the cart is read; without http_content_charset it is ISO-8859-1."),
        ),
        oci=OciDialect(
            connection="demo-buyerquest",
            version="4.0",
            charset="ISO-8859-1",
            method="POST",
            hook_id="ci_session",
            hook_in="either",
            agreed=frozenset({"EXT_CUSTOM_OPTION"}),
        ),
    ),
    System(
        slug="infor",
        name="Infor",
        short_name="Infor",
        document=_("Requisition"),
        summary=_("Length and decimals of every field are set there; here, two decimals of a price."),
        buyer="Infor",
        protocol="oci",
        sources=_("Infor's documentation of its OCI fields: a length cuts, a number of decimals rounds."),
        doubts=(
            _("The lengths: those of OCI 4.0 are applied. The two decimals are that page's example."),
            _("How it launches; as OCI has it."),
        ),
        oci=OciDialect(
            connection="demo-infor",
            version="4.0",
            charset="ISO-8859-1",
            method="POST",
            hook_in="either",
            price_decimals=2,
        ),
    ),
    System(
        slug="spend-cloud",
        name="Spend Cloud",
        short_name="Spend Cloud",
        document=_("Order request"),
        summary=_("A Dutch purchase-to-pay system: OCI 4.0 as written, the cart is copied for approval."),
        buyer="Spend Cloud",
        protocol="oci",
        sources=_("Spend Cloud's introduction for suppliers, which refers to OCI."),
        doubts=(_("Everything beyond OCI itself: its own field list was not at hand."),),
        oci=OciDialect(
            connection="demo-spend-cloud",
            version="4.0",
            charset="ISO-8859-1",
            method="POST",
            hook_in="either",
        ),
    ),
    System(
        slug="dutch-oci",
        name="AFAS, Exact, GHX, Proactis, Proquro, TBlox",
        short_name="OCI 4.0",
        document=_("Requisition"),
        summary=_("They ask suppliers for OCI of November 2003, as DigiInkoop does, and publish no more."),
        buyer="Procurement (OCI 4.0)",
        protocol="oci",
        sources=_("OCI 4.0 (November 2003), to which their suppliers and DigiInkoop refer."),
        doubts=(_("Everything beyond OCI itself: none of them publishes its field list."),),
        oci=OciDialect(
            connection="demo-dutch-oci",
            version="4.0",
            charset="ISO-8859-1",
            method="POST",
            its_fields=(("~OkCode", "ADDI"), ("~TARGET", "_top"), ("~CALLER", "CTLG")),
        ),
    ),
)
