"""SAP's own systems that speak OCI, as the sandbox plays them.

Sources: OCI 4.0 and 5.0; SAP's help on calling catalogs.
"""

from django.utils.translation import gettext_lazy as _

from punchout.sandbox.dialects import OciDialect, System

SAP_SYSTEMS = (
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
        slug="sap-ecc",
        name="SAP ECC, Enterprise Buyer",
        short_name="ECC",
        document=_("Purchase requisition"),
        summary=_("From inside SAP GUI: the return address is SAPEVENT:POST, under a name of its own."),
        buyer="SAP ECC 6.0",
        protocol="oci",
        sources=_("OCI 4.0 (November 2003) and SAP's help on calling catalogs."),
        doubts=(
            _("The list of mapped units; every SAP has its own."),
            _("The name of the return address: MM_HOOK_URL is that of SAP's own example."),
        ),
        oci=OciDialect(
            connection="demo-sap-ecc",
            version="4.0",
            charset="ISO-8859-1",
            charset_name="",
            method="POST",
            language_name="sap-language",
            hook_name="MM_HOOK_URL",
            hook_value="SAPEVENT:POST",
            return_target="",
            its_fields=(
                ("~OkCode", "ADDI"),
                ("~Target", "_top"),
                ("~ForceTarget", "Yes"),
                ("~CALLER", "CTLG"),
            ),
        ),
    ),
)
