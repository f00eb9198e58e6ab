"""VALIDATE and QUANTITYCHECK: one article of an earlier cart, asked for by a machine."""

import json
import re
from decimal import Decimal

import pytest
from django.contrib.staticfiles import finders
from pytest_django import DjangoAssertNumQueries

from catalog.models import Agreement, Product
from punchout.models import PunchoutSession, ReturnedCart, WireMessage
from shop.models import Cart
from tests.contracts.pages import read_return_page
from tests.factories import AgreementFactory, CustomerArticleFactory, OrganisationFactory, StockFactory
from tests.punchout.oci.launching import HOOK, article, call, make_connection, notes

pytestmark = pytest.mark.django_db


def validated(**parameters: str) -> dict[str, str]:
    """The fields of the answer's one item, by their bare names."""
    response = call("VALIDATE", **{"PRODUCTID": "4711", "QUANTITY": "20.000", **parameters})
    assert response.status_code == 200, response.content
    fields = read_return_page(response).fields
    return {name[9:-3]: value for name, value in fields if name.endswith("[1]")}


# -- VALIDATE ------------------------------------------------------------------------------------------------


def test_validate_answers_with_a_page_that_shows_nothing_and_sends_itself() -> None:
    make_connection()
    article()
    response = call("VALIDATE", PRODUCTID="4711", QUANTITY="20.000", **{"~CALLER": "CTLG"})
    assert response.status_code == 200
    text = response.content.decode()
    page = read_return_page(response)
    assert (page.forms, page.action, page.method, page.target) == (1, HOOK, "post", "_top")
    assert page.fields[0] == ("~CALLER", "CTLG")
    assert page.buttons == []
    assert response.charset == page.charset == page.meta_charset == "iso-8859-1"
    # No text between the tags, no input that is not hidden, and one script, which is a file of ours.
    assert re.sub(r"<[^>]*>", "", text).strip() == ""
    assert text.count("<input") == text.count('<input type="hidden"')
    address = re.search(r'<script src="/static/([^"]+)" defer></script>', text)
    assert text.count("<script") == 1
    assert address
    assert finders.find(address[1])
    policy = response["Content-Security-Policy"]
    assert "form-action 'self' https://buyer.example" in policy
    assert "frame-ancestors 'self' https://buyer.example" in policy
    assert "'unsafe-inline'" not in policy


def test_validate_gives_the_price_for_the_quantity_with_its_price_unit() -> None:
    connection = make_connection()
    product = article(amount="10.00")
    for quantity, value in ((0, "9"), (20, "8.1234")):
        AgreementFactory(
            organisation=connection.organisation,
            kind=Agreement.Kind.NET,
            product=product,
            value=Decimal(value),
            minimum_quantity=Decimal(quantity),
        )
    few, many = validated(QUANTITY="19"), validated(QUANTITY="20.000")
    assert (few["PRICE"], few["PRICEUNIT"], few["QUANTITY"]) == ("9.000", "1", "19.000")
    assert (many["PRICE"], many["PRICEUNIT"], many["QUANTITY"]) == ("81.234", "10", "20.000")
    assert many["EXT_PRODUCT_ID"] == many["VENDORMAT"] == "4711"


def test_a_validated_price_is_kept_like_that_of_a_returned_cart() -> None:
    make_connection()
    article()
    found = validated()
    cart = ReturnedCart.objects.get()
    assert (cart.session.state, cart.total) == ("returned", Decimal("200.00"))
    assert found["EXT_QUOTE_ID"] == cart.session.key
    inbound, outbound = WireMessage.objects.order_by("id")
    assert (inbound.kind, inbound.session) == ("OCI VALIDATE", cart.session)
    assert (outbound.kind, outbound.session) == ("cart return", cart.session)


@pytest.mark.parametrize("how", ["unknown", "hidden", "discontinued", "without a price"])
def test_an_article_that_is_gone_is_a_page_without_a_form(how: str) -> None:
    make_connection()
    if how == "without a price":
        article()
        Product.objects.get().list_prices.all().delete()
    elif how != "unknown":
        article(status=how)
    response = call("VALIDATE", PRODUCTID="4711", QUANTITY="1")
    assert response.status_code == 200
    assert b"<form" not in response.content
    assert b"<script" not in response.content
    assert not PunchoutSession.objects.exists()
    assert not Cart.objects.exists()
    assert "the answer has no form" in notes()
    assert WireMessage.objects.get().session is None


def test_a_quantity_that_is_not_sold_is_validated_as_the_next_that_is() -> None:
    make_connection()
    article(minimum_quantity=Decimal(10), quantity_step=Decimal(10))
    assert validated(QUANTITY="12")["QUANTITY"] == "20.000"
    assert "the price is for 20" in notes()
    assert validated(QUANTITY="")["QUANTITY"] == "10.000"


