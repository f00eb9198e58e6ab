"""ETIM's user defined extensions (EDXF): discount group, metal and brand; others are not read."""

from typing import Any

from catalog.imports.formats.bmecat.nodes import Node, child, child_text, children, line
from catalog.imports.records import MetalContent, Refusal
from catalog.imports.values import NotANumber, decimal
from catalog.wording import said as _

# SURCHARGE_TYPE of the ETIM guideline, to the chemical symbol.
METALS = {
    "copper": "CU", "aluminium": "AL", "aluminum": "AL", "lead": "PB", "silver": "AG", "gold": "AU",
    "nickel": "NI", "tin": "SN", "zinc": "ZN", "brass": "",
}  # fmt: skip
GROUPS = ("UDX.EDXF.DISCOUNT_GROUP_SUPPLIER", "UDX.EDXF.DISCOUNT_GROUP_MANUFACTURER")


def extensions(item: Node, sku: str, refused: list[Refusal]) -> dict[str, Any]:
    """The fields of a record that they fill; nothing for what is not there."""
    node = child(item, "USER_DEFINED_EXTENSIONS")
    if node is None:
        return {}
    found: dict[str, Any] = {}
    group_holder = child(node, "UDX.EDXF.DISCOUNT_GROUP")
    group = child_text(group_holder, *GROUPS) or child_text(node, *GROUPS)
    if group:
        found["discount_group"] = group
    brand = child_text(node, "UDX.EDXF.BRAND_NAME")
    if brand:
        found["brand"] = brand
    metals = tuple(_metals(node, sku, refused))
    if metals:
        found["metals"] = metals
    return found


def _metals(node: Node, sku: str, refused: list[Refusal]) -> list[MetalContent]:
    """MATERIAL_BASIS (per 100 kg) and MATERIAL_BASIS_WEIGHT (kilograms in one order unit)."""
    found: dict[str, MetalContent] = {}
    listed = child(node, "UDX.EDXF.SURCHARGE_LIST")
    for each in children(listed, "UDX.EDXF.SURCHARGE"):
        kind = child_text(each, "UDX.EDXF.SURCHARGE_TYPE").lower()
        weight = child_text(each, "UDX.EDXF.MATERIAL_BASIS_WEIGHT")
        if not weight:
            amount = child_text(each, "UDX.EDXF.SURCHARGE_PRICE_AMOUNT", "UDX.EDXF.SURCHARGE_PERCENTAGE")
            if amount.strip("0.,"):
                reason = _("Only surcharges for metals are read, by weight; this one must be in the price.")
                refused.append(
                    Refusal(line(each), sku, "UDX.EDXF.SURCHARGE", f"{kind} {amount}", reason, fatal=False)
                )
            continue
        metal = METALS.get(kind, kind.upper() if len(kind) == 2 else "")
        basis = child_text(each, "UDX.EDXF.MATERIAL_BASIS")
        try:
            content = MetalContent(metal, decimal(weight), 1, decimal(basis) if basis else None)
        except NotANumber:
            metal = ""
        if metal:
            found.setdefault(metal, content)
        else:
            reason = _("A surcharge for a metal that is not quoted, or without a weight in numbers.")
            refused.append(
                Refusal(line(each), sku, "UDX.EDXF.SURCHARGE", f"{kind} {weight}", reason, fatal=False)
            )
    return list(found.values())
