"""The net price of an article for a customer, as one object that explains itself.

Resolution order, the first that applies wins:

1. a net price agreed for the article (the highest quantity break reached);
2. the list price of the customer's price list, less the most specific agreed discount: article, then
   brand, then the nearest category, then everything. Discounts do not add up;
3. the list price.

Of two agreements that rank the same, the one with the lower price wins. All amounts are without VAT, per
``price_unit`` order units. ``PriceBook.load`` makes at most three queries for any number of articles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple, Protocol

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Agreement, Category, ListPrice
from catalog.money import Money, round_price, round_total
from customers.models import Organisation, PriceList


class Article(Protocol):
    """What a price depends on; every ``Product`` has it."""

    @property
    def pk(self) -> int: ...
    @property
    def brand_id(self) -> int: ...
    @property
    def category_id(self) -> int: ...
    @property
    def order_unit(self) -> str: ...
    @property
    def minimum_quantity(self) -> Decimal: ...


class ListedPrice(NamedTuple):
    """A list price as it was found: without VAT, in its list's currency, per ``price_unit`` order units."""

    amount: Decimal
    price_unit: int
    valid_until: date | None
    price_list: PriceList


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One step on the way to the net price: what happened, and the amount after it."""

    kind: str  # list | net | discount | rounding
    amount: Decimal
    price_unit: int
    source: ListedPrice | Agreement | None = None

    @property
    def text(self) -> str:
        """What happened, in the active language; worded only when somebody asks why."""
        if isinstance(self.source, ListedPrice):
            return _("List price %(list)s") % {"list": self.source.price_list.name}
        if self.source is None:
            return _("Rounded to the decimals of the list price")
        return _describe(self.source)


@dataclass(frozen=True, slots=True)
class PriceBreak:
    """From this quantity (order units) on, the price is ``amount`` per ``price_unit``."""

    quantity: Decimal
    amount: Decimal
    price_unit: int


@dataclass(frozen=True, slots=True)
class NetPrice:
    """What one customer pays for ``price_unit`` order units, without VAT, and why."""

    amount: Decimal
    price_unit: int
    unit: str
    currency: str
    quantity: Decimal
    steps: tuple[PriceStep, ...]
    list_amount: Decimal | None = None
    reference: str = ""
    valid_until: date | None = None
    book: PriceBook | None = field(default=None, repr=False, compare=False)
    product: Article | None = field(default=None, repr=False, compare=False)

    @property
    def breaks(self) -> tuple[PriceBreak, ...]:
        """The quantities at which the price changes, with the first price; empty when it never does."""
        if self.book is None or self.product is None:
            return ()
        return self.book.breaks(self.product)

    @property
    def per_order_unit(self) -> Decimal:
        """The price of one order unit, exact and not rounded."""
        return self.amount / self.price_unit

    def total(self, quantity: Decimal) -> Money:
        """``quantity`` order units at this price, rounded to the currency's smallest coin."""
        return Money(round_total(self.amount * quantity / self.price_unit, self.currency), self.currency)


@lru_cache(maxsize=2)
def _valid_on(day: date) -> tuple[QuerySet[ListPrice], QuerySet[Agreement]]:
    """What is valid that day, to be narrowed down; kept, because to put it together took most of the time."""
    valid = (Q(valid_from__isnull=True) | Q(valid_from__lte=day)) & (
        Q(valid_until__isnull=True) | Q(valid_until__gte=day)
    )
    return ListPrice.objects.filter(valid), Agreement.objects.filter(valid)


