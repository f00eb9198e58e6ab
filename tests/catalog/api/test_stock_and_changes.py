"""Stock by site, the tree of categories, search with facets, and what changed since a cursor."""

import base64
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog import search
from catalog.api import changes
from catalog.models import (
    Attribute,
    AttributeChoice,
    CustomerArticle,
    Product,
    ProductAttribute,
    Stock,
    WithdrawnArticle,
)
from catalog.search import SearchUnavailable
from customers.models import ApiKey
from tests.factories import (
    BrandFactory,
    CategoryFactory,
    CustomerArticleFactory,
    ProductFactory,
    StockFactory,
    StockSiteFactory,
)

pytestmark = pytest.mark.django_db
STOCK, CHANGES, SEARCH = "/api/v1/stock", "/api/v1/changes", "/api/v1/search"


def test_stock_is_told_by_site_with_the_day_more_comes(api):
    product = ProductFactory(sku="A", order_unit="MTR", lead_time_days=4)
    today = timezone.localdate()
    near, far = (
        StockSiteFactory(code="near", name="Near", position=1),
        StockSiteFactory(code="far", position=2),
    )
    StockFactory(product=product, site=far, quantity=Decimal("2.5"), next_date=today - timedelta(days=1))
    StockFactory(
        product=product,
        site=near,
        quantity=10,
        next_date=today + timedelta(days=3),
        next_quantity=Decimal(40),
    )
    found = api.get(STOCK, {"sku": ["A", "none", "A"]}).json()
    assert found["not_found"] == ["none"]
    (article,) = found["articles"]
    assert (article["quantity"], article["unit"], article["lead_time_days"]) == ("12.5", "MTR", 4)
    assert article["next_date"] == (today + timedelta(days=3)).isoformat()
    first, second = article["sites"]
    assert first == {
        "code": "near",
        "name": "Near",
        "quantity": "10",
        "next_date": article["next_date"],
        "next_quantity": "40",
    }
    assert (second["code"], second["next_date"], second["next_quantity"]) == ("far", None, None)


def test_an_article_without_stock_has_none(ask):
    ProductFactory(sku="A")
    (article,) = ask(STOCK, {"skus": ["A"]}).json()["articles"]
    assert (article["quantity"], article["next_date"], article["sites"]) == ("0", None, [])


def test_stock_of_a_hidden_article_is_not_told(ask):
    StockFactory(product__sku="A", product__status="hidden")
    assert ask(STOCK, {"skus": ["A"]}).json() == {"articles": [], "not_found": ["A"]}


def test_as_many_queries_for_the_stock_of_one_as_of_two_hundred(ask, django_assert_num_queries):
    site = StockSiteFactory()
    brand, category = BrandFactory(), CategoryFactory()
    products = ProductFactory.create_batch(200, brand=brand, category=category)
    for product in products:
        StockFactory(product=product, site=site)
    numbers = [product.sku for product in products]
    ask(STOCK, {"skus": numbers[:1]})
    for asked in (numbers[:1], numbers):
        with django_assert_num_queries(3):
            assert len(ask(STOCK, {"skus": asked}).json()["articles"]) == len(asked)


def test_categories_are_a_tree_in_the_order_of_the_shop(api):
    cable = CategoryFactory(slug="cable", name_en="Cable", name_nl="Kabel", position=2)
    CategoryFactory(slug="wire", name_en="Wire", parent=cable)
    CategoryFactory(slug="light", name_en="Light", position=1)
    found = api.get("/api/v1/categories", {"language": "nl"}).json()
    assert found["categories"] == [
        {"code": "light", "name": "Light", "children": []},
        {"code": "cable", "name": "Kabel", "children": [{"code": "wire", "name": "Wire", "children": []}]},
    ]


