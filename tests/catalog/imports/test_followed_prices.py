"""What a price file writes by set is told to the customers whose prices it changed."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from catalog.api import changes
from catalog.imports.records import ArticleRecord, Levy, MetalContent, PriceKind, PriceRecord
from catalog.models import (
    Agreement,
    ImportProfile,
    ListPrice,
    Product,
    ProductLevy,
    ProductMetal,
    WithdrawnPrice,
)
from customers.models import Organisation
from tests.catalog.imports.conftest import Import
from tests.factories import OrganisationFactory, ProductFactory

pytestmark = pytest.mark.django_db
PARTS = (Product, ListPrice, Agreement, ProductMetal, ProductLevy)


def happened(ago: timedelta) -> None:
    """As if all that was written since the last call had been written then."""
    then, recently = timezone.now() - ago, timezone.now() - timedelta(minutes=2)
    for model in PARTS:
        model._default_manager.filter(updated_at__gt=recently).update(updated_at=then)
    WithdrawnPrice.objects.filter(created_at__gt=recently).update(created_at=then)


def told(organisation: Organisation, minutes: int) -> list[str]:
    """The articles whose price changed in the last minutes."""
    after = changes.beginning(timezone.now() - timedelta(minutes=minutes))
    found, _cursor, more = changes.changes(organisation=organisation, after=after, limit=50, prices=True)
    assert not more
    assert all(each["what"] in ("price", "article") for each in found)
    return sorted(each["sku"] for each in found if each["what"] == "price")


def price(sku: str, amount: str, **values: Any) -> PriceRecord:
    return PriceRecord(1, sku, Decimal(amount), **{"currency": "EUR", **values})


@pytest.fixture
def articles(db: None) -> None:
    for sku in ("A-1", "A-2", "A-3"):
        ProductFactory(sku=sku)
    happened(timedelta(days=3))


@pytest.mark.usefixtures("articles")
def test_net_prices_of_a_file_are_told_to_their_customer_new_changed_and_gone(
    imported: Import, profile: ImportProfile
) -> None:
    profile.agreement_reference = "2026"
    profile.save()
    mine, other = OrganisationFactory(number="C1"), OrganisationFactory(number="C2")
    kinds: dict[str, Any] = {"kind": PriceKind.NET, "customer": "C1"}
    theirs = price("A-3", "3", kind=PriceKind.NET, customer="C2")
    imported(price("A-1", "8", **kinds), price("A-2", "7", **kinds), theirs)
    happened(timedelta(minutes=50))
    assert told(mine, 55) == ["A-1", "A-2"]
    assert told(other, 55) == ["A-3"]
    imported(price("A-1", "8", **kinds), price("A-2", "9", **kinds), theirs)
    happened(timedelta(minutes=40))
    assert told(mine, 45) == ["A-2"]
    # Of two prices of an article one goes.
    steps = price("A-1", "6", **kinds, minimum_quantity=Decimal(10))
    imported(price("A-1", "8", **kinds), steps)
    happened(timedelta(minutes=30))
    imported(price("A-1", "8", **kinds))
    happened(timedelta(minutes=20))
    assert WithdrawnPrice.objects.filter(organisation_id=mine.pk).exists()
    assert told(mine, 25) == ["A-1"]
    assert told(other, 45) == []


@pytest.mark.usefixtures("articles")
def test_list_prices_of_a_file_are_told_to_everybody_on_the_list(
    imported: Import, profile: ImportProfile
) -> None:
    mine, other = OrganisationFactory(price_list=profile.price_list), OrganisationFactory()
    imported(price("A-1", "10"), price("A-2", "11"))
    happened(timedelta(minutes=40))
    assert told(mine, 45) == ["A-1", "A-2"]
    imported(price("A-1", "10"), price("A-2", "12"))
    happened(timedelta(minutes=20))
    assert told(mine, 25) == ["A-2"]
    assert told(other, 45) == []


def test_metal_and_contributions_of_a_file_are_told_and_what_stayed_is_not(
    imported: Import, profile: ImportProfile
) -> None:
    mine = OrganisationFactory(price_list=profile.price_list)

    def article(sku: str, levy: str, kilograms: str) -> ArticleRecord:
        return ArticleRecord(
            1, sku, names={"en": sku}, levies=(Levy("Recupel", Decimal(levy), "EUR"),),
            metals=(MetalContent("CU", Decimal(kilograms), 1, Decimal(150)),),
        )  # fmt: skip

    imported(article("A-1", "0.1", "3"), article("A-2", "0.1", "3"), article("A-3", "0.1", "3"))
    happened(timedelta(minutes=40))
    imported(article("A-1", "0.1", "3"), article("A-2", "0.2", "3"), article("A-3", "0.1", "4"))
    happened(timedelta(minutes=20))
    assert told(mine, 25) == ["A-2", "A-3"]
