"""Changes of net prices since a cursor: the customer's own, whatever made them, and nobody else's."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from catalog.api import answers, changes, places, price_changes
from catalog.models import (
    Agreement,
    ImportProfile,
    ImportRun,
    ListPrice,
    MetalQuotation,
    Product,
    ProductLevy,
    ProductMetal,
    WithdrawnPrice,
)
from customers.models import ApiKey
from tests.factories import (
    AgreementFactory,
    BrandFactory,
    CategoryFactory,
    ListPriceFactory,
    MetalQuotationFactory,
    OrganisationFactory,
    PriceListFactory,
    ProductFactory,
    ProductLevyFactory,
    ProductMetalFactory,
)

pytestmark = pytest.mark.django_db
CHANGES = "/api/v1/changes"
STAMPED = (Product, Agreement, ListPrice, ProductMetal, ProductLevy, MetalQuotation)


def happened(ago: timedelta) -> None:
    """As if all that was written since the last call had been written then."""
    then, recently = timezone.now() - ago, timezone.now() - timedelta(seconds=30)
    for model in STAMPED:
        model.objects.filter(updated_at__gt=recently).update(updated_at=then)
    WithdrawnPrice.objects.filter(created_at__gt=recently).update(created_at=then)


@pytest.fixture
def told(api):
    """What is new since the last call: (what, article or kind of prices, code), in pages of two."""
    state = {"cursor": changes.write_cursor(changes.beginning(timezone.now() - timedelta(hours=1)))}

    def read(client=api, **asked):
        found = []
        while True:
            query = {"limit": 2, "prices": "true", "cursor": state["cursor"], **asked}
            page = client.get(CHANGES, query).json()
            state["cursor"] = page["next"]
            for each in page["changes"]:
                of = each.get("of", {})
                found.append((each["what"], each["sku"]) if not of else ("prices", of["kind"], of["code"]))
            if not page["more"]:
                return [each for each in found if each[0] != "article"]

    return read


@pytest.fixture
def product(customer) -> Product:
    """An article, long known, with all that a price can be made of around it."""
    category = CategoryFactory(slug="cable", parent=CategoryFactory(slug="all"))
    product = ProductFactory(sku="A", brand=BrandFactory(code="volta"), category=category)
    ProductFactory(sku="B")
    happened(timedelta(days=3))
    return product


PARTS = {
    "an agreement": lambda customer, **of: AgreementFactory(organisation=customer, **of),
    "an agreement of the list": lambda customer, **of: AgreementFactory(
        organisation=None, price_list=customer.price_list, **of
    ),
    "a list price": lambda customer, **of: ListPriceFactory(price_list=customer.price_list, **of),
    "a metal": lambda customer, **of: ProductMetalFactory(**of),
    "a levy": lambda customer, **of: ProductLevyFactory(**of),
}


@pytest.mark.parametrize("part", PARTS)
def test_whatever_makes_the_price_of_an_article_is_told_when_it_is_new_changed_or_deleted(
    told, customer, product, part
):
    assert told() == []
    row = PARTS[part](customer, product=product)
    assert told() == []
    happened(timedelta(minutes=20))
    assert told() == [("price", "A")]
    assert told() == []
    row.save()
    happened(timedelta(minutes=15))
    assert told() == [("price", "A")]
    type(row).objects.filter(pk=row.pk).delete()
    happened(timedelta(minutes=10))
    assert told() == [("price", "A")]
    assert told() == []


@pytest.mark.parametrize("whose", ["the customer's", "his price list's"])
@pytest.mark.parametrize(
    ("scope", "kind", "code"),
    [
        ("brand", "brand", "volta"),
        ("category", "category", "cable"),
        ("discount_group", "discount-group", "D14"),
        (None, "everything", None),
    ],
)
def test_a_discount_on_many_is_one_entry_that_says_on_which(
    told, customer, product, whose, scope, kind, code
):
    holder = (
        {"organisation": customer}
        if whose == "the customer's"
        else {"organisation": None, "price_list": customer.price_list}
    )
    value = "D14" if scope == "discount_group" else getattr(product, scope or "pk")
    row = AgreementFactory(**holder, **({scope: value} if scope else {}))
    happened(timedelta(minutes=20))
    assert told() == [("prices", kind, code)]
    row.delete()
    happened(timedelta(minutes=10))
    assert told() == [("prices", kind, code)]


def test_a_quotation_is_one_entry_when_it_is_made_known_and_when_its_day_comes(told, product):
    MetalQuotationFactory(day=timezone.localdate() + timedelta(days=1))
    happened(timedelta(minutes=20))
    assert told() == [("prices", "metal", "CU")]
    MetalQuotation.objects.update(day=timezone.localdate(), updated_at=timezone.now() - timedelta(days=2))
    midnight = places.beginning_of(timezone.localdate())
    last_night = changes.write_cursor(changes.beginning(midnight - timedelta(hours=1)))
    assert told(cursor=last_night, limit=100) == [("prices", "metal", "CU")]
    quotation = MetalQuotation.objects.get()
    quotation.currency = "USD"
    quotation.save()
    happened(timedelta(minutes=10))
    assert told() == [("prices", "metal", "CU")]


@pytest.mark.parametrize("field", ["price_list", "currency", "pays_levies"])
def test_other_terms_of_the_customer_are_other_prices_of_everything(told, customer, product, field):
    value = {"price_list": PriceListFactory(currency="EUR"), "currency": "USD", "pays_levies": False}[field]
    setattr(customer, field, value)
    customer.save()
    happened(timedelta(minutes=20))
    assert told() == [("prices", "everything", None)]


def test_a_price_list_in_another_currency_is_other_prices_of_everything(told, customer, product):
    customer.price_list.name = "Renamed"
    customer.price_list.save()
    happened(timedelta(minutes=20))
    assert told() == []
    customer.price_list.currency = "CHF"
    customer.price_list.save()
    happened(timedelta(minutes=10))
    assert told() == [("prices", "everything", None)]


@pytest.mark.parametrize("part", ["an agreement", "an agreement of the list", "a list price"])
def test_a_price_that_begins_or_ended_by_its_dates_is_told_at_the_beginning_of_the_day(
    api, customer, product, part
):
    today, day = timezone.localdate(), timedelta(days=1)
    begins, ended, neither, other = ProductFactory.create_batch(4)
    PARTS[part](customer, product=begins, valid_from=today, valid_until=today)
    PARTS[part](customer, product=ended, valid_from=today - 30 * day, valid_until=today - day)
    PARTS[part](customer, product=neither, valid_from=today + day, valid_until=today + day)
    PARTS[part](OrganisationFactory(), product=other, valid_from=today, valid_until=today - day)
    happened(timedelta(days=3))
    midnight = places.beginning_of(today)
    before = changes.write_cursor(changes.beginning(midnight - timedelta(seconds=1)))
    found, cursor, pages = [], before, 0
    while True:
        page = api.get(CHANGES, {"cursor": cursor, "prices": "true", "limit": 1}).json()
        cursor, pages = page["next"], pages + 1
        found += page["changes"]
        if not page["more"]:
            break
    assert [(each["what"], each["sku"]) for each in found] == [("price", begins.sku), ("price", ended.sku)]
    assert {datetime.fromisoformat(each["updated_at"]) for each in found} == {midnight}
    assert pages == 2
    assert api.get(CHANGES, {"cursor": cursor, "prices": "true"}).json()["changes"] == []
    # Whoever begins later in the day knows them already.
    later = (midnight + timedelta(microseconds=1)).isoformat()
    assert api.get(CHANGES, {"since": later, "prices": "true"}).json()["changes"] == []


def test_nothing_of_another_customer_is_told(told, customer, product):
    other = OrganisationFactory()
    theirs = [
        AgreementFactory(organisation=other, product=product),
        AgreementFactory(organisation=other),
        AgreementFactory(organisation=other, brand=product.brand),
        AgreementFactory(organisation=None, price_list=other.price_list, product=product),
        ListPriceFactory(price_list=other.price_list, product=product),
        ListPriceFactory(price_list=PriceListFactory(), product=product),
    ]
    happened(timedelta(minutes=20))
    assert told() == []
    for row in theirs:
        row.delete()
    other.currency = "USD"
    other.save()
    assert WithdrawnPrice.objects.count() == len(theirs) + 1
    happened(timedelta(minutes=10))
    assert told() == []


def test_what_another_currency_or_a_customer_abroad_does_not_pay_is_no_change(told, customer, product):
    ProductLevyFactory(product=product, currency="CHF")
    MetalQuotationFactory(currency="CHF")
    happened(timedelta(minutes=20))
    assert told() == []
    type(customer).objects.filter(pk=customer.pk).update(pays_levies=False)
    ProductLevyFactory(product=product)
    happened(timedelta(minutes=10))
    assert told() == []


def test_a_hidden_article_is_not_named_and_one_that_moves_to_the_customer_is(told, customer, product):
    ListPriceFactory(price_list=customer.price_list, product=ProductFactory(status="hidden"))
    moved = AgreementFactory(organisation=OrganisationFactory(), product=product)
    happened(timedelta(minutes=20))
    assert told() == []
    moved.organisation = customer
    moved.save()
    happened(timedelta(minutes=10))
    assert told() == [("price", "A")]


def test_prices_are_told_only_when_asked_for_and_only_to_a_key_that_may_read_them(
    told, client_of, customer, product
):
    ListPriceFactory(price_list=customer.price_list, product=product)
    happened(timedelta(minutes=20))
    assert told(prices="false", cursor=changes.write_cursor(changes.beginning(None)), limit=9) == []
    client = client_of(customer, scopes=[ApiKey.Scope.ARTICLES, ApiKey.Scope.STOCK])
    answer = client.get(CHANGES, {"prices": "true"})
    assert (answer.status_code, "prices" in answer.json()["detail"]) == (403, True)


def test_what_one_import_gave_the_same_moment_is_read_once_over_all_streams(told, customer, product):
    products = ProductFactory.create_batch(5)
    for each in products:
        AgreementFactory(organisation=customer, product=each, kind="net", value=Decimal(1))
        AgreementFactory(organisation=customer, product=each, kind="net", value=1, minimum_quantity=10)
        ListPriceFactory(price_list=customer.price_list, product=each)
    happened(timedelta(minutes=20))
    found = told(limit=1)
    # One by one an article comes with each of its rows, and in a page once.
    assert len(found) == 15
    assert {sku for _what, sku in found} == {each.sku for each in products}
    assert told() == []


def test_each_article_comes_once_in_a_page(api, customer, product):
    for quantity in range(3):
        AgreementFactory(
            organisation=customer, product=product, kind="net", value=1, minimum_quantity=quantity
        )
    AgreementFactory(organisation=customer, brand=product.brand)
    AgreementFactory(organisation=customer, brand=product.brand, value=5)
    happened(timedelta(minutes=20))
    since = (timezone.now() - timedelta(minutes=30)).isoformat()
    page = api.get(CHANGES, {"since": since, "prices": "true"}).json()
    assert [each["what"] for each in page["changes"]] == ["price", "prices"]
    # As the OpenAPI document says, to which an article without its number would be none.
    described = answers.Changes.model_validate(page)
    assert [type(each) for each in described.changes] == [answers.Change, answers.ChangeOfPrices]


def test_as_many_queries_for_a_page_of_many_as_for_one_of_none(
    api, customer, product, django_assert_max_num_queries
):
    for number in range(30):
        part = list(PARTS)[number % len(PARTS)]
        PARTS[part](customer, product=ProductFactory(brand=product.brand, category=product.category))
    AgreementFactory(organisation=customer, brand=product.brand)
    AgreementFactory(organisation=customer, category=product.category)
    happened(timedelta(minutes=20))
    since = (timezone.now() - timedelta(minutes=30)).isoformat()
    api.get(CHANGES)
    counts = []
    for limit in (1, 3, 100):
        # Streams, the key, until when, what the customer sees, and the names of two kinds.
        with django_assert_max_num_queries(price_changes.STREAMS + 10) as made:
            page = api.get(CHANGES, {"since": since, "prices": "true", "limit": limit}).json()
        assert len(page["changes"]) == min(limit, 62)
        counts.append(len(made))
    assert max(counts) - min(counts) <= 4


def test_cursors_name_as_many_streams_as_there_are(customer):
    streams = price_changes.streams(customer, changes.PRICES)
    assert len(streams) == price_changes.STREAMS
    last = changes.Place(timezone.now(), changes.PRICES + len(streams) - 1, 5)
    assert changes.read_cursor(changes.write_cursor(last)) == last
    with pytest.raises(changes.CursorInvalid):
        changes.read_cursor(changes.write_cursor(last._replace(stream=last.stream + 1)))


def test_a_cursor_taken_without_prices_goes_on_with_prices(api, told, customer, product):
    cursor = api.get(CHANGES, {"stock": "true"}).json()["next"]
    ListPriceFactory(price_list=customer.price_list, product=product)
    happened(timedelta(minutes=20))
    assert told(cursor=cursor, limit=9) == [("price", "A")]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_nothing_passes_a_transaction_that_has_written_and_not_ended_on_postgresql():
    import psycopg

    wanted = connection.get_connection_params()
    settings = {
        name: wanted[name] for name in ("host", "port", "user", "password", "dbname") if wanted.get(name)
    }
    with psycopg.connect(**settings) as other:
        other.execute("SELECT pg_current_xact_id()")
        began = other.execute("SELECT transaction_timestamp()").fetchone()[0]
        assert places.settled() == began - places.SETTLE
    with connection.cursor() as cursor:
        # Within the transaction of a test it is looked at once.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
    assert places.settled() > began - places.SETTLE


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL knows of every transaction")
def test_no_day_that_begins_passes_an_import_on_sqlite(profile_of_imports):
    began = timezone.now() - timedelta(minutes=30)
    run = ImportRun.objects.create(
        profile=profile_of_imports, state=ImportRun.State.APPLYING, heartbeat=began, file_name="prices.csv"
    )
    assert places.settled() == began - places.SETTLE
    # One whose process was killed holds up nobody for ever.
    ImportRun.objects.filter(pk=run.pk).update(heartbeat=began - timedelta(hours=3))
    assert places.settled() > began


@pytest.fixture
def profile_of_imports(db) -> ImportProfile:
    return ImportProfile.objects.create(
        slug="supplier", name="Supplier", format="csv", brand=BrandFactory(), category=CategoryFactory(),
        price_list=PriceListFactory(), order_unit="C62",
    )  # fmt: skip
