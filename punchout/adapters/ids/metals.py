"""The metal in an article, whose price of the day is charged on top (IDS-Connect, ``Rohstoffanteil``)."""

from dataclasses import dataclass
from decimal import Decimal

from punchout.adapters.ids.fields import METALS

# Quotations of metals are per 100 kg.
QUOTED_KILOGRAMS = 100


@dataclass(frozen=True, slots=True)
class MetalShare:
    """``kilograms`` of a metal in ``per`` order units; its quotation in the price and that of today.

    The quotations are in the currency of the line, per 100 kg.
    """

    metal: str
    kilograms: Decimal
    per: Decimal
    in_price: Decimal
    today: Decimal

    def __post_init__(self) -> None:
        if self.metal not in METALS or self.per <= 0:
            raise ValueError(f"{self.metal} per {self.per} is no metal share of IDS-Connect")

    def surcharge(self, quantity: Decimal) -> Decimal:
        """What ``quantity`` order units cost on top, not rounded; negative when the metal became cheaper."""
        return quantity * self.kilograms / self.per * (self.today - self.in_price) / QUOTED_KILOGRAMS


def line_total(total: Decimal, quantity: Decimal, metals: tuple[MetalShare, ...] = ()) -> Decimal:
    """NetPrice: what the whole line costs after discount and with metal; PriceBasis has no part in it."""
    return total + sum((metal.surcharge(quantity) for metal in metals), Decimal(0))
