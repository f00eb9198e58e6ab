"""A hundred queries as electricians write them, each with the article of the demo that must come up.

``queries.csv``: the session's language, what is typed, the article (with * and ? as in file names, where
several will do), and where it must stand: ``first``, within the first ``five``, or so that ``all five`` of
them are such articles. ``synonyms.csv`` is the operator's list.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from bench.assortment import load
from catalog import search
from catalog.demo import families
from catalog.demo.labels import Labels
from catalog.demo.loader import DEMO
from catalog.demo.stock import stock_rows
from catalog.demo.values import LANGUAGES, Choice
from catalog.models import Product, ProductAttribute, Stock, StockSite, Synonym

HERE = Path(__file__).parent
HOLDS: dict[str, Callable[[Sequence[bool]], bool]] = {
    "first": lambda fits: fits[:1] == [True],
    "five": lambda fits: any(fits),
    "all five": lambda fits: len(fits) == 5 and all(fits),
}


def rows(name: str) -> Iterator[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


@pytest.fixture
def demo(search_index: Path) -> None:
    """The demo's articles with all that the search knows of them, and none of their prices."""
    assortment = families.Assortment(DEMO)
    labels = Labels(assortment)
    languages = [(kind, code) for kind in ("names", "descriptions") for code in LANGUAGES]
    load(
        Product,
        (
            "id", "sku", "gtin", "manufacturer_part_number", "brand_id", "category_id", "status",
            "order_unit", *(f"{kind.removesuffix('s')}_{code}" for kind, code in languages),
        ),
        (
            (
                number, article.sku, article.gtin, article.part_number, labels.brands[article.brand],
                labels.categories[article.category], article.status, article.order_unit,
                *(getattr(article, kind)[code] for kind, code in languages),
            )
            for number, article in enumerate(assortment.articles, start=1)
        ),
    )  # fmt: skip
    load(
        ProductAttribute,
        ("product_id", "attribute_id", "choice_id", "number"),
        (
            (number, attribute, labels.choices[attribute, value.code], None)
            if isinstance(value, Choice)
            else (number, attribute, None, str(value))
            for number, article in enumerate(assortment.articles, start=1)
            for code, value in article.attributes.items()
            for attribute in [labels.attributes[code]]
        ),
    )
    sites = assortment.read("sites.json")
    places = {
        site["code"]: StockSite.objects.create(code=site["code"], name=site["name"]).pk for site in sites
    }
    load(
        Stock,
        ("product_id", "site_id", "quantity"),
        (
            (number, places[site], str(row["quantity"]))
            for number, article in enumerate(assortment.articles, start=1)
            for site, row in stock_rows(article, sites, date(2026, 3, 4))
        ),
    )
    for row in rows("synonyms.csv"):
        synonym = Synonym(**row | {"both_ways": row["both_ways"] == "yes"})
        synonym.full_clean()
        synonym.save()
    search.rebuild()


def test_a_hundred_queries_find_the_article_that_was_meant(demo: None) -> None:
    queries = list(rows("queries.csv"))
    assert len(queries) >= 100
    skus = dict(Product.objects.values_list("id", "sku"))
    missed = []
    for row in queries:
        results = search.search(search.Query(row["query"], row["language"], page_size=5))
        found = [skus[pk] for pk in results.product_ids]
        if not HOLDS[row["within"]]([fnmatchcase(sku, row["article"]) for sku in found]):
            missed.append(
                f"{row['language']} {row['query']!r}: {row['article']} {row['within']},"
                f" but {found} {results.corrected or ''}"
            )
    assert not missed, f"{len(missed)} of {len(queries)}:\n" + "\n".join(missed)
