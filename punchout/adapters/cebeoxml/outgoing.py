"""The elements of an open order's line for a connection's mapping."""

from django.utils.translation import gettext_lazy as _

from punchout.adapters.outgoing import FieldTable, OutgoingField

FIELDS = FieldTable(
    (
        OutgoingField(
            "SupplierItemID", _("our article number"), kind="code", value="line.sku", required=True
        ),
        OutgoingField(
            "CustomerItemID", _("article number of the buyer"), kind="code", value="line.buyer_part_number"
        ),
        OutgoingField("EAN", _("GTIN"), 14, "code", value="line.gtin"),
        OutgoingField("BrandName", _("brand"), value="line.brand"),
        OutgoingField(
            "Reference", _("manufacturer part number"), kind="code", value="line.manufacturer_part_number"
        ),
        OutgoingField("Description", _("description"), value="line.name"),
        OutgoingField(
            "OrderedQuantity",
            _("quantity"),
            kind="number",
            value="line.quantity",
            required=True,
            role="quantity",
        ),
        OutgoingField("UnitOfMeasure", _("unit"), kind="code", value="line.unit", required=True, role="unit"),
        OutgoingField(
            "NetPrice", _("net price of one unit"), kind="number", value="line.unit_price", role="price"
        ),
        OutgoingField("TarifPrice", _("list price of one unit"), kind="number"),
        OutgoingField("OrderedBy", _("who ordered"), of="cart"),
    )
)