@pytest.mark.parametrize("quantity", ["-1", "0", "many", "NaN", "1e99", "1.2345"])
def test_a_quantity_that_is_none_is_refused_without_a_form(quantity: str) -> None:
    make_connection()
    article()
    response = call("VALIDATE", PRODUCTID="4711", QUANTITY=quantity)
    assert response.status_code == 400
    assert b"<form" not in response.content
    assert not PunchoutSession.objects.exists()


@pytest.mark.parametrize("hook", ["", "https://evil.example/"])
def test_validate_needs_an_allowed_return_address(hook: str) -> None:
    make_connection()
    article()
    assert call("VALIDATE", PRODUCTID="4711", HOOK_URL=hook).status_code == 400
    assert not ReturnedCart.objects.exists()


def test_validate_makes_a_fixed_number_of_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    make_connection()
    article()
    validated()
    with django_assert_max_num_queries(35):
        validated()


def test_the_customers_number_of_the_article_is_found_for_this_customer_only() -> None:
    connection = make_connection()
    product = article()
    CustomerArticleFactory(organisation=OrganisationFactory(), product=product, number="THEIRS")
    assert "MATNR" not in validated()
    CustomerArticleFactory(organisation=connection.organisation, product=product, number="OURS")
    assert validated()["MATNR"] == "OURS"
    assert ReturnedCart.objects.latest("id").lines[0]["buyer_part_number"] == "OURS"


def test_a_validated_article_is_mapped_as_the_lines_of_a_cart_are() -> None:
    rows = {
        "VENDORMAT": "V-{{ line.sku }}",
        "CUST_FIELD1": "{{ launch.kostl }}",
        "LEADTIME": "",
        "MATGROUP": "{{ line.buyer_class }}",
        "LONGTEXT": "{{ line.name }} of {{ product.brand_code }}",
    }
    make_connection(
        options={
            "mapping": [{"field": field, "expression": text} for field, text in rows.items()],
            "currencies": {"EUR": "EURO"},
            "units": {"C62": "ST"},
            "classifications": {"*": "OTHER"},
        }
    )
    product = article(name_en="Lamp")
    response = call("VALIDATE", PRODUCTID="4711", QUANTITY="1", KOSTL="CC-1")
    fields = dict(read_return_page(response).fields)
    assert fields["NEW_ITEM-VENDORMAT[1]"] == "V-4711"
    assert fields["NEW_ITEM-CUST_FIELD1[1]"] == "CC-1"
    assert fields["NEW_ITEM-MATGROUP[1]"] == "OTHER"
    assert fields["NEW_ITEM-LONGTEXT_1:132[]"] == f"Lamp of {product.brand.code}"
    assert (fields["NEW_ITEM-CURRENCY[1]"], fields["NEW_ITEM-UNIT[1]"]) == ("EURO", "ST")
    assert "NEW_ITEM-LEADTIME[1]" not in fields
    # The article is found again by the number of the shop, which is not mapped.
    assert fields["NEW_ITEM-EXT_PRODUCT_ID[1]"] == "4711"


def test_an_article_that_the_buyers_rules_would_stop_is_a_page_without_a_form() -> None:
    make_connection(options={"accepted_units": ["MTR"]})
    article()
    response = call("VALIDATE", PRODUCTID="4711", QUANTITY="1")
    assert response.status_code == 200
    assert b"<form" not in response.content
    assert not ReturnedCart.objects.exists()
    assert not PunchoutSession.objects.exists()


# -- QUANTITYCHECK -------------------------------------------------------------------------------------------


def checked(**parameters: str) -> dict[str, object]:
    response = call("QUANTITYCHECK", **{"PRODUCTID": "4711", **parameters})
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/json"
    found: dict[str, object] = json.loads(response.content)
    return found


def test_quantitycheck_is_offered_only_where_it_was_switched_on() -> None:
    make_connection()
    article()
    response = call("QUANTITYCHECK", PRODUCTID="4711", QUANTITY="1")
    assert response.status_code == 400
    assert b"QUANTITYCHECK" in response.content


def test_quantitycheck_says_whether_the_quantity_is_there() -> None:
    make_connection(options={"functions": ["QUANTITYCHECK"]})
    StockFactory(product=article(lead_time_days=6), quantity=Decimal("99.5"))
    assert checked(QUANTITY="20") == {
        "EXT_PRODUCT_ID": "4711",
        "QUANTITY": 20.0,
        "UNIT": "PCE",
        "AVAILABLE": "X",
        "QUANTITY_AVAILABLE": 99.5,
        "LEADTIME": 0,
        "NEXT_DATE": None,
    }
    missing = checked(QUANTITY="100")
    assert (missing["AVAILABLE"], missing["LEADTIME"]) == ("", 6)
    assert checked(PRODUCTID="0815") == {"EXT_PRODUCT_ID": "0815", "AVAILABLE": ""}
