"""The address of a list: what is searched and filtered, and the addresses that change one thing of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast, get_args

from django.http import QueryDict

from catalog.search import Facet, Query, Sort

LONGEST_TEXT = 200
MOST_VALUES = 50  # of one filter; more comes from nobody who clicks
ATTRIBUTE = "a_"
# Parameters that make a list; everything else in an address is dropped from the links of the page.
PARAMETERS = {"brand": "brand", "category": "category", "stock": "in_stock"}
KNOWN = ("q", "category", "brand", "in_stock", "sort")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use, and the address of the list without it."""

    label: str
    address: str


def read_query(params: QueryDict, *, language: str, category: str | None = None) -> Query:
    """The search that an address asks for; what is malformed is ignored. ``category`` comes from the path."""
    text = _clean(params.get("q", ""))
    sort = params.get("sort", "")
    if sort not in get_args(Sort) or (sort == "relevance" and not text):
        sort = "relevance" if text else "name"
    return Query(
        text=text,
        language=language,
        category=category or _clean(params.get("category", "")) or None,
        brands=_values(params, "brand"),
        in_stock=params.get("in_stock") == "1",
        attributes={
            name.removeprefix(ATTRIBUTE): values
            for name in params
            if name.startswith(ATTRIBUTE) and (values := _values(params, name))
        },
        sort=cast(Sort, sort),
        after=_clean(params.get("after", "")) or None,
    )


def _clean(text: str) -> str:
    return " ".join(text.replace("\x00", " ").split())[:LONGEST_TEXT]


def _values(params: QueryDict, name: str) -> tuple[str, ...]:
    return tuple(filter(None, (_clean(value) for value in params.getlist(name)[:MOST_VALUES])))


def kept(params: QueryDict) -> QueryDict:
    """The parameters that make the list, without its page."""
    result = QueryDict(mutable=True)
    for name in params:
        if name in KNOWN or name.startswith(ATTRIBUTE):
            result.setlist(name, [value for value in map(_clean, params.getlist(name)) if value])
    return result


def address(
    path: str,
    params: QueryDict,
    *,
    without: Iterable[tuple[str, str | None]] = (),
    change: Mapping[str, str] | None = None,
) -> str:
    """``path`` with ``params``, less some (name, value) or whole names (value ``None``), plus ``change``."""
    query = params.copy()
    for name, value in without:
        if value is None:
            query.pop(name, None)
        else:
            query.setlist(name, [other for other in query.getlist(name) if other != value])
    for name, value in (change or {}).items():
        query[name] = value
    text = query.urlencode()
    return f"{path}?{text}" if text else path


def parameter(facet: Facet) -> str:
    """The name of a facet in an address."""
    return {"brand": "brand", "category": "category", "stock": "in_stock"}.get(
        facet.code, ATTRIBUTE + facet.code
    )


def chips(facets: Iterable[Facet], path: str, params: QueryDict) -> list[Chip]:
    """The filters in use, except the category, which the breadcrumb shows."""
    found = []
    for facet in facets:
        if facet.code == "category":
            continue
        name = parameter(facet)
        for value in facet.values:
            if value.selected:
                label = f"{value.label} {facet.unit}".strip()
                if facet.code not in ("brand", "stock"):
                    label = f"{facet.label}: {label}"
                removed = None if facet.code == "stock" else value.code
                found.append(Chip(label, address(path, params, without=[(name, removed)])))
    return found
