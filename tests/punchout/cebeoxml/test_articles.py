"""Article Get and Search: what an installer's ERP reads about price and stock."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from catalog import search
from catalog.models import Agreement
from tests.factories import (
    AgreementFactory,
    BrandFactory,
    CustomerArticleFactory,
    ProductFactory,
    StockFactory,
)
from tests.punchout.cebeoxml.client import (
    article,
    ask,
    code,
    last_message,
    make_connection,
    number,
    payload,
    post,
    text,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def indexed(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.SEARCH_INDEX_DIR = tmp_path / "search"
    settings.SEARCH_FOLLOW = "off"
    search.forget()
    yield
    search.forget()


def get(sku: str, other: str = "NO-SUCH", kind: str = "List") -> ElementTree.Element:
    return ask("article_get.xml", sku=sku, other=other, type=kind)


def test_an_article_is_named_priced_and_in_stock() -> None:
    connection = make_connection()
    product = article(
        connection,
        name_en="Socket outlet",
        gtin="5412345678908",
        manufacturer_part_number="170-31000",
        brand=BrandFactory(code="niko", name="Niko"),
        quantity_step=Decimal(10),
        minimum_quantity=Decimal(10),
    )
    CustomerArticleFactory(organisation=connection.organisation, product=product, number="MAT77")
    AgreementFactory(organisation=connection.organisation, value=Decimal(25))
    StockFactory(product=product, quantity=Decimal(120))
    StockFactory(product=product, quantity=Decimal("30.5"))
    response = get(product.sku)
    listed = response.find("Article/List")
    assert listed is not None
    assert listed.findtext("NumberOfLines") == "1"
    material = {element.tag: element.text for element in listed.find("Item/Material")}  # type: ignore[union-attr]
    assert material == {
        "SupplierItemID": product.sku,
        "CustomerItemID": "MAT77",
        "EAN": "5412345678908",
        "BrandCode": "niko",
        "BrandName": "Niko",
        "Reference": "170-31000",
        "Description": "Socket outlet",
    }
    item = listed.find("Item")
    assert item is not None
    assert (item.findtext("UnitOfMeasure"), item.findtext("StockCode")) == ("PCE", "1")
    assert item.findtext("Stock") == "150,5"
    assert item.findtext("UnitPrice/NetPrice") == "9,30"
    assert item.findtext("UnitPrice/TarifPrice") == "12,40"
    assert item.findtext("SalesPackQuantity") == "10"


def test_a_price_per_hundred_metres_is_given_per_metre() -> None:
    connection = make_connection()
    cable = article(connection, "41.2345", 100, order_unit="MTR")
    item = get(cable.sku).find("Article/List/Item")
    assert item is not None
    assert (item.findtext("UnitOfMeasure"), item.findtext("UnitPrice/NetPrice")) == ("MTR", "0,412345")


def test_fewer_decimals_are_rounded_half_up() -> None:
    connection = make_connection(options={"price_decimals": 4})
    cable = article(connection, "41.2350", 100, order_unit="MTR")
    assert get(cable.sku).findtext("Article/List/Item/UnitPrice/NetPrice") == "0,4124"


def test_the_contributions_that_the_shop_does_not_keep_are_zero() -> None:
    product = article(make_connection())
    prices = get(product.sku).find("Article/List/Item/UnitPrice")
    assert prices is not None
    assert {element.tag for element in prices} == {"NetPrice", "TarifPrice", "Ecotax", "Recupel", "Sabam"}
    assert {prices.findtext(name) for name in ("Ecotax", "Recupel", "Sabam")} == {"0,00"}


def test_an_article_without_a_price_has_none() -> None:
    make_connection()
    product = ProductFactory()
    item = get(product.sku).find("Article/List/Item")
    assert item is not None
    assert item.find("UnitPrice") is None
    assert (item.findtext("Stock"), item.findtext("StockCode")) == ("0", "0")


def test_a_price_of_another_customer_is_never_shown() -> None:
    connection = make_connection()
    product = article(connection)
    AgreementFactory(kind=Agreement.Kind.NET, product=product, value=Decimal("1.11"))
    assert get(product.sku).findtext("Article/List/Item/UnitPrice/NetPrice") == "12,40"


def test_an_unknown_or_hidden_article_is_left_out_and_named() -> None:
    connection = make_connection()
    known, hidden = article(connection), article(connection, status="hidden")
    response = get(known.sku, hidden.sku)
    assert response.findtext("Article/List/NumberOfLines") == "1"
    assert text(response) == f"1 of 2 articles found. Not known: {hidden.sku}"


def test_articles_come_in_the_order_they_were_asked_for() -> None:
    connection = make_connection()
    first, second = article(connection), article(connection)
    response = get(second.sku, first.sku)
    found = [element.text for element in response.iter("SupplierItemID")]
    assert found == [second.sku, first.sku]


@pytest.mark.parametrize(("kind", "element"), [("List", "List"), ("detail", "Detail"), ("Message", "")])
def test_the_response_type_says_how_much_is_answered(kind: str, element: str) -> None:
    product = article(make_connection())
    response = get(product.sku, kind=kind)
    outer = response.find("Article")
    assert ([child.tag for child in outer] if outer is not None else []) == ([element] if element else [])


def test_fifty_articles_can_be_asked_for_and_no_more() -> None:
    make_connection()
    fifty = payload("article_get.xml", type="List", sku="A1", other="A2")
    more = b"".join(f"<SupplierItemID>B{n}</SupplierItemID>".encode() for n in range(48))
    body = fifty.replace(b"</Material>", more + b"</Material>")
    assert code(post(body)) == "0"
    assert code(post(body.replace(b"</Material>", b"<SupplierItemID>C</SupplierItemID></Material>"))) == "11"


def test_a_search_answers_the_hits_with_their_prices(indexed: None) -> None:
    connection = make_connection()
    lamp = article(connection, "4.50", name_en="Ledlamp opal")
    article(connection, name_en="Cable tray")
    search.rebuild()
    response = ask("article_search.xml", word="ledlamp")
    (item,) = response.findall("Article/List/Item")
    assert item.findtext("Material/SupplierItemID") == lamp.sku
    assert number(item, "UnitPrice/NetPrice") == Decimal("4.50")


def test_a_search_can_be_narrowed_to_brands(indexed: None) -> None:
    connection = make_connection()
    niko, other = BrandFactory(code="niko", name="Niko"), BrandFactory(name="Other")
    wanted = article(connection, name_en="Dimmer universal", brand=niko)
    article(connection, name_en="Dimmer universal", brand=other)
    search.rebuild()
    response = ask("article_search_brand.xml", word="dimmer", brand="NIKO")
    assert [element.text for element in response.iter("SupplierItemID")] == [wanted.sku]
    assert ask("article_search_brand.xml", word="dimmer", brand="nobody").findtext(
        "Article/List/NumberOfLines"
    ) == "0"  # fmt: skip


def test_a_search_answers_no_more_than_the_connection_allows(indexed: None) -> None:
    connection = make_connection(options={"search_hits": 2})
    for _number in range(4):
        article(connection, name_en="Junction box")
    search.rebuild()
    assert len(ask("article_search.xml", word="junction").findall("Article/List/Item")) == 2


def test_a_search_without_an_index_says_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    make_connection()

    def unavailable(query: object) -> None:
        raise search.SearchUnavailable("being built")

    monkeypatch.setattr("punchout.adapters.cebeoxml.articles.search", unavailable)
    assert code(post(payload("article_search.xml", word="anything"))) == "98"


def test_the_name_is_in_the_language_of_the_customer() -> None:
    connection = make_connection(organisation__language="nl")
    product = article(connection, name_en="Socket", name_nl="Stopcontact")
    assert get(product.sku).findtext("Article/List/Item/Material/Description") == "Stopcontact"


def test_what_is_spelled_otherwise_is_understood_and_noted() -> None:
    connection = make_connection()
    first, second = article(connection), article(connection)
    response = ask("other_spelling.xml", sku=first.sku, other=second.sku)
    assert response.findtext("Article/List/NumberOfLines") == "2"
    assert any("ResponseType" in note for note in last_message().notes)
