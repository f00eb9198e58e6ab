"""The elements of a PunchOutOrderMessage for a connection's mapping, and Extrinsics of the buyer's own."""

from dataclasses import replace
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from punchout.adapters.outgoing import FieldTable, FreeFields, Kind, OutgoingField
from punchout.adapters.sets import PART

EXTRINSIC = "Extrinsic "
CLASSIFICATION = "Classification "
SUPPLIER = "SupplierID "
SHORT_NAME_LENGTH = 50  # 30 are recommended
# In front of a field of the whole cart.
HEADER = "Header "
# Of PunchOutOrderMessageHeader and SourcingStatus, in every version of the DTD.
OPERATIONS = ("create", "inspect", "edit")
QUOTE_STATUS = ("pending", "final")
SOURCING_ACTIONS = ("approve", "cancel", "deny")
ADDRESS = (
    "addressID", "Name", "DeliverTo", "Street", "City", "State", "PostalCode", "Country", "isoCountryCode",
    "Email",
)  # fmt: skip


@cache
def field_table(
    description_length: int,
    *,
    has_buyer_part: bool,
    has_price_basis: bool,
    has_comments: bool,
    has_parts: bool = False,
) -> FieldTable:
    """What the connection's DTD ceiling and its options let a PunchOutOrderMessage have."""
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
    free: tuple[FreeFields, ...] = FREE
    if has_parts:
        fields += _of_parts(description_length, has_buyer_part=has_buyer_part)
        free += FREE_OF_PARTS
    return FieldTable((*fields, *CHARGES, *OF_CART), free)


def _of_parts(description_length: int, *, has_buyer_part: bool) -> list[OutgoingField]:
    """The articles of a set, which stand below its line."""
    fields = [
        _of_part("quantity", _("quantity of the part"), "number", "part.quantity", required=True),
        _of_part("SupplierPartID", _("article number of the part"), "code", "part.sku", required=True),
        _of_part("SupplierPartAuxiliaryID", _("identity of the part"), "code"),
        _of_part("UnitPrice", _("net price of the part"), "number", required=True),
        _of_part("currency", _("currency"), "code", "line.currency", 3, required=True),
        _of_part(
            "Description", _("name of the part"), "text", "part.name", description_length, required=True
        ),
        _of_part("UnitOfMeasure", _("unit of the part"), "code", "part.unit", required=True),
        _of_part("ManufacturerPartID", _("manufacturer part number"), "code"),
        _of_part("ManufacturerName", _("brand")),
    ]
    if has_buyer_part:
        fields.append(_of_part("BuyerPartID", _("article number of the buyer"), "code"))
    return fields


def _of_part(
    name: str,
    label: str | Promise,
    kind: Kind = "text",
    value: str = "",
    length: int = 0,
    *,
    required: bool = False,
) -> OutgoingField:
    return OutgoingField(PART + name, label, length, kind, "part", value, required=required)


def _of_cart(
    name: str,
    label: str | Promise,
    kind: Kind = "text",
    value: str = "",
    choices: tuple[str, ...] = (),
    *,
    required: bool = False,
) -> OutgoingField:
    return OutgoingField(HEADER + name, label, 0, kind, "cart", value, choices=choices, required=required)


# Tax and Shipping of a line; the first is there anyway where the option ``tax`` says so.
CHARGES = (
    OutgoingField("Shipping", _("freight of the line"), kind="number"),
    OutgoingField("Shipping Description", _("text of the freight")),
    OutgoingField("Tax", _("tax of the line"), kind="number"),
    OutgoingField("Tax Description", _("text of the tax")),
    OutgoingField("Tax category", _("kind of tax"), kind="code"),
    OutgoingField("Tax percentageRate", _("tax in percent"), kind="number"),
)
OF_CART = (
    _of_cart("operationAllowed", _("what the buyer may do with the cart later"), "code", choices=OPERATIONS),
    _of_cart("quoteStatus", _("whether the cart is final"), "code", choices=QUOTE_STATUS),
    _of_cart("SourcingStatus", _("status of a request for quotation")),
    _of_cart("SourcingStatus action", _("what became of the request"), "code", choices=SOURCING_ACTIONS),
    _of_cart("Total", _("total without tax and freight"), "number", "session.total", required=True),
    _of_cart("currency", _("currency of the total"), "code", "session.currency", required=True),
    *(_of_cart(f"ShipTo {name}", _("delivery address"), "text") for name in ADDRESS),
    _of_cart("Shipping", _("freight of the cart"), "number"),
    _of_cart("Shipping Description", _("text of the freight")),
    _of_cart("Tax", _("all taxes"), "number"),
    _of_cart("Tax Description", _("text of the tax")),
    _of_cart("Tax category", _("kind of tax"), "code"),
    _of_cart("Tax percentageRate", _("tax in percent"), "number"),
    _of_cart("SupplierOrderInfo orderID", _("our number of an order that is held"), "code"),
)


FREE = (
    FreeFields(
        CLASSIFICATION + r"[A-Za-z][\w.-]{0,39}", _("classification"), CLASSIFICATION + "UNSPSC", kind="code"
    ),
    FreeFields(EXTRINSIC + r"\S.{0,79}", _("Extrinsic of the line"), EXTRINSIC + "costCenter"),
    FreeFields(
        SUPPLIER + r"[A-Za-z][\w.-]{0,39}", _("our number at the buyer"), SUPPLIER + "DUNS", kind="code"
    ),
)
FREE_OF_PARTS = tuple(
    replace(free, pattern=PART + free.pattern, example=PART + free.example, of="part")
    for free in FREE
    if not free.pattern.startswith(SUPPLIER)
)
