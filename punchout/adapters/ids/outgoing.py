"""The fields of a returned IDS-Connect cart for a connection's mapping, with the lengths of the schema."""

from functools import cache

from django.utils.translation import gettext_lazy as _

from punchout.adapters.ids.fields import (
    ADDRESS,
    AMOUNT_DECIMALS,
    CHARACTERS,
    IDENTITY_LENGTH,
    METAL_SHARE,
    METAL_UNITS,
    METALS,
    NUMBERS,
    PARTIES,
    QUANTITY_DECIMALS,
    REFERENCES,
    REMARKS,
    SHIPMENTS,
    SHORT_TEXT_LENGTH,
    UNIT_LENGTH,
)
from punchout.adapters.outgoing import FieldTable, FreeFields, OutgoingField


@cache
def field_table(article_number_length: int) -> FieldTable:
    """The fields of a line and of ``OrderInfo``; prices and quantities must stay numbers."""
    return FieldTable(
        (
            OutgoingField("EAN", _("GTIN"), 13, "code", value="line.gtin"),
            OutgoingField(
                "ArtNo",
                _("our article number"),
                article_number_length,
                "code",
                value="line.sku",
                required=True,
                # The GTIN stands for a number that is too long.
                own=lambda line: (
                    line.sku if len(line.sku) <= article_number_length else line.gtin or line.sku
                ),
            ),
            OutgoingField(
                "Qty",
                _("quantity"),
                16,
                "number",
                value="line.quantity",
                decimals=QUANTITY_DECIMALS,
                required=True,
                role="quantity",
            ),
            OutgoingField(
                "QU", _("unit"), UNIT_LENGTH, "code", value="line.unit", required=True, role="unit"
            ),
            OutgoingField("Kurztext", _("short text"), SHORT_TEXT_LENGTH, value="line.name"),
            OutgoingField("Langtext", _("long text"), value="line.description"),
            OutgoingField(
                "OfferPrice",
                _("list price, per PriceBasis"),
                15,
                "number",
                decimals=AMOUNT_DECIMALS,
                required=True,
            ),
            OutgoingField(
                "NetPrice",
                _("total of the line"),
                15,
                "number",
                value="line.total",
                decimals=AMOUNT_DECIMALS,
                required=True,
            ),
            OutgoingField(
                "PriceBasis", _("price unit"), 9, "number", value="line.price_unit", decimals=0, required=True
            ),
            OutgoingField(
                "VAT", _("VAT in percent"), 5, "number", value="line.tax_rate", decimals=2, required=True
            ),
            OutgoingField("ItemChara", _("kind of position"), kind="code", choices=CHARACTERS),
            *(
                OutgoingField(REFERENCE + name, _("number of the position"), length, "code")
                for name, length in REFERENCES.items()
            ),
            *OF_CART,
        ),
        METAL_FIELDS,
    )


# In front of the numbers of a position, and of the parts of a metal share.
REFERENCE, SHARE = "RefItems ", "Rohstoffanteil "
OF_CART = (
    OutgoingField("Date", _("day of the return"), kind="date", of="cart"),
    OutgoingField("Time", _("time of the return"), 8, "code", of="cart"),
    *(
        OutgoingField(name, _("reference of the order"), length, of="cart")
        for name, length in {**NUMBERS, **REMARKS}.items()
    ),
    OutgoingField("DeliveryDate", _("day of delivery"), kind="date", of="cart"),
    OutgoingField("DeliveryWeek", _("week of delivery"), 3, "number", of="cart", decimals=0),
    OutgoingField("DeliveryYear", _("year of the week of delivery"), 4, "number", of="cart", decimals=0),
    OutgoingField("ModeOfShipment", _("kind of shipment"), kind="code", of="cart", choices=SHIPMENTS),
    OutgoingField("Cur", _("currency"), 3, "code", of="cart", required=True),
    *(
        OutgoingField(f"{party} {part}", _("address in the cart"), length, of="cart")
        for party in PARTIES
        for part, length in {"IDNo": IDENTITY_LENGTH, **ADDRESS}.items()
    ),
)
# A share of its own for each metal; one that the article has not is added when its weight is mapped.
METAL_FIELDS = tuple(
    FreeFields(
        f"{SHARE}(?:{'|'.join(sorted(METALS))}) {name}",
        _("share of a metal"),
        f"{SHARE}CU {name}",
        kind="code" if name in METAL_UNITS else "number",
    )
    for name in METAL_SHARE
)
