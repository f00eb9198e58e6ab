"""What is paid beside a price: metal by the day's quotation, and eco-contributions, each as its own amount.

A metal surcharge is ``weight / per × price unit × (quotation − base) / 100``, in the price's currency per its
price unit, rounded half up to a hundredth of a cent per order unit and never below the coin; discounts do
not touch it. The quotation is that of the day or
the last one before it, and its day is shown. Below the base it is nothing, unless the article gives credit.
A levy is per order unit. How much a quantity costs is rounded for each surcharge on its own, so that own
lines of a document add up to the total of the cart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.models import Metal
from catalog.money import MINOR_UNITS, PRICE_DECIMALS, Money, round_total
from catalog.price_rows import LevyDue, MetalInside

METAL, LEVY = "metal", "levy"
_METALS = dict(Metal.choices)
# Quotations of metals are per 100 kg.
QUOTED_KILOGRAMS = 100


class QuotationMissing(Exception):
    """A metal of the article has no quotation in the currency, so the article has no price: which metal."""


class MetalShare(NamedTuple):
    """How a metal surcharge comes about: kilograms in ``per`` order units, quotations per 100 kg."""

    weight: Decimal
    per: int
    base: Decimal
    quotation: Decimal
    day: date


# Never changed, but not declared so, as a price (``catalog.net_price``).
@dataclass(slots=True, eq=False)
class Surcharge:
    """An amount beside the price, per ``price_unit`` order units, without VAT; ``metal`` where it is one."""

    kind: str  # metal | levy
    code: str  # the metal's symbol, or the scheme
    amount: Decimal
    price_unit: int
    currency: str
    tariff: str = ""  # the scheme's own code
    metal: MetalShare | None = None

    @property
    def label(self) -> str:
        """Its name in the active language."""
        return surcharge_label(self.kind, self.code)

    @property
    def text(self) -> str:
        """How it comes about, in the active language."""
        share = self.metal
        if share is None:
            return f"{self.label} ({self.tariff})" if self.tariff else self.label
        return _metal_text(self.code, share, get_language())

    @property
    def short_label(self) -> str:
        """As short as a list has room for: the metal, or the scheme."""
        return metal_name(self.code) if self.kind == METAL else self.code

    def total(self, quantity: Decimal) -> Money:
        """What it comes to for ``quantity`` order units, rounded to the currency's smallest coin."""
        return Money(self.due(quantity), self.currency)

    def due(self, quantity: Decimal) -> Decimal:
        """The amount of ``total``."""
        return round_total(self.amount * quantity / self.price_unit, self.currency)


# Cables of one size differ in their colour alone, and a list has many of them.
@lru_cache(maxsize=2048)
def _metal_text(code: str, share: MetalShare, language: str | None) -> str:
    values = {
        "label": surcharge_label(METAL, code),
        "weight": _number(share.weight),
        "per": share.per,
        "quotation": _number(share.quotation, 2),
        "base": _number(share.base, 2),
        "day": formats.date_format(share.day, "SHORT_DATE_FORMAT"),
    }
    if share.base:
        return (
            _(
                "%(label)s: %(weight)s kg per %(per)s; quotation %(quotation)s (%(day)s) less base %(base)s"
                " per 100 kg"
            )
            % values
        )
    return _("%(label)s: %(weight)s kg per %(per)s; quotation %(quotation)s (%(day)s) per 100 kg") % values


def surcharge_label(kind: str, code: str) -> str:
    """The name of a surcharge in the active language."""
    if kind == METAL:
        text = _("%(metal)s surcharge") % {"metal": metal_name(code)}
        return text[:1].upper() + text[1:]
    return code


def metal_name(code: str) -> str:
    """The metal of a chemical symbol in the active language."""
    label = _METALS.get(code)
    return str(label) if label is not None else code


def surcharges_of(
    metals: Sequence[MetalInside], levies: Iterable[LevyDue], price_unit: int, currency: str
) -> tuple[Surcharge, ...]:
    """What is due beside a price per ``price_unit``; raises ``QuotationMissing``."""
    due: list[Surcharge] = []
    for inside in metals:
        if inside.currency != currency:
            # It says nothing where the same metal is given in our currency.
            if not any(other.metal == inside.metal and other.currency == currency for other in metals):
                raise QuotationMissing(inside.metal)
            continue
        if inside.quotation is None:
            raise QuotationMissing(inside.metal)
        difference = inside.quotation - inside.base
        if difference < 0 and not inside.credit:
            continue
        exact = price_unit * inside.weight * difference / inside.per / QUOTED_KILOGRAMS
        amount = exact.quantize(_smallest(price_unit, currency), ROUND_HALF_UP)
        if amount:
            assert inside.day is not None
            share = MetalShare(inside.weight, inside.per, inside.base, inside.quotation, inside.day)
            due.append(Surcharge(METAL, inside.metal, amount, price_unit, currency, metal=share))
    due += [
        Surcharge(LEVY, levy.scheme, levy.amount, 1, currency, levy.code) for levy in levies if levy.amount
    ]
    return tuple(due)


@lru_cache(maxsize=64)
def _smallest(price_unit: int, currency: str) -> Decimal:
    """What a metal surcharge is rounded to; per 1000 the coin is as exact as four decimals per order unit."""
    decimals = max(MINOR_UNITS.get(currency, 2), PRICE_DECIMALS - len(str(price_unit)) + 1)
    return Decimal(1).scaleb(-decimals)


def _number(value: Decimal, least: int = 0) -> str:
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return formats.number_format(value, max(least, -exponent), use_l10n=True)
