"""Prices, quantities and units as a person reads them, in the active language."""

from datetime import date
from decimal import Decimal
from functools import lru_cache

from django import template
from django.utils import formats
from django.utils.translation import get_language

from catalog.money import MINOR_UNITS, Money
from catalog.units import unit_name, unit_symbol
from shop.views.attributes import AttributeFact

register = template.Library()

NO_BREAK = "\u00a0"
# Price lists and agreements have at most this many.
PRICE_DECIMALS = 4
# Signs that cannot be mistaken for another currency's; all others are shown by their ISO 4217 code.
SIGNS = {"EUR": "€", "GBP": "£"}


@register.filter
def currency_sign(code: str) -> str:
    return SIGNS.get(code, code)


def number(value: Decimal, decimals: int, *, grouped: bool = True) -> str:
    """``value`` with this many decimals and the language's signs; not rounded further than that."""
    return _number(value, decimals, grouped, get_language())


# A list writes the same few quantities hundreds of times.
@lru_cache(maxsize=8192)
def _number(value: Decimal, decimals: int, grouped: bool, language: str | None) -> str:
    return formats.number_format(value, decimals, use_l10n=True, force_grouping=grouped)


def _needed(value: Decimal, least: int, most: int) -> int:
    exponent = value.normalize().as_tuple().exponent
    return min(max(least, -exponent if isinstance(exponent, int) else 0), most)


@register.filter
def price(amount: Decimal, currency: str) -> str:
    """A price with its currency: the currency's decimals or, where those would cut it, four.

    Nothing in between, so that the decimal signs of a column stand below each other.
    """
    least = MINOR_UNITS.get(currency, 2)
    decimals = least if _needed(amount, least, PRICE_DECIMALS) == least else PRICE_DECIMALS
    return f"{number(amount, decimals)}{NO_BREAK}{currency_sign(currency)}"


@register.filter
def money(value: Money) -> str:
    """An amount to be paid, with its currency."""
    return (
        f"{number(value.amount, MINOR_UNITS.get(value.currency, 2))}{NO_BREAK}{currency_sign(value.currency)}"
    )


@register.filter
def quantity(value: Decimal) -> str:
    """A quantity without needless zeros, grouped: ``1.250`` in Dutch."""
    return number(value, _needed(value, 0, 3))


@register.filter
def counted(value: int) -> str:
    """A number of things, grouped."""
    return number(Decimal(value), 0)


@register.filter
def attribute_value(fact: AttributeFact) -> str:
    """The value of an attribute as the language writes it, with its unit: ``2,5 mm²``."""
    if fact.number is None:
        return fact.text
    text = number(fact.number, _needed(fact.number, 0, 4), grouped=False)
    return f"{text}{NO_BREAK}{fact.unit}" if fact.unit else text


@register.filter
def typed(value: Decimal | str) -> str:
    """A quantity as it stands in an input: ungrouped; what a person typed stays as typed."""
    return value if isinstance(value, str) else number(value, _needed(value, 0, 3), grouped=False)


@register.filter
def per_unit(price_unit: int, unit: str) -> str:
    """What a price is for: ``100 m``, or just ``pc`` for one."""
    symbol = unit_symbol(unit, price_unit)
    return symbol if price_unit == 1 else f"{number(Decimal(price_unit), 0)}{NO_BREAK}{symbol}"


@register.filter
def symbol(unit: str, amount: Decimal = Decimal(1)) -> str:
    """The unit behind an amount, in the right number: ``1 roll``, ``15 rolls``."""
    return unit_symbol(unit, amount)


@register.filter
def unit_word(unit: str) -> str:
    return unit_name(unit)


@register.filter
def short_day(day: date) -> str:
    """A day without its year, as the language writes it."""
    return formats.date_format(day, "MONTH_DAY_FORMAT")
