"""Whose articles and prices are in a file, which of them, and what it costs to make."""

import io
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.exports import ExportOrder, FieldUnknown, FormatUnknown, make_export
from catalog.exports.plain import Pages
from catalog.exports.registry import find_format, format_slugs, register, restored
from catalog.exports.rows import CHUNK, STOCK, chunks
from catalog.models import (
    Agreement,
    ListPrice,
    MetalQuotation,
    Product,
    ProductLevy,
    ProductMedia,
    ProductMetal,
)
from tests.catalog.exports.conftest import ORIGIN
from tests.factories import (
    AgreementFactory,
    BrandFactory,
    CategoryFactory,
    CustomerArticleFactory,
    ListPriceFactory,
    OrganisationFactory,
    ProductFactory,
    StockFactory,
    priced_products,
)

pytestmark = pytest.mark.django_db


def test_a_row_says_all_that_the_shop_knows(read_csv, customer):
    successor = ProductFactory(sku="NEW/1")
    product = ProductFactory(
        sku="A 1", gtin="5410000012345", name_nl="Automaat", description_en="Long", order_unit="RO",
        discount_group="D14",
        content_quantity=100, content_unit="MTR", price_unit=10, minimum_quantity=2, quantity_step=2,
        unspsc="39121601", etim_class="EC000042", lead_time_days=3, status="run-out", successor=successor,
        brand__name="Kepler", manufacturer_part_number="MPN-1", category__slug="breakers",
    )  # fmt: skip
    ListPriceFactory(product=product, price_list=customer.price_list, amount="120.00", price_unit=10)
    AgreementFactory(organisation=customer, value=Decimal(25), valid_until=timezone.localdate())
    AgreementFactory(organisation=customer, value=Decimal(30), minimum_quantity=50)
    CustomerArticleFactory(organisation=customer, product=product, number="MAT1")
    tomorrow = timezone.localdate() + timedelta(days=1)
    StockFactory(product=product, quantity=7, next_date=timezone.localdate() - timedelta(days=1))
    StockFactory(product=product, quantity="1.5", next_date=tomorrow)
    ProductMedia.objects.create(product=product, kind="picture", address="https://cdn.example/1.png")
    ProductMetal.objects.create(product=product, metal="CU", weight="9.6", base=150)
    MetalQuotation.objects.create(metal="CU", day=timezone.localdate(), amount=800)
    ProductLevy.objects.create(product=product, scheme="Recupel", code="03.02", amount="0.05")
    ProductLevy.objects.create(product=product, scheme="Bebat", amount="0.10")
    found = {row["article_number"]: row for row in read_csv(language="nl")}["A 1"]
    assert found == {
        "article_number": "A 1",
        "customer_article_number": "MAT1",
        "status": "run-out",
        "gtin": "5410000012345",
        "manufacturer": "Kepler",
        "manufacturer_number": "MPN-1",
        "name": "Automaat",
        "description": "Long",
        "category": "breakers",
        "list_price": "120",
        "net_price": "90",
        "currency": "EUR",
        "price_quantity": "10",
        "price_unit": "RO",
        "price_valid_until": timezone.localdate().isoformat(),
        "scale_1_from": "50",
        "scale_1_price": "84",
        **{f"scale_{n}_{what}": "" for n in range(2, 6) for what in ("from", "price")},
        "order_unit": "RO",
        "content_quantity": "100",
        "content_unit": "MTR",
        "minimum_quantity": "2",
        "quantity_step": "2",
        "stock": "8.5",
        "next_delivery": tomorrow.isoformat(),
        "lead_time_days": "3",
        "replaced_by": "NEW/1",
        "etim_class": "EC000042",
        "unspsc": "39121601",
        "image_url": "https://cdn.example/1.png",
        "page_url": f"{ORIGIN}/p/A%201",
        "discount_group": "D14",
        "metal": "CU",
        "metal_weight": "9.6",
        "metal_weight_per": "1",
        "metal_base": "150",
        "metal_surcharge": "624",
        "eco_contribution": "0.15",
        "eco_contribution_codes": "Bebat + Recupel 03.02",
        "promotion_until": "",
    }


