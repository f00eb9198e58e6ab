"""The cart that goes back: every element, the divided price, the lengths, and never an empty one."""

from dataclasses import replace
from decimal import Decimal
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from catalog.models import Agreement, Product
from punchout.adapters.oraclexml.build import cart_form, unit_price
from punchout.adapters.oraclexml.options import OracleOptions
from punchout.documents import ReturnLine
from punchout.errors import Conflict
from punchout.models import Connection, PunchoutSession
from shop.carts import add_to_cart
from tests.contracts.pages import read_return_page
from tests.factories import (
    AgreementFactory,
    BrandFactory,
    CategoryFactory,
    CustomerArticleFactory,
    ListPriceFactory,
    ProductFactory,
)
from tests.punchout.oraclexml import buyer

LINE = ReturnLine(
    number=1,
    sku="CAB-3G25",
    token="t1",
    quantity=Decimal(250),
    unit="MTR",
    name="Cable 3G2,5",
    description="",
    language="en",
    price=Decimal("41.2345"),
    price_unit=100,
    currency="EUR",
    total=Decimal("103.09"),
    lead_time_days=2,
    category="Cables",
)


def line_of(line: ReturnLine, **options: object) -> ElementTree.Element:
    """The one line of a cart, as the buyer's system parses it."""
    form = cart_form(
        return_url=buyer.RETURN_URL, lines=(line,), options=OracleOptions.model_validate(options)
    )
    (found,) = buyer.order_lines(form.fields)
    return found


def cable(connection: Connection) -> Product:
    product = ProductFactory(
        sku="CAB-3G25",
        name_en="Cable 3G2,5",
        description_en="Ring of 100 m",
        order_unit="MTR",
        price_unit=100,
        unspsc="26121600",
        brand=BrandFactory(name="Nexans"),
        manufacturer_part_number="10193524",
        category=CategoryFactory(name_en="Installation cable"),
        gtin="5413736000014",
    )
    ListPriceFactory(
        product=product,
        price_list=connection.organisation.price_list,
        amount=Decimal("41.20"),
        price_unit=100,
    )
    return product


@pytest.mark.django_db
def test_a_line_goes_back_with_all_that_oracle_reads() -> None:
    options = {
        "contract": "buyer",
        "contract_number": "C-2026-7",
        "trading_partner_code": "105676",
        "catalog_trading_partner": "VOLTARA",
        "attributes": {"attribute10": "gtin", "attribute2": "brand"},
    }
    connection = buyer.make_connection(options=options)
    product = cable(connection)
    CustomerArticleFactory(organisation=connection.organisation, product=product, number="MAT-9")
    browser, prefix = buyer.enter(buyer.login())
    session = PunchoutSession.objects.get()
    add_to_cart(cart=session.cart, product=product, quantity=Decimal(250))
    page = buyer.returned(browser, prefix)
    assert page.action == buyer.RETURN_URL
    assert (page.method, page.target, page.charset) == ("post", "_top", "utf-8")
    (line,) = buyer.order_lines(tuple(page.fields))
    assert [element.tag for element in line] == [
        "contract", "item", "category", "price", "supplier", "additionalAttributes",
    ]  # fmt: skip
    texts = {
        "contract/buyerContract/contractNumber": "C-2026-7",
        "contract/catalogType": "CONTRACTED",
        "item/itemNumber/supplierItemNumber/itemID": "CAB-3G25",
        "item/itemNumber/supplierItemNumber/supplierReferenceNumber": session.cart.lines.get().token,
        "item/itemNumber/manufacturerItemNumber/itemID": "10193524",
        "item/itemNumber/manufacturerItemNumber/manufacturerName": "Nexans",
        "item/itemNumber/buyerItemNumber/itemID": "MAT-9",
        "item/itemDescription": "Cable 3G2,5 – Ring of 100 m",
        "item/unitOfMeasure/supplierUnitOfMeasure/supplierUOMType": "MTR",
        "category/categoryCode": "26121600",
        "price/currency": "EUR",
        "price/unitPrice": "0.412",
        "supplier/supplierTradingPartnerCode": "105676",
        "supplier/supplierName": "Voltara Electrical Supply",
        "additionalAttributes/attribute2": "Nexans",
        "additionalAttributes/attribute10": "5413736000014",
    }
    assert {path: line.findtext(path) for path in texts} == texts
    item = line.find("item")
    assert item is not None and item.attrib == {"lineType": "GOODS", "quantity": "250"}
    category = line.find("category/categoryCode")
    assert category is not None and category.get("categoryCodeIdentifier") == "UNSPSC"
    root = ElementTree.fromstring(page.fields[0][1].encode())
    assert root.findtext("body/OrderLinesDataElements/catalogTradingPartner") == "VOLTARA"


@pytest.mark.django_db
def test_the_number_of_the_agreement_wins_over_the_connections_contract() -> None:
    connection = buyer.make_connection(options={"contract": "supplier", "contract_number": "OTHER"})
    product = cable(connection)
    AgreementFactory(
        organisation=connection.organisation, kind=Agreement.Kind.DISCOUNT, reference="AGR-77", value=10
    )
    browser, prefix = buyer.enter(buyer.login())
    add_to_cart(cart=PunchoutSession.objects.get().cart, product=product, quantity=Decimal(3))
    (line,) = buyer.order_lines(tuple(buyer.returned(browser, prefix).fields))
    assert line.findtext("contract/supplierContract/contractNumber") == "AGR-77"


