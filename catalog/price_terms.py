"""What was agreed, and which of it counts for an article at a quantity.

The first that applies wins: a net price for the article (the highest quantity break reached), then the most
specific discount: article, discount group, brand, the nearest category, everything. Of two that rank the
same, the one with the lower price.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import NamedTuple, Protocol

from catalog.models import Agreement
from catalog.price_rows import Agreed

NET, DISCOUNT = Agreement.Kind.NET.value, Agreement.Kind.DISCOUNT.value


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


@dataclass(slots=True, eq=False)
class Offer:
    """A price and the agreement that made it; ``exact`` before it was rounded."""

    amount: Decimal
    price_unit: int
    exact: Decimal
    agreed: Agreed | None

    def lower_than(self, other: Offer) -> bool:
        if self.price_unit == other.price_unit:
            return self.amount < other.amount
        return self.amount * other.price_unit < other.amount * self.price_unit


class _Alike(NamedTuple):
    """What was agreed for all articles that are alike to an agreement: group, brand and category."""

    best: Agreed | None  # at any quantity, where none of it is for a quantity
    steps: list[list[Agreed]]  # else all of it, the most specific first
    thresholds: list[Decimal]


class Terms:
    """The agreements of one kind of offer, by what they are for; ``parents`` is the category tree."""

    __slots__ = (
        "_alike", "_parents", "_stepped", "_wide_steps", "by_brand", "by_category", "by_group", "by_product",
        "for_all", "wide",
    )  # fmt: skip

    def __init__(self, parents: Mapping[int, int | None]) -> None:
        self.by_product: dict[int, list[Agreed]] = defaultdict(list)
        self.by_group: dict[str, list[Agreed]] = {}
        self.by_brand: dict[int, list[Agreed]] = {}
        self.by_category: dict[int, list[Agreed]] = {}
        self.for_all: list[Agreed] = []
        # Something was agreed for more than single articles.
        self.wide = False
        # The articles for which something was agreed from a quantity on, and whether anything wider was.
        self._stepped: set[int] = set()
        self._wide_steps = False
        self._parents = parents
        self._alike: dict[tuple[str, int, int], _Alike] = {}

    def __bool__(self) -> bool:
        return bool(self.by_product) or self.wide

    def add(self, row: Agreed) -> None:
        if row.product_id is not None:
            self.by_product[row.product_id].append(row)
            if row.minimum_quantity:
                self._stepped.add(row.product_id)
            return
        self.wide = True
        if row.minimum_quantity:
            self._wide_steps = True
        if row.discount_group:
            self.by_group.setdefault(row.discount_group, []).append(row)
        elif row.brand_id is not None:
            self.by_brand.setdefault(row.brand_id, []).append(row)
        elif row.category_id is not None:
            self.by_category.setdefault(row.category_id, []).append(row)
        else:
            self.for_all.append(row)

    def best(self, article: Article, quantity: Decimal) -> Agreed | None:
        """The agreement that counts at a quantity; a net price before every discount."""
        for_article = self.by_product.get(article.pk)
        if for_article:
            found = _best_net(for_article, quantity) or _best_discount(for_article, quantity)
            if found is not None:
                return found
        if not self.wide:
            return None
        alike = self._for_alike(article)
        for rows in alike.steps:
            if (found := _best_discount(rows, quantity)) is not None:
                return found
        return alike.best

    def thresholds(self, article: Article) -> Collection[Decimal]:
        """The quantities above zero from which another agreement may count for the article."""
        shared = self._for_alike(article).thresholds if self._wide_steps else ()
        if article.pk not in self._stepped:
            return shared
        own = [row.minimum_quantity for row in self.by_product[article.pk] if row.minimum_quantity]
        return [*own, *shared]

    def _for_alike(self, article: Article) -> _Alike:
        """What was agreed for more than the article itself, worked out once for all that are alike."""
        group, brand, category = key = (article.discount_group, article.brand_id, article.category_id)
        known = self._alike.get(key)
        if known is None:
            found = [self.by_group.get(group, []) if group else [], self.by_brand.get(brand, [])]
            nearest: int | None = category if self.by_category else None
            while nearest is not None:
                found.append(self.by_category.get(nearest, []))
                nearest = self._parents.get(nearest)
            found.append(self.for_all)
            steps = [rows for rows in found if rows]
            thresholds = [row.minimum_quantity for row in chain(*steps) if row.minimum_quantity]
            if thresholds or not steps:
                known = _Alike(None, steps, thresholds)
            else:
                known = _Alike(_best_discount(steps[0], Decimal()), [], [])
            self._alike[key] = known
        return known


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
