"""Prices and stock from files: what is replaced, what stays, what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from catalog.imports.records import (
    ArticleRecord,
    Levy,
    MetalContent,
    PriceKind,
    PriceRecord,
    Reference,
    StockRecord,
)
from catalog.models import (
    Agreement,
    CustomerArticle,
    ImportProfile,
    ListPrice,
    Product,
    ProductChange,
    ProductMetal,
    ProductReference,
    Stock,
    WithdrawnArticle,
    WithdrawnPrice,
)
from tests.catalog.imports.conftest import Import
from tests.factories import AgreementFactory, OrganisationFactory, ProductFactory, StockSiteFactory

pytestmark = pytest.mark.django_db


def price(sku: str, amount: str, **values: Any) -> PriceRecord:
    return PriceRecord(1, sku, Decimal(amount), **{"currency": "EUR", **values})


def test_list_prices_are_made_changed_and_left_alone(imported: Import, profile: ImportProfile) -> None:
    one, two, three = (ProductFactory(sku=f"A-{n}") for n in range(3))
    ListPrice.objects.create(product=one, price_list=profile.price_list, amount=Decimal("10"))
    same = ListPrice.objects.create(product=two, price_list=profile.price_list, amount=Decimal("11.50"))
    ProductChange.objects.all().delete()
    run = imported(price("A-0", "10.5"), price("A-1", "11.5"), price("A-2", "12", price_unit=100))
    assert run.counts["list_price"] == {"changed": 1, "same": 1, "new": 1}
    assert ListPrice.objects.get(product=one).amount == Decimal("10.5")
    assert ListPrice.objects.get(product=two).updated_at == same.updated_at
    assert ListPrice.objects.get(product=three).price_unit == 100
    assert not ProductChange.objects.exists()


def test_a_price_that_holds_until_the_new_one_begins_stays(imported: Import, profile: ImportProfile) -> None:
    article = ProductFactory(sku="A-1")
    ListPrice.objects.create(product=article, price_list=profile.price_list, amount=Decimal(10))
    later = ListPrice.objects.create(
        product=article, price_list=profile.price_list, amount=Decimal(13), valid_from=date(2027, 6, 1)
    )
    run = imported(price("A-1", "12", valid_from=date(2027, 1, 1)))
    assert run.counts["list_price"] == {"new": 1, "gone": 1}
    found = ListPrice.objects.order_by("amount").values_list("amount", "valid_from")
    assert list(found) == [(10, None), (12, date(2027, 1, 1))]
    assert not ListPrice.objects.filter(pk=later.pk).exists()
    imported(price("A-1", "14"))
    assert list(ListPrice.objects.values_list("amount", flat=True)) == [14]


def test_net_prices_replace_those_of_their_reference_and_no_other(
    imported: Import, profile: ImportProfile
) -> None:
    profile.agreement_reference = "It's 100% {ours}"
    profile.save()
    customer = OrganisationFactory(number="C1")
    article = ProductFactory(sku="A-1")
    kept = AgreementFactory(
        organisation=customer, product=article, kind="net", value=Decimal(9), reference="hand made"
    )
    file = [
        price("A-1", "8", kind=PriceKind.NET, customer="C1"),
        price("A-1", "7", kind=PriceKind.NET, customer="C1", minimum_quantity=Decimal(10)),
    ]
    imported(*file)
    assert imported(*file).counts["net_price"] == {"same": 2}
    run = imported(file[0])
    assert run.counts["net_price"] == {"same": 1, "gone": 1}
    ours = Agreement.objects.get(reference=profile.agreement_reference)
    assert (ours.value, ours.kind, ours.organisation, ours.promotion) == (8, "net", customer, False)
    assert Agreement.objects.filter(pk=kept.pk).exists()


def test_what_has_no_place_is_refused_with_its_reason(imported: Import, profile: ImportProfile) -> None:
    ProductFactory(sku="A-1")
    OrganisationFactory(number="C1")
    OrganisationFactory(number="USD", currency="USD")
    site = StockSiteFactory(code="bru")
    run = imported(
        price("none", "1"),
        price("A-1", "1", currency="USD"),
        price("A-1", "1", kind=PriceKind.NET, customer="C9"),
        price("A-1", "1", kind=PriceKind.NET, customer="USD"),
        price("A-1", "-1"),
        price("A-1", "1", valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1)),
        StockRecord(5, "A-1", "BRU", Decimal(5)),
        StockRecord(6, "A-1", "AMS", Decimal(5)),
        StockRecord(7, "A-1", "", Decimal(5)),
    )
    assert not ListPrice.objects.exists()
    assert Stock.objects.get().site == site
    fields = sorted(run.refusals.values_list("field", "value"))
    assert fields == [
        ("article number", "none"),
        ("currency", "EUR"),
        ("currency", "USD"),
        ("customer", "C9"),
        ("price", "-1"),
        ("stock site", ""),
        ("stock site", "AMS"),
        ("valid until", "2026-01-01"),
    ]


def test_a_price_of_five_decimals_loses_none(imported: Import) -> None:
    ProductFactory(sku="A-1")
    imported(price("A-1", "0.00123"))
    found = ListPrice.objects.get()
    assert found.amount / found.price_unit == Decimal("0.00123")


def test_a_price_without_a_unit_has_that_of_the_article(imported: Import) -> None:
    ProductFactory(sku="A-1", price_unit=100)
    imported(
        ArticleRecord(1, "A-2", names={"en": "New"}, price_unit=10),
        price("A-1", "5", price_unit=None),
        price("A-2", "5", price_unit=None),
    )
    assert dict(ListPrice.objects.values_list("product__sku", "price_unit")) == {"A-1": 100, "A-2": 10}


def test_stock_of_new_articles_comes_with_them_and_reaches_the_search(imported: Import) -> None:
    StockSiteFactory(code="bru")
    article = ProductFactory(sku="A-1")
    file = (
        ArticleRecord(1, "A-2", names={"en": "New"}),
        StockRecord(2, "A-1", "bru", Decimal(5), date(2026, 12, 1), Decimal(10)),
        StockRecord(3, "A-2", "bru", Decimal(7)),
    )
    ProductChange.objects.all().delete()
    imported(*file)
    assert dict(Stock.objects.values_list("product__sku", "quantity")) == {"A-1": 5, "A-2": 7}
    changed = set(ProductChange.objects.values_list("product_id", flat=True))
    assert changed == {article.pk, Product.objects.get(sku="A-2").pk}
    ProductChange.objects.all().delete()
    assert imported(*file).counts["stock"] == {"same": 2}
    assert not ProductChange.objects.exists()


def test_metals_levies_and_references_follow_the_file(imported: Import) -> None:
    def article(**values: Any) -> ArticleRecord:
        return ArticleRecord(1, "A-1", names={"en": "Cable"}, **values)

    full = article(
        metals=(MetalContent("CU", Decimal("9.6"), 100, Decimal(150)),),
        levies=(Levy("Recupel", Decimal("0.05"), "EUR"),),
        references=(Reference("A-2", "accessory", Decimal(2)), Reference("no", "similar")),
    )
    other = ArticleRecord(2, "A-2", names={"en": "Gland"})
    run = imported(full, other)
    made = Product.objects.get(sku="A-1")
    metal, levy = made.metals.get(), made.levies.get()
    assert (metal.metal, metal.weight, metal.per, metal.base) == ("CU", Decimal("9.6"), 100, 150)
    assert (levy.scheme, levy.amount) == ("Recupel", Decimal("0.05"))
    assert ProductReference.objects.get().target.sku == "A-2"
    assert run.refusals.get().value == "no"
    assert run.counts["reference"] == {"new": 1}
    assert imported(full, other).counts["reference"] == {"same": 1}
    run = imported(article(metals=(), levies=(), references=()), other)
    assert not made.metals.exists() and not made.levies.exists() and not ProductReference.objects.exists()
    assert run.counts["metal"] == {"gone": 1}


def test_the_customers_own_numbers_go_to_the_customer_of_the_profile(
    imported: Import, profile: ImportProfile
) -> None:
    profile.organisation = OrganisationFactory(number="C1")
    profile.save()
    imported(ArticleRecord(1, "A-1", names={"en": "Cable"}, customer_number="MAT 7"))
    found = CustomerArticle.objects.get()
    assert (found.organisation, found.number) == (profile.organisation, "MAT 7")


def test_what_an_import_takes_away_is_remembered_for_files_of_changes(
    imported: Import, profile: ImportProfile
) -> None:
    moved, other = ProductFactory(sku="A-1"), ProductFactory(sku="A-2")
    before = moved.category_id, moved.brand_id
    ListPrice.objects.create(
        product=moved, price_list=profile.price_list, amount=Decimal(13), valid_from=date(2027, 6, 1)
    )
    ProductMetal.objects.create(product=moved, metal="CU", weight=1)
    imported(
        price("A-1", "12", valid_from=date(2027, 1, 1)),
        ArticleRecord(1, "A-1", names={"en": "One"}, brand="Other brand", categories=("new",), metals=()),
        ArticleRecord(2, "A-2", names={"en": "Two"}),
    )
    gone = WithdrawnPrice.objects.order_by("price_list_id").values_list("price_list_id", "product_id")
    assert set(gone) == {(profile.price_list_id, moved.pk), (None, moved.pk)}
    found = WithdrawnArticle.objects.values_list("sku", "category_id", "brand_id")
    assert ("A-1", *before) in set(found)
    assert other.sku not in {sku for sku, _category, _brand in found}