class PriceBook:
    """The prices of some articles for one customer (``None``: a visitor, who sees the public list)."""

    def __init__(
        self,
        organisation: Organisation | None,
        currency: str,
        list_prices: dict[int, ListedPrice],
        agreements: list[Agreement],
        parents: dict[int, int | None],
    ) -> None:
        self.organisation = organisation
        self.currency = currency
        # A list in another currency is no price for this customer: it is not converted silently.
        self._list_prices = {
            product: row for product, row in list_prices.items() if row.price_list.currency == currency
        }
        self._parents = parents
        self._by_product: dict[int, list[Agreement]] = defaultdict(list)
        self._by_brand: dict[int, list[Agreement]] = defaultdict(list)
        self._by_category: dict[int, list[Agreement]] = defaultdict(list)
        self._for_all: list[Agreement] = []
        for agreement in agreements:
            if agreement.product_id is not None:
                self._by_product[agreement.product_id].append(agreement)
            elif agreement.brand_id is not None:
                self._by_brand[agreement.brand_id].append(agreement)
            elif agreement.category_id is not None:
                self._by_category[agreement.category_id].append(agreement)
            else:
                self._for_all.append(agreement)

    @classmethod
    def load(
        cls, organisation: Organisation | None, products: Iterable[Article], on: date | None = None
    ) -> PriceBook:
        """Everything needed to price ``products`` on a day (default: today)."""
        products = list(products)
        day = on or timezone.localdate()
        valid_prices, valid_agreements = _valid_on(day)
        ids = [product.pk for product in products]
        if organisation is None:
            lists = {found.pk: found for found in PriceList.objects.filter(public=True)}
        else:
            lists = {organisation.price_list_id: organisation.price_list}
        rows = valid_prices.filter(product_id__in=ids, price_list_id__in=lists)
        # The last row of an article is the one that became valid last; one without a date always was. Which
        # end such a row sorts to is said, because databases differ.
        since = F("valid_from").asc(nulls_first=True)
        columns = ("product_id", "amount", "price_unit", "valid_until", "price_list_id")
        list_prices = {
            product: ListedPrice(amount, price_unit, until, lists[price_list])
            for product, amount, price_unit, until, price_list in rows.order_by(
                "product_id", "price_list_id", since, "id"
            ).values_list(*columns)
        }
        if organisation is None:
            public = next(iter(list_prices.values()), None)
            return cls(None, public.price_list.currency if public else "", list_prices, [], {})
        agreements = list(
            valid_agreements.filter(
                Q(product_id__in=ids)
                | Q(product__isnull=True, brand__isnull=True, category__isnull=True)
                | Q(brand_id__in={product.brand_id for product in products})
                | Q(category__isnull=False),
                organisation=organisation,
            )
        )
        parents: dict[int, int | None] = {}
        if any(agreement.category_id is not None for agreement in agreements):
            parents = dict(Category.objects.order_by().values_list("id", "parent_id"))
        return cls(organisation, organisation.currency, list_prices, agreements, parents)

    def price(self, product: Article, quantity: Decimal | None = None) -> NetPrice | None:
        """The price at ``quantity`` order units (default: the smallest that may be ordered).

        ``None`` means there is no price in the customer's currency: price on request.
        """
        at = quantity if quantity is not None else product.minimum_quantity
        resolved = self._resolve(product, at)
        if resolved is None:
            return None
        amount, price_unit, steps, agreement = resolved
        listed = self._list_prices.get(product.pk)
        return NetPrice(
            amount=amount,
            price_unit=price_unit,
            unit=product.order_unit,
            currency=self.currency,
            quantity=at,
            steps=steps,
            list_amount=listed.amount * price_unit / listed.price_unit if listed else None,
            reference=agreement.reference if agreement else "",
            valid_until=agreement.valid_until if agreement else (listed.valid_until if listed else None),
            book=self,
            product=product,
        )

    def _resolve(
        self, product: Article, quantity: Decimal
    ) -> tuple[Decimal, int, tuple[PriceStep, ...], Agreement | None] | None:
        listed = self._list_prices.get(product.pk)
        steps: list[PriceStep] = []
        if listed is not None:
            steps.append(PriceStep("list", listed.amount, listed.price_unit, listed))
        net = self._best_net(self._by_product.get(product.pk, []), quantity)
        if net is not None:
            steps.append(PriceStep("net", net.value, net.price_unit, net))
            return net.value, net.price_unit, tuple(steps), net
        if listed is None:
            return None
        discount = self._best_discount(product, quantity)
        if discount is None:
            return listed.amount, listed.price_unit, tuple(steps), None
        exact = listed.amount * (100 - discount.value) / 100
        amount = round_price(exact, self.currency, like=listed.amount)
        steps.append(PriceStep("discount", exact, listed.price_unit, discount))
        if amount != exact:
            steps.append(PriceStep("rounding", amount, listed.price_unit))
        return amount, listed.price_unit, tuple(steps), discount

    @staticmethod
    def _best_net(agreements: list[Agreement], quantity: Decimal) -> Agreement | None:
        if not agreements:
            return None
        reached = [a for a in agreements if a.kind == Agreement.Kind.NET and a.minimum_quantity <= quantity]
        return max(reached, key=lambda a: (a.minimum_quantity, -a.value / a.price_unit), default=None)

    def _best_discount(self, product: Article, quantity: Decimal) -> Agreement | None:
        for agreements in self._scopes(product):
            if not agreements:
                continue
            reached = [
                a for a in agreements if a.kind == Agreement.Kind.DISCOUNT and a.minimum_quantity <= quantity
            ]
            if reached:
                return max(reached, key=lambda a: (a.minimum_quantity, a.value))
        return None

    def _scopes(self, product: Article) -> Iterable[list[Agreement]]:
        yield self._by_product.get(product.pk, [])
        yield self._by_brand.get(product.brand_id, [])
        category: int | None = product.category_id
        while category is not None and self._parents:
            yield self._by_category.get(category, [])
            category = self._parents.get(category)
        yield self._for_all

    def breaks(self, product: Article) -> tuple[PriceBreak, ...]:
        """The quantities at which the price changes, with the first price; empty when it never does."""
        thresholds = {
            agreement.minimum_quantity
            for agreements in self._scopes(product)
            for agreement in agreements
            if agreement.minimum_quantity > product.minimum_quantity
        }
        if not thresholds:
            return ()
        breaks: list[PriceBreak] = []
        for quantity in sorted({product.minimum_quantity, *thresholds}):
            resolved = self._resolve(product, quantity)
            if resolved is None:
                continue
            row = PriceBreak(quantity, resolved[0], resolved[1])
            if not breaks or row.amount / row.price_unit != breaks[-1].amount / breaks[-1].price_unit:
                breaks.append(row)
        return tuple(breaks) if len(breaks) > 1 else ()


def _describe(agreement: Agreement) -> str:
    """One line on an agreement for the explained price."""
    if agreement.kind == Agreement.Kind.NET:
        text = _("Net price agreed for this article")
    elif agreement.product_id is not None:
        text = _("%(percent)s %% discount agreed for this article")
    elif agreement.brand_id is not None:
        text = _("%(percent)s %% discount agreed for this brand")
    elif agreement.category_id is not None:
        text = _("%(percent)s %% discount agreed for this category")
    else:
        text = _("%(percent)s %% discount agreed for all articles")
    if agreement.kind == Agreement.Kind.DISCOUNT:
        text = text % {"percent": f"{agreement.value.normalize():f}"}
    if agreement.minimum_quantity > 0:
        text += " " + _("from %(quantity)s") % {"quantity": f"{agreement.minimum_quantity.normalize():f}"}
    if agreement.reference:
        text += f" ({agreement.reference})"
    return text


def public_price_list() -> PriceList | None:
    """The price list that visitors see, if the operator made one public."""
    return PriceList.objects.filter(public=True).first()
