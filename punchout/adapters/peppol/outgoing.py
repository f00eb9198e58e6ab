"""The elements of a Peppol catalogue line for a connection's mapping."""

from django.utils.translation import gettext_lazy as _

from punchout.adapters.outgoing import FieldTable, FreeFields, OutgoingField

PROPERTY = "AdditionalItemProperty "
# Scheme and value, such as 0208:0123456749.
PROVIDER = {"EndpointID": _("our electronic address"), "ID": _("our identifier")}
RECEIVER = {"EndpointID": _("electronic address of the buyer"), "ID": _("identifier of the buyer")}
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
        OutgoingField(
            "currencyID", _("currency"), 3, "code", value="line.currency", required=True, role="currency"
        ),
        OutgoingField("LineID", _("number of the line"), kind="code", value="line.number", required=True),
        OutgoingField("LineValidityPeriod", _("last day of the price of the line"), kind="date"),
        OutgoingField("PriceType", _("kind of price"), kind="code"),
        OutgoingField("DocumentURI", _("address of the picture"), kind="code", value="line.picture_url"),
        OutgoingField("OriginCountry", _("country of origin"), 2, "code"),
        OutgoingField("TransactionConditions", _("condition of the line"), kind="code", choices=("CT",)),
        OutgoingField(
            PROPERTY + "ServiceIndicator", _("true for a service"), kind="code", choices=("true", "false")
        ),
        OutgoingField("ID", _("number of the cart"), kind="code", of="cart", required=True),
        OutgoingField(
            "ActionCode",
            _("whether the cart is ordered whole"),
            kind="code",
            of="cart",
            choices=("true", "false"),
        ),
        OutgoingField("IssueDate", _("day of the return"), kind="date", of="cart"),
        OutgoingField("EndDate", _("last day of the prices"), kind="date", of="cart"),
        OutgoingField("EndTime", _("last second of the prices"), 8, "code", of="cart"),
        *(
            OutgoingField(f"{party}{name}", label, kind="code", of="cart")
            for party, of_party in (("Provider", PROVIDER), ("Receiver", RECEIVER))
            for name, label in of_party.items()
        ),
        OutgoingField("ProviderName", _("our registered name"), of="cart"),
        OutgoingField("ReferencedContract", _("contract"), of="cart"),
        OutgoingField("Contact", _("reference of the buyer"), of="cart"),
        OutgoingField("ReceiverName", _("registered name of the buyer"), of="cart"),
    ),
    (FreeFields(PROPERTY + r"\S.{0,59}", _("property of the article"), PROPERTY + "IP rating", 240),),
)