@pytest.mark.django_db
def test_leaving_sends_nothing_because_oracle_stops_at_an_empty_cart() -> None:
    buyer.make_connection()
    browser, prefix = buyer.enter(buyer.login())
    response = browser.post(f"{prefix}/leave")
    assert response.status_code == 200
    assert read_return_page(response).fields == []
    with pytest.raises(Conflict):
        cart_form(return_url=buyer.RETURN_URL, lines=(), options=OracleOptions())


@pytest.mark.parametrize(
    ("price", "price_unit", "quantity", "total", "expected"),
    [
        ("41.2345", 100, "250", "103.09", "0.412345"),
        ("12.40", 1, "3", "37.20", "12.40"),
        ("5", 1, "1", "5.00", "5.00"),
        ("0.0100", 1000, "1000000", "10.00", "0.00001"),
        ("10", 3, "1000", "3333.33", "3.3333333333"),
        ("10", 7, "700000", "1000000.00", "1.4285714286"),
        ("0", 100, "5", "0.00", "0.00"),
    ],
)
def test_the_price_unit_is_divided_out_and_quantity_times_price_is_the_total(
    price: str, price_unit: int, quantity: str, total: str, expected: str
) -> None:
    line = replace(
        LINE, price=Decimal(price), price_unit=price_unit, quantity=Decimal(quantity), total=Decimal(total)
    )
    assert f"{unit_price(line):f}" == expected
    assert buyer.total_of(line_of(line)) == line.total


def test_a_price_that_does_not_give_the_total_is_refused_by_name() -> None:
    with pytest.raises(Conflict, match="CAB-3G25"):
        unit_price(replace(LINE, total=LINE.total + Decimal("0.05")))


def test_without_unspsc_the_category_is_ours() -> None:
    for line, options in ((LINE, {}), (replace(LINE, unspsc="26121600"), {"category": "SUPPLIER"})):
        code = line_of(line, **options).find("category/categoryCode")
        assert code is not None
        assert (code.get("categoryCodeIdentifier"), code.text) == ("SUPPLIER", "Cables")


def test_a_contract_is_only_sent_when_there_is_one() -> None:
    assert line_of(LINE, contract="buyer").find("contract") is None
    assert line_of(replace(LINE, agreement="A1")).find("contract") is None


@pytest.mark.parametrize(("route", "length"), [("direct", 25), ("fusion", 300), ("exchange", 740)])
def test_an_article_number_that_is_too_long_is_refused_and_never_cut(route: str, length: int) -> None:
    path = "item/itemNumber/supplierItemNumber/itemID"
    fits = replace(LINE, sku="x" * length)
    assert line_of(fits, route=route).findtext(path) == fits.sku
    with pytest.raises(Conflict, match=str(length)):
        line_of(replace(LINE, sku="x" * (length + 1)), route=route)


def test_a_unit_that_is_too_long_for_the_exchange_is_refused() -> None:
    with pytest.raises(Conflict, match="METRE"):
        line_of(LINE, route="exchange", units={"MTR": "METRE"})
    path = "item/unitOfMeasure/supplierUnitOfMeasure/supplierUOMType"
    assert line_of(LINE, units={"MTR": "METRE"}).findtext(path) == "METRE"
    assert line_of(replace(LINE, unit="C62")).findtext(path) == "EA"


def test_texts_are_cut_at_a_word_and_a_makers_number_that_is_too_long_is_left_out() -> None:
    line = replace(
        LINE, name="word " * 80, brand="A very long name of a manufacturer", manufacturer_part_number="M" * 30
    )
    found = line_of(line)
    description = found.findtext("item/itemDescription", "")
    assert 230 < len(description) <= 240 and description.endswith("word")
    maker = found.findtext("item/itemNumber/manufacturerItemNumber/manufacturerName", "")
    assert maker == "A very long name of a"
    longer = line_of(replace(line, manufacturer_part_number="M" * 31))
    assert longer.find("item/itemNumber/manufacturerItemNumber") is None


@pytest.mark.parametrize("text", ["a ]]> b", "Ω < 5 & é", "]]>]]>"])
def test_any_text_arrives_as_it_is(text: str) -> None:
    assert line_of(replace(LINE, name=text), description="name").findtext("item/itemDescription") == text


def test_the_field_its_name_and_its_encoding_are_options() -> None:
    options = OracleOptions(cart_field="cart", cart_encoding="url", target="main", duns="123456789")
    form = cart_form(return_url=buyer.RETURN_URL, lines=(LINE,), options=options)
    ((name, value),) = form.fields
    assert (name, form.target) == ("cart", "main")
    assert "<" not in value
    (line,) = buyer.order_lines(((name, unquote(value)),), "cart")
    assert line.findtext("supplier/supplierDUNS") == "123456789"


def test_a_character_that_xml_cannot_hold_is_left_out() -> None:
    line = line_of(replace(LINE, sku="CAB\x02-1", brand="N\x00", manufacturer_part_number="M\x1f1"))
    assert line.findtext("item/itemNumber/supplierItemNumber/itemID") == "CAB-1"
    assert line.findtext("item/itemNumber/manufacturerItemNumber/itemID") == "M1"
