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

import catalog.demo
import customers.demo
from catalog import search
from catalog.models import Product, Synonym

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
    customers.demo.load()
    catalog.demo.load(date(2026, 3, 4))
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
