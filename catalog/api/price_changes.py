"""Which articles may have another price for one customer, as streams of changes; never another customer's.

An article is named where a price of it was saved, began, ended or was withdrawn. What touches many at once (a
discount on a brand, a quotation, other terms of the customer) is one change, and says of what. The rows are
those that files of only changes ask (``catalog.price_sources``, ``catalog.withdrawals``).
"""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet

from catalog.api.places import Place, Row, Stretch
from catalog.models import Brand, Category, Product
from catalog.price_sources import price_sources
from catalog.withdrawals import withdrawn_from
from customers.models import Organisation

PRICE, PRICES = "price", "prices"
EVERYTHING = "everything"
# Of what a price may be, the first that there is; without any it is of everything.
_OF = {"product_id": PRICE, "metal": "metal", "discount_group": "discount-group", "brand_id": "brand",
       "category_id": "category"}  # fmt: skip
# How many there are.
STREAMS = 16
# A day begins after what is valid until the day before.
_ENDED = 1

Stream = Callable[[Stretch], Iterator[Row]]


class Scope(NamedTuple):
    """Of what a change of many prices is, with its id or code."""

    kind: str
    key: Any = None


def streams(organisation: Organisation, first: int) -> list[Stream]:
    """The changes of this customer's prices. Cursors name streams by their order: new ones come last."""
    of = price_sources(organisation)
    dated: list[QuerySet[Any]] = [of.own, of.shared, of.listed]
    saved = [*dated, of.metals, of.levies, of.quotations]
    kinds = [
        *(partial(_saved, rows, "updated_at") for rows in saved),
        *(partial(_saved, rows, "created_at") for rows in withdrawn_from(organisation)),
        *(partial(_turned, rows, "valid_from", 0) for rows in dated),
        *(partial(_turned, rows, "valid_until", _ENDED) for rows in dated),
        partial(_turned, of.quotations, "day", 0),
    ]
    return [partial(kind, number) for number, kind in enumerate(kinds, first)]


def _saved(rows: QuerySet[Any], column: str, number: int, stretch: Stretch) -> Iterator[Row]:
    names = _scope_names(rows.model)
    for moment, pk, *scope in stretch.read(rows, number, names, moment=column):
        yield _row(Place(moment, number, pk), names, scope)


def _turned(rows: QuerySet[Any], column: str, later: int, number: int, stretch: Stretch) -> Iterator[Row]:
    names = _scope_names(rows.model)
    for moment, pk, *scope in stretch.read_days(rows, number, names, day=column, later=later):
        yield _row(Place(moment, number, pk), names, scope)


def _scope_names(model: type[Model]) -> tuple[str, ...]:
    columns = {field.attname for field in model._meta.local_concrete_fields}
    return tuple(name for name in _OF if name in columns)


def _row(place: Place, names: Collection[str], scope: Collection[Any]) -> Row:
    for name, value in zip(names, scope, strict=True):
        if value is not None and value != "":
            kind = _OF[name]
            return Row(place, PRICE, value) if kind == PRICE else Row(place, PRICES, Scope(kind, value))
    return Row(place, PRICES, Scope(EVERYTHING))


class Told:
    """Writes the rows of a page as they are answered; three queries at most, however many they are."""

    def __init__(self, organisation: Organisation, rows: Collection[Row]) -> None:
        products = [row.about for row in rows if row.what == PRICE]
        shown = Product.objects.visible_to(organisation).filter(pk__in=products)
        self._shown = {pk: (sku, status) for pk, sku, status in shown.values_list("pk", "sku", "status")}
        scopes = {row.about for row in rows if row.what == PRICES}
        self._codes: dict[Scope, str | None] = {scope: scope.key for scope in scopes}
        for kind, labels in (
            ("brand", Brand.objects.values_list("pk", "code")),
            ("category", Category.objects.values_list("pk", "slug")),
        ):
            named = dict(labels.filter(pk__in=[scope.key for scope in scopes if scope.kind == kind]))
            self._codes |= {scope: named.get(scope.key) for scope in scopes if scope.kind == kind}

    def write(self, row: Row) -> dict[str, Any] | None:
        """``None``: the customer does not see the article, or the brand or category is no more."""
        updated_at = row.place.moment.isoformat()
        if row.what == PRICES:
            code = self._codes[row.about]
            if code is None and row.about.kind != EVERYTHING:
                return None
            return {"what": PRICES, "of": {"kind": row.about.kind, "code": code}, "updated_at": updated_at}
        if row.about not in self._shown:
            return None
        sku, status = self._shown[row.about]
        return {"sku": sku, "what": PRICE, "status": status, "updated_at": updated_at}
