"""What was agreed, by the articles it holds for: one article, a discount group, a brand, a category, all."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from catalog.models import Agreement
from catalog.plain_rows import as_amount, as_day, as_quantity

NET = Agreement.Kind.NET.value
# The columns of ``read_term``, in its order, behind the one that says whether it is a promotion.
COLUMNS = ("promotion", "kind", "value", "price_unit", "minimum_quantity", "valid_until")


class Term(NamedTuple):
    """From ``minimum`` order units on: a net price per ``price_unit``, or a discount in percent."""

    minimum: Decimal
    value: Decimal
    price_unit: int
    net: bool
    until: date | None


# From which quantity on which discount holds: two lists of one length, the quantities rising.
Ladder = tuple[list[Decimal], list[Term | None]]


class Terms:
    """The agreements of one kind of offer: the customer's, his price list's, or promotions."""

    def __init__(self) -> None:
        self.by_product: dict[int, list[Term]] = {}
        self._groups: dict[str, list[Term]] = defaultdict(list)
        self._brands: dict[int, list[Term]] = defaultdict(list)
        self._categories: dict[int, list[Term]] = defaultdict(list)
        self._all: list[Term] = []

    def add_wide(self, group: str, brand: int | None, category: int | None, term: Term) -> None:
        if group:
            self._groups[group].append(term)
        elif brand is not None:
            self._brands[brand].append(term)
        elif category is not None:
            self._categories[category].append(term)
        else:
            self._all.append(term)

    @property
    def wide(self) -> bool:
        return bool(self._groups or self._brands or self._categories or self._all)

    def ladder(self, group: str, brand: int, categories: Iterable[int]) -> Ladder:
        """The nearest scope that has anything for a quantity, at its highest step reached."""
        scopes = [self._groups.get(group), self._brands.get(brand)]
        scopes += [self._categories.get(category) for category in categories]
        there = [terms for terms in (*scopes, self._all) if terms]
        steps = sorted({term.minimum for terms in there for term in terms})
        return steps, [
            next((best for terms in there if (best := best_discount(terms, step)) is not None), None)
            for step in steps
        ]


def best_discount(terms: Iterable[Term], at: Decimal) -> Term | None:
    reached = [term for term in terms if not term.net and term.minimum <= at]
    return max(reached, key=lambda term: (term.minimum, term.value)) if reached else None


def best_net(terms: Iterable[Term], at: Decimal) -> Term | None:
    best: Term | None = None
    for term in terms:
        if (
            term.net
            and term.minimum <= at
            and (
                best is None
                or term.minimum > best.minimum
                or (
                    term.minimum == best.minimum
                    and term.value * best.price_unit < best.value * term.price_unit
                )
            )
        ):
            best = term
    return best


def read_term(kind: str, value: Any, price_unit: int, minimum: Any, until: Any) -> Term:
    """Of a row as the driver gives it."""
    ends = None if until is None else as_day(until)
    return Term(as_quantity(minimum), as_amount(value), price_unit, kind == NET, ends)
