"""The systems that speak neither OCI nor cXML, as the sandbox plays them.

Sources: Oracle's punch-out guide 11i; IDS-Connect 2.0 and 2.5; Peppol BIS Punch Out 3; cebeoXML as two
clients speak it.
"""

from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from punchout.sandbox.dialects import CebeoDialect, IdsDialect, OracleDialect, PeppolDialect, System
from punchout.sandbox.units import CEBEO_UNITS, IDS_UNITS, ORACLE_UNITS, PEPPOL_UNITS

OTHER_SYSTEMS = (
    System(
        slug="oracle-xml",
        name="iProcurement (Oracle XML)",
        short_name="Oracle",
        document=_("Requisition"),
        summary=_("iProcurement without cXML: a login by XML, no price unit, and an error at an empty cart."),
        buyer="Oracle iProcurement",
        protocol="oraclexml",
        sources=_("Oracle Procurement, attributes supported in Oracle XML punch-out; the 11i guide."),
        doubts=(
            _("The shape of the login answer: no text of it was found."),
            _("The list of units; every site has its own."),
        ),
        oracle=OracleDialect(
            connection="demo-oraclexml",
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
        sources=_("IDS-Connect 2.0 and 2.5; what public clients send."),
        doubts=(_("Which packagings the ERP has been taught beside the code list."),),
        ids=IdsDialect(
            connection="demo-ids",
            version="2.5",
            # Landrix's client writes the form into a temporary file and opens that.
            charset="windows-1252",
            customer_number="100003",
            target="TOP",
            lengths=MappingProxyType({"ArtNo": 15, "Kurztext": 100, "QU": 4}),
            known_units=IDS_UNITS,
        ),
    ),
    System(
        slug="peppol",
        name="Peppol Punch Out",
        short_name="Peppol",
        document=_("Purchase requisition"),
        summary=_(
            "A UBL catalogue as cart, held against the rules of transaction T77; no edit, no empty cart."
        ),
        buyer="Nordic public buyer",
        protocol="peppol",
        sources=_("Peppol BIS Punch Out 3, transaction T77 (release 2026.5)."),
        doubts=(_("Launch, field name and encoding: the specification leaves them to the parties."),),
        peppol=PeppolDialect(connection="demo-peppol", known_units=PEPPOL_UNITS),
    ),
    System(
        slug="cebeo-erp",
        name="cebeoXML client (installer's ERP)",
        short_name="ERP",
        document=_("Material list"),
        summary=_(
            "Asks for net prices and stock, and fetches the cart as open order when the buyer has left."
        ),
        buyer="Electro Installateur",
        protocol="cebeoxml",
        sources=_("cebeoXML 2.0.0 as two independent clients speak it; its schema is not public."),
        doubts=(_("Which units beside PCE and MTR such an ERP knows."),),
        cebeo=CebeoDialect(
            connection="demo-cebeo",
            customer_number="100001",
            known_units=CEBEO_UNITS,
            lengths=MappingProxyType({"SupplierItemID": 40, "Description": 100}),
        ),
    ),
)
