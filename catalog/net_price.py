"""What one customer pays for an article, as an object that explains itself when somebody asks.

It holds what made the price (the list price, the agreement); steps, texts and dates are worked out from them
when they are shown, because a cart of 500 lines has no use for most of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from catalog.money import Money, round_total
from catalog.price_rows import Agreed, ListedPrice
from catalog.price_terms import DISCOUNT, NET, Article
from catalog.surcharges import Surcharge

if TYPE_CHECKING:
    from catalog.prices import PriceBook


class PriceBreak(NamedTuple):
    """From this quantity (order units) on, the price is ``amount`` per ``price_unit``, without surcharges."""

    quantity: Decimal
    amount: Decimal
    price_unit: int


class Promotion(NamedTuple):
    """The promotion that made a price, and its last day."""

    label: str
    until: date


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One step on the way to the net price: what happened, and the amount after it."""

    kind: str  # list | net | discount | promotion | rounding
    amount: Decimal
    price_unit: int
    source: ListedPrice | Agreed | None = None

    @property
    def text(self) -> str:
        """What happened, in the active language."""
        if isinstance(self.source, ListedPrice):
            return _("List price %(list)s") % {"list": self.source.price_list.name}
        if self.source is None:
            return _("Rounded to the decimals of the list price")
        return _describe(self.source)


@dataclass(frozen=True, slots=True)
class NetPrice:
    """What one customer pays for ``price_unit`` order units, without VAT, and why.

    ``amount`` is the goods alone; what is due beside it is in ``surcharges``. ``exact`` is the amount before
    it was rounded, ``listed`` and ``agreed`` are what it was made from.
    """

    amount: Decimal
    price_unit: int
    currency: str
    quantity: Decimal
    exact: Decimal
    listed: ListedPrice | None
    agreed: Agreed | None
    surcharges: tuple[Surcharge, ...]
    product: Article = field(repr=False, compare=False)
    book: PriceBook = field(repr=False, compare=False)

    @property
    def unit(self) -> str:
        """The order unit."""
        return self.product.order_unit

    @property
    def list_amount(self) -> Decimal | None:
        """The list price per ``price_unit``; ``None``: the article has none in this currency."""
        listed = self.listed
        if listed is None:
            return None
        same = listed.price_unit == self.price_unit
        return listed.amount if same else listed.amount * self.price_unit / listed.price_unit

    @property
    def reference(self) -> str:
        """Of the customer's own agreement that made the price, never of a promotion."""
        agreed = self.agreed
        return agreed.reference if agreed and agreed.organisation_id and not agreed.promotion else ""

    @property
    def promotion(self) -> Promotion | None:
        agreed = self.agreed
        if agreed is None or not agreed.promotion or agreed.valid_until is None:
            return None
        return Promotion(agreed.label, agreed.valid_until)

    @property
    def valid_until(self) -> date | None:
        """The last day of the price: a discount ends with the list price that it is taken from, too."""
        listed, agreed = self.listed, self.agreed
        days = [agreed.valid_until] if agreed is not None else []
        if listed is not None and (agreed is None or agreed.kind == DISCOUNT):
            days.append(listed.valid_until)
        return min((day for day in days if day is not None), default=None)

    @property
    def steps(self) -> tuple[PriceStep, ...]:
        """How the price came about, from the list price to the rounding."""
        listed, agreed = self.listed, self.agreed
        first = (PriceStep("list", listed.amount, listed.price_unit, listed),) if listed is not None else ()
        if agreed is None:
            return first
        kind = "promotion" if agreed.promotion else agreed.kind
        then = (*first, PriceStep(kind, self.exact, self.price_unit, agreed))
        if self.amount == self.exact:
            return then
        return (*then, PriceStep("rounding", self.amount, self.price_unit))

    @property
    def breaks(self) -> tuple[PriceBreak, ...]:
        """The quantities at which the price changes, with the first price; empty when it never does."""
        return self.book.breaks(self.product)

    @property
    def per_order_unit(self) -> Decimal:
        """The price of one order unit without surcharges, exact and not rounded."""
        return self.amount / self.price_unit

    @property
    def full_amount(self) -> Decimal:
        """The price per ``price_unit`` with all surcharges in it."""
        amount = self.amount
        for each in self.surcharges:
            amount += each.amount * self.price_unit / each.price_unit
        return amount

    def goods_total(self, quantity: Decimal) -> Money:
        """``quantity`` order units without surcharges, rounded to the currency's smallest coin."""
        return Money(round_total(self.amount * quantity / self.price_unit, self.currency), self.currency)

    def total(self, quantity: Decimal) -> Money:
        """What ``quantity`` order units cost: the goods and each surcharge, each rounded on its own."""
        total = self.goods_total(quantity)
        for each in self.surcharges:
            total += each.total(quantity)
        return total


def _describe(agreed: Agreed) -> str:
    """One line on an agreement for the explained price."""
    if agreed.promotion:
        text = agreed.label or _("Promotion")
        if agreed.kind == DISCOUNT:
            text += ", " + _("%(percent)s %% discount") % {"percent": f"{agreed.value.normalize():f}"}
    elif agreed.kind == NET:
        text = _("Net price agreed for this article")
    else:
        text = _scope_text(agreed) % {
            "percent": f"{agreed.value.normalize():f}",
            "group": agreed.discount_group,
        }
    if agreed.minimum_quantity > 0:
        text += " " + _("from %(quantity)s") % {"quantity": f"{agreed.minimum_quantity.normalize():f}"}
    if agreed.reference and not agreed.promotion:
        text += f" ({agreed.reference})"
    return text


def _scope_text(agreed: Agreed) -> str:
    if agreed.product_id is not None:
        return _("%(percent)s %% discount agreed for this article")
    if agreed.discount_group:
        return _("%(percent)s %% discount agreed for discount group %(group)s")
    if agreed.brand_id is not None:
        return _("%(percent)s %% discount agreed for this brand")
    if agreed.category_id is not None:
        return _("%(percent)s %% discount agreed for this category")
    return _("%(percent)s %% discount agreed for all articles")
