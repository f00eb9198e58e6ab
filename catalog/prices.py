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
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Agreement
from catalog.money import Money, round_price, round_total
from catalog.price_rows import Agreed, ListedPrice, MetalInside, PriceRows, Wanted, read_rows
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

NET, DISCOUNT = Agreement.Kind.NET.value, Agreement.Kind.DISCOUNT.value
_NOTHING = Decimal(0)


class Article(Protocol):
    """What a price depends on; every ``Product`` has it."""

    @property
    def pk(self) -> int: ...
    @property
    def discount_group(self) -> str: ...
    @property
    def brand_id(self) -> int: ...
    @property
    def category_id(self) -> int: ...
    @property
    def order_unit(self) -> str: ...
    @property
    def minimum_quantity(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One step on the way to the net price: what happened, and the amount after it."""

    kind: str  # list | net | discount | promotion | rounding
    amount: Decimal
    price_unit: int
    source: ListedPrice | Agreed | None = None

    @property
    def text(self) -> str:
        """What happened, in the active language; worded only when somebody asks why."""
        if isinstance(self.source, ListedPrice):
            return _("List price %(list)s") % {"list": self.source.price_list.name}
        if self.source is None:
            return _("Rounded to the decimals of the list price")
        return _describe(self.source)


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
class NetPrice:
    """What one customer pays for ``price_unit`` order units, without VAT, and why.

    ``amount`` is the goods alone; what is due beside it is in ``surcharges``. ``reference`` is the customer's
    own agreement, never a promotion.
    """

    amount: Decimal
    price_unit: int
    unit: str
    currency: str
    quantity: Decimal
    steps: tuple[PriceStep, ...]
    list_amount: Decimal | None = None
    reference: str = ""
    valid_until: date | None = None
    surcharges: tuple[Surcharge, ...] = ()
    promotion: Promotion | None = None
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


class _Terms:
    """The agreements of one kind of offer, by what they are for."""

    __slots__ = ("_nearest", "by_brand", "by_category", "by_group", "by_product", "for_all", "wide")

    def __init__(self) -> None:
        self.by_product: dict[int, list[Agreed]] = {}
        self.by_group: dict[str, list[Agreed]] = {}
        self.by_brand: dict[int, list[Agreed]] = {}
        self.by_category: dict[int, list[Agreed]] = {}
        self.for_all: list[Agreed] = []
        self.wide = False
        # What was agreed for a category and those above it, by the category; worked out once a book.
        self._nearest: dict[int, list[list[Agreed]]] = {}

    def add(self, row: Agreed) -> None:
        if row.product_id is not None:
            self.by_product.setdefault(row.product_id, []).append(row)
            return
        self.wide = True
        if row.discount_group:
            self.by_group.setdefault(row.discount_group, []).append(row)
        elif row.brand_id is not None:
            self.by_brand.setdefault(row.brand_id, []).append(row)
        elif row.category_id is not None:
            self.by_category.setdefault(row.category_id, []).append(row)
        else:
            self.for_all.append(row)

    def best(self, article: Article, parents: dict[int, int | None], quantity: Decimal) -> Agreed | None:
        """The agreement that counts at a quantity; a net price before every discount."""
        for_article = self.by_product.get(article.pk)
        if for_article:
            found = _best_net(for_article, quantity) or _best_discount(for_article, quantity)
            if found is not None:
                return found
        if not self.wide:
            return None
        for rows in self._wide_scopes(article, parents):
            if rows and (found := _best_discount(rows, quantity)) is not None:
                return found
        return None

    def _wide_scopes(self, article: Article, parents: dict[int, int | None]) -> Iterable[list[Agreed] | None]:
        if self.by_group and article.discount_group:
            yield self.by_group.get(article.discount_group)
        if self.by_brand:
            yield self.by_brand.get(article.brand_id)
        if self.by_category:
            nearest = self._nearest.get(article.category_id)
            if nearest is None:
                nearest = self._nearest[article.category_id] = []
                category: int | None = article.category_id
                while category is not None:
                    if category in self.by_category:
                        nearest.append(self.by_category[category])
                    category = parents.get(category)
            yield from nearest
        yield self.for_all

    def scopes(self, article: Article, parents: dict[int, int | None]) -> Iterable[Agreed]:
        """Every agreement that may count for the article at some quantity."""
        yield from self.by_product.get(article.pk, ())
        if self.wide:
            for rows in self._wide_scopes(article, parents):
                yield from rows or ()


def _best_net(rows: list[Agreed], quantity: Decimal) -> Agreed | None:
    best: Agreed | None = None
    for row in rows:
        if row.kind != NET or row.minimum_quantity > quantity:
            continue
        if (
            best is None
            or row.minimum_quantity > best.minimum_quantity
            or (
                row.minimum_quantity == best.minimum_quantity
                and row.value * best.price_unit < best.value * row.price_unit
            )
        ):
            best = row
    return best


def _best_discount(rows: list[Agreed], quantity: Decimal) -> Agreed | None:
    best: Agreed | None = None
    for row in rows:
        if row.kind != DISCOUNT or row.minimum_quantity > quantity:
            continue
        if best is None or (row.minimum_quantity, row.value) > (best.minimum_quantity, best.value):
            best = row
    return best


class _Offer(NamedTuple):
    """A price and the agreement that made it; ``exact`` before it was rounded."""

    amount: Decimal
    price_unit: int
    exact: Decimal
    agreed: Agreed | None

    def lower_than(self, other: _Offer) -> bool:
        return self.amount * other.price_unit < other.amount * self.price_unit


class PriceBook:
    """The prices of some articles for one customer (``None``: a visitor, who sees the public list)."""

    def __init__(self, organisation: Organisation | None, currency: str, rows: PriceRows) -> None:
        self.organisation = organisation
        self.currency = currency
        self._listed = rows.listed
        self._metals = rows.metals
        self._levies = rows.levies if organisation is None or organisation.pays_levies else {}
        self._parents = rows.parents
        own, shared, promotions = _Terms(), _Terms(), _Terms()
        for row in rows.agreed:
            if row.promotion:
                promotions.add(row)
            elif row.organisation_id is not None:
                own.add(row)
            else:
                shared.add(row)
        # In the order in which they are named at the same price; only those that there are.
        self._agreed = [terms for terms in (own, shared) if terms.by_product or terms.wide]
        self._promotions = promotions if promotions.by_product or promotions.wide else None

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
        price_unit, agreed = offer.price_unit, offer.agreed
        surcharges: tuple[Surcharge, ...] = ()
        if pk in self._metals or pk in self._levies:
            try:
                surcharges = self._surcharges(pk, price_unit)
            except QuotationMissing:
                return None
        promoted = agreed if agreed is not None and agreed.promotion else None
        list_amount = None
        if listed is not None:
            same = listed.price_unit == price_unit
            list_amount = listed.amount if same else listed.amount * price_unit / listed.price_unit
        return NetPrice(
            amount=offer.amount,
            price_unit=price_unit,
            unit=product.order_unit,
            currency=self.currency,
            quantity=at,
            steps=_steps(listed, offer),
            list_amount=list_amount,
            reference=agreed.reference if agreed and agreed.organisation_id and not promoted else "",
            valid_until=_ends(listed, agreed),
            surcharges=surcharges,
            promotion=Promotion(promoted.label, promoted.valid_until)
            if promoted and promoted.valid_until
            else None,
            book=self,
            product=product,
        )

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
        return surcharges_of(self._metals.get(pk, ()), self._levies.get(pk, ()), price_unit, self.currency)

    def _offer(self, product: Article, quantity: Decimal, listed: ListedPrice | None) -> _Offer | None:
        """The lowest of what is offered; what was agreed goes before the list price, even if higher."""
        best: _Offer | None = None
        for terms in self._agreed:
            offer = self._offer_of(terms, product, quantity, listed)
            if offer is not None and (best is None or offer.lower_than(best)):
                best = offer
        if best is None and listed is not None:
            best = _Offer(listed.amount, listed.price_unit, listed.amount, None)
        if self._promotions is not None:
            offer = self._offer_of(self._promotions, product, quantity, listed)
            if offer is not None and (best is None or offer.lower_than(best)):
                best = offer
        return best

    def _offer_of(
        self, terms: _Terms, product: Article, quantity: Decimal, listed: ListedPrice | None
    ) -> _Offer | None:
        agreed = terms.best(product, self._parents, quantity)
        if agreed is None:
            return None
        if agreed.kind == NET:
            return _Offer(agreed.value, agreed.price_unit, agreed.value, agreed)
        if listed is None:
            return None
        exact = listed.amount * (100 - agreed.value) / 100
        amount = round_price(exact, self.currency, like=listed.amount)
        return _Offer(amount, listed.price_unit, exact, agreed)

    def breaks(self, product: Article) -> tuple[PriceBreak, ...]:
        """The quantities at which the price changes, with the first price; empty when it never does."""
        terms = [*self._agreed, self._promotions] if self._promotions is not None else self._agreed
        if not terms:
            return ()
        least = product.minimum_quantity
        thresholds = {
            row.minimum_quantity
            for each in terms
            for row in each.scopes(product, self._parents)
            if row.minimum_quantity > least
        }
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


def _steps(listed: ListedPrice | None, offer: _Offer) -> tuple[PriceStep, ...]:
    agreed = offer.agreed
    first = (PriceStep("list", listed.amount, listed.price_unit, listed),) if listed is not None else ()
    if agreed is None:
        return first
    kind = "promotion" if agreed.promotion else agreed.kind
    then = (*first, PriceStep(kind, offer.exact, offer.price_unit, agreed))
    if offer.amount == offer.exact:
        return then
    return (*then, PriceStep("rounding", offer.amount, offer.price_unit))


def _ends(listed: ListedPrice | None, agreed: Agreed | None) -> date | None:
    """The last day of the price: a discount ends with the list price that it is taken from, too."""
    days = [agreed.valid_until] if agreed is not None else []
    if listed is not None and (agreed is None or agreed.kind == DISCOUNT):
        days.append(listed.valid_until)
    return min((day for day in days if day is not None), default=None)


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


def public_price_list() -> PriceList | None:
    """The price list that visitors see, if the operator made one public."""
    return PriceList.objects.filter(public=True).first()
