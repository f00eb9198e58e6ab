"""Loads the demo assortment and its agreements into the database; loading again changes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalog import changes
from catalog.demo.agreements import agreement_rows
from catalog.demo.families import Article, Assortment
from catalog.demo.labels import Labels, ids
from catalog.demo.stock import stock_rows
from catalog.demo.surcharges import (
    PROMOTIONS,
    levy_rows,
    metal_rows,
    promotion_rows,
    quotation_rows,
    reference_rows,
)
from catalog.demo.synchronise import Differences, synchronise
from catalog.demo.values import Choice
from catalog.models import (
    Agreement,
    ListPrice,
    MetalQuotation,
    Product,
    ProductAttribute,
    ProductLevy,
    ProductMedia,
    ProductMetal,
    ProductReference,
    Stock,
    StockSite,
)
from customers.models import Organisation, PriceList

DEMO = settings.BASE_DIR / "fixtures" / "demo"
# A project customer's list lies a little under the standard one.
PRICE_LISTS = {"standard": Decimal(1), "project": Decimal("0.92")}

Json = Any
Ids = Mapping[Any, int]


@transaction.atomic
def load(today: date | None = None) -> None:
    """Creates or corrects everything the demo's articles consist of, and logs the articles that changed.

    Needs the price lists and organisations of ``customers.demo``. Delivery dates follow ``today``.
    """
    assortment = Assortment(DEMO)
    articles = assortment.articles
    labels = Labels(assortment)
    rules = assortment.read("surcharges.json")
    products, touched = _products(articles, labels, rules["discount_groups"])
    ours = list(products.values())
    demo_media = ProductMedia.objects.filter(address__startswith="demo/")
    for rows, key, wanted in (
        (ProductAttribute.objects.all(), ["product_id", "attribute_id"], _values(articles, products, labels)),
        (demo_media, ["product_id", "kind", "position"], _media(articles, products)),
        (Stock.objects.all(), ["product_id", "site_id"], _stock(articles, products, assortment, today)),
    ):
        differences = synchronise(rows.filter(product__in=ours), key, wanted, remove=rows.model is not Stock)
        touched |= {identity[0] for identity in differences.keys}
    _list_prices(articles, products)
    _agreements(assortment, articles, products, labels)
    _surcharges(rules, articles, products, labels, today or timezone.localdate())
    changes.record(sorted(set(ours) if labels.renamed else touched))


def _products(
    articles: list[Article], labels: Labels, groups: Mapping[str, str]
) -> tuple[dict[str, int], set[int]]:
    """The ids of the demo's articles by number, and those whose own row is new or changed."""
    rows = Product.objects.filter(sku__in=[article.sku for article in articles])
    differences = synchronise(
        rows, ["sku"], (_product(article, labels, groups) for article in articles), remove=False
    )
    products = ids(rows, ["sku"])
    # A successor can only be named once it has an id.
    successors = [
        {"sku": article.sku, "successor_id": products[article.successor] if article.successor else None}
        for article in articles
    ]
    linked = synchronise(rows, ["sku"], successors, remove=False)
    touched = {products[sku] for (sku,) in _changed(differences, linked)}
    Product.objects.filter(pk__in=[products[sku] for (sku,) in differences.updated | linked.updated]).update(
        updated_at=timezone.now()
    )
    return products, touched


def _changed(*differences: Differences) -> set[tuple[Any, ...]]:
    return {identity for difference in differences for identity in difference.keys}


def _product(article: Article, labels: Labels, groups: Mapping[str, str]) -> dict[str, Any]:
    return {
        "sku": article.sku,
        "gtin": article.gtin,
        "manufacturer_part_number": article.part_number,
        "brand_id": labels.brands[article.brand],
        "category_id": labels.categories[article.category],
        "status": article.status,
        **{f"name_{language}": text for language, text in article.names.items()},
        **{f"description_{language}": text for language, text in article.descriptions.items()},
        "order_unit": article.order_unit,
        "content_quantity": article.content_quantity,
        "content_unit": article.content_unit,
        "price_unit": article.price_unit,
        "minimum_quantity": article.minimum_quantity,
        "quantity_step": article.quantity_step,
        "discount_group": groups.get(article.category, ""),
        "unspsc": article.unspsc,
        "etim_class": article.etim_class,
        "lead_time_days": article.lead_time_days,
    }


