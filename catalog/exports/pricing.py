"""The prices of a thousand articles at once: those of ``catalog.prices``, without their steps and objects.

A file needs amounts alone, a million times, so agreements are read as plain rows and what holds for whole
groups of articles is worked out once a file. That both give the same prices is tested with agreements of
every kind.
"""

from bisect import bisect_right
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q

from catalog.exports.plain import These
from catalog.exports.row import MOST_SCALES, Levy, six_decimals
from catalog.exports.terms import COLUMNS, Ladder, Term, Terms, best_discount, best_net, read_term
from catalog.models import Agreement, Category, ListPrice, MetalQuotation, ProductLevy, ProductMetal
from catalog.money import round_price
from catalog.plain_rows import as_amount, as_day
from catalog.price_rows import BY_METAL, BY_SCHEME, LevyDue, MetalInside
from catalog.surcharges import METAL, QuotationMissing, surcharges_of
from customers.models import Organisation

_VALID = "(valid_from IS NULL OR valid_from <= %s) AND (valid_until IS NULL OR valid_until >= %s)"


class Price(NamedTuple):
    """What ``ExportRow`` says of a price, per ``price_unit`` order units."""

    list_amount: Decimal | None
    amount: Decimal
    price_unit: int
    until: date | None
    scales: tuple[tuple[Decimal, Decimal], ...]
    metal_amount: Decimal | None
    levies: tuple[Levy, ...]
    promotion_until: date | None


class _Listed(NamedTuple):
    amount: Decimal
    price_unit: int
    until: date | None


class _Offer(NamedTuple):
    amount: Decimal
    price_unit: int
    until: date | None
    promotion_until: date | None = None


def _lower(best: _Offer | None, offer: _Offer | None) -> _Offer | None:
    """The lower of two prices; the first where they are the same."""
    if offer is None or best is None:
        return best or offer
    return offer if offer.amount * best.price_unit < best.amount * offer.price_unit else best


_OWN, _SHARED, _PROMOTIONS = range(3)
_NO_SCALES: tuple[tuple[Decimal, Decimal], ...] = ()


class Plan(NamedTuple):
    """What was agreed for all articles of one discount group, brand and category, of each kind of offer."""

    ladders: tuple[Ladder, ...]
    bounds: tuple[Decimal, ...]
    # Nothing but the customer's own agreements, so a net price of his for one article is the price.
    own_only: bool


