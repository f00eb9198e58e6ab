"""The net price of an article for a customer, as one object that explains itself.

Three kinds of offers are resolved, each on its own, and the lowest price wins; nothing adds up:

- what was agreed with the customer;
- what holds for everybody on his price list;
- promotions, for the customer or for his price list.

Within each, the first that applies wins:

1. a net price for the article (the highest quantity break reached);
2. the list price of the customer's price list, less the most specific discount: article, then discount
   group, then brand, then the nearest category, then everything.

Without any offer it is the list price. An agreement stands even where it is above the list price; a promotion
counts only where it is lower than what would be paid without it. At the same price the customer's own
agreement is the one that is named. Of two agreements that rank the same, the one with the lower price wins.

``amount`` is the price of the goods. Metal surcharges and eco-contributions are no part of it: they stand
beside it as ``surcharges`` (``catalog.surcharges``), and ``total`` has both. Discounts do not touch them. An
article whose metal has no quotation at all in the currency has no price (``missing_quotation`` says which).

All amounts are without VAT. ``PriceBook.load`` makes at most three queries for any number of articles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalog.money import round_price
from catalog.net_price import NetPrice, PriceBreak, PriceStep, Promotion
from catalog.price_rows import Agreed, ListedPrice, MetalInside, PriceRows, Wanted, read_rows
from catalog.price_terms import NET, Article, Offer, Terms
from catalog.surcharges import QuotationMissing, Surcharge, surcharges_of
from customers.models import Organisation, PriceList

__all__ = [
    "Agreed",
    "Article",
    "ListedPrice",
    "NetPrice",
    "PriceBook",
    "PriceBreak",
    "PriceStep",
    "Promotion",
    "Surcharge",
    "public_price_list",
]


class PriceBook:
    """The prices of some articles for one customer (``None``: a visitor, who sees the public list)."""

    def __init__(self, organisation: Organisation | None, currency: str, rows: PriceRows) -> None:
        self.organisation = organisation
        self.currency = currency
        self._listed = rows.listed
        self._metals = rows.metals
        self._levies = rows.levies if organisation is None or organisation.pays_levies else {}
        own, shared, promotions = (Terms(rows.parents) for _kind in range(3))
        for row in rows.agreed:
            if row.promotion:
                promotions.add(row)
            elif row.organisation_id is not None:
                own.add(row)
            else:
                shared.add(row)
        # In the order in which they are named at the same price; only those that there are.
        self._agreed = [terms for terms in (own, shared) if terms]
        self._promotions = promotions or None
        self._terms = [terms for terms in (own, shared, promotions) if terms]
        # What is due beside a price, worked out once for articles with the same inside.
        self._due: dict[tuple[Any, ...], tuple[Surcharge, ...]] = {}

    @classmethod
    def load(
        cls, organisation: Organisation | None, products: Iterable[Article], on: date | None = None
    ) -> PriceBook:
        """Everything needed to price ``products`` on a day (default: today)."""
        ids, groups, brands = set(), set(), set()
        for product in products:
            ids.add(product.pk)
            groups.add(product.discount_group)
            brands.add(product.brand_id)
        day = on or timezone.localdate()
        if organisation is None:
            price_list = public_price_list()
            currency = price_list.currency if price_list else ""
        else:
            price_list, currency = organisation.price_list, organisation.currency
        holder = organisation.pk if organisation is not None else None
        rows = read_rows(Wanted(ids, groups - {""}, brands), price_list, holder, currency, day)
        return cls(organisation, currency, rows)

    def price(self, product: Article, quantity: Decimal | None = None) -> NetPrice | None:
        """The price at ``quantity`` order units (default: the smallest that may be ordered).

        ``None`` means there is no price in the customer's currency: price on request.
        """
        at = quantity if quantity is not None else product.minimum_quantity
        pk = product.pk
        listed = self._listed.get(pk)
        offer = self._offer(product, at, listed)
        if offer is None:
            return None
        surcharges: tuple[Surcharge, ...] = ()
        if pk in self._metals or pk in self._levies:
            try:
                surcharges = self._surcharges(pk, offer.price_unit)
            except QuotationMissing:
                return None
        return NetPrice(
            offer.amount, offer.price_unit, self.currency, at, offer.exact, listed, offer.agreed, surcharges,
            product, self,
        )  # fmt: skip

    def metals(self, product: Article) -> Sequence[MetalInside]:
        """What metal is in the article, whether it costs anything today or not."""
        return self._metals.get(product.pk, ())

    def missing_quotation(self, product: Article) -> str:
        """The metal for want of whose quotation the article has no price; empty: it is something else."""
        try:
            self._surcharges(product.pk, 1)
        except QuotationMissing as missing:
            return str(missing)
        return ""

    def _surcharges(self, pk: int, price_unit: int) -> tuple[Surcharge, ...]:
        metals, levies = self._metals.get(pk, ()), self._levies.get(pk, ())
        key = (metals, levies, price_unit)
        due = self._due.get(key)
        if due is None:
            due = self._due[key] = surcharges_of(metals, levies, price_unit, self.currency)
        return due

    def _offer(self, product: Article, quantity: Decimal, listed: ListedPrice | None) -> Offer | None:
        """The lowest of what is offered; what was agreed goes before the list price, even if higher."""
        best: Offer | None = None
        for terms in self._agreed:
            agreed = terms.best(product, quantity)
            offer = self._offer_of(agreed, listed) if agreed is not None else None
            if offer is not None and (best is None or offer.lower_than(best)):
                best = offer
        if best is None and listed is not None:
            best = Offer(listed.amount, listed.price_unit, listed.amount, None)
        if self._promotions is not None:
            agreed = self._promotions.best(product, quantity)
            offer = self._offer_of(agreed, listed) if agreed is not None else None
            if offer is not None and (best is None or offer.lower_than(best)):
                best = offer
        return best

    def _offer_of(self, agreed: Agreed, listed: ListedPrice | None) -> Offer | None:
        if agreed.kind == NET:
            return Offer(agreed.value, agreed.price_unit, agreed.value, agreed)
        if listed is None:
            return None
        exact = listed.amount * (100 - agreed.value) / 100
        amount = round_price(exact, self.currency, like=listed.amount)
        return Offer(amount, listed.price_unit, exact, agreed)

    def breaks(self, product: Article) -> tuple[PriceBreak, ...]:
        """The quantities at which the price changes, with the first price; empty when it never does."""
        least = product.minimum_quantity
        thresholds: set[Decimal] = set()
        for terms in self._terms:
            if steps := terms.thresholds(product):
                thresholds.update([step for step in steps if step > least])
        if not thresholds:
            return ()
        listed = self._listed.get(product.pk)
        breaks: list[PriceBreak] = []
        for quantity in sorted({least, *thresholds}):
            offer = self._offer(product, quantity, listed)
            if offer is None:
                continue
            last = breaks[-1] if breaks else None
            if last is None or offer.amount * last.price_unit != last.amount * offer.price_unit:
                breaks.append(PriceBreak(quantity, offer.amount, offer.price_unit))
        return tuple(breaks) if len(breaks) > 1 else ()


def public_price_list() -> PriceList | None:
    """The price list that visitors see, if the operator made one public."""
    return PriceList.objects.filter(public=True).first()
