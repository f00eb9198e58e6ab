"""The elements of an open order, its header and its lines, for a connection's mapping."""

from django.utils.translation import gettext_lazy as _

from punchout.adapters.outgoing import FieldTable, OutgoingField

# Parts of OrderHeader/DeliveryLocation/DeliveryAddress, in their order.
DELIVERY_ADDRESS = ("DeliverTo", "Street", "PostalCode", "City")
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
        OutgoingField("CustomerOrderLineID", _("number of the buyer's own line"), kind="code"),
        OutgoingField("RequestedDeliveryDate", _("requested day of the line"), kind="date"),
        OutgoingField("CustomerOrderID", _("order number of the buyer"), kind="code", of="cart"),
        OutgoingField("CustomerOrderRef", _("reference of the order"), of="cart"),
        OutgoingField("OrderedBy", _("who ordered"), of="cart"),
        *(OutgoingField(name, _("address in the cart"), of="cart") for name in DELIVERY_ADDRESS),
        OutgoingField("ContactPerson", _("whom to ask for"), of="cart"),
        OutgoingField("ContactTelephone", _("telephone of whom to ask for"), of="cart"),
        OutgoingField("Comments", _("remark"), of="cart"),
    )
)
