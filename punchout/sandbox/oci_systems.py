"""The procurement systems that speak OCI, as the sandbox plays them.

Sources: OCI 4.0 and 5.0; IFS Technical Documentation 21R2 to 24R2; Basware's knowledge base.
"""

from django.utils.translation import gettext_lazy as _

from punchout.sandbox.dialects import OciDialect, System

# What IFS documents as its OCI message; NEW_ITEM_CERT is written without the hyphen there.
IFS_FIELDS = frozenset({
    "VENDORMAT", "DESCRIPTION", "QUANTITY", "UNIT", "CURRENCY", "EXT_PRODUCT_ID", "PRICEUNIT", "MATGROUP",
    "VENDOR", "CERT", "CUST_FIELD1", "CUST_FIELD2", "LEADTIME", "EXT_SCHEMA_TYPE", "PRICE", "ADDITIONAL_COST",
})  # fmt: skip

OCI_SYSTEMS = (
    System(
        slug="sap-srm",
        name="SAP SRM",
        short_name="SRM",
        document=_("Shopping cart"),
        summary=_("Classic launch by GET, Western European characters, texts cut at 40."),
        buyer="SAP SRM 7.0",
        protocol="oci",
        sources=_("OCI 4.0 (November 2003) and SAP's help on calling catalogs."),
        doubts=(_("The list of mapped units; every SAP has its own."),),
        oci=OciDialect(
            connection="demo-sap-srm",
            version="4.0",
            charset="ISO-8859-1",
            method="GET",
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
        sources=_("OCI 5.0 (January 2013) and SAP's help on calling catalogs."),
        doubts=(
            _("The list of mapped units; every SAP has its own."),
            _("That the return is read in UTF-8 whatever the launch asks for."),
        ),
        oci=OciDialect(
            connection="demo-s4",
            version="5.0",
            charset="utf-8",
            method="POST",
            language_name="sap-language",
            hook_query=(("sap-client", "200"),),
            hook_in="either",
            its_fields=(("~OkCode", "ADDI"), ("~Target", "_top"), ("~Caller", "CTLG")),
        ),
    ),
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
)
