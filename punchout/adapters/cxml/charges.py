"""Freight, taxes and remarks of a cart, as agreed with the buyer (options of the connection).

cXML Reference Guide 1.2.051, p. 86-96, 361. ``Total`` holds neither freight nor tax. Amounts of tax are
rounded half up to cents for each element on its own; that of the cart is the sum of what stands below it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from punchout.adapters.cxml.options import CxmlOptions
from punchout.adapters.markup import attribute, content
from punchout.adapters.outgoing import number_of
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


@dataclass(frozen=True, slots=True)
class Wording:
    """What the connection's mapping says: of a line, or of the cart with ``prefix`` before each name."""

    mapped: Mapping[str, str]
    prefix: str
    language: str

    def text(self, name: str, own: str = "") -> str:
        return self.mapped.get(self.prefix + name, own)


def freight_as_sent(amount: str, currency: str, wording: Wording) -> str:
    """``Shipping`` of a line or the cart; nothing to pay is said too."""
    described = wording.text("Shipping Description") or _("Freight")
    text = in_language("Description", described, wording.language)
    return f"<Shipping>{money(amount, currency)}{text}</Shipping>"


def tax_as_sent(
    bases: dict[str, Decimal],
    taxes: dict[str, Decimal],
    options: CxmlOptions,
    currency: str,
    wording: Wording,
    amount: str = "",
) -> str:
    """``Tax`` with a ``TaxDetail`` for each base; the keys are the purposes that the guide names."""
    rate = wording.text("Tax percentageRate", f"{options.tax_rate.normalize():f}" if options.tax else "")
    of = f' percentageRate="{attribute(rate)}"' if rate else ""
    category = attribute(wording.text("Tax category") or "vat")
    details = [
        f'<TaxDetail purpose="{purpose}" category="{category}"{of}>'
        f"<TaxableAmount>{money(f'{base:.2f}', currency)}</TaxableAmount>"
        f"<TaxAmount>{money(f'{taxes[purpose]:.2f}', currency)}</TaxAmount></TaxDetail>"
        for purpose, base in bases.items()
    ]
    total = money(amount or f"{sum(taxes.values(), Decimal(0)):.2f}", currency)
    described = in_language("Description", wording.text("Tax Description") or _("VAT"), wording.language)
    return f"<Tax>{total}{described}{''.join(details)}</Tax>"


def line_charges(
    line: ReturnLine, total: Decimal, options: CxmlOptions, currency: str
) -> tuple[str, Decimal]:
    """Shipping and Tax of a line, where they are agreed or mapped, and what the tax comes to."""
    wording, mapped = Wording(line.mapped, "", line.language), line.mapped.get("Tax")
    freight = line.mapped.get("Shipping")
    written = freight_as_sent(freight, currency, wording) if freight else ""
    if (mapped is None and options.tax != "lines") or mapped == "":
        return written, Decimal(0)
    tax = tax_on(total, options) if mapped is None else number_of(mapped) or Decimal(0)
    amounts = {"tax": total}, {"tax": tax}
    return written + tax_as_sent(*amounts, options, currency, wording, amount=mapped or ""), tax


def money(amount: str, currency: str) -> str:
    return f'<Money currency="{attribute(currency)}">{content(amount)}</Money>'


def in_language(tag: str, text: str, language: str) -> str:
    """An element whose text is in that language."""
    return f'<{tag} xml:lang="{attribute(language)}">{content(text)}</{tag}>'


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
