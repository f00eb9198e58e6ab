"""One article as every format gets it: texts, amounts and days, nothing of how they are written."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from catalog.price_rows import MetalInside

MOST_SCALES = 5
UNIT_PRICE_DECIMALS = Decimal("0.000001")
REMOVED = "removed"


class Levy(NamedTuple):
    """An eco-contribution per order unit."""

    scheme: str
    code: str
    amount: Decimal


class ExportRow(NamedTuple):
    """One article of a file. Amounts: per ``price_quantity`` order units, without VAT, ``None`` on request.

    Of one that went (``status`` is ``removed``) only ``sku`` is said.
    """

    sku: str
    status: str
    customer_number: str = ""
    gtin: str = ""
    brand: str = ""
    manufacturer_number: str = ""
    name: str = ""
    description: str = ""
    category: str = ""
    list_amount: Decimal | None = None
    net_amount: Decimal | None = None
    currency: str = ""
    price_quantity: int | None = None
    price_unit: str = ""
    valid_until: date | None = None
    scales: tuple[tuple[Decimal, Decimal], ...] = ()
    order_unit: str = ""
    content_quantity: Decimal | None = None
    content_unit: str = ""
    minimum_quantity: Decimal | None = None
    quantity_step: Decimal | None = None
    stock: Decimal | None = None
    next_date: date | None = None
    lead_time_days: int | None = None
    successor: str = ""
    etim_class: str = ""
    unspsc: str = ""
    image: str = ""
    page: str = ""
    discount_group: str = ""
    # Beside the amounts: metal by the day's quotation per ``price_quantity``, levies per order unit.
    metals: tuple[MetalInside, ...] = ()
    metal_amount: Decimal | None = None
    levies: tuple[Levy, ...] = ()
    promotion_until: date | None = None
    # Only where a format asks for them: (attribute, choice, number), and (language, name, description).
    features: Sequence[tuple[int, int | None, Decimal | None]] = ()
    texts: tuple[tuple[str, str, str], ...] = ()

    @property
    def removed(self) -> bool:
        return self.status == REMOVED


def six_decimals(amount: Decimal) -> Decimal:
    rounded = amount.quantize(UNIT_PRICE_DECIMALS, ROUND_HALF_UP)
    return amount if amount == rounded else rounded
