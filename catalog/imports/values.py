"""Words and numbers as the trade's files write them, made ours or refused; nothing is guessed."""

import re
from datetime import date, datetime
from decimal import Decimal

from catalog.wording import said as _

# BMEcat writes ISO 639-2, in the bibliographic and the terminological spelling, others ISO 639-1.
LANGUAGES = {
    "dut": "nl", "nld": "nl", "nl": "nl", "fre": "fr", "fra": "fr", "fr": "fr",
    "ger": "de", "deu": "de", "de": "de", "eng": "en", "en": "en",
}  # fmt: skip
# A product name is this long in the shop; what is longer goes to the description as well.
LONGEST_NAME = 160
# More digits than any price or quantity has; beyond it is no number but an attack on arithmetic.
MOST_DIGITS = 24
_PLAIN = re.compile(r"\A[+-]?([0-9]+\.?|[0-9]*\.[0-9]+)\Z")
_COMMA = re.compile(r"\A[+-]?[0-9]*,[0-9]+\Z")
_GTIN = re.compile(r"\A[0-9]{8}([0-9]{4,6})?\Z")
_DAY = re.compile(r"\A([0-9]{4})-([0-9]{2})-([0-9]{2})")


class NotANumber(ValueError):
    """The text is no number as the format writes them."""


def decimal(text: str) -> Decimal:
    """A number with a point, or with one comma and no point; raises ``NotANumber``.

    ``1.234,56`` and ``1,234.56`` are refused: which sign is which cannot be known.
    """
    text = text.strip()
    if len(text) > MOST_DIGITS:
        raise NotANumber(text)
    if _PLAIN.match(text):
        return Decimal(text)
    if _COMMA.match(text):
        return Decimal(text.replace(",", "."))
    raise NotANumber(text)


def price_quantity(text: str) -> Decimal:
    """Per how many order units a price is, one when nothing is said; raises ``NotANumber``.

    ``1,000`` is a thousand for some and one for others, and the price a thousand times another.
    """
    if "," in text:
        raise NotANumber(text)
    return decimal(text) if text else Decimal(1)


def unclear_quantity() -> str:
    return _("It is not clear per how many a price is; the prices of this article are left out.")


def day(text: str) -> date | None:
    """The day of ``2026-11-21`` or ``2026-11-21T10:00:00Z``; ``None`` for anything else."""
    found = _DAY.match(text.strip())
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def compact_day(text: str, order: str = "%Y%m%d") -> date | None:
    """A day without signs between, ``20261121`` or as ``order`` says; ``None`` for anything else."""
    try:
        return datetime.strptime(text.strip(), order).date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        return None


def language(code: str) -> str | None:
    """``nl`` for ``dut``, ``nld``, ``nl`` and ``nl_BE``; ``None`` for a language the shop does not speak."""
    return LANGUAGES.get(re.split(r"[-_]", code.strip().lower(), maxsplit=1)[0])


def gtin(text: str) -> str | None:
    """The digits of a GTIN of 8, 12, 13 or 14; ``None`` for anything else, zeros alone included."""
    digits = text.strip().replace(" ", "").replace("-", "")
    return digits if _GTIN.match(digits) and digits.strip("0") else None


def shortened(name: str) -> str:
    """A name that fits into the shop, cut between words where that is possible."""
    name = " ".join(name.split())
    if len(name) <= LONGEST_NAME:
        return name
    cut = name[: LONGEST_NAME - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;-") + "…"