class BlockPrices:
    """The prices of one customer on a day, a block of articles at a time.

    What holds for more than one article is read when the file begins.
    """

    def __init__(self, organisation: Organisation, today: date) -> None:
        self.currency = organisation.currency
        self._price_list = organisation.price_list_id
        self._organisation = organisation.pk
        self._today = today
        # A list in another currency is no price for this customer: it is not converted silently.
        self._list_counts = organisation.price_list.currency == self.currency
        self._pays_levies = organisation.pays_levies and ProductLevy.objects.exists()
        self._terms = (Terms(), Terms(), Terms())
        self._plans: dict[tuple[str, int, int], Plan] = {}
        self._listed: dict[int, _Listed] = {}
        self._metals: dict[int, list[MetalInside]] = {}
        self._levies: dict[int, list[LevyDue]] = {}
        self._quotations = self._read_quotations() if ProductMetal.objects.exists() else None
        self._read_wide()
        agreed = Agreement.objects.filter(product__isnull=False).order_by()
        self._list_has_articles = agreed.filter(price_list=self._price_list).exists() and self._list_counts
        self._parents = dict(Category.objects.order_by().values_list("id", "parent_id"))

    def read(self, these: These) -> None:
        """Reads what the prices of these articles are made of."""
        self._listed = self._read_listed(these) if self._list_counts else {}
        for terms in self._terms:
            terms.by_product = {}
        self._read_terms("organisation_id", self._organisation, these)
        if self._list_has_articles:
            self._read_terms("price_list_id", self._price_list, these)
        self._offered = [kind for kind, each in enumerate(self._terms) if each.by_product or each.wide]
        if self._quotations is not None:
            self._metals = self._read_metals(these)
        if self._pays_levies:
            self._levies = self._read_levies(these)

    def metals(self, pk: int) -> tuple[MetalInside, ...]:
        """What metal is in the article, whether it costs anything today or not."""
        found = self._metals.get(pk)
        return tuple(found) if found else ()

    def plan(self, group: str, brand: int, category: int) -> Plan:
        """What ``price`` needs to know of an article that it shares with others."""
        found = self._plans.get((group, brand, category))
        if found is None:
            above: list[int] = []
            place: int | None = category
            while place is not None:
                above.append(place)
                place = self._parents.get(place)
            ladders = tuple(terms.ladder(group, brand, above) for terms in self._terms)
            bounds = sorted({step for steps, _terms in ladders for step in steps})
            own_only = not any(steps for steps, _terms in ladders[_SHARED:])
            found = self._plans[group, brand, category] = Plan(ladders, tuple(bounds), own_only)
        return found

    def price(self, pk: int, plan: Plan, least: Decimal) -> Price | None:
        """The price of the smallest quantity, and those from larger ones on; ``None``: on request."""
        listed = self._listed.get(pk)
        if plan.own_only and (net := self._only_net(pk, least)) is not None:
            offer, scales = _Offer(net.value, net.price_unit, net.until), _NO_SCALES
        else:
            found = self._offer(pk, plan, least, listed)
            if found is None:
                return None
            offer, scales = found, self._scales(pk, plan, least, listed, found)
        price_unit = offer.price_unit
        metal_amount: Decimal | None = None
        levies: tuple[Levy, ...] = ()
        if pk in self._metals or pk in self._levies:
            try:
                metal_amount, levies = self._surcharges(pk, price_unit)
            except QuotationMissing:
                return None
        list_amount = None
        if listed is not None:
            same = listed.price_unit == price_unit
            list_amount = listed.amount if same else listed.amount * price_unit / listed.price_unit
        return Price(
            list_amount,
            offer.amount,
            price_unit,
            offer.until,
            scales,
            metal_amount,
            levies,
            offer.promotion_until,
        )

    def _only_net(self, pk: int, least: Decimal) -> Term | None:
        """The one net price agreed with the customer, when nothing else is for this article, as for most."""
        own, shared, promotions = self._terms
        rows = own.by_product.get(pk)
        if rows is None or len(rows) > 1 or pk in shared.by_product or pk in promotions.by_product:
            return None
        only = rows[0]
        return only if only.net and only.minimum <= least else None

    def _offer(self, pk: int, plan: Plan, at: Decimal, listed: _Listed | None) -> _Offer | None:
        """The lowest of what is offered; what was agreed goes before the list price, even if higher."""
        best: _Offer | None = None
        agreed = False
        for kind in self._offered:
            if kind == _PROMOTIONS and not agreed and listed is not None:
                best, agreed = _Offer(*listed), True
            term = self._term(kind, pk, plan, at)
            if term is not None and (offer := self._offer_of(kind, term, listed)) is not None:
                best, agreed = _lower(best, offer), True
        return best if agreed or listed is None else _Offer(*listed)

    def _term(self, kind: int, pk: int, plan: Plan, at: Decimal) -> Term | None:
        """What was agreed and counts at a quantity; a net price before every discount."""
        rows = self._terms[kind].by_product.get(pk)
        if rows is not None:
            if len(rows) == 1 and rows[0].net and rows[0].minimum <= at:
                return rows[0]
            found = best_net(rows, at) or best_discount(rows, at)
            if found is not None:
                return found
        steps, discounts = plan.ladders[kind]
        if not steps:
            return None
        place = bisect_right(steps, at)
        return discounts[place - 1] if place else None

    def _offer_of(self, kind: int, term: Term, listed: _Listed | None) -> _Offer | None:
        ends = term.until if kind == _PROMOTIONS else None
        if term.net:
            return _Offer(term.value, term.price_unit, term.until, ends)
        if listed is None:
            return None
        exact = listed.amount * (100 - term.value) / 100
        until = term.until
        # It ends with the list price that it is taken from, too.
        if listed.until is not None and (until is None or listed.until < until):
            until = listed.until
        rounded = round_price(exact, self.currency, like=listed.amount)
        return _Offer(rounded, listed.price_unit, until, ends)

    def _scales(
        self, pk: int, plan: Plan, least: Decimal, listed: _Listed | None, first: _Offer
    ) -> tuple[tuple[Decimal, Decimal], ...]:
        """From which quantity on another price holds, per the price unit of the first."""
        bounds = {bound for bound in plan.bounds if bound > least}
        for kind in self._offered:
            rows = self._terms[kind].by_product.get(pk)
            if rows is not None and (len(rows) > 1 or rows[0].minimum > least):
                bounds.update([term.minimum for term in rows if term.minimum > least])
        if not bounds:
            return ()
        found: list[tuple[Decimal, Decimal]] = []
        last = first
        for bound in sorted(bounds):
            offer = self._offer(pk, plan, bound, listed)
            if offer is None or offer.amount * last.price_unit == last.amount * offer.price_unit:
                continue
            found.append((bound, six_decimals(offer.amount * first.price_unit / offer.price_unit)))
            last = offer
        return tuple(found[:MOST_SCALES])

    def _surcharges(self, pk: int, price_unit: int) -> tuple[Decimal | None, tuple[Levy, ...]]:
        """Metal per the price's own unit, levies per order unit."""
        due = surcharges_of(self._metals.get(pk, ()), self._levies.get(pk, ()), price_unit, self.currency)
        metals = [each.amount for each in due if each.kind == METAL]
        levies = tuple(Levy(each.code, each.tariff, each.amount) for each in due if each.kind != METAL)
        return sum(metals, Decimal(0)) if metals else None, levies

    def _read_wide(self) -> None:
        holders = [("organisation_id", self._organisation)]
        if self._list_counts:
            holders.append(("price_list_id", self._price_list))
        agreed = Agreement.objects.filter(product__isnull=True).order_by("id")
        for holder, pk in holders:
            valid = agreed.filter(valid_on(self._today), **{holder: pk})
            for group, brand, category, *row in valid.values_list(
                "discount_group", "brand_id", "category_id", *COLUMNS
            ):
                self._terms_of(holder, row[0]).add_wide(group, brand, category, read_term(*row[1:]))

    def _read_terms(self, holder: str, pk: int, these: These) -> None:
        columns = ", ".join(("product_id", *COLUMNS))
        plain, promoted = (self._terms_of(holder, promotion).by_product for promotion in (False, True))
        for product, promotion, *row in these.of(
            Agreement, columns, f"{holder} = %s AND {_VALID}", self._on(pk)
        ):
            by_product = promoted if promotion else plain
            if product in by_product:
                by_product[product].append(read_term(*row))
            else:
                by_product[product] = [read_term(*row)]

    def _terms_of(self, holder: str, promotion: Any) -> Terms:
        if promotion:
            return self._terms[_PROMOTIONS]
        return self._terms[_OWN if holder == "organisation_id" else _SHARED]

    def _on(self, holder: int) -> list[Any]:
        return [holder, self._today, self._today]

    def _read_listed(self, these: These) -> dict[int, _Listed]:
        """The one that became valid last counts; one without a date always was valid."""
        found: dict[int, _Listed] = {}
        began: dict[int, tuple[Any, int]] = {}
        for product, value, price_unit, until, since, pk in these.of(
            ListPrice,
            "product_id, amount, price_unit, valid_until, valid_from, id",
            f"price_list_id = %s AND {_VALID}",
            self._on(self._price_list),
        ):
            # Nearly every article has one alone.
            if product in found and _moment(*began[product]) > _moment(since, pk):
                continue
            began[product] = (since, pk)
            found[product] = _Listed(as_amount(value), price_unit, None if until is None else as_day(until))
        return found

    def _read_quotations(self) -> dict[tuple[str, str], tuple[Decimal, date]]:
        """The newest of each metal and currency, of today or before."""
        found = MetalQuotation.objects.filter(day__lte=self._today).order_by("day")
        return {(each.metal, each.currency): (each.amount, each.day) for each in found}

    def _read_metals(self, these: These) -> dict[int, list[MetalInside]]:
        assert self._quotations is not None
        found: dict[int, list[MetalInside]] = defaultdict(list)
        for product, metal, weight, per, base, currency, credit in these.of(
            ProductMetal, "product_id, metal, weight, per, base, currency, credit"
        ):
            quoted = self._quotations.get((metal, currency), (None, None))
            found[product].append(
                MetalInside(metal, as_amount(weight), per, as_amount(base), currency, bool(credit), *quoted)
            )
        for contents in found.values():
            contents.sort(key=BY_METAL)
        return found

    def _read_levies(self, these: These) -> dict[int, list[LevyDue]]:
        found: dict[int, list[LevyDue]] = defaultdict(list)
        for product, scheme, code, value in these.of(
            ProductLevy, "product_id, scheme, code, amount", "currency = %s", [self.currency]
        ):
            found[product].append(LevyDue(scheme, code, as_amount(value)))
        for dues in found.values():
            dues.sort(key=BY_SCHEME)
        return found


def _moment(since: Any, pk: int) -> tuple[date, int]:
    """From when on a list price counts; without a date always, and the last one entered before others."""
    return as_day(since) or date.min, pk


def valid_on(today: date) -> Q:
    """What begins and ends by its dates, if it has any."""
    return (Q(valid_from__isnull=True) | Q(valid_from__lte=today)) & (
        Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    )
