"""How much of an article may be ordered: minimum, multiples, and what to say when it does not fit."""

from decimal import ROUND_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Protocol

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.units import unit_symbol

LARGEST = Decimal("99999999.999")  # what the 11.3 QUANTITY of OCI and our own columns can hold


class Sold(Protocol):
    """What an article's quantities depend on; every ``Product`` has it."""

    @property
    def order_unit(self) -> str: ...
    @property
    def minimum_quantity(self) -> Decimal: ...
    @property
    def quantity_step(self) -> Decimal: ...


class QuantityInvalid(ValueError):
    """The quantity does not fit the article; ``suggestion`` is the next one that does."""

    def __init__(self, message: str, suggestion: Decimal | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion


def parse_quantity(text: str) -> Decimal:
    """A typed quantity, with comma or point as decimal sign; never negative, zero or infinite."""
    cleaned = text.strip().replace(" ", "").replace("\u00a0", "").replace(",", ".")
    try:
        quantity = Decimal(cleaned)
    except InvalidOperation:
        raise QuantityInvalid(_("“%(text)s” is not a quantity.") % {"text": text.strip()[:40]}) from None
    if not quantity.is_finite() or quantity <= 0:
        raise QuantityInvalid(_("The quantity must be more than zero."))
    if quantity > LARGEST:
        raise QuantityInvalid(_("The quantity is too large."))
    if quantity != quantity.quantize(Decimal("0.001")):
        raise QuantityInvalid(_("A quantity has at most three decimals."))
    return quantity


def next_allowed(product: Sold, quantity: Decimal) -> Decimal:
    """The smallest quantity the article is sold in that is not below ``quantity``."""
    if quantity <= product.minimum_quantity:
        return product.minimum_quantity
    steps = (quantity / product.quantity_step).to_integral_value(ROUND_UP)
    return (steps * product.quantity_step).normalize() + Decimal(0)


def check_quantity(product: Sold, quantity: Decimal) -> Decimal:
    """``quantity`` when the article is sold in it; else ``QuantityInvalid`` says why and what would do."""
    minimum, step = product.minimum_quantity, product.quantity_step
    if quantity < minimum:
        raise QuantityInvalid(_at_least(minimum, product.order_unit, get_language()), minimum)
    if quantity % step:
        message = _in_multiples(step, product.order_unit, get_language())
        raise QuantityInvalid(message, next_allowed(product, quantity))
    return quantity


# A question for 500 prices may have one of these for each.
@lru_cache(maxsize=512)
def _at_least(minimum: Decimal, unit: str, language: str | None) -> str:
    values = {"minimum": _number(minimum), "unit": unit_symbol(unit, minimum)}
    return _("The smallest quantity is %(minimum)s %(unit)s.") % values


@lru_cache(maxsize=512)
def _in_multiples(step: Decimal, unit: str, language: str | None) -> str:
    values = {"step": _number(step), "unit": unit_symbol(unit, step)}
    return _("Sold in multiples of %(step)s %(unit)s.") % values


def _number(quantity: Decimal) -> str:
    """As the reader's language writes it, without needless zeros."""
    exponent = quantity.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return formats.number_format(quantity, max(0, -exponent), use_l10n=True, force_grouping=True)
