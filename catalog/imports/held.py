"""What the shop's columns hold of texts, quantities, prices and days; what they cannot is refused."""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.utils.translation import gettext_noop as _l

from catalog.models import Product
from catalog.models.surcharges import Metal
from catalog.wording import said
from catalog.wording import said as _

# Lengths of the shop's own columns.
SKU, TITLE = 40, 120
LENGTHS = {
    "name": 160,
    "description": 64_000,
    "manufacturer_part_number": 50,
    "discount_group": 20,
    "unspsc": 8,
    "etim_class": 8,
    "eclass": 14,
    "content_unit": 3,
    "brand": 80,
    "customer_number": 40,
}
# How a refusal calls a column, as its model does.
LABELS = {
    "manufacturer_part_number": _l("manufacturer part number"), "discount_group": _l("discount group"),
    "unspsc": _l("UNSPSC"), "etim_class": _l("ETIM class"), "eclass": _l("eCl@ss"), "brand": _l("brand"),
    "content_quantity": _l("content"), "minimum_quantity": _l("minimum quantity"),
    "quantity_step": _l("sold in multiples of"), "price_unit": _l("price unit"),
    "lead_time_days": _l("lead time in days"), "name_en": _l("name (en)"), "name_nl": _l("name (nl)"),
    "name_fr": _l("name (fr)"), "name_de": _l("name (de)"), "description_en": _l("description (en)"),
    "description_nl": _l("description (nl)"), "description_fr": _l("description (fr)"),
    "description_de": _l("description (de)"),
}  # fmt: skip
GTIN = re.compile(r"\A\d{8}(\d{4,6})?\Z")
UNIT = re.compile(r"\A[A-Z0-9]{2,3}\Z")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# What the columns hold: 14 digits with 4 behind the point, 12 or 14 with 3.
MOST_AMOUNT, AMOUNT_PLACES = Decimal(10) ** 10, -4
MOST_QUANTITY, QUANTITY_PLACES = Decimal(10) ** 9, -3
MOST_PRICE_UNIT = 1_000_000
THOUSANDTH, TEN_THOUSANDTH = Decimal("0.001"), Decimal("0.0001")
STATUSES = frozenset(Product.Status.values)
METALS = frozenset(Metal.values)


class RefusedError(ValueError):
    """The whole record is left out."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.value = str(value)
        self.reason = reason


def label_of(name: str) -> str:
    """The shop's word for a column of an article."""
    return said(LABELS[name])


def clean(text: str) -> str:
    """Without control characters, which PostgreSQL and XML refuse; lone surrogates are replaced."""
    # Neither control characters nor surrogates are printable.
    if text.isprintable():
        return text
    return CONTROL.sub("", text).encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    """Without line breaks, and one blank where there are several."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(clean(text).split())


def too_long(most: int) -> str:
    """Why a text is not taken."""
    return _("Empty, or longer than %s characters.") % most


def sku_of(text: str) -> str:
    """An article number; raises ``RefusedError``."""
    sku = one_line(text)
    if not sku:
        raise RefusedError(_("article number"), "", _("There is no article number."))
    if len(sku) > SKU:
        raise RefusedError(_("article number"), sku, too_long(SKU))
    return sku


@lru_cache(maxsize=10_000)
def quantity_of(number: Decimal) -> Decimal | None:
    """As the columns hold it; ``None`` for what they cannot."""
    if not number.is_finite() or abs(number) >= MOST_QUANTITY:
        return None
    exponent = number.as_tuple().exponent
    return number.quantize(THOUSANDTH) if isinstance(exponent, int) and exponent < QUANTITY_PLACES else number


def scaled(amount: Decimal, unit: int | None) -> tuple[Decimal, int | None]:
    """A price too fine for its column, for ten times as many units until it fits."""
    if unit is None:
        return amount.quantize(TEN_THOUSANDTH), None
    amount = amount.normalize()
    while amount.as_tuple().exponent < AMOUNT_PLACES:  # type: ignore[operator]
        if unit * 10 > MOST_PRICE_UNIT or amount * 10 >= MOST_AMOUNT:
            return amount.quantize(TEN_THOUSANDTH), unit
        amount, unit = (amount * 10).normalize(), unit * 10
    return amount, unit


def iso_day(day: date | None) -> str | None:
    """As both databases take it."""
    return None if day is None else day.isoformat()
