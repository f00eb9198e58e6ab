"""The elements of a Peppol catalogue line for a connection's mapping."""

from django.utils.translation import gettext_lazy as _

from punchout.adapters.outgoing import FieldTable, FreeFields, OutgoingField

PROPERTY = "AdditionalItemProperty "
FIELDS = FieldTable(
    (
        OutgoingField("Name", _("name"), value="line.name", required=True),
        OutgoingField("Description", _("description"), value="line.description"),
        OutgoingField(
            "BuyersItemIdentification",
            _("article number of the buyer"),
            kind="code",
            value="line.buyer_part_number",
        ),
        OutgoingField(
            "SellersItemIdentification", _("our article number"), kind="code", value="line.sku", required=True
        ),
        OutgoingField(
            "ManufacturersItemIdentification",
            _("manufacturer part number"),
            kind="code",
            value="line.manufacturer_part_number",
        ),
        OutgoingField("StandardItemIdentification", _("GTIN"), 14, "code", value="line.gtin"),
        OutgoingField("ItemClassificationCode", _("UNSPSC"), kind="code", value="line.unspsc"),
        OutgoingField("ManufacturerParty", _("brand"), value="line.brand"),
        OutgoingField("unitCode", _("unit"), 3, "code", value="line.unit", required=True, role="unit"),
        OutgoingField(
            "BatchQuantity",
            _("quantity"),
            kind="number",
            value="line.quantity",
            required=True,
            role="quantity",
        ),
        OutgoingField(
            "PriceAmount",
            _("net price, per BaseQuantity"),
            kind="number",
            value="line.price",
            required=True,
            role="price",
        ),
        OutgoingField(
            "BaseQuantity",
            _("price unit"),
            kind="number",
            value="line.price_unit",
            required=True,
            role="price unit",
        ),
        OutgoingField(
            "LeadTimeMeasure", _("lead time in days"), kind="number", value="line.lead_time_days", decimals=0
        ),
        OutgoingField("TaxCategory", _("VAT category"), 2, "code", required=True),
        OutgoingField("TaxPercent", _("VAT in percent"), kind="number", value="line.tax_rate", required=True),
        OutgoingField("ReferencedContract", _("contract"), of="cart"),
        OutgoingField("Contact", _("reference of the buyer"), of="cart"),
        OutgoingField("ReceiverName", _("registered name of the buyer"), of="cart"),
    ),
    (FreeFields(PROPERTY + r"\S.{0,59}", _("property of the article"), PROPERTY + "IP rating", 240),),
)