def test_search_pages_by_cursor_and_counts_its_facets(api):
    brand = BrandFactory(code="volta", name="Volta")
    category = CategoryFactory(slug="cable", name_en="Cable")
    for number in range(5):
        ProductFactory(sku=f"C{number}", name_en=f"Cable {number}", brand=brand, category=category)
    ProductFactory(name_en="Lamp")
    first = api.get(SEARCH, {"q": "cable", "limit": 3, "sort": "sku"}).json()
    assert [article["sku"] for article in first["articles"]] == ["C0", "C1", "C2"]
    assert first["total"] == {"count": 5, "exact": True}
    facets = {facet["code"]: facet for facet in first["facets"]}
    assert facets["brand"]["values"] == [{"code": "volta", "label": "Volta", "count": 5, "selected": False}]
    second = api.get(
        SEARCH, {"q": "cable", "limit": 3, "sort": "sku", "cursor": first["next"], "brand": "volta"}
    ).json()
    assert [article["sku"] for article in second["articles"]] == ["C3", "C4"]
    assert second["next"] is None
    assert second["previous"] is not None


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"attribute": "no-colon"}, "attribute"),
        ({"sort": "price"}, "sort"),
        ({"in_stock": "maybe"}, "in_stock"),
    ],
)
def test_a_wrong_parameter_of_a_search_is_named(api, query, parameter):
    answer = api.get(SEARCH, query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == parameter


def test_a_search_that_is_not_ready_says_when_to_come_back(api, monkeypatch):
    def none(query):
        raise SearchUnavailable

    monkeypatch.setattr("catalog.api.views.search", none)
    answer = api.get(SEARCH, {"q": "x"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")


def test_a_hidden_article_is_not_in_an_answer_even_when_the_index_still_has_it(api):
    product = ProductFactory(sku="A", name_en="Cable")
    assert len(api.get(SEARCH, {"q": "cable"}).json()["articles"]) == 1
    Product.objects.filter(pk=product.pk).update(status="hidden")
    assert api.get(SEARCH, {"q": "cable"}).json()["articles"] == []


def test_as_many_queries_for_a_page_of_one_as_for_a_page_of_many(api, django_assert_num_queries):
    brand, category = BrandFactory(), CategoryFactory()
    ProductFactory.create_batch(60, name_en="Cable", brand=brand, category=category)
    search.follow_changes()
    api.get(SEARCH, {"q": "cable"})
    counts = []
    for limit in (1, 50):
        with django_assert_num_queries(5) as made:
            assert len(api.get(SEARCH, {"q": "cable", "limit": limit}).json()["articles"]) == limit
        counts.append(len(made))
    assert counts[0] == counts[1]


def long_ago(*products):
    """As if they had been saved an hour ago, one second after the other."""
    start = timezone.now() - timedelta(hours=1)
    for number, product in enumerate(products):
        Product.objects.filter(pk=product.pk).update(updated_at=start + timedelta(seconds=number))


def test_a_page_that_there_never_was_is_not_found(api):
    answer = api.get(SEARCH, {"cursor": "nonsense"})
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (404, "cursor")


def read_all(api, cursor=None, limit=2):
    found = []
    while True:
        query = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        page = api.get(CHANGES, query).json()
        found += page["changes"]
        cursor = page["next"]
        if not page["more"]:
            return found, cursor


def test_every_article_comes_once_and_then_only_what_changes(api):
    products = ProductFactory.create_batch(5)
    long_ago(*products)
    found, cursor = read_all(api)
    assert [change["sku"] for change in found] == [product.sku for product in products]
    assert read_all(api, cursor) == ([], cursor)
    Product.objects.filter(pk=products[1].pk).update(updated_at=timezone.now() - timedelta(minutes=1))
    found, later = read_all(api, cursor)
    assert [change["sku"] for change in found] == [products[1].sku]
    assert read_all(api, later)[0] == []


def test_articles_of_the_same_moment_are_not_lost_between_pages(api):
    ProductFactory.create_batch(7)
    Product.objects.update(updated_at=timezone.now() - timedelta(hours=1))
    found, _cursor = read_all(api, limit=3)
    assert len({change["sku"] for change in found}) == len(found) == 7


def test_what_is_hidden_is_told_as_removed(api):
    gone, still = ProductFactory(status="hidden"), ProductFactory(status="discontinued")
    long_ago(gone, still)
    found, _cursor = read_all(api)
    assert [change["status"] for change in found] == ["removed", "discontinued"]


def test_a_change_is_told_when_no_earlier_one_can_still_appear(api):
    product = ProductFactory()
    assert read_all(api)[0] == []
    Product.objects.filter(pk=product.pk).update(updated_at=timezone.now() - changes.SETTLE)
    assert len(read_all(api)[0]) == 1


def test_changes_can_begin_at_a_moment(api):
    first, second = ProductFactory.create_batch(2)
    long_ago(first, second)
    since = Product.objects.get(pk=second.pk).updated_at.isoformat()
    found = api.get(CHANGES, {"since": since}).json()["changes"]
    assert [change["sku"] for change in found] == [second.sku]
    for unclear in ("yesterday", "1763769600", "0.5", "2026-05-04"):
        assert api.get(CHANGES, {"since": unclear}).status_code == 422
    # Behind a cursor the moment does not matter any more.
    everything, cursor = read_all(api, changes.write_cursor(changes.beginning(None)))
    assert len(everything) > 1
    assert api.get(CHANGES, {"since": since, "cursor": cursor}).json()["changes"] == []


@pytest.mark.parametrize("cursor", ["x", "MC4w!", "Li4u", "é", "MTIz", "OTk5OTk5OTk5OTk5OTk5OTk5OTkuMQ"])
def test_nothing_is_found_behind_what_is_no_cursor(api, cursor):
    answer = api.get(CHANGES, {"cursor": cursor})
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["parameter"] == "cursor"


def test_a_cursor_comes_back_as_it_was_written():
    place = changes.Place(datetime(2026, 5, 4, 3, 2, 1, 123456, tzinfo=UTC), changes.NUMBERS, 77)
    assert changes.read_cursor(changes.write_cursor(place)) == place


def test_a_cursor_from_before_there_were_several_streams_goes_on_with_articles():
    moment = datetime(2026, 5, 4, 3, 2, 1, 123456, tzinfo=UTC)
    old = base64.urlsafe_b64encode(f"{int(moment.timestamp() * 10**6)}.77".encode()).decode().rstrip("=")
    assert changes.read_cursor(old) == changes.Place(moment, changes.ARTICLES, 77)


def settle() -> None:
    """As if everything had happened a minute ago."""
    then = timezone.now() - timedelta(minutes=1)
    for model in (Product, Stock, CustomerArticle):
        model.objects.update(updated_at=then)
    WithdrawnArticle.objects.update(created_at=then)


def now_known(api) -> str:
    """The cursor of a customer who has read everything; what follows is told at once."""
    long_ago(*Product.objects.order_by("id"))
    then = timezone.now() - timedelta(hours=2)
    for model in (Stock, CustomerArticle):
        model.objects.update(updated_at=then)
    return read_all(api)[1]


def test_a_number_that_was_deleted_or_replaced_is_removed(api):
    deleted, renumbered, hidden, secret = (ProductFactory(sku=sku) for sku in ("D", "R", "H", "S"))
    Product.objects.filter(pk=secret.pk).update(status="hidden")
    cursor = now_known(api)
    deleted.delete()
    renumbered.sku = "R2"
    renumbered.save()
    hidden.status = "hidden"
    hidden.save()
    hidden.delete()
    Product.objects.get(pk=secret.pk).delete()
    settle()
    found, later = read_all(api, cursor)
    assert sorted((change["sku"], change["status"]) for change in found) == [
        ("D", "removed"), ("H", "removed"), ("R", "removed"), ("R2", "active"),
    ]  # fmt: skip
    assert read_all(api, later)[0] == []
    # Whoever begins anew never had them, and a number may be given again.
    assert [change["sku"] for change in read_all(api)[0]] == ["R2"]
    ProductFactory(sku="D")
    settle()
    found = [change for change in read_all(api, cursor)[0] if change["sku"] == "D"]
    assert [change["status"] for change in found] == ["active"]


@pytest.mark.parametrize("what", ["brand", "category", "property", "choice"])
def test_an_article_changes_with_what_it_is_told_with(api, what):
    attribute = Attribute.objects.create(code="colour", kind="choice", name_en="Colour")
    choice = AttributeChoice.objects.create(attribute=attribute, code="red", name_en="Red")
    product = ProductFactory(sku="A")
    ProductAttribute.objects.create(product=product, attribute=attribute, choice=choice)
    ProductFactory(sku="B")
    cursor = now_known(api)
    named = {"brand": product.brand, "category": product.category, "property": attribute, "choice": choice}
    named[what].save()
    settle_changed = Product.objects.filter(updated_at__gt=timezone.now() - timedelta(minutes=5))
    assert not settle_changed.exists()
    field = "name" if what == "brand" else "name_nl"
    setattr(named[what], field, "Otherwise")
    named[what].save()
    settle_changed.update(updated_at=timezone.now() - timedelta(minutes=1))
    assert [change["sku"] for change in read_all(api, cursor)[0]] == ["A"]


def test_an_article_changes_with_the_number_that_this_customer_has_for_it(api, customer):
    product = ProductFactory(sku="A")
    cursor = now_known(api)
    CustomerArticleFactory(product=product)
    own = CustomerArticleFactory(product=product, organisation=customer)
    CustomerArticle.objects.update(updated_at=timezone.now() - timedelta(minutes=1))
    found, cursor = read_all(api, cursor)
    assert [change["sku"] for change in found] == ["A"]
    own.delete()
    Product.objects.filter(sku="A").update(updated_at=timezone.now() - timedelta(seconds=30))
    assert [change["sku"] for change in read_all(api, cursor)[0]] == ["A"]


def test_stock_comes_between_articles_when_it_is_asked_for(api):
    product, hidden = ProductFactory(sku="A"), ProductFactory(sku="H", status="hidden")
    StockFactory(product=product)
    StockFactory(product=hidden)
    cursor = now_known(api)
    Stock.objects.update(quantity=7, updated_at=timezone.now() - timedelta(minutes=1))
    assert read_all(api, cursor)[0] == []
    page = api.get(CHANGES, {"cursor": cursor, "stock": "true"}).json()
    assert [(change["sku"], change["what"]) for change in page["changes"]] == [("A", "stock")]
    assert api.get(CHANGES, {"cursor": page["next"], "stock": "true"}).json()["changes"] == []


def test_what_happened_at_one_moment_is_read_once_over_all_streams(api):
    for sku in "ABC":
        StockFactory(product__sku=sku)
    then = timezone.now() - timedelta(minutes=1)
    Product.objects.update(updated_at=then)
    Stock.objects.update(updated_at=then)
    found, cursor = [], None
    while True:
        query = {"limit": 2, "stock": "true"} | ({"cursor": cursor} if cursor else {})
        page = api.get(CHANGES, query).json()
        found += [(change["what"], change["sku"]) for change in page["changes"]]
        cursor = page["next"]
        if not page["more"]:
            break
    assert found == [(what, sku) for what in ("article", "stock") for sku in "ABC"]


def test_stock_is_told_only_to_a_key_that_may_read_it(client_of, customer):
    client = client_of(customer, scopes=[ApiKey.Scope.ARTICLES])
    assert client.get(CHANGES).status_code == 200
    answer = client.get(CHANGES, {"stock": "true"})
    assert (answer.status_code, "stock" in answer.json()["detail"]) == (403, True)
