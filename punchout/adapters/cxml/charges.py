"""Freight, taxes and remarks of a cart, as agreed with the buyer (options of the connection).

cXML Reference Guide 1.2.051, p. 86-96, 361. ``Total`` holds neither freight nor tax. Amounts of tax are
rounded half up to cents for each element on its own; that of the cart is the sum of what stands below it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _
from lxml import etree

from punchout.adapters.cxml.build import child
from punchout.adapters.cxml.options import CxmlOptions
from punchout.adapters.cxml.parse import LANGUAGE
from punchout.documents import ReturnLine

CENT = Decimal("0.01")


def freight_of(goods: Decimal, options: CxmlOptions) -> Decimal | None:
    """What is agreed for the delivery of goods of this value; ``None``: nothing is agreed."""
    if options.freight is None:
        return None
    free = options.freight_free_from is not None and goods >= options.freight_free_from
    return Decimal(0) if free else options.freight


def tax_on(amount: Decimal, options: CxmlOptions) -> Decimal:
    return (amount * options.tax_rate / 100).quantize(CENT, ROUND_HALF_UP)


def add_freight(header: etree._Element, amount: Decimal, currency: str, language: str) -> None:
    """``Shipping`` of the cart; nothing to pay is said too."""
    shipping = child(header, "Shipping")
    child(shipping, "Money", f"{amount:.2f}", currency=currency)
    _describe(shipping, _("Freight"), language)


def add_tax(
    parent: etree._Element,
    bases: dict[str, Decimal],
    taxes: dict[str, Decimal],
    options: CxmlOptions,
    currency: str,
    language: str,
) -> None:
    """``Tax`` with a ``TaxDetail`` for each base; the keys are the purposes that the guide names."""
    tax = child(parent, "Tax")
    child(tax, "Money", f"{sum(taxes.values(), Decimal(0)):.2f}", currency=currency)
    _describe(tax, _("VAT"), language)
    for purpose, base in bases.items():
        detail = child(
            tax,
            "TaxDetail",
            purpose=purpose,
            category="vat",
            percentageRate=f"{options.tax_rate.normalize():f}",
        )
        child(child(detail, "TaxableAmount"), "Money", f"{base:.2f}", currency=currency)
        child(child(detail, "TaxAmount"), "Money", f"{taxes[purpose]:.2f}", currency=currency)


def _describe(parent: etree._Element, text: str, language: str) -> None:
    child(parent, "Description", text).set(LANGUAGE, language)


def remarks(line: ReturnLine, options: CxmlOptions) -> str:
    """What ``Comments`` of a line say, in the active language; empty when there is nothing to say."""
    if options.comments == "delivery" and line.lead_time_days:
        return _("Delivery time when not in stock: %(days)s working days.") % {"days": line.lead_time_days}
    if options.comments != "price":
        return ""
    parts = []
    if line.agreement:
        parts.append(_("Agreement %(reference)s.") % {"reference": line.agreement})
    if line.list_price is not None and line.list_price != line.price:
        values = {"amount": line.list_price, "currency": line.currency, "unit": line.price_unit}
        parts.append(_("List price %(amount)s %(currency)s per %(unit)s.") % values)
    return " ".join(parts)
