"""Numbers and days as they are written in answers."""

from datetime import date
from decimal import Decimal
from functools import lru_cache


# The same few quantities and amounts stand in an answer hundreds of times.
@lru_cache(maxsize=8192)
def plain(number: Decimal) -> str:
    """A quantity without trailing zeros and never with an exponent: ``2.5``, ``100``."""
    return f"{number.normalize():f}"


@lru_cache(maxsize=8192)
def amount(number: Decimal) -> str:
    """An amount with two decimals, and more only where they are not zero: ``12.40``, ``0.0412``."""
    exact = plain(number)
    return exact if len(exact.partition(".")[2]) > 2 else f"{number:.2f}"


def day(moment: date | None) -> str | None:
    return moment.isoformat() if moment else None
