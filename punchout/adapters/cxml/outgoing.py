"""The elements of an ItemIn for a connection's mapping, and Extrinsics that the buyer asks for."""

from functools import cache

from django.utils.translation import gettext_lazy as _

from punchout.adapters.outgoing import FieldTable, FreeFields, OutgoingField

EXTRINSIC = "Extrinsic "
CLASSIFICATION = "Classification "
SHORT_NAME_LENGTH = 50  # 30 are recommended


@cache
def field_table(
    description_length: int, *, has_buyer_part: bool, has_price_basis: bool, has_comments: bool
) -> FieldTable:
    """What the connection's DTD ceiling and its options let an ItemIn have."""
    fields = [
        OutgoingField(
            "quantity", _("quantity"), kind="number", value="line.quantity", required=True, role="quantity"
        ),
        OutgoingField(
            "SupplierPartID", _("our article number"), kind="code", value="line.sku", required=True
        ),
        OutgoingField("SupplierPartAuxiliaryID", _("identity of the line"), kind="code", value="line.token"),
        OutgoingField("UnitPrice", _("net price"), kind="number", required=True, role="price"),
        OutgoingField(
            "currency", _("currency"), 3, "code", value="line.currency", required=True, role="currency"
        ),
        OutgoingField("Description", _("description"), description_length, value="line.name", required=True),
        OutgoingField("ShortName", _("short text"), SHORT_NAME_LENGTH),
        OutgoingField("UnitOfMeasure", _("unit"), kind="code", value="line.unit", required=True, role="unit"),
        OutgoingField(
            "ManufacturerPartID",
            _("manufacturer part number"),
            kind="code",
            value="line.manufacturer_part_number",
        ),
        OutgoingField("ManufacturerName", _("brand"), value="line.brand"),
        OutgoingField("URL", _("address of the article's page"), kind="code", value="line.page_url"),
        OutgoingField(
            "LeadTime", _("lead time in days"), kind="number", value="line.lead_time_days", decimals=0
        ),
    ]
    if has_buyer_part:
        fields.append(
            OutgoingField(
                "BuyerPartID", _("article number of the buyer"), kind="code", value="line.buyer_part_number"
            )
        )
    if has_price_basis:
        fields.append(
            OutgoingField(
                "PriceBasisQuantity",
                _("price unit"),
                kind="number",
                value="line.price_unit",
                role="price unit",
            )
        )
    if has_comments:
        fields.append(OutgoingField("Comments", _("remarks")))
    return FieldTable(fields, FREE)


FREE = (
    FreeFields(
        CLASSIFICATION + r"[A-Za-z][\w.-]{0,39}", _("classification"), CLASSIFICATION + "UNSPSC", kind="code"
    ),
    FreeFields(EXTRINSIC + r"\S.{0,79}", _("Extrinsic of the line"), EXTRINSIC + "costCenter"),
)
