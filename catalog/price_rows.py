"""What prices are made of, read for many articles in three statements at most, as plain rows.

Not by the ORM (``catalog.plain_rows``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection

from catalog.models import (
    Agreement,
    Category,
    ListPrice,
    Metal,
    MetalQuotation,
    ProductLevy,
    ProductMetal,
)
from catalog.plain_rows import among, as_amount, as_day, as_quantity, each_of, is_among, number_of
from catalog.prepared import rows_of
from customers.models import PriceList

_LISTED, _METAL, _LEVY, _QUOTATION = range(4)

# What is read here is never changed, but not declared so: a frozen object, or a tuple with names, takes two
# to seven times as long to make, and a question has thousands. Each is equal to itself alone.


@dataclass(slots=True, eq=False)
class ListedPrice:
    """A list price as it was found: without VAT, in its list's currency, per ``price_unit`` order units."""

    amount: Decimal
    price_unit: int
    valid_until: date | None
    price_list: PriceList

    def per(self, price_unit: int) -> Decimal:
        """The amount for so many order units."""
        same = self.price_unit == price_unit
        return self.amount if same else self.amount * price_unit / self.price_unit


@dataclass(slots=True, eq=False)
class Agreed:
    """One agreement that is valid on the day."""

    pk: int
    organisation_id: int | None
    promotion: bool
    label: str
    reference: str
    product_id: int | None
    discount_group: str
    brand_id: int | None
    category_id: int | None
    kind: str
    value: Decimal
    price_unit: int
    minimum_quantity: Decimal
    valid_until: date | None


@dataclass(slots=True, eq=False)
class MetalInside:
    """A metal of an article, with its newest quotation of the day or before; ``None``: there is none, or it
    is paid in another currency.
    """

    metal: str
    weight: Decimal
    per: int
    base: Decimal
    currency: str
    credit: bool
    quotation: Decimal | None
    day: date | None


@dataclass(slots=True, eq=False)
class LevyDue:
    scheme: str
    code: str
    amount: Decimal


BY_METAL = attrgetter("metal", "currency")
BY_SCHEME = attrgetter("scheme", "code", "amount")


class PriceRows(NamedTuple):
    """Everything that was found; an article without a row of a kind is not in its mapping."""

    listed: dict[int, ListedPrice]
    metals: dict[int, tuple[MetalInside, ...]]
    levies: dict[int, tuple[LevyDue, ...]]
    agreed: list[Agreed]
    parents: dict[int, int | None]


class Wanted(NamedTuple):
    """Of which articles, and of what they have in common."""

    products: Collection[int]
    groups: Collection[str]
    brands: Collection[int]


def read_rows(
    wanted: Wanted, price_list: PriceList | None, organisation_id: int | None, currency: str, day: date
) -> PriceRows:
    """Two queries, and one more for the category tree where something was agreed for a category."""
    if price_list is None or not wanted.products:
        return PriceRows({}, {}, {}, [], {})
    # A list in another currency is no price for this customer: it is not converted silently.
    same_currency = price_list.currency == currency
    listed, metals, levies = _read_amounts(wanted, price_list, currency, day, same_currency)
    agreed = _read_agreed(wanted, price_list.pk if same_currency else None, organisation_id, day)
    parents: dict[int, int | None] = {}
    if any(row.category_id is not None for row in agreed):
        parents = dict(rows_of(f"SELECT id, parent_id FROM {Category._meta.db_table}", []))  # noqa: S608
    return PriceRows(listed, metals, levies, agreed, parents)


def _read_amounts(
    wanted: Wanted, price_list: PriceList, currency: str, day: date, listed_counts: bool
) -> tuple[dict[int, ListedPrice], dict[int, tuple[MetalInside, ...]], dict[int, tuple[LevyDue, ...]]]:
    products = among(wanted.products)
    parameters = [
        price_list.pk, day, day, products, products, currency, products, among(Metal.values), currency, day
    ]  # fmt: skip
    listed: dict[int, tuple[Any, ...]] = {}
    metals: list[tuple[Any, ...]] = []
    levies: list[tuple[Any, ...]] = []
    quotations: dict[str, tuple[Decimal, date | None]] = {}
    for row in rows_of(_amounts_sql(connection.vendor), parameters):
        kind, product = row[0], row[1]
        if kind == _LISTED:
            other = listed.get(product)
            if other is None or _began(other) < _began(row):
                listed[product] = row
        elif kind == _METAL:
            metals.append(row)
        elif kind == _LEVY:
            levies.append(row)
        else:
            quotations[row[7]] = as_amount(row[3]), as_day(row[5])
    listed_prices = {}
    if listed_counts:
        for product, row in listed.items():
            listed_prices[product] = ListedPrice(as_amount(row[3]), row[4], as_day(row[5]), price_list)
    return listed_prices, _metals(metals, quotations, currency), _levies(levies)


def _began(row: tuple[Any, ...]) -> tuple[date, int]:
    """The list price that became valid last counts; one without a date always was valid."""
    return as_day(row[6]) or date.min, row[2]


