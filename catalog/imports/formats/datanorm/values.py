"""Numbers, days, units and discounts as Datanorm writes them."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from catalog.imports.registry import Reading
from catalog.imports.values import compact_day

CENT = Decimal("0.01")
SIX = Decimal("0.000001")
# Version 4 has a code where version 5 has the amount itself.
PRICE_UNITS_4 = {"": 1, "0": 1, "1": 10, "2": 100, "3": 1000}
GROSS, NET, ON_REQUEST = "1", "2", "9"
# Words of the trade, and codes that mean something else elsewhere: a KG is no keg here.
UNITS = {
    "KG": "KGM", "QM": "MTK", "CBM": "MTQ", "STD": "HUR", "STCK": "C62", "ST": "C62", "SATZ": "SET",
    "SA": "SET", "GRT": "SET", "ROL": "RO", "ROLL": "RO", "RNG": "RG", "RING": "RG", "PCK": "PK",
    "PACK": "PK", "VPE": "PK", "KTN": "CT", "PAAR": "PR", "PAA": "PR", "PA": "PR", "BTL": "BG",
    "DOSE": "CA", "FL": "BO", "EIM": "BJ",
    "TROM": "RL", "TR": "RL", "TO": "TNE",
}  # fmt: skip


def cents(text: str) -> Decimal | None:
    """A price, given in cents as a whole number; ``None`` for anything else."""
    return Decimal(text) * CENT if text.isascii() and text.isdigit() and len(text) <= 15 else None


def whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def day(text: str) -> date | None:
    """Version 4 writes 21112026 or 211126, version 5 20261121."""
    if len(text) == 6:
        return compact_day(text, "%d%m%y")
    return compact_day(text) if text[:2] in ("19", "20") else compact_day(text, "%d%m%Y")


def unit(text: str, reading: Reading) -> str | None:
    """The shop's code; the profile's own words win over Datanorm's."""
    word = text.strip().rstrip(".")
    own = reading.unit_aliases
    if word in own or word.casefold() in own:
        return reading.unit(word)
    return UNITS.get(word.upper()) or reading.unit(word)


def less(amount: Decimal, discounts: Iterable[tuple[str, str]]) -> Decimal | None:
    """``amount`` after up to three discounts one after the other, not yet rounded.

    1 is percent × 100, 2 a multiplier × 1000, 3 a surcharge in percent × 100. ``None`` for a discount group
    (0 with a name), whose percentage stands in another file, and for what is none of them.
    """
    for kind, text in discounts:
        if text in ("", "0"):
            continue
        value = whole(text)
        if value is None:
            return None
        if kind == "1" and value <= 10_000:
            amount *= 1 - Decimal(value) / 10_000
        elif kind == "2":
            amount *= Decimal(value) / 1_000
        elif kind == "3":
            amount *= 1 + Decimal(value) / 10_000
        else:
            return None
    return amount
