"""Cells as what their columns hold: numbers, amounts, days; what is none is refused, not guessed."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from catalog.imports.formats.table.columns import DAY, NUMBER, WHOLE
from catalog.imports.formats.table.options import TableOptions
from catalog.wording import said as _

_GROUPED = {
    ",": re.compile(r"\A[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?\Z"),
    ".": re.compile(r"\A[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?\Z"),
}
_PLAIN = {",": re.compile(r"\A[+-]?\d*(?:,\d+)?\Z"), ".": re.compile(r"\A[+-]?\d*(?:\.\d+)?\Z")}
LONGEST_NUMBER = 24
# Blanks of every width, and the Swiss apostrophe.
_BETWEEN_THOUSANDS = re.compile(r"[ \u00a0\u2009\u202f'’]")
# What a database writes behind a day.
_TIME = re.compile(r"[ T]\d\d?:\d\d(?::\d\d(?:\.\d+)?)?\Z")
CURRENCIES = {"€": "EUR", "euro": "EUR", "£": "GBP"}
_WITH_CURRENCY = re.compile(
    r"\A(€|£|[A-Za-z]{3})?\s*([+-]?\d[\d.,' \u00a0\u2009\u202f’]*?)\s*(€|£|[A-Za-z]{3})?\Z"
)
_DECIMALS = re.compile(r"(?<=\d{8})[.,]0+\Z")
# Of the days that spreadsheets count: 1954 to 2119. What is less is a number of something else.
FIRST_DAY, LAST_DAY = 20_000, 80_000


class WrongCell(ValueError):
    """The cell does not hold what its column is for."""


class Cells:
    """Reads cells as one table writes them; ``number``, ``whole`` and ``day`` raise ``WrongCell``."""

    def __init__(self, options: TableOptions) -> None:
        self._options = options
        # The same quantities, prices and days stand in many rows.
        self.number: Callable[[Any], Decimal] = lru_cache(maxsize=50_000)(self._read_number)
        self.whole: Callable[[Any], int] = lru_cache(maxsize=10_000)(self._read_whole)
        self.day: Callable[[Any], date] = lru_cache(maxsize=10_000)(self._read_day)

    def reader(self, name: str, kind: str) -> Callable[[Any], Any]:
        """What reads the column of this field."""
        by_kind: dict[str, Callable[[Any], Any]] = {NUMBER: self.number, WHOLE: self.whole, DAY: self.day}
        return _READERS.get(name) or by_kind.get(kind, text_of)

    def amount(self, cell: Any, own: str) -> Decimal:
        """An amount beside its currency; raises ``WrongCell``, with a reason when that is not ``own``."""
        found = _WITH_CURRENCY.match(text_of(cell))
        if found is None:
            raise WrongCell
        if {currency(said) for said in (found[1], found[3]) if said} - {own}:
            raise WrongCell(_("The amount is not in %s, the currency of the price.") % (own or "?"))
        return self.number(found[2])

    def _read_number(self, cell: Any) -> Decimal:
        if isinstance(cell, Decimal):
            return cell
        text = text_of(cell)
        sign = self._options.decimal_sign
        plain = _BETWEEN_THOUSANDS.sub("", text)
        if len(plain) > LONGEST_NUMBER:
            raise WrongCell(_("This is no number."))
        if _GROUPED[sign].match(plain):
            plain = plain.replace("." if sign == "," else ",", "")
        if not plain or plain in "+-" or not _PLAIN[sign].match(plain):
            raise WrongCell(_("This is no number with %s as its decimal sign.") % sign)
        return Decimal(plain.replace(",", "."))

    def _read_whole(self, cell: Any) -> int:
        number = self.number(cell)
        if number != number.to_integral_value():
            raise WrongCell(_("This is no whole number."))
        return int(number)

    def _read_day(self, cell: Any) -> date:
        if isinstance(cell, date):
            return cell
        if isinstance(cell, Decimal) and FIRST_DAY <= cell <= LAST_DAY:
            # A day that the spreadsheet does not show as one: it counts from here.
            return date(1899, 12, 30) + timedelta(days=int(cell))
        try:
            text = _TIME.sub("", text_of(cell))
            return datetime.strptime(text, self._options.day_format).date()  # noqa: DTZ007
        except ValueError:
            shown = date(2026, 12, 31).strftime(self._options.day_format)
            raise WrongCell(_("This is no day that is written like %s.") % shown) from None


def currency(cell: Any) -> str:
    """The code of a currency that is written by its code, in any case, or by its sign."""
    text = text_of(cell)
    return CURRENCIES.get(text.casefold(), text.upper())


def _gtin(cell: Any) -> str:
    """A GTIN without the decimals that a program made of a column of numbers."""
    return _DECIMALS.sub("", text_of(cell))


def text_of(cell: Any) -> str:
    """A cell as text; a number of a spreadsheet without exponent and without ``.0``."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return str(cell)


# Texts that are written in more than one way.
_READERS: dict[str, Callable[[Any], Any]] = {"currency": currency, "gtin": _gtin}