@pytest.mark.parametrize("what", ["list price", "agreement", "shared", "group", "metal", "quotation", "levy"])
def test_a_correction_without_a_date_is_a_change_for_those_it_concerns(read_csv, customer, what):
    long_ago = timezone.now() - timedelta(days=9)
    product = ProductFactory(sku="A1", discount_group="D14")
    ListPriceFactory(product=product, price_list=customer.price_list)
    ProductMetal.objects.create(product=product, metal="CU", weight=1)
    match what:
        case "list price":
            changed = product.list_prices.get()
        case "agreement":
            changed = AgreementFactory(organisation=customer, product=product)
        case "shared":
            changed = AgreementFactory(organisation=None, price_list=customer.price_list, product=product)
        case "group":
            changed = AgreementFactory(organisation=customer, discount_group="D14")
        case "metal":
            changed = product.metals.get()
        case "quotation":
            changed = MetalQuotation.objects.create(metal="CU", day=long_ago.date(), amount=900)
        case "levy":
            changed = ProductLevy.objects.create(product=product, scheme="Recupel", amount=1)
    for model in (Product, ListPrice, Agreement, ProductMetal, MetalQuotation, ProductLevy):
        model.objects.update(updated_at=long_ago)
    since = timezone.now() - timedelta(days=1)
    assert read_csv(since=since) == []
    changed.save()
    assert [row["article_number"] for row in read_csv(since=since)] == ["A1"]


def test_another_customers_correction_is_no_change(read_csv, customer):
    product = ProductFactory()
    Product.objects.update(updated_at=timezone.now() - timedelta(days=9))
    AgreementFactory(organisation=OrganisationFactory(), product=product)
    ListPriceFactory(product=product)
    assert read_csv(since=timezone.now() - timedelta(days=1)) == []


def unpacked(file: bytes) -> bytes:
    """What is inside a zip, one after the other; anything else as it is."""
    if not file.startswith(b"PK"):
        return file
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_another_customers_price_number_and_list_are_in_no_format(networked, export):
    other = OrganisationFactory()
    product = ListPriceFactory(price_list=networked.price_list, amount="10.00").product
    ListPriceFactory(product=product, price_list=other.price_list, amount="66.66")
    AgreementFactory(
        organisation=other,
        kind=Agreement.Kind.NET,
        product=product,
        value=Decimal("7.77"),
        reference="SECRET",
    )
    CustomerArticleFactory(organisation=other, product=product, number="THEIRS")
    files = [unpacked(export(slug)) for slug in format_slugs()]
    rows = [row for rows in chunks(ExportOrder(organisation=networked)) for row in rows]
    assert [(row.net_amount, row.list_amount, row.customer_number) for row in rows] == [(10, 10, "")]
    for text in files:
        assert b"10" in text
        secrets = (b"7.77", b"66.66", b"THEIRS", b"SECRET", b";777;", b";6666;")
        assert not any(secret in text for secret in secrets)


def test_hidden_articles_and_hidden_successors_are_not_in_the_file(read_csv):
    hidden = ProductFactory(status="hidden", sku="HIDDEN")
    ProductFactory(successor=hidden, sku="SHOWN")
    assert [(row["article_number"], row["replaced_by"]) for row in read_csv()] == [("SHOWN", "")]


def test_an_article_without_a_price_is_there_without_a_price(read_csv):
    ProductFactory()
    (row,) = read_csv()
    assert (row["net_price"], row["list_price"], row["currency"]) == ("", "", "")


def test_a_price_in_another_currency_is_no_price(read_csv, customer):
    customer.currency = "USD"
    customer.save()
    ListPriceFactory(price_list=customer.price_list)
    assert read_csv()[0]["net_price"] == ""


