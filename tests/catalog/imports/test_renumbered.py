"""Articles that get another number, and prices that a file takes back."""

from decimal import Decimal
from pathlib import Path

import pytest

from catalog.imports.records import (
    Action,
    ArticleRecord,
    PriceKind,
    PriceRecord,
    PriceWithdrawn,
    Reference,
    Renumbering,
    StockRecord,
)
from catalog.models import (
    Agreement,
    ImportProfile,
    ImportRun,
    ListPrice,
    Product,
    ProductChange,
    ProductReference,
    Stock,
    WithdrawnArticle,
    WithdrawnPrice,
)
from tests.catalog.imports.conftest import Import
from tests.catalog.imports.test_formats_whole_way import run
from tests.factories import AgreementFactory, OrganisationFactory, ProductFactory, StockSiteFactory

pytestmark = pytest.mark.django_db


def price(sku: str, amount: str) -> PriceRecord:
    return PriceRecord(1, sku, Decimal(amount), "EUR")


def refused(run: ImportRun) -> list[tuple[int, str, str]]:
    return [(each.line, each.record, each.value) for each in run.refusals.order_by("line")]


def test_an_article_with_another_number_keeps_all_it_has(imported: Import, profile: ImportProfile) -> None:
    article = ProductFactory(sku="OLD", name_nl="Kabel")
    other = ProductFactory(sku="BOX")
    ListPrice.objects.create(product=article, price_list=profile.price_list, amount=Decimal(10))
    site = StockSiteFactory(code="main")
    ProductChange.objects.all().delete()
    done = imported(
        Renumbering(1, "OLD", "NEW"),
        # What the file says under the new number is said of the same article.
        ArticleRecord(2, "NEW", Action.CHANGE, names={"nl": "Kabel XVB"}, prices=(price("NEW", "12"),)),
        StockRecord(3, "NEW", "main", Decimal(7)),
        ArticleRecord(4, "BOX", Action.CHANGE, references=(Reference("NEW", "accessory"),)),
    )
    assert not refused(done)
    assert done.counts["renumbered"] == {"changed": 1}
    article.refresh_from_db()
    assert (article.sku, article.name_nl) == ("NEW", "Kabel XVB")
    assert ListPrice.objects.get(product=article).amount == 12
    assert Stock.objects.get(product=article, site=site).quantity == 7
    assert ProductReference.objects.get(product=other).target == article
    # Who keeps a copy of the catalog hears that the old number is gone.
    assert WithdrawnArticle.objects.get(gone=True).sku == "OLD"
    assert ProductChange.objects.filter(product_id=article.pk).exists()
    again = imported(Renumbering(1, "OLD", "NEW"))
    assert not refused(again) and "renumbered" not in again.counts


def test_numbers_that_cannot_change_are_refused(imported: Import) -> None:
    for sku in ("A", "B", "C", "D", "TAKEN"):
        ProductFactory(sku=sku)
    done = imported(
        Renumbering(1, "NOBODY", "X"),
        Renumbering(2, "A", "TAKEN"),
        Renumbering(3, "B", "SAME"),
        Renumbering(4, "C", "SAME"),
        Renumbering(5, "D", "E"),
    )
    assert refused(done) == [
        (1, "NOBODY", "NOBODY"),
        (2, "A", "TAKEN"),
        (3, "B", "SAME"),
        (4, "C", "SAME"),
    ]
    assert set(Product.objects.values_list("sku", flat=True)) == {"A", "B", "C", "E", "TAKEN"}


def test_a_price_that_is_withdrawn_goes_and_no_other(imported: Import, profile: ImportProfile) -> None:
    customer = OrganisationFactory(number="100001", price_list=profile.price_list)
    article, other = ProductFactory(sku="A"), ProductFactory(sku="B")
    for each in (article, other):
        ListPrice.objects.create(product=each, price_list=profile.price_list, amount=Decimal(10))
    imported(PriceRecord(1, "A", Decimal(8), "EUR", kind=PriceKind.NET, customer="100001"))
    agreed = AgreementFactory(organisation=customer, product=article, reference="by hand", value=Decimal(9))
    trial = imported(PriceWithdrawn(1, "A", "100001"), trial=True)
    assert (trial.counts["list_price"], trial.counts["net_price"]) == ({"gone": 1}, {"gone": 1})
    assert ListPrice.objects.count() == 2
    done = imported(PriceWithdrawn(1, "A", "100001"), PriceWithdrawn(2, "NOBODY", "100001"))
    assert refused(done) == [(2, "NOBODY", "NOBODY")]
    assert list(ListPrice.objects.values_list("product__sku", flat=True)) == ["B"]
    assert list(Agreement.objects.all()) == [agreed]
    assert WithdrawnPrice.objects.filter(product_id=article.pk).exists()


def test_a_list_price_of_which_nothing_is_said_stays_when_a_net_price_is_withdrawn(
    imported: Import, profile: ImportProfile
) -> None:
    OrganisationFactory(number="100001", price_list=profile.price_list)
    article = ProductFactory(sku="A")
    ListPrice.objects.create(product=article, price_list=profile.price_list, amount=Decimal(10))
    imported(PriceRecord(1, "A", Decimal(8), "EUR", kind=PriceKind.NET, customer="100001"))
    imported(PriceWithdrawn(1, "A", "100001", only_net=True))
    assert ListPrice.objects.count() == 1
    assert not Agreement.objects.exists()


def test_a_price_beside_its_withdrawal_holds(imported: Import, profile: ImportProfile) -> None:
    article = ProductFactory(sku="A")
    ListPrice.objects.create(product=article, price_list=profile.price_list, amount=Decimal(10))
    imported(PriceWithdrawn(1, "A"), price("A", "12"))
    assert [each.amount for each in ListPrice.objects.filter(product=article)] == [12]


@pytest.mark.parametrize("version", [4, 5])
def test_a_datanorm_says_both(profile: ImportProfile, tmp_path: Path, version: int) -> None:
    for sku in ("OLD", "ASK"):
        article = ProductFactory(sku=sku)
        ListPrice.objects.create(product=article, price_list=profile.price_list, amount=Decimal(10))
    lines = {
        4: ["V 011126" + "Lieferant".ljust(115) + "04EUR", "A;X;OLD;;NEW;;;;;;;;;", "P;A;ASK;9;0;;;;;;;"],
        5: ["V;050;A;20261101;EUR;Lieferant;;;;;;;;;", "B;A;OLD;NEW;", "P;ASK;9;1;0;;;;;;;;;", "E;4;"],
    }
    file = tmp_path / "DATANORM.001"
    file.write_text("\r\n".join(lines[version]))
    profile.format = "datanorm"
    profile.save()
    assert not refused(run(profile, file))
    assert set(Product.objects.values_list("sku", flat=True)) == {"NEW", "ASK"}
    assert list(ListPrice.objects.values_list("product__sku", flat=True)) == ["NEW"]
