"""The columns of CSV and XLSX, in order; names stay as they are, because programs read them."""

from decimal import Decimal

from catalog.exports.row import MOST_SCALES, ExportRow
from catalog.exports.text import cell, cells

Value = str | int | Decimal | None
COLUMNS = (
    "article_number", "customer_article_number", "status", "gtin", "manufacturer", "manufacturer_number",
    "name", "description", "category", "list_price", "net_price", "currency", "price_quantity", "price_unit",
    "price_valid_until",
    *(f"scale_{number}_{what}" for number in range(1, MOST_SCALES + 1) for what in ("from", "price")),
    "order_unit", "content_quantity", "content_unit", "minimum_quantity", "quantity_step", "stock",
    "next_delivery", "lead_time_days", "replaced_by", "etim_class", "unspsc", "image_url", "page_url",
    "discount_group", "metal", "metal_weight", "metal_weight_per", "metal_base", "metal_surcharge",
    "eco_contribution", "eco_contribution_codes", "promotion_until",
)  # fmt: skip
_NO_METALS: tuple[None, ...] = (None,) * 5
_NO_LEVIES: tuple[None, ...] = (None,) * 2
_NO_SCALES: tuple[None, ...] = (None,) * (2 * MOST_SCALES)


def values(row: ExportRow) -> list[Value]:
    """One value a column: texts safe in a spreadsheet, days as ISO 8601, numbers as numbers."""
    sku, own, brand, number, name, description, successor, group = cells(
        row.sku,
        row.customer_number,
        row.brand,
        row.manufacturer_number,
        row.name,
        row.description,
        row.successor,
        row.discount_group,
    )
    scales: list[Value] = [value for pair in row.scales for value in pair]
    return [
        sku,
        own,
        row.status,
        row.gtin,
        brand,
        number,
        name,
        description,
        row.category,
        row.list_amount,
        row.net_amount,
        row.currency,
        row.price_quantity,
        row.price_unit,
        row.valid_until.isoformat() if row.valid_until else None,
        *scales,
        *_NO_SCALES[len(scales) :],
        row.order_unit,
        row.content_quantity,
        row.content_unit,
        row.minimum_quantity,
        row.quantity_step,
        row.stock,
        row.next_date.isoformat() if row.next_date else None,
        row.lead_time_days,
        successor,
        row.etim_class,
        row.unspsc,
        row.image,
        row.page,
        group,
        *(_metals(row) if row.metals else _NO_METALS),
        *(_levies(row) if row.levies else _NO_LEVIES),
        row.promotion_until.isoformat() if row.promotion_until else None,
    ]


def _metals(row: ExportRow) -> tuple[Value, ...]:
    """One metal as numbers; an article of several says them with ``+`` between, and its weights likewise."""
    if len(row.metals) == 1:
        metal = row.metals[0]
        return metal.metal, metal.weight, metal.per, metal.base, row.metal_amount
    texts = [
        (metal.metal, f"{metal.weight.normalize():f}", str(metal.per), f"{metal.base.normalize():f}")
        for metal in row.metals
    ]
    return *("+".join(parts) for parts in zip(*texts, strict=True)), row.metal_amount


def _levies(row: ExportRow) -> tuple[Value, ...]:
    """The sum per order unit, and what it is made of."""
    total = sum((levy.amount for levy in row.levies), Decimal(0))
    return total, cell(" + ".join(f"{levy.scheme} {levy.code}".strip() for levy in row.levies))