def _values(articles: Iterable[Article], products: Ids, labels: Labels) -> Iterator[dict[str, Any]]:
    for article in articles:
        for code, value in article.attributes.items():
            attribute = labels.attributes[code]
            chosen = isinstance(value, Choice)
            yield {
                "product_id": products[article.sku],
                "attribute_id": attribute,
                "choice_id": labels.choices[attribute, value.code] if isinstance(value, Choice) else None,
                "number": None if chosen else value,
            }


def _media(articles: Iterable[Article], products: Ids) -> Iterator[dict[str, Any]]:
    for article in articles:
        row = {"product_id": products[article.sku], "position": 0}
        yield row | {"kind": ProductMedia.Kind.PICTURE, "title": "", "address": article.picture}
        if article.document:
            # The same in every language.
            title = f"{article.brand.capitalize()} {PurePosixPath(article.document).name}"
            yield row | {"kind": ProductMedia.Kind.DOCUMENT, "title": title, "address": article.document}


def _stock(
    articles: Iterable[Article], products: Ids, assortment: Assortment, today: date | None
) -> Iterator[dict[str, Any]]:
    sites = assortment.read("sites.json")
    rows = [{"code": s["code"], "name": s["name"], "position": n} for n, s in enumerate(sites)]
    synchronise(StockSite.objects.all(), ["code"], rows, remove=False)
    places = ids(StockSite.objects.all(), ["code"])
    for article in articles:
        for site, row in stock_rows(article, sites, today or timezone.localdate()):
            yield {"product_id": products[article.sku], "site_id": places[site], **row}


def _list_prices(articles: list[Article], products: Ids) -> None:
    lists = ids(PriceList.objects.filter(code__in=PRICE_LISTS), ["code"])
    rows = [
        {
            "product_id": products[article.sku],
            "price_list_id": lists[code],
            "amount": (article.list_price * factor).quantize(article.list_price),
            "price_unit": article.price_unit,
        }
        for code, factor in PRICE_LISTS.items()
        for article in articles
    ]
    # Only the undated prices are the demo's: an operator may try out dated ones beside them.
    existing = ListPrice.objects.filter(
        price_list__in=lists.values(), valid_from=None, product__in=list(products.values())
    )
    synchronise(existing, ["product_id", "price_list_id"], rows, remove=False)


def _agreements(assortment: Assortment, articles: list[Article], products: Ids, labels: Labels) -> None:
    organisations = ids(Organisation.objects.all(), ["number"])
    contracts = assortment.read("agreements.json")
    rows = [
        {
            "organisation_id": organisations[contract["organisation"]],
            "product_id": products[row.sku] if row.sku else None,
            "brand_id": labels.brands[row.brand] if row.brand else None,
            "category_id": labels.categories[row.category] if row.category else None,
            "kind": row.kind,
            "minimum_quantity": row.minimum_quantity,
            "value": row.value,
            "price_unit": row.price_unit,
            "reference": contract["reference"],
        }
        for contract in contracts
        for row in agreement_rows(contract, articles)
    ]
    existing = Agreement.objects.filter(
        reference__in=[contract["reference"] for contract in contracts], valid_from=None
    )
    key = ["organisation_id", "product_id", "brand_id", "category_id", "kind", "minimum_quantity"]
    synchronise(existing, key, rows, remove=True)


def _surcharges(rules: Json, articles: list[Article], products: Ids, labels: Labels, today: date) -> None:
    """Metal, levies, promotions and references; what is no longer the demo's goes."""
    ours = list(products.values())
    lists = ids(PriceList.objects.all(), ["code"])
    for rows, key, wanted, remove in (
        (
            ProductMetal.objects.filter(product__in=ours),
            ["product_id", "metal", "currency"],
            metal_rows(rules, articles, products),
            True,
        ),
        (
            ProductLevy.objects.filter(product__in=ours),
            ["product_id", "scheme", "code", "currency"],
            levy_rows(rules, articles, products),
            True,
        ),
        # Those of days before stay: what was returned then was priced with them.
        (MetalQuotation.objects.all(), ["metal", "currency", "day"], quotation_rows(rules, today), False),
        (
            Agreement.objects.filter(reference=PROMOTIONS),
            ["price_list_id", "category_id"],
            promotion_rows(rules, lists, labels.categories, today),
            True,
        ),
        (
            ProductReference.objects.filter(product__in=ours),
            ["product_id", "kind", "target_id"],
            reference_rows(rules, articles, products),
            False,
        ),
    ):
        synchronise(rows, key, wanted, remove=remove)
