"""Home, categories, search and suggestions."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog import search as catalog_search
from catalog.models import (
    Attribute,
    AttributeChoice,
    CategoryAttribute,
    Product,
    ProductAttribute,
    ProductMedia,
)
from catalog.search import SearchUnavailable
from customers.models import PriceList
from shop.models import CartLine
from shop.views import browse
from shop.views.rows import listed_products
from tests.factories import (
    AgreementFactory,
    BrandFactory,
    CategoryFactory,
    ListPriceFactory,
    OrganisationFactory,
    PriceListFactory,
    ProductFactory,
    StockFactory,
    StockSiteFactory,
    priced_products,
)
from tests.shop.conftest import Buyer, MakeBuyer


@pytest.fixture
def breakers(buyer: Buyer) -> list[Product]:
    """Three circuit breakers below Protection, two of them in stock, with rated current and curve."""
    top = CategoryFactory(slug="protection", name_en="Protection", name_nl="Beveiliging")
    leaf = CategoryFactory(slug="breakers", name_en="Circuit breakers", name_nl="Automaten", parent=top)
    current = Attribute.objects.create(code="current", kind="number", unit="A", name_en="Rated current")
    curve = Attribute.objects.create(code="curve", kind="choice", name_en="Curve")
    letters = {
        letter: AttributeChoice.objects.create(attribute=curve, code=letter.lower(), name_en=letter)
        for letter in "BC"
    }
    CategoryAttribute.objects.create(category=leaf, attribute=curve, position=2)
    CategoryAttribute.objects.create(category=leaf, attribute=current, position=1)
    site = StockSiteFactory(name="Ghent")
    brand = BrandFactory(code="kopra", name="Kopra")
    made = []
    for amperes, letter, stock in ((6, "B", 0), (10, "C", 5), (16, "C", 80)):
        product = ProductFactory(
            sku=f"KP-{amperes}{letter}",
            name_en=f"Circuit breaker {amperes} A",
            name_nl=f"Automaat {amperes} A",
            brand=brand,
            category=leaf,
        )
        ProductAttribute.objects.create(product=product, attribute=curve, choice=letters[letter])
        ProductAttribute.objects.create(product=product, attribute=current, number=Decimal(amperes))
        StockFactory(product=product, site=site, quantity=Decimal(stock))
        ListPriceFactory(product=product, price_list=buyer.organisation.price_list, amount=Decimal("8.75"))
        made.append(product)
    catalog_search.rebuild()
    return made


def test_the_home_page_shows_the_assortment_with_counts(buyer: Buyer, breakers: list[Product]) -> None:
    page = buyer.get("/").content.decode()
    assert f'href="/s/{buyer.key}/c/protection/"' in page
    assert 'Circuit breakers</a>&nbsp;<span class="count">3</span>' in page
    assert "?brand=kopra" in page


@pytest.mark.parametrize(
    "address", ["/c/breakers/", "/c/breakers", "/search?q=breaker", "/search/?q=breaker"]
)
def test_a_list_shows_what_a_buyer_decides_on(buyer: Buyer, breakers: list[Product], address: str) -> None:
    page = buyer.get(address).content.decode()
    assert "3 articles" in page
    for part in (
        "KP-16C",
        "Kopra",
        "Circuit breaker 16 A",
        "80 pc in stock",
        "Not in stock",
        "16\u00a0A",
        "8.75",
    ):
        assert part in page
    assert page.index("Rated current</span>") < page.index("Curve</span>")


def test_a_filter_narrows_the_list_and_can_be_taken_off(buyer: Buyer, breakers: list[Product]) -> None:
    page = buyer.get("/c/breakers/?a_curve=c&in_stock=1&sort=sku").content.decode()
    assert "2 articles" in page
    assert "KP-6B" not in page
    assert f'href="/s/{buyer.key}/c/breakers/?in_stock=1&amp;sort=sku"' in page
    assert 'name="a_curve" value="c" checked' in page


def test_filters_that_fit_nothing_together_can_be_cleared(buyer: Buyer, breakers: list[Product]) -> None:
    page = buyer.get("/c/breakers/?a_curve=b&in_stock=1").content.decode()
    assert "No article fits all filters together." in page
    assert f'href="/s/{buyer.key}/c/breakers/"' in page


def test_a_search_without_result_says_what_helps(buyer: Buyer, breakers: list[Product]) -> None:
    page = buyer.get("/search", {"q": "zzqqxx <script>"}).content.decode()
    assert "Nothing was found" in page
    assert "<script>" not in page.replace("<script src", "")
    assert "&lt;script&gt;" in page


def test_a_corrected_search_says_so(buyer: Buyer, breakers: list[Product]) -> None:
    page = buyer.get("/search", {"q": "circiut braeker"}).content.decode()
    assert "Shown instead:" in page
    assert "KP-16C" in page


def test_htmx_gets_the_list_alone(buyer: Buyer, breakers: list[Product]) -> None:
    answer = buyer.get("/search?q=breaker", headers={"HX-Request": "true", "HX-Target": "listing"})
    page = answer.content.decode()
    assert page.strip().startswith('<div id="listing"')
    assert "HX-Request" in answer["Vary"]


def test_a_list_is_paged(buyer: Buyer) -> None:
    priced_products(buyer.organisation.price_list, 60)
    catalog_search.rebuild()
    page = buyer.get("/search?sort=sku").content.decode()
    assert page.count('class="row"') == 50
    following = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = buyer.client.get(following).content.decode()
    assert second.count('class="row"') == 10
    assert 'rel="prev"' in second


def test_suggestions_lead_to_articles(buyer: Buyer, breakers: list[Product]) -> None:
    found = buyer.get("/suggest", {"q": "circ"}).content.decode()
    assert f'href="/s/{buyer.key}/p/KP-16C"' in found
    assert 'role="option"' in found
    assert buyer.get("/suggest/", {"q": "c"}).content.decode().strip() == ""


def test_suggestions_show_the_articles_picture(buyer: Buyer, breakers: list[Product]) -> None:
    address = "https://pictures.example/breaker.png"
    ProductMedia.objects.create(product=breakers[0], kind=ProductMedia.Kind.PICTURE, address=address)
    found = buyer.get("/suggest", {"q": breakers[0].sku}).content.decode()
    assert f'<img class="suggestion-picture" src="{address}" alt=""' in found


@pytest.mark.parametrize(
    "address",
    [
        "/search",
        "/search?q=%00",
        "/search?after=x&sort=price&in_stock=9",
        "/search?a_=1&a_zz=%00&category=nowhere",
    ],
)
def test_a_malformed_address_is_still_a_page(buyer: Buyer, breakers: list[Product], address: str) -> None:
    assert buyer.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/c/nowhere/", "/no/such/page"])
def test_a_page_that_does_not_exist_keeps_the_buyer_in_his_session(buyer: Buyer, address: str) -> None:
    answer = buyer.get(address)
    assert answer.status_code == 404
    assert "0 lines" in answer.content.decode()
    assert f'action="/s/{buyer.key}/search"' in answer.content.decode()


def test_a_missing_index_is_said_and_not_a_crash(buyer: Buyer, monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(*args: object) -> None:
        raise SearchUnavailable("no index")

    monkeypatch.setattr(browse, "search", unavailable)
    monkeypatch.setattr(browse, "suggest", unavailable)
    answer = buyer.get("/search?q=cable")
    assert answer.status_code == 503
    assert "Search is not available at this moment" in answer.content.decode()
    assert buyer.get("/suggest?q=cable").status_code == 200


def test_pages_speak_the_sessions_language(make_buyer: MakeBuyer, breakers: list[Product]) -> None:
    dutch = make_buyer(language="nl")
    answer = dutch.get("/c/breakers/")
    page = answer.content.decode()
    assert '<html lang="nl">' in page
    assert "Automaat 16 A" in page
    assert answer["Content-Language"] == "nl"


def test_numbers_are_written_as_the_language_does(make_buyer: MakeBuyer) -> None:
    buyer = make_buyer(language="nl")
    product = ProductFactory(order_unit="MTR", price_unit=100)
    ListPriceFactory(
        product=product,
        price_list=buyer.organisation.price_list,
        amount=Decimal("1234.5678"),
        price_unit=100,
    )
    catalog_search.rebuild()
    page = buyer.get("/search", {"q": product.sku}).content.decode()
    assert "1.234,5678\u00a0€" in page
    assert "/ 100\u00a0m" in page


def test_another_customers_price_is_never_shown(make_buyer: MakeBuyer) -> None:
    standard = PriceListFactory(public=True)
    ours = make_buyer(OrganisationFactory(price_list=standard))
    theirs = make_buyer(OrganisationFactory(price_list=standard))
    product = ProductFactory()
    ListPriceFactory(product=product, price_list=standard, amount=Decimal("100.00"))
    AgreementFactory(
        organisation=ours.organisation,
        product=product,
        kind="net",
        value=Decimal("71.23"),
        reference="NET-7123",
    )
    catalog_search.rebuild()
    addresses = ("/search", f"/p/{product.sku}", "/cart", "/")
    for buyer in (ours, theirs):
        buyer.post("/cart/add", {"sku": product.sku, "quantity": "3"})
    seen = {
        name: "".join(get(address).content.decode() for address in addresses)
        for name, get in (("ours", ours.get), ("theirs", theirs.get), ("visitor", Client().get))
    }
    assert "71.23" in seen["ours"]
    assert "NET-7123" in seen["ours"]
    for other in ("theirs", "visitor"):
        for secret in ("71.23", "213.69", "NET-7123", ours.organisation.name):
            assert secret not in seen[other]
        assert "100.00" in seen[other]


def test_a_visitor_sees_public_list_prices_only(db: None) -> None:
    product = ProductFactory()
    ListPriceFactory(product=product, price_list=PriceListFactory(public=False), amount=Decimal("55.55"))
    catalog_search.rebuild()
    page = Client().get("/search").content.decode()
    assert product.sku in page
    assert "55.55" not in page
    assert "Price on request" in page
    assert "/cart/add" not in page
    assert "csrfmiddlewaretoken" not in page


def dressed_products(price_list: PriceList, count: int) -> None:
    """Articles with everything a row shows, so that each costs its queries if rows make any."""
    products = priced_products(price_list, count)
    site = StockSiteFactory()
    attribute = Attribute.objects.create(code=f"a{count}", kind="number", unit="A", name_en="Current")
    for product in products:
        StockFactory(product=product, site=site)
        ProductAttribute.objects.create(product=product, attribute=attribute, number=Decimal(1))
        ProductMedia.objects.create(product=product, kind="picture", address="https://p.example/p.svg")


def test_a_list_of_50_costs_the_queries_of_a_list_of_one(buyer: Buyer) -> None:
    def cost() -> int:
        buyer.get("/search")
        with CaptureQueriesContext(connection) as captured:
            assert buyer.get("/search").status_code == 200
        return len(captured)

    dressed_products(buyer.organisation.price_list, 1)
    catalog_search.rebuild()
    buyer.post("/cart/add", {"sku": Product.objects.get().sku, "quantity": "1"})
    one = cost()
    dressed_products(buyer.organisation.price_list, 60)
    catalog_search.rebuild()
    CartLine.objects.bulk_create(
        CartLine(cart=buyer.cart, product=product, sku=product.sku, quantity=1)
        for product in Product.objects.all()[1:40]
    )
    assert cost() == one <= 12


def test_the_articles_of_a_page_are_read_by_their_ids_even_where_nobody_told_the_planner_anything(
    db: None,
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL gathers its figures by itself")
    plan = listed_products(None).filter(pk__in=range(1, 51)).explain()
    assert "SEARCH catalog_product USING INTEGER PRIMARY KEY" in plan
