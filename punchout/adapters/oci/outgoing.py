"""The fields of an OCI line for a connection's mapping; lengths are those of the version it is set to."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from punchout.adapters.oci.fields import DIALECT_FIELD, FIELDS, Version
from punchout.adapters.outgoing import FieldTable, FreeFields, Kind, OutgoingField, Role
from punchout.adapters.sets import PART

# Meaning, and what the field holds without a mapping where it is a plain value of the line.
MEANINGS: Mapping[str, tuple[str | Promise, str]] = {
    "DESCRIPTION": (_("short text"), "line.name"),
    "MATNR": (_("material number of the buyer"), "line.buyer_part_number"),
    "QUANTITY": (_("quantity"), "line.quantity"),
    "UNIT": (_("unit"), "line.unit"),
    "PRICE": (_("net price, per PRICEUNIT"), ""),
    "CURRENCY": (_("currency"), "line.currency"),
    "PRICEUNIT": (_("price unit"), ""),
    "LEADTIME": (_("lead time in days"), "line.lead_time_days"),
    "VENDOR": (_("our number at the buyer"), ""),
    "VENDORMAT": (_("our article number"), "line.sku"),
    "MANUFACTCODE": (_("code of the manufacturer"), ""),
    "MANUFACTMAT": (_("manufacturer part number"), "line.manufacturer_part_number"),
    "MATGROUP": (_("material group"), "line.buyer_class"),
    "SERVICE": (_("X for a service"), ""),
    "CONTRACT": (_("contract"), ""),
    "CONTRACT_ITEM": (_("item of the contract"), ""),
    "EXT_QUOTE_ID": (_("number of the quotation or cart"), ""),
    "EXT_QUOTE_ITEM": (_("item of the quotation"), "line.number"),
    "EXT_PRODUCT_ID": (_("article in our shop"), "line.sku"),
    "ATTACHMENT": (_("address of a picture or document"), ""),
    "ATTACHMENT_TITLE": (_("title of the attachment"), ""),
    "ATTACHMENT_PURPOSE": (_("purpose of the attachment"), ""),
    "EXT_SCHEMA_TYPE": (_("classification"), ""),
    "EXT_CATEGORY_ID": (_("code of the classification"), ""),
    "EXT_CATEGORY": (_("name of the category"), ""),
    "SLD_SYS_NAME": (_("name of the system"), ""),
    **{f"CUST_FIELD{number}": (_("free field"), "") for number in range(1, 6)},
    "ITEM_TYPE": (_("kind of line of a package"), ""),
    "PARENT_ID": (_("line of the package"), ""),
}
NUMBERS: Mapping[str, int] = {"QUANTITY": 3, "PRICE": 3, "PRICEUNIT": 0, "LEADTIME": 0}
ROLES: Mapping[str, Role] = {
    "UNIT": "unit",
    "CURRENCY": "currency",
    "QUANTITY": "quantity",
    "PRICE": "price",
    "PRICEUNIT": "price unit",
}
# What a field of an article in a package holds without a mapping (OCI 5.0); others are empty.
OF_PART: Mapping[str, str] = {
    "DESCRIPTION": "part.name",
    "QUANTITY": "part.quantity",
    "UNIT": "part.unit",
    "CURRENCY": "line.currency",
    "VENDORMAT": "part.sku",
    "EXT_PRODUCT_ID": "part.sku",
}
ADVICE: Mapping[str, str | Promise] = {
    "EXT_PRODUCT_ID": _(
        "DETAIL, VALIDATE and QUANTITYCHECK will name the article by this value, and find it only if it is "
        "our article number."
    ),
}
REQUIRED = frozenset(("QUANTITY", "UNIT", "PRICE", "CURRENCY"))
LONGTEXT = "LONGTEXT"
# A field of a dialect, such as CUST_FIELD6 or TAX_RATE.
DIALECT = FreeFields(
    r"[A-Z][A-Z0-9_]{0,39}", _("field of the buyer's own"), "CUST_FIELD6", DIALECT_FIELD.lengths[-1]
)


DIALECT_OF_PART = FreeFields(
    PART + DIALECT.pattern, DIALECT.label, PART + DIALECT.example, DIALECT.length, of="part"
)


@cache
def field_table(version: Version, *, has_parts: bool = False) -> FieldTable:
    """The fields that this version has; ``has_parts``: also those of the articles in a package."""
    present = [(name, field) for name, field in FIELDS.items() if field.length(version)]
    fields = [
        OutgoingField(
            name,
            MEANINGS[name][0],
            length=field.length(version),
            kind=_kind(name, text=field.text),
            value=MEANINGS[name][1],
            decimals=NUMBERS.get(name),
            required=name in REQUIRED,
            role=ROLES.get(name, ""),
            advice=ADVICE.get(name, ""),
        )
        for name, field in present
    ]
    fields.append(OutgoingField(LONGTEXT, _("long text"), value="line.description"))
    if not has_parts:
        return FieldTable(fields, (DIALECT,))
    of_parts = [
        replace(
            field,
            name=PART + field.name,
            value=OF_PART.get(field.name, ""),
            of="part",
            role="",
            # The price is that of the whole; a part may have none.
            required=field.name in ("QUANTITY", "UNIT"),
        )
        for field in fields
        if field.name != LONGTEXT
    ]
    return FieldTable((*fields, *of_parts), (DIALECT, DIALECT_OF_PART))


def _kind(name: str, *, text: bool) -> Kind:
    return "number" if name in NUMBERS else "text" if text else "code"
