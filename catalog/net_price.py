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
from catalog.price_terms import DISCOUNT, Article
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


class PriceStep(NamedTuple):
    """One step on the way to the net price: what happened, and the amount after it."""

    kind: str  # list | net | discount | promotion | rounding
    amount: Decimal
    price_unit: int
    source: ListedPrice | Agreed | None = None

    @property
    def wording(self) -> str | Wording | None:
        """All that the text depends on: the steps of many articles are worded once."""
        source = self.source
        if source is None:
            return None
        return source.price_list.name if isinstance(source, ListedPrice) else Wording.of(source)

    @property
    def text(self) -> str:
        """What happened, in the active language."""
        wording = self.wording
        if wording is None:
            return _("Rounded to the decimals of the list price")
        return wording.text if isinstance(wording, Wording) else _("List price %(list)s") % {"list": wording}


class Wording(NamedTuple):
    """What is said of an agreement where it made a price."""

    promotion: bool
    label: str
    percent: Decimal | None  # of a discount
    scope: str
    group: str
    quantity: Decimal
    reference: str

    @classmethod
    def of(cls, agreed: Agreed) -> Wording:
        percent = agreed.value if agreed.kind == DISCOUNT else None
        label, reference = (agreed.label, "") if agreed.promotion else ("", agreed.reference)
        scope = _scope(agreed)
        return cls(
            agreed.promotion, label, percent, scope, agreed.discount_group, agreed.minimum_quantity, reference
        )

    @property
    def text(self) -> str:
        """One line, in the active language."""
        percent = "" if self.percent is None else f"{self.percent.normalize():f}"
        if self.promotion:
            text = self.label or _("Promotion")
            if percent:
                text += ", " + _("%(percent)s %% discount") % {"percent": percent}
        elif not percent:
            text = _("Net price agreed for this article")
        else:
            text = _discount_text(self.scope) % {"percent": percent, "group": self.group}
        if self.quantity > 0:
            text += " " + _("from %(quantity)s") % {"quantity": f"{self.quantity.normalize():f}"}
        return f"{text} ({self.reference})" if self.reference else text


# Never changed, but not declared so: a frozen one takes seven times as long to make, and a page has hundreds.
@dataclass(slots=True, eq=False)
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
        return None if self.listed is None else self.listed.per(self.price_unit)

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
        until = agreed.valid_until if agreed is not None else None
        if listed is None or listed.valid_until is None or (agreed is not None and agreed.kind != DISCOUNT):
            return until
        return listed.valid_until if until is None or listed.valid_until < until else until

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
        return Money(sum(self.totals(quantity), Decimal()), self.currency)

    def totals(self, quantity: Decimal) -> list[Decimal]:
        """What ``total`` adds up: the goods, then each surcharge in their order."""
        currency, surcharges = self.currency, self.surcharges
        goods = round_total(self.amount * quantity / self.price_unit, currency)
        if not surcharges:
            return [goods]
        return [
            goods, *[round_total(each.amount * quantity / each.price_unit, currency) for each in surcharges]
        ]  # fmt: skip


def _scope(agreed: Agreed) -> str:
    if agreed.product_id is not None:
        return "article"
    if agreed.discount_group:
        return "group"
    if agreed.brand_id is not None:
        return "brand"
    return "all" if agreed.category_id is None else "category"


def _discount_text(scope: str) -> str:
    if scope == "article":
        return _("%(percent)s %% discount agreed for this article")
    if scope == "group":
        return _("%(percent)s %% discount agreed for discount group %(group)s")
    if scope == "brand":
        return _("%(percent)s %% discount agreed for this brand")
    if scope == "category":
        return _("%(percent)s %% discount agreed for this category")
    return _("%(percent)s %% discount agreed for all articles")
