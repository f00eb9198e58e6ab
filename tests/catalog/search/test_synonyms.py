"""The operator's synonyms: what they find, that they are checked, and that they count at once everywhere."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from catalog import search
from catalog.models import Product, Synonym

pytestmark = pytest.mark.django_db


def found(text: str, language: str = "nl") -> list[str]:
    known = dict(Product.objects.values_list("id", "sku"))
    results = search.search(search.Query(text, language))
    return [] if results.corrected else [known[pk] for pk in results.product_ids]


def test_who_types_the_term_finds_what_is_meant_and_not_the_other_way_round(shop: Path) -> None:
    assert found("zekeringetje") == []
    Synonym.objects.create(term="zekeringetje", meanings="installatieautomaat")
    assert "VLT-5SY616-7" in found("zekeringetje c16")
    Synonym.objects.create(term="magneetschakelaar", meanings="trekbel")
    assert found("trekbel") == []


def test_a_synonym_of_both_ways_is_found_by_each_of_its_terms(shop: Path) -> None:
    Synonym.objects.create(term="inductiekist", meanings="magneetschakelaar, trekbel", both_ways=True)
    assert found("inductiekist")[:1] == found("trekbel")[:1] == ["CTR-25"]


def test_a_term_of_several_words_means_something_else_than_its_words(shop: Path) -> None:
    Synonym.objects.create(term="grijze slang", meanings="installatiekabel xvb")
    assert set(found("grijze slang 5g6")[:1]) == {"XVB-5G6"}
    assert found("grijze 5g6") == []


def test_what_is_meant_may_be_several_words(shop: Path) -> None:
    Synonym.objects.create(term="plafondtegel", meanings="LED-paneel 60x60, noodverlichting")
    assert set(found("plafondtegel")) == {"LMN-PNL-6060", "LMN-EMG"}


def test_a_synonym_of_one_language_counts_in_no_other(shop: Path) -> None:
    Synonym.objects.create(language="nl", term="zekeringetje", meanings="installatieautomaat")
    assert found("zekeringetje", "nl")
    assert found("zekeringetje", "de") == []


def test_a_synonym_out_of_use_and_a_deleted_one_find_nothing_any_more(shop: Path) -> None:
    synonym = Synonym.objects.create(term="zekeringetje", meanings="installatieautomaat")
    assert found("zekeringetje")
    synonym.active = False
    synonym.save()
    assert found("zekeringetje") == []
    synonym.active = True
    synonym.save()
    assert found("zekeringetje")
    synonym.delete()
    assert found("zekeringetje") == []


def test_what_is_typed_itself_still_comes_first(shop: Path) -> None:
    Synonym.objects.create(term="kabelwartel", meanings="kabelbinder", both_ways=True)
    assert found("kabelwartel")[:2] == ["KG-M20", "KT-100"]
    assert found("kabelbinder")[:2] == ["KT-100", "KG-M20"]


@pytest.mark.django_db(transaction=True)
def test_another_worker_is_told_of_a_change_when_it_is_committed(
    search_index: Path, worker: Callable[[str], Iterator[str]]
) -> None:
    told = worker("labels._version()[1]")
    before = next(told)
    Synonym.objects.create(term="zekeringetje", meanings="installatieautomaat")
    assert next(told) != before


def test_what_another_process_changed_is_read_at_the_next_search(shop: Path) -> None:
    assert found("zekeringetje") == []
    Synonym.objects.bulk_create([Synonym(term="zekeringetje", meanings="installatieautomaat")])
    assert found("zekeringetje") == []
    touch = "import os, sys; open(sys.argv[1], 'a').close(); os.utime(sys.argv[1])"
    subprocess.check_call([sys.executable, "-c", touch, str(shop / "labels")])
    assert found("zekeringetje")


@pytest.mark.parametrize(
    ("term", "meanings", "field"),
    [
        ("!!", "automaat", "term"),
        ("automaat", "…", "meanings"),
        ("automaat", ", ,", "meanings"),
        ("automaat", "zekering, Automaat", "meanings"),
        ("automaat", ",".join(f"woord{n}" for n in range(21)), "meanings"),
        ("automaat", "x" * 81, "meanings"),
    ],
)
def test_a_synonym_that_says_nothing_is_refused(term: str, meanings: str, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Synonym(term=term, meanings=meanings).full_clean()
    assert list(refused.value.message_dict) == [field]


def test_the_same_term_stands_once_in_a_language(db: None) -> None:
    Synonym.objects.create(language="nl", term="automaat", meanings="zekering")
    Synonym(language="de", term="automaat", meanings="sicherung").full_clean()
    with pytest.raises(ValidationError):
        Synonym(language="nl", term="automaat", meanings="smeltpatroon").full_clean()


def test_an_operator_adds_a_synonym_in_the_admin(admin_client: Any) -> None:
    answer = admin_client.post(
        reverse("admin:catalog_synonym_add"),
        {"language": "nl", "term": " FI ", "meanings": "aardlekschakelaar;differentieel", "active": "on"},
    )
    assert answer.status_code == 302
    assert Synonym.objects.values_list("term", "meanings").get() == ("FI", "aardlekschakelaar, differentieel")
