"""Articles as plain dicts in one language: a fixed number of queries for any number of articles."""

import functools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Q

from catalog.api.figures import plain
from catalog.api.problems import QuestionInvalid
from catalog.api.questions import ArticleNumbers, ManufacturerNumber
from catalog.media import media_address
from catalog.models import (
    Attribute,
    CustomerArticle,
    Product,
    ProductAttribute,
    ProductMedia,
    ProductQuerySet,
)
from catalog.search import labels as label_cache
from catalog.search.labels import Labels
from customers.models import Organisation

# One manufacturer number can be many articles' when no brand narrows it.
MOST_FOUND = 2_000
GTIN_LENGTHS = (8, 12, 13, 14)
ENGLISH = "en"
COLUMNS = (
    "id", "sku", "gtin", "brand_id", "manufacturer_part_number", "category_id", "status", "order_unit",
    "content_quantity", "content_unit", "price_unit", "minimum_quantity", "quantity_step", "unspsc",
    "etim_class", "eclass", "lead_time_days", "successor__sku", "updated_at",
)  # fmt: skip


def look_up(
    numbers: ArticleNumbers, *, organisation: Organisation, language: str, origin: str
) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """The articles this customer may see that have one of the numbers, and the numbers nothing has."""
    shown = Product.objects.visible_to(organisation)
    ids = _numbered(numbers, shown, organisation)
    if len(ids) > MOST_FOUND:
        detail = f"More than {MOST_FOUND:,} articles have these numbers; name the brand."
        where = {"parameter": "manufacturer_number", "pointer": "#/manufacturer_numbers"}
        raise QuestionInvalid([{**where, "detail": detail}])
    found = read(ids, organisation=organisation, language=language, origin=origin)
    return found, _not_found(numbers, found)


def _numbered(numbers: ArticleNumbers, shown: ProductQuerySet, organisation: Organisation) -> list[int]:
    """By article number; a query for each kind of number that was asked, so that each can use its index."""
    found: dict[int, str] = {}

    def add(condition: Q) -> None:
        rows = shown.filter(condition).order_by().values_list("id", "sku")
        found.update(rows[: MOST_FOUND + 1])

    if numbers.skus:
        add(Q(sku__in=set(numbers.skus)))
    if numbers.gtins:
        add(Q(gtin__in={spelling for gtin in numbers.gtins for spelling in _spellings(gtin)}))
    if numbers.customer_numbers:
        called = CustomerArticle.objects.filter(
            organisation=organisation, number__in=numbers.customer_numbers
        )
        add(Q(pk__in=list(called.values_list("product_id", flat=True)[: MOST_FOUND + 1])))
    brands: dict[str | None, set[str]] = defaultdict(set)
    for each in numbers.manufacturer_numbers:
        brands[each.brand].add(each.number)
    # Many brands are told apart here and not in the database: the number of queries stays fixed.
    if brands:
        parts = {number for group in brands.values() for number in group}
        rows = shown.filter(manufacturer_part_number__in=parts).order_by()
        columns = rows.values_list("id", "sku", "manufacturer_part_number", "brand__code")
        for pk, sku, part, brand in columns[: MOST_FOUND * 2]:
            if part in brands[brand] or part in brands[None]:
                found[pk] = sku
    return sorted(found, key=found.__getitem__)


def read(
    ids: Collection[int], *, organisation: Organisation, language: str, origin: str
) -> list[dict[str, Any]]:
    """These articles in this order, those the customer may not see left out; five queries."""
    texts = (f"name_{language}", "name_en", f"description_{language}", "description_en")
    shown = Product.objects.visible_to(organisation).filter(pk__in=ids)
    rows = {row["id"]: row for row in shown.values(*COLUMNS, *dict.fromkeys(texts))}
    present = [pk for pk in ids if pk in rows]
    labels = _labels(rows.values())
    attributes = _attributes(rows, labels, language)
    media = _media(rows, language, origin)
    customer_numbers = _customer_numbers(organisation, rows)
    return [
        _article(rows[pk], labels, language)
        | {
            "customer_number": customer_numbers.get(pk),
            "attributes": attributes.get(pk, []),
            "media": media.get(pk, []),
        }
        for pk in present
    ]


