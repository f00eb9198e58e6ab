"""The fields of a returned IDS-Connect cart for a connection's mapping, with the lengths of the schema."""

from functools import cache

from django.utils.translation import gettext_lazy as _

from punchout.adapters.ids.fields import (
    AMOUNT_DECIMALS,
    NUMBERS,
    QUANTITY_DECIMALS,
    REMARKS,
    SHORT_TEXT_LENGTH,
    UNIT_LENGTH,
)
from punchout.adapters.outgoing import FieldTable, OutgoingField


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
            *(
                OutgoingField(name, _("reference of the order"), length, of="cart")
                for name, length in {**NUMBERS, **REMARKS}.items()
            ),
            OutgoingField("Cur", _("currency"), 3, "code", of="cart", required=True),
        )
    )
