"""BACKGROUND_SEARCH: what SAP's server reads of this catalog when it searches them all."""

import re
from decimal import Decimal

import pytest
from django.http import HttpResponse
from pytest_django import DjangoAssertNumQueries

from catalog import search
from catalog.models import Product
from punchout.models import PunchoutSession, ReturnedCart, WireMessage
from tests.contracts.pages import read_return_page
from tests.factories import AgreementFactory, CustomerArticleFactory
from tests.punchout.oci.launching import HOOK, article, call, make_connection

pytestmark = pytest.mark.django_db


def searched(words: str = "kabel", **parameters: str) -> HttpResponse:
    response = call("BACKGROUND_SEARCH", SEARCHSTRING=words, **parameters)
    assert response.status_code == 200, response.content
    return response


def items(response: HttpResponse) -> list[dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for name, value in read_return_page(response).fields:
        if match := re.fullmatch(r"NEW_ITEM-(\w+)\[(\d+)\]", name):
            found.setdefault(int(match[2]), {})[match[1]] = value
    assert list(found) == list(range(1, len(found) + 1))
    return list(found.values())


def test_the_hits_are_one_form_without_script_login_or_anything_to_see() -> None:
    make_connection()
    article("4711", name_en="Kabel 3G2,5")
    article("4712", name_en="Kabel 3G1,5")
    article("4713", name_en="Socket")
    response = searched()
    text = response.content.decode()
    page = read_return_page(response)
    assert (page.forms, page.action, page.buttons) == (1, HOOK, [])
    assert "<script" not in text
    assert "onload" not in text
    assert re.sub(r"<[^>]*>", "", text).strip() == ""
    assert {item["EXT_PRODUCT_ID"] for item in items(response)} == {"4711", "4712"}
    assert not PunchoutSession.objects.exists()
    assert not ReturnedCart.objects.exists()
    assert not response.cookies


def test_hits_have_the_customers_price_its_unit_and_no_number_of_a_cart() -> None:
    connection = make_connection()
    product = article(
        name_en="Kabel", amount="41.2345", minimum_quantity=Decimal(50), price_unit=100, order_unit="MTR"
    )
    product.list_prices.update(price_unit=100)
    AgreementFactory(organisation=connection.organisation, value=Decimal(50))
    CustomerArticleFactory(organisation=connection.organisation, product=product, number="M-1")
    (item,) = items(searched())
    assert (item["PRICE"], item["PRICEUNIT"], item["CURRENCY"]) == ("206.173", "1000", "EUR")
    assert (item["QUANTITY"], item["UNIT"], item["MATNR"]) == ("50.000", "MTR", "M-1")
    assert not {"EXT_QUOTE_ID", "EXT_QUOTE_ITEM"} & item.keys()


def test_what_cannot_be_ordered_is_no_hit() -> None:
    make_connection()
    article("1", name_en="Kabel")
    article("2", name_en="Kabel", status=Product.Status.DISCONTINUED)
    article("3", name_en="Kabel", status=Product.Status.HIDDEN)
    article("4", name_en="Kabel").list_prices.all().delete()
    assert [item["EXT_PRODUCT_ID"] for item in items(searched())] == ["1"]


def test_the_number_of_hits_is_the_connections() -> None:
    make_connection(options={"search_hits": 3})
    for number in range(5):
        article(f"K{number}", name_en=f"Kabel {number}")
    assert len(items(searched())) == 3


@pytest.mark.parametrize("words", ["", "  ", "*", "nothing of the kind"])
def test_a_search_without_hits_is_a_form_without_items(words: str) -> None:
    make_connection()
    article(name_en="Kabel")
    response = searched(words)
    assert read_return_page(response).forms == 1
    assert items(response) == []


def test_stars_around_a_word_do_no_harm() -> None:
    make_connection()
    article(name_en="Kabel")
    assert len(items(searched("*kabel*"))) == 1


def test_texts_follow_the_language_and_the_charset_of_the_call() -> None:
    make_connection()
    article(name_en="Cable", name_de="Kabel für 5 €")
    response = searched(LANGUAGE="DE", http_content_charset="windows-1252")
    assert response.charset == "windows-1252"
    assert items(response)[0]["DESCRIPTION"] == "Kabel für 5 €"


def test_the_return_address_may_be_missing_but_not_a_strangers() -> None:
    make_connection()
    article(name_en="Kabel")
    assert len(items(searched(HOOK_URL=""))) == 1
    response = call("BACKGROUND_SEARCH", SEARCHSTRING="kabel", HOOK_URL="https://evil.example/")
    assert response.status_code == 400


def test_an_index_that_is_being_built_is_an_answer_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(query: object) -> None:
        raise search.SearchUnavailable("The search index is missing.")

    monkeypatch.setattr("punchout.adapters.oci.background_search.search", unavailable)
    make_connection()
    response = call("BACKGROUND_SEARCH", SEARCHSTRING="kabel")
    assert response.status_code == 503
    assert b"<form" not in response.content


def test_a_wrong_password_gets_no_hits() -> None:
    make_connection()
    article(name_en="Kabel")
    response = call("BACKGROUND_SEARCH", SEARCHSTRING="kabel", PASSWORD="wrong")
    assert response.status_code == 401
    assert b"NEW_ITEM" not in response.content


def test_the_log_says_what_was_found_in_a_line_each() -> None:
    make_connection()
    article(name_en="Kabel", amount="7.50")
    searched()
    record = WireMessage.objects.get()
    assert (record.kind, record.answer_body) == ("OCI BACKGROUND_SEARCH", "4711 7.5000 EUR / 1 C62")


def test_a_search_makes_a_fixed_number_of_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    make_connection()
    for number in range(30):
        article(f"K{number}", name_en=f"Kabel {number}")
    searched()
    # connection, secrets, message in, labels, articles, prices, agreements, numbers, pictures, message out
    with django_assert_max_num_queries(12):
        searched()


def test_hits_are_mapped_as_the_lines_of_a_cart_are() -> None:
    rows = {
        "VENDORMAT": "V-{{ line.sku }}",
        "CUST_FIELD1": "{{ constant.plant }}",
        "LEADTIME": "",
        "MATGROUP": "{{ line.buyer_class }}",
    }
    make_connection(
        options={
            "mapping": [{"field": field, "expression": text} for field, text in rows.items()],
            "constants": {"plant": "1000"},
            "currencies": {"EUR": "EURO"},
            "units": {"C62": "ST"},
            "classifications": {"*": "OTHER"},
        }
    )
    article("4711", name_en="Kabel")
    (item,) = items(searched())
    assert (item["VENDORMAT"], item["CUST_FIELD1"], item["MATGROUP"]) == ("V-4711", "1000", "OTHER")
    assert (item["CURRENCY"], item["UNIT"]) == ("EURO", "ST")
    assert "LEADTIME" not in item