def test_scales_are_per_the_price_quantity_of_the_row(read_csv, customer):
    product = ListPriceFactory(price_list=customer.price_list, amount="100", price_unit=100).product
    for quantity, value, unit in ((10, "0.9", 1), (20, "800", 1000)):
        AgreementFactory(
            organisation=customer, kind=Agreement.Kind.NET, product=product, value=Decimal(value),
            price_unit=unit, minimum_quantity=quantity,
        )  # fmt: skip
    (row,) = read_csv()
    assert (row["net_price"], row["price_quantity"]) == ("100", "100")
    assert [row[f"scale_{n}_{what}"] for n in (1, 2) for what in ("from", "price")] == [
        "10",
        "90",
        "20",
        "80",
    ]


def test_the_assortment_can_be_chosen_by_category_with_what_is_below_and_by_brand(read_csv):
    top = CategoryFactory(slug="top")
    below = CategoryFactory(parent=CategoryFactory(parent=top))
    brand = BrandFactory(code="kepler")
    wanted = ProductFactory(category=below, brand=brand)
    directly = ProductFactory(category=top)
    ProductFactory(brand=brand)

    def skus(**order):
        return [row["article_number"] for row in read_csv(**order)]

    assert skus(categories=("top",)) == [wanted.sku, directly.sku]
    assert skus(categories=("top",), brands=("kepler",)) == [wanted.sku]


@pytest.mark.parametrize("field", ["categories", "brands"])
def test_a_category_or_brand_that_does_not_exist_is_refused(export, field):
    with pytest.raises(FieldUnknown, match="nonsense"):
        export("csv", **{field: ("nonsense",)})


def test_only_what_changed_since_is_in_an_incremental_file_and_what_went_is_named(read_csv, customer):
    old, new, gone = ProductFactory(), ProductFactory(), ProductFactory(status="hidden", name_en="Gone name")
    past = timezone.now() - timedelta(days=30)
    Product.objects.filter(pk=old.pk).update(updated_at=past)
    found = read_csv(since=timezone.now() - timedelta(days=2))
    assert [(row["article_number"], row["status"]) for row in found] == [
        (new.sku, "active"),
        (gone.sku, "removed"),
    ]
    assert "Gone name" not in str(found)


@pytest.mark.parametrize("scope", ["list", "product", "brand", "category", "everything", "ended", "theirs"])
def test_a_price_that_begins_or_ends_makes_its_articles_changed(read_csv, customer, scope):
    top = CategoryFactory()
    product = ProductFactory(category=CategoryFactory(parent=top))
    ProductFactory()
    Product.objects.update(updated_at=timezone.now() - timedelta(days=30))
    today = timezone.localdate()
    match scope:
        case "list":
            ListPriceFactory(product=product, price_list=customer.price_list, valid_from=today)
        case "product":
            AgreementFactory(organisation=customer, product=product, valid_from=today)
        case "brand":
            AgreementFactory(organisation=customer, brand=product.brand, valid_from=today)
        case "category":
            AgreementFactory(organisation=customer, category=top, valid_from=today)
        case "everything":
            AgreementFactory(organisation=customer, valid_from=today)
        case "ended":
            AgreementFactory(organisation=customer, product=product, valid_until=today - timedelta(days=1))
        case "theirs":
            AgreementFactory(product=product, valid_from=today)
    found = [row["article_number"] for row in read_csv(since=timezone.now() - timedelta(days=1))]
    assert len(found) == {"everything": 2, "theirs": 0}.get(scope, 1)
    if len(found) == 1:
        assert found == [product.sku]


def test_without_stock_nothing_is_said_of_it(read_csv):
    StockFactory()
    (row,) = read_csv(with_stock=False)
    assert (row["stock"], row["next_delivery"]) == ("", "")


def test_rows_come_in_chunks_with_the_same_number_of_queries_each(customer, django_assert_num_queries):
    products = priced_products(customer.price_list, 3 * CHUNK + 10)
    AgreementFactory(organisation=customer)
    CustomerArticleFactory(organisation=customer, product=products[0])
    source = chunks(ExportOrder(organisation=customer, origin=ORIGIN), STOCK)
    # What holds for the whole file is read with the first.
    assert len(next(source)) == CHUNK
    # Articles, list prices, agreements, the customer's numbers, stock, pictures.
    for size in (CHUNK, CHUNK, 10):
        with django_assert_num_queries(6):
            assert len(next(source)) == size
    with django_assert_num_queries(0), pytest.raises(StopIteration):
        next(source)


