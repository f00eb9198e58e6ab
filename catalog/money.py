"""Amounts with their currency, and the one place where they are rounded."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

# Most decimals a price per price unit is kept with.
PRICE_DECIMALS = 4
# ISO 4217 minor units where they are not 2.
MINOR_UNITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "HUF": 2, "TND": 3, "KWD": 3, "BHD": 3}


@lru_cache(maxsize=256)
def quantum(currency: str) -> Decimal:
    """The currency's smallest coin."""
    return Decimal(1).scaleb(-MINOR_UNITS.get(currency, 2))


def round_total(amount: Decimal, currency: str) -> Decimal:
    """An amount to be paid: rounded half up to the currency's smallest coin."""
    return amount.quantize(quantum(currency), ROUND_HALF_UP)


def round_price(amount: Decimal, currency: str, like: Decimal) -> Decimal:
    """A price per price unit, rounded half up to the decimals of the price it was made from.

    So 659.99 less a discount stays in cents, and a cable at 0.0412 keeps its four decimals; never less
    than the currency's own.
    """
    coin = quantum(currency)
    if like != like.quantize(coin):
        exponent = like.normalize().as_tuple().exponent
        coin = Decimal(1).scaleb(int(exponent))
    return amount.quantize(coin, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)
