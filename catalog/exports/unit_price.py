"""The price of one order unit as a text, for formats whose readers may not heed a price quantity."""

from decimal import Decimal

from catalog.exports.row import ExportRow


def unit_price(row: ExportRow, amount: Decimal | None) -> str:
    """At least two decimals, at most six, with a point; empty on request."""
    price = row.per_order_unit(amount)
    if price is None:
        return ""
    exact = f"{price.normalize():f}"
    return exact if len(exact.partition(".")[2]) > 2 else f"{price:.2f}"