def _metals(
    rows: list[tuple[Any, ...]], quotations: dict[str, tuple[Decimal, date | None]], currency: str
) -> dict[int, tuple[MetalInside, ...]]:
    found: dict[int, tuple[MetalInside, ...]] = {}
    # Cables that differ in their colour alone have the same metal inside.
    known: dict[tuple[Any, ...], tuple[MetalInside, ...]] = {}
    for row in rows:
        told = row[3:]
        inside = known.get(told)
        if inside is None:
            weight, per, _day, _since, metal, of_currency, base, credit = told
            quotation, day = quotations.get(metal, (None, None)) if of_currency == currency else (None, None)
            inside = known[told] = (
                MetalInside(
                    metal, as_amount(weight), per, as_amount(base), of_currency, bool(credit), quotation, day
                ),
            )
        product = row[1]
        before = found.get(product)
        # In no order that the databases share.
        found[product] = inside if before is None else tuple(sorted(before + inside, key=BY_METAL))
    return found


def _levies(rows: list[tuple[Any, ...]]) -> dict[int, tuple[LevyDue, ...]]:
    found: dict[int, tuple[LevyDue, ...]] = {}
    known: dict[tuple[Any, ...], tuple[LevyDue, ...]] = {}
    for row in rows:
        told = (row[7], row[8], row[3])
        due = known.get(told)
        if due is None:
            due = known[told] = (LevyDue(row[7], row[8], as_amount(row[3])),)
        product = row[1]
        before = found.get(product)
        found[product] = due if before is None else tuple(sorted(before + due, key=BY_SCHEME))
    return found


def _read_agreed(
    wanted: Wanted, price_list_id: int | None, organisation_id: int | None, day: date
) -> list[Agreed]:
    """What is valid for the customer or his price list; of a visitor's list only the promotions."""
    products, brands = among(wanted.products), among(wanted.brands)
    groups = among(wanted.groups)
    parameters: list[Any] = []
    for holder in (organisation_id, price_list_id):
        parameters += [holder, day, day, products, holder, day, day, groups, brands]
    return [
        Agreed(
            pk, organisation, promotion, label, reference, product, group, brand, category, kind,
            as_amount(value), price_unit, as_quantity(minimum), as_day(until),
        )
        for (
            pk, organisation, promotion, label, reference, product, group, brand, category, kind,
            value, price_unit, minimum, until,
        ) in rows_of(_agreed_sql(connection.vendor), parameters)
        if organisation_id is not None or promotion
    ]  # fmt: skip


def _valid(table: str) -> str:
    return (
        f"({table}.valid_from IS NULL OR {table}.valid_from <= %s)"
        f" AND ({table}.valid_until IS NULL OR {table}.valid_until >= %s)"
    )


@lru_cache(maxsize=2)
def _amounts_sql(vendor: str) -> str:
    """List prices, metals, levies, and what each metal is quoted at: one statement instead of four."""
    these, names = is_among(vendor, "bigint"), each_of(vendor, "text")
    listed, metal, levy = (model._meta.db_table for model in (ListPrice, ProductMetal, ProductLevy))
    quotation = MetalQuotation._meta.db_table

    def number(column: str) -> str:
        return number_of(vendor, column)

    # Table names are our models', values are parameters. The first select gives the columns their types.
    return f"""
        SELECT {_LISTED} AS kind, p.product_id, p.id, {number("p.amount")} AS worth, p.price_unit AS number,
               p.valid_until, p.valid_from, '' AS text, '' AS code, '' AS base, p.id IS NULL AS flag
          FROM {listed} p WHERE p.price_list_id = %s AND {_valid("p")} AND p.product_id {these}
        UNION ALL
        SELECT {_METAL}, m.product_id, 0, {number("m.weight")}, m.per, NULL, NULL,
               m.metal, m.currency, {number("m.base")}, m.credit
          FROM {metal} m WHERE m.product_id {these}
        UNION ALL
        SELECT {_LEVY}, e.product_id, 0, {number("e.amount")}, 1, NULL, NULL, e.scheme, e.code, '', NULL
          FROM {levy} e WHERE e.currency = %s AND e.product_id {these}
        UNION ALL
        SELECT {_QUOTATION}, 0, 0, {number("q.amount")}, 1, q.day, NULL, q.metal, '', '', NULL
          FROM {names} JOIN {quotation} q ON q.id = (
               SELECT l.id FROM {quotation} l WHERE l.metal = n.value AND l.currency = %s
                AND l.day <= %s ORDER BY l.day DESC LIMIT 1)
    """  # noqa: S608


@lru_cache(maxsize=2)
def _agreed_sql(vendor: str) -> str:
    """For each holder what is agreed for these articles, and what for groups, brands, categories, all.

    Four statements in one, so that each is answered by an index from its beginning to its end.
    """
    columns = (
        "a.id, a.organisation_id, a.promotion, a.label, a.reference, a.product_id, a.discount_group,"
        f" a.brand_id, a.category_id, a.kind, {number_of(vendor, 'a.value')}, a.price_unit,"
        f" {number_of(vendor, 'a.minimum_quantity')}, a.valid_until"
    )
    numbers, texts = is_among(vendor, "bigint"), is_among(vendor, "text")
    # Table and column names are our models', values are parameters.
    return " UNION ALL ".join(
        f"SELECT {columns} FROM {Agreement._meta.db_table} a WHERE a.{holder} = %s AND {_valid('a')} AND "  # noqa: S608
        + condition
        for holder in ("organisation_id", "price_list_id")
        for condition in (
            f"a.product_id {numbers}",
            f"a.product_id IS NULL AND (a.discount_group = '' OR a.discount_group {texts})"
            f" AND (a.brand_id IS NULL OR a.brand_id {numbers})",
        )
    )
