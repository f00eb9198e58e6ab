"""The price of one order unit as a text, for formats whose readers may not heed a price quantity."""

from decimal import Decimal
from functools import lru_cache

from catalog.exports.row import ExportRow, six_decimals


def unit_price(row: ExportRow, amount: Decimal | None) -> str:
    """At least two decimals, at most six, with a point; empty on request."""
    if amount is None or not row.price_quantity:
        return ""
    return price_text(amount, row.price_quantity)


def price_text(amount: Decimal, price_quantity: int) -> str:
    """The amount of one order unit, of an amount for ``price_quantity`` of them."""
    if price_quantity == 1 and (text := str(amount)).endswith("00") and text[-5:-4] == ".":
        # Four places, of which two are used: so it stands in the database for nearly every article.
        return text[:-2]
    return _worked_out(amount, price_quantity)


@lru_cache(maxsize=16_384)
def _worked_out(amount: Decimal, price_quantity: int) -> str:
    price = amount if price_quantity == 1 else six_decimals(amount / price_quantity)
    exact = f"{price.normalize():f}"
    return exact if len(exact.partition(".")[2]) > 2 else f"{price:.2f}"
