"""The columns of CSV and XLSX, in order; names stay as they are, because programs read them."""

from collections.abc import Callable
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


Number = Callable[[Decimal], str | Decimal]


def _same(value: Decimal) -> Decimal:
    return value


def values(row: ExportRow, number: Number = _same) -> list[Value]:
    """One value a column: texts safe in a spreadsheet, days as ISO 8601, ``number`` of each that is exact.

    Written out in one go, for it is done for every article.
    """
    (
        sku, status, own, gtin, brand, maker_number, name, description, category, listed, net, currency,
        per, unit, until, scales, order_unit, content, content_unit, least, step, stock, coming, lead_time,
        successor, etim, unspsc, image, page, group, metals, _metal, levies, promotion, *_rest,
    ) = row  # fmt: skip
    sku, own, brand, maker_number, name, description, successor, group = cells(
        sku, own, brand, maker_number, name, description, successor, group
    )
    steps: list[Value] = [number(value) for pair in scales for value in pair]
    return [
        sku, own, status, gtin, brand, maker_number, name, description, category,
        None if listed is None else number(listed), None if net is None else number(net), currency,
        per, unit, until.isoformat() if until else None, *steps, *_NO_SCALES[len(steps) :],
        order_unit, None if content is None else number(content), content_unit,
        None if least is None else number(least), None if step is None else number(step),
        None if stock is None else number(stock), coming.isoformat() if coming else None, lead_time,
        successor, etim, unspsc, image, page, group,
        *(_metals(row, number) if metals else _NO_METALS),
        *(_levies(row, number) if levies else _NO_LEVIES),
        promotion.isoformat() if promotion else None,
    ]  # fmt: skip


def _metals(row: ExportRow, number: Number) -> tuple[Value, ...]:
    """One metal as numbers; an article of several says them with ``+`` between, and its weights likewise."""
    due = None if row.metal_amount is None else number(row.metal_amount)
    if len(row.metals) == 1:
        metal = row.metals[0]
        return metal.metal, number(metal.weight), metal.per, number(metal.base), due
    texts = [
        (metal.metal, f"{metal.weight.normalize():f}", str(metal.per), f"{metal.base.normalize():f}")
        for metal in row.metals
    ]
    return *("+".join(parts) for parts in zip(*texts, strict=True)), due


def _levies(row: ExportRow, number: Number) -> tuple[Value, ...]:
    """The sum per order unit, and what it is made of."""
    total = sum((levy.amount for levy in row.levies), Decimal(0))
    return number(total), cell(" + ".join(f"{levy.scheme} {levy.code}".strip() for levy in row.levies))