def test_a_file_is_written_chunk_by_chunk_and_not_before_it_is_read(customer, connection_queries):
    priced_products(customer.price_list, 2 * CHUNK)
    made = make_export(slug="csv", order=ExportOrder(organisation=customer))
    begun = connection_queries()
    first = next(made.content)
    assert connection_queries() == begun
    assert first.count(b"\r\n") == CHUNK + 1
    next(made.content)
    assert connection_queries() > begun


@pytest.fixture
def connection_queries(db):
    from django.db import connection

    with CaptureQueriesContext(connection) as context:
        yield lambda: len(context)


def test_memory_does_not_grow_with_the_number_of_rows(networked):
    import tracemalloc

    products = priced_products(networked.price_list, 3_000)
    Product.objects.filter(pk__in=[each.pk for each in products]).update(description_en="x" * 500)

    def peak(slug, count):
        ids = [each.pk for each in products[:count]]
        Product.objects.update(status="hidden")
        Product.objects.filter(pk__in=ids).update(status="active")
        order = ExportOrder(organisation=networked, origin=ORIGIN)
        tracemalloc.start()
        try:
            size = sum(map(len, make_export(slug=slug, order=order).content))
            return tracemalloc.get_traced_memory()[1], size
        finally:
            tracemalloc.stop()

    for slug in ("csv", "cif", "cxml-index", "xlsx"):
        peak(slug, 10)  # what is loaded once
        (small, _size), (large, size) = peak(slug, 2 * CHUNK), peak(slug, 3_000)
        assert large < small * 1.2, slug
        assert slug == "xlsx" or size > 3_000 * 500


def test_an_empty_assortment_is_an_empty_file(read_csv, export):
    assert read_csv() == []
    assert export("csv").startswith(b"article_number;")


def test_formats_can_be_registered_and_restored():
    with restored():

        @register("plain", label="Plain", media_type="text/plain", extension="txt")
        def write(order):
            yield b"x"

        assert find_format("plain").write is write
        with pytest.raises(ValueError, match="twice"):
            register("plain", label="", media_type="", extension="")(write)
    with pytest.raises(FormatUnknown):
        find_format("plain")


def test_the_name_of_the_file_says_whose_and_when_and_holds_nothing_odd(customer):
    customer.number = '../A "1"\r\n'
    order = ExportOrder(organisation=customer)
    name = make_export(slug="csv", order=order).filename
    assert name == f"articles-A-1-{timezone.localdate().isoformat()}.csv"
    assert ListPrice.objects.count() == 0


def test_a_question_that_nothing_can_answer_has_no_rows():
    assert list(Pages(Product.objects.filter(pk__in=[]), ("id",), 10)) == []


@pytest.mark.parametrize("slug", ["csv", "cif"])
def test_what_changed_is_looked_for_once_however_many_pages_it_fills(slug, networked, export, monkeypatch):
    monkeypatch.setattr("catalog.exports.rows.CHUNK", 2)
    changed = [ProductFactory() for _turn in range(7)]
    with CaptureQueriesContext(connection) as asked:
        written = export(slug, since=timezone.now() - timedelta(days=1)).decode()
    assert all(product.sku in written for product in changed)
    assert sum(" UNION " in query["sql"] for query in asked) == 1


def test_what_is_deleted_while_a_file_of_changes_is_written_ends_it_nowhere():
    first, gone, last = ProductFactory(), ProductFactory(), ProductFactory()
    ids = [first.pk, gone.pk, last.pk]
    gone.delete()
    pages = Pages(Product.objects.all(), ("id",), 1, ids=ids)
    assert list(pages) == [[(first.pk,)], [(last.pk,)]]
