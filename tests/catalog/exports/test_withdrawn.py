"""What was deleted, moved or taken away is in the next file of only changes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import withdrawals
from catalog.exports import ExportRefused
from catalog.models import (
    Agreement,
    CustomerArticle,
    ExportFile,
    ExportSchedule,
    ListPrice,
    MetalQuotation,
    Product,
    ProductLevy,
    ProductMetal,
    Stock,
    WithdrawnArticle,
    WithdrawnPrice,
)
from tests.factories import (
    AgreementFactory,
    BrandFactory,
    CategoryFactory,
    CustomerArticleFactory,
    ListPriceFactory,
    OrganisationFactory,
    PriceListFactory,
    ProductFactory,
    StockFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(customer) -> Product:
    """One of two articles, with a list price of 100."""
    ProductFactory(sku="OTHER", brand=BrandFactory(), category=CategoryFactory())
    product = ProductFactory(
        sku="A1", discount_group="D14", category=CategoryFactory(parent=CategoryFactory())
    )
    return ListPriceFactory(product=product, price_list=customer.price_list, amount="100").product


@pytest.fixture
def changed(read_csv):
    """Article, status and net price of each row of a file of what changed since yesterday."""

    def read(**order):
        rows = read_csv(**{"since": timezone.now() - timedelta(days=1), **order})
        return [(row["article_number"], row["status"], row["net_price"]) for row in rows]

    return read


def long_ago() -> None:
    """Whatever was written so far was written nine days ago."""
    then = timezone.now() - timedelta(days=9)
    for model in (Product, ListPrice, Agreement, ProductMetal, MetalQuotation, ProductLevy, Stock,
                  CustomerArticle):  # fmt: skip
        model.objects.update(updated_at=then)
    for model in (WithdrawnPrice, WithdrawnArticle):
        model.objects.update(created_at=then)


@pytest.mark.parametrize("by", ["itself", "query"])
@pytest.mark.parametrize("scope", ["product", "discount_group", "brand", "category"])
def test_an_agreement_that_was_deleted_brings_its_articles_at_the_price_they_have_now(
    changed, customer, product, scope, by
):
    what = product.category.parent if scope == "category" else getattr(product, scope, product)
    agreement = AgreementFactory(organisation=customer, value=20, **{scope: what})
    long_ago()
    assert changed() == []
    agreement.delete() if by == "itself" else Agreement.objects.filter(pk=agreement.pk).delete()
    assert changed() == [("A1", "active", "100")]


@pytest.mark.parametrize("what", ["list price", "metal", "quotation", "levy", "shared"])
def test_whatever_else_makes_a_price_is_missed_as_well(changed, customer, product, what):
    metal = ProductMetal.objects.create(product=product, metal="CU", weight=1)
    quotation = MetalQuotation.objects.create(metal="CU", day=timezone.localdate(), amount=900)
    levy = ProductLevy.objects.create(product=product, scheme="Recupel", amount=1)
    shared = AgreementFactory(organisation=None, price_list=customer.price_list, product=product)
    long_ago()
    rows = {"list price": product.list_prices.get(), "metal": metal, "quotation": quotation, "levy": levy,
            "shared": shared}  # fmt: skip
    rows[what].delete()
    assert [sku for sku, _status, _price in changed()] == ["A1"]


def test_a_price_that_is_gone_leaves_its_article_on_request(changed, product):
    long_ago()
    product.list_prices.all().delete()
    assert changed() == [("A1", "active", "")]


def test_an_article_that_lost_its_agreed_price_leaves_a_file_of_agreed_ones(changed, customer, product):
    agreement = AgreementFactory(organisation=customer, product=product, kind=Agreement.Kind.NET, value=70)
    long_ago()
    agreement.delete()
    assert changed(agreed_only=True) == [("A1", "removed", "")]


def test_an_agreement_that_moves_to_another_article_is_missed_by_the_first(changed, customer, product):
    agreement = AgreementFactory(organisation=customer, product=product, value=20)
    long_ago()
    agreement.product = Product.objects.get(sku="OTHER")
    agreement.save()
    assert {sku for sku, _status, _price in changed()} == {"A1", "OTHER"}


def test_what_is_withdrawn_from_another_customer_is_no_change(changed, customer, product):
    mine = AgreementFactory(organisation=OrganisationFactory(), product=product)
    listed = ListPriceFactory(product=product, price_list=PriceListFactory())
    long_ago()
    mine.delete()
    listed.delete()
    assert changed() == []


@pytest.mark.parametrize("field", ["price_list", "currency", "pays_levies"])
def test_a_customer_with_other_terms_gets_everything_anew(changed, customer, product, field):
    long_ago()
    customer.name = "Renamed"
    customer.save()
    assert changed() == []
    value = {"price_list": PriceListFactory(currency="EUR"), "currency": "USD", "pays_levies": False}[field]
    setattr(customer, field, value)
    customer.save()
    assert {sku for sku, _status, _price in changed()} == {"A1", "OTHER"}


def test_an_article_that_was_deleted_is_named_and_one_that_was_hidden_never(changed, product):
    ProductFactory(sku="HIDDEN", status="hidden")
    AgreementFactory(organisation=OrganisationFactory(), product=product)
    long_ago()
    Product.objects.filter(sku__in=("A1", "HIDDEN")).delete()
    assert changed() == [("A1", "removed", "")]
    # Its prices went with it and need no word of their own.
    assert not WithdrawnPrice.objects.exists()
    ProductFactory(sku="A1")
    assert changed() == [("A1", "active", "")]


def test_an_article_with_another_number_goes_by_the_old_one(changed, product):
    long_ago()
    product.sku = "A2"
    product.save()
    assert changed() == [("A2", "active", "100"), ("A1", "removed", "")]


def test_an_article_that_leaves_a_chosen_category_or_brand_is_removed_from_the_file(changed, product):
    chosen = {"categories": (product.category.slug,)}, {"brands": (product.brand.code,)}
    long_ago()
    product.category, product.brand = CategoryFactory(), BrandFactory()
    product.save()
    for order in chosen:
        assert changed(**order) == [("A1", "removed", "")]
    assert changed(categories=(product.category.slug,)) == [("A1", "active", "100")]
    assert changed(brands=(Product.objects.get(sku="OTHER").brand.code,)) == []


def test_an_article_that_leaves_with_its_category_is_removed_from_the_file(changed, product):
    above = product.category.parent
    elsewhere = CategoryFactory()
    long_ago()
    product.category.parent = elsewhere
    product.category.save()
    assert changed(categories=(above.slug,)) == [("A1", "removed", "")]
    assert changed(categories=(elsewhere.slug,)) == [("A1", "active", "100")]


def test_an_article_whose_brand_or_category_is_called_otherwise_changes(changed, product):
    for named, field in ((product.brand, "name"), (product.category, "slug")):
        long_ago()
        named.save()
        assert changed() == []
        setattr(named, field, "otherwise")
        named.save()
        assert changed() == [("A1", "active", "100")]


def test_an_article_that_the_customer_calls_otherwise_changes(changed, customer, product):
    CustomerArticleFactory(product=product)
    own = CustomerArticleFactory(product=product, organisation=customer)
    long_ago()
    assert changed() == []
    own.number = "M-2"
    own.save()
    assert changed() == [("A1", "active", "100")]
    long_ago()
    own.delete()
    assert changed() == [("A1", "active", "100")]


def test_more_or_less_stock_is_a_change_for_files_that_say_it(changed, export, product):
    stock = StockFactory(product=product)
    long_ago()
    assert changed() == []
    stock.quantity = 3
    stock.save()
    assert changed() == [("A1", "active", "100")]
    assert changed(with_stock=False) == []
    assert b"<SUPPLIER_PID>" not in export("bmecat", since=timezone.now() - timedelta(days=1))
    # A day of delivery that has passed is not said any more.
    long_ago()
    Stock.objects.update(next_date=timezone.localdate() - timedelta(days=1))
    Stock.objects.update(updated_at=timezone.now() - timedelta(days=9))
    assert changed() == [("A1", "active", "100")]
    long_ago()
    Stock.objects.update(next_date=None, updated_at=timezone.now() - timedelta(days=9))
    stock.site.delete()
    assert changed() == [("A1", "active", "100")]


def test_a_cif_counts_what_went_among_its_items(networked, export, product):
    long_ago()
    product.delete()
    text = export("cif", since=timezone.now() - timedelta(days=1)).decode()
    assert "ITEMCOUNT: 1\r\n" in text
    assert '"A1"' in text


def test_a_moment_further_back_than_anything_is_remembered_is_refused(export):
    since = timezone.now() - withdrawals.REMEMBERED - timedelta(minutes=1)
    with pytest.raises(ExportRefused, match="complete"):
        export("csv", since=since)


def test_a_schedule_that_rested_for_too_long_makes_a_complete_file(
    customer, django_capture_on_commit_callbacks
):
    from catalog.exports.schedules import ask_for

    schedule = ExportSchedule.objects.create(
        name="x", organisation=customer, format="csv", only_changes=True,
        changes_from=timezone.now() - withdrawals.REMEMBERED,
    )  # fmt: skip
    assert ask_for(schedule=schedule).since is None
    schedule.changes_from = timezone.now() - timedelta(days=3)
    schedule.save()
    assert ask_for(schedule=schedule).since == schedule.changes_from
    assert ExportFile.objects.count() == 2


def test_what_is_too_old_is_forgotten(product, customer):
    AgreementFactory(organisation=customer, product=product).delete()
    product.delete()
    WithdrawnPrice.objects.update(created_at=timezone.now() - withdrawals.REMEMBERED - timedelta(days=1))
    withdrawals.forget(timezone.now())
    assert (WithdrawnPrice.objects.count(), WithdrawnArticle.objects.count()) == (0, 1)
