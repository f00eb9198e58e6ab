"""What prices are made of, read for many articles in three statements at most, as plain rows.

Not by the ORM (``catalog.plain_rows``).
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from catalog.models import (
    Agreement,
    Category,
    ListPrice,
    MetalQuotation,
    ProductLevy,
    ProductMetal,
)
from catalog.plain_rows import among, as_amount, as_day, as_quantity, is_among
from catalog.prepared import rows_of
from customers.models import PriceList

_LISTED, _METAL, _LEVY = range(3)


class ListedPrice(NamedTuple):
    """A list price as it was found: without VAT, in its list's currency, per ``price_unit`` order units."""

    amount: Decimal
    price_unit: int
    valid_until: date | None
    price_list: PriceList


class Agreed(NamedTuple):
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


class MetalInside(NamedTuple):
    """A metal of an article, with its newest quotation of the day or before; ``None``: there is none."""

    metal: str
    weight: Decimal
    per: int
    base: Decimal
    currency: str
    credit: bool
    quotation: Decimal | None
    day: date | None


class LevyDue(NamedTuple):
    scheme: str
    code: str
    amount: Decimal


class PriceRows(NamedTuple):
    """Everything that was found; an article without a row of a kind is not in its mapping."""

    listed: dict[int, ListedPrice]
    metals: dict[int, list[MetalInside]]
    levies: dict[int, list[LevyDue]]
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
        parents = dict(Category.objects.order_by().values_list("id", "parent_id"))
    return PriceRows(listed, metals, levies, agreed, parents)


def _read_amounts(
    wanted: Wanted, price_list: PriceList, currency: str, day: date, listed_counts: bool
) -> tuple[dict[int, ListedPrice], dict[int, list[MetalInside]], dict[int, list[LevyDue]]]:
    products = among(wanted.products)
    parameters = [price_list.pk, day, day, products, day, products, currency, products]
    dated: dict[int, tuple[date, int]] = {}
    listed: dict[int, ListedPrice] = {}
    metals: dict[int, list[MetalInside]] = defaultdict(list)
    levies: dict[int, list[LevyDue]] = defaultdict(list)
    for kind, pk, product, worth, number, one_day, since, text, code, base, quotation, flag in rows_of(
        _amounts_sql(connection.vendor), parameters
    ):
        if kind == _LISTED:
            if not listed_counts:
                continue
            # The one that became valid last counts; one without a date always was valid.
            began = (as_day(since) or date.min, pk)
            if product not in dated or dated[product] < began:
                dated[product] = began
                listed[product] = ListedPrice(as_amount(worth), number, as_day(one_day), price_list)
        elif kind == _METAL:
            metals[product].append(
                MetalInside(
                    text, as_amount(worth), number, as_amount(base), code, bool(flag),
                    None if quotation is None else as_amount(quotation), as_day(one_day),
                )
            )  # fmt: skip
        else:
            levies[product].append(LevyDue(text, code, as_amount(worth)))
    # In no order that the databases share.
    for contents in metals.values():
        contents.sort()
    for dues in levies.values():
        dues.sort()
    return listed, metals, levies


def _read_agreed(
    wanted: Wanted, price_list_id: int | None, organisation_id: int | None, day: date
) -> list[Agreed]:
    """What is valid for the customer or his price list; of a visitor's list only the promotions."""
    products, brands = among(wanted.products), among(wanted.brands)
    groups = among(wanted.groups)
    parameters: list[Any] = []
    for holder in (organisation_id, price_list_id):
        parameters += [holder, day, day, products, holder, day, day, groups, brands]
    found = []
    for row in rows_of(_agreed_sql(connection.vendor), parameters):
        pk, organisation, promotion, label, reference, product, group, brand, category, kind, *terms = row
        if organisation_id is None and not promotion:
            continue
        value, price_unit, minimum, until = terms
        found.append(
            Agreed(
                pk, organisation, bool(promotion), label, reference, product, group, brand, category, kind,
                as_amount(value), price_unit, as_quantity(minimum), as_day(until),
            )
        )  # fmt: skip
    return found


def _valid(table: str) -> str:
    return (
        f"({table}.valid_from IS NULL OR {table}.valid_from <= %s)"
        f" AND ({table}.valid_until IS NULL OR {table}.valid_until >= %s)"
    )


@lru_cache(maxsize=2)
def _amounts_sql(vendor: str) -> str:
    """List prices, metals with their quotations, and levies: one statement instead of three."""
    these = is_among(vendor, "bigint")
    listed, metal, levy = (model._meta.db_table for model in (ListPrice, ProductMetal, ProductLevy))
    quotation = MetalQuotation._meta.db_table
    # The newest quotation of each metal. PostgreSQL runs a subquery within a join's condition twice for each
    # article; SQLite has no LATERAL, and runs it once.
    newest = (
        f"FROM {quotation} l WHERE l.metal = m.metal AND l.currency = m.currency"
        " AND l.day <= %s ORDER BY l.day DESC LIMIT 1)"
    )
    if vendor == "postgresql":
        quoted = f"LATERAL (SELECT l.day, l.amount {newest} q ON TRUE"
    else:
        quoted = f"{quotation} q ON q.id = (SELECT l.id {newest}"
    # Table names are our models', values are parameters.
    return f"""
        SELECT {_LISTED} AS kind, p.id, p.product_id, p.amount, p.price_unit, p.valid_until, p.valid_from,
               '' AS text, '' AS code, p.amount AS base, p.amount AS quotation, p.id IS NULL AS flag
          FROM {listed} p WHERE p.price_list_id = %s AND {_valid("p")} AND p.product_id {these}
        UNION ALL
        SELECT {_METAL}, m.id, m.product_id, m.weight, m.per, q.day, NULL,
               m.metal, m.currency, m.base, q.amount, m.credit
          FROM {metal} m LEFT JOIN {quoted}
         WHERE m.product_id {these}
        UNION ALL
        SELECT {_LEVY}, e.id, e.product_id, e.amount, 1, NULL, NULL,
               e.scheme, e.code, e.amount, e.amount, e.id IS NULL
          FROM {levy} e WHERE e.currency = %s AND e.product_id {these}
    """  # noqa: S608


@lru_cache(maxsize=2)
def _agreed_sql(vendor: str) -> str:
    """For each holder what is agreed for these articles, and what for groups, brands, categories, all.

    Four statements in one, so that each is answered by an index from its beginning to its end.
    """
    columns = (
        "a.id, a.organisation_id, a.promotion, a.label, a.reference, a.product_id, a.discount_group,"
        " a.brand_id, a.category_id, a.kind, a.value, a.price_unit, a.minimum_quantity, a.valid_until"
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
