"""The elements of an Oracle order line for a connection's mapping, with the lengths of its route."""

from functools import cache

from django.utils.translation import gettext_lazy as _

from punchout.adapters.oraclexml.fields import LENGTHS, MOST_DECIMALS
from punchout.adapters.oraclexml.options import Route
from punchout.adapters.outgoing import FieldTable, OutgoingField

CATALOG_TYPES = ("CONTRACTED", "CATALOG")
ATTRIBUTES = tuple(f"attribute{number}" for number in range(1, 16))


@cache
def field_table(route: Route) -> FieldTable:
    length = LENGTHS[route]
    return FieldTable(
        (
            OutgoingField(
                "itemID", _("our article number"), length["itemID"], "code", value="line.sku", required=True
            ),
            OutgoingField(
                "supplierReferenceNumber",
                _("identity of the line"),
                length["supplierReferenceNumber"],
                "code",
                value="line.token",
            ),
            OutgoingField(
                "manufacturerItemID",
                _("manufacturer part number"),
                length["manufacturerItemID"],
                "code",
                value="line.manufacturer_part_number",
            ),
            OutgoingField("manufacturerName", _("brand"), length["manufacturerName"], value="line.brand"),
            OutgoingField(
                "buyerItemID", _("article number of the buyer"), kind="code", value="line.buyer_part_number"
            ),
            OutgoingField(
                "itemDescription",
                _("description"),
                length["itemDescription"],
                value="line.name",
                required=True,
            ),
            OutgoingField(
                "supplierUOMType",
                _("unit"),
                length["supplierUOMType"],
                "code",
                value="line.unit",
                required=True,
                role="unit",
            ),
            OutgoingField(
                "quantity",
                _("quantity"),
                kind="number",
                value="line.quantity",
                required=True,
                role="quantity",
            ),
            OutgoingField("categoryCode", _("category"), length["categoryCode"]),
            OutgoingField("categoryCodeIdentifier", _("kind of category")),
            OutgoingField(
                "currency", _("currency"), 15, "code", value="line.currency", required=True, role="currency"
            ),
            OutgoingField(
                "unitPrice",
                _("net price of one unit"),
                kind="number",
                value="line.unit_price",
                decimals=MOST_DECIMALS,
                required=True,
                role="price",
            ),
            OutgoingField("contractNumber", _("contract"), kind="code"),
            OutgoingField("buyerContractLineNumber", _("line of the buyer's contract"), kind="code"),
            OutgoingField(
                "catalogType", _("whether the contract counts"), kind="code", choices=CATALOG_TYPES
            ),
            OutgoingField("lineType", _("kind of line"), kind="code", required=True),
            OutgoingField("hazardClass", _("hazard class"), kind="code"),
            OutgoingField("supplierUOMQuantity", _("quantity of the unit"), kind="number"),
            OutgoingField("supplierTradingPartnerCode", _("our code as trading partner"), kind="code"),
            OutgoingField("supplierDUNS", _("our DUNS number"), kind="code"),
            OutgoingField("supplierName", _("our name at the buyer"), 240),
            *(OutgoingField(name, _("additional attribute")) for name in ATTRIBUTES),
            OutgoingField("catalogTradingPartner", _("catalog trading partner"), 240, of="cart"),
        )
    )