def _article(row: Mapping[str, Any], labels: Labels, language: str) -> dict[str, Any]:
    brand_code, brand_name = labels.brands.get(row["brand_id"], ("", ""))
    category = labels.categories.get(row["category_id"])
    content = row["content_unit"] and {
        "quantity": plain(row["content_quantity"]),
        "unit": row["content_unit"],
    }
    return {
        "sku": row["sku"],
        "gtin": row["gtin"] or None,
        "manufacturer_number": row["manufacturer_part_number"] or None,
        "brand": {"code": brand_code, "name": brand_name},
        "category": {
            "code": category.slug if category else "",
            "name": category.names[language] if category else "",
        },
        "status": row["status"],
        "name": row[f"name_{language}"] or row["name_en"],
        "description": row[f"description_{language}"] or row["description_en"],
        "order_unit": row["order_unit"],
        "content": content or None,
        "price_unit": row["price_unit"],
        "minimum_quantity": plain(row["minimum_quantity"]),
        "quantity_step": plain(row["quantity_step"]),
        "lead_time_days": row["lead_time_days"],
        "classification": {
            "unspsc": row["unspsc"] or None,
            "etim": row["etim_class"] or None,
            "eclass": row["eclass"] or None,
        },
        "replaced_by": row["successor__sku"],
        "updated_at": row["updated_at"].isoformat(),
    }


def _labels(rows: Iterable[Mapping[str, Any]]) -> Labels:
    """The names of everything, read again when something is newer than they are."""
    labels = label_cache.current()
    if any(
        row["brand_id"] not in labels.brands or row["category_id"] not in labels.categories for row in rows
    ):
        label_cache.forget()
        labels = label_cache.current()
    return labels


def _attributes(
    rows: Mapping[int, Mapping[str, Any]], labels: Labels, language: str
) -> dict[int, list[dict[str, Any]]]:
    """In the order in which the category is filtered, then by code."""
    values = ProductAttribute.objects.filter(product_id__in=rows).order_by()
    columns = list(values.values_list("product_id", "attribute_id", "choice_id", "number"))
    if any(attribute not in labels.features for _pk, attribute, _choice, _number in columns):
        label_cache.forget()
        labels = label_cache.current()
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for pk, attribute, choice_id, number in columns:
        feature = labels.features[attribute]
        choice = labels.choices.get(choice_id) if choice_id else None
        value = choice.code if choice else plain(number) if number is not None else ""
        found[pk].append(
            {
                "code": feature.code,
                "name": feature.names[language],
                "kind": Attribute.Kind.CHOICE.value if choice else Attribute.Kind.NUMBER.value,
                "value": value,
                "text": choice.names[language] if choice else value,
                "unit": feature.unit or None,
            }
        )

    @functools.cache
    def ranks(category: int) -> dict[str, int]:
        return {feature.code: place for place, feature in enumerate(labels.filters_of(category))}

    for pk, own in found.items():
        rank = ranks(rows[pk]["category_id"])
        own.sort(key=functools.partial(_place, rank))
    return found


def _place(rank: Mapping[str, int], value: Mapping[str, Any]) -> tuple[int, str]:
    return rank.get(value["code"], len(rank)), value["code"]


def _media(
    rows: Mapping[int, Mapping[str, Any]], language: str, origin: str
) -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    # A data sheet or a picture of a series is the same for many articles.
    addresses = functools.cache(media_address)
    media = ProductMedia.objects.filter(product_id__in=rows).order_by("position", "id")
    for pk, kind, title, address in media.values_list("product_id", "kind", "title", "address"):
        url = addresses(address)
        if url:
            name = rows[pk][f"name_{language}"] or rows[pk]["name_en"]
            whole = origin + url if url.startswith("/") else url
            found[pk].append({"kind": kind, "title": title or name, "url": whole})
    return found


def _customer_numbers(organisation: Organisation, ids: Collection[int]) -> dict[int, str]:
    own = CustomerArticle.objects.filter(organisation=organisation, product_id__in=ids)
    return dict(own.values_list("product_id", "number"))


def _spellings(gtin: str) -> set[str]:
    """A GTIN with the leading zeros that somebody may have added or cut (GS1 General Specifications, 3.3)."""
    bare = gtin.lstrip("0")
    return {gtin, *(bare.zfill(length) for length in GTIN_LENGTHS if len(bare) <= length)}


def _not_found(numbers: ArticleNumbers, rows: Collection[Mapping[str, Any]]) -> dict[str, list[str]]:
    skus = {row["sku"] for row in rows}
    gtins = {row["gtin"] for row in rows}
    parts = {row["manufacturer_number"] for row in rows}
    called = {row["customer_number"] for row in rows}
    branded = {(row["manufacturer_number"], row["brand"]["code"]) for row in rows}

    def known(asked: ManufacturerNumber) -> bool:
        return asked.number in parts if asked.brand is None else (asked.number, asked.brand) in branded

    return {
        "skus": [sku for sku in dict.fromkeys(numbers.skus) if sku not in skus],
        "gtins": [gtin for gtin in dict.fromkeys(numbers.gtins) if not gtins & _spellings(gtin)],
        "manufacturer_numbers": list(
            dict.fromkeys(each.number for each in numbers.manufacturer_numbers if not known(each))
        ),
        "customer_numbers": [
            number for number in dict.fromkeys(numbers.customer_numbers) if number not in called
        ],
    }
