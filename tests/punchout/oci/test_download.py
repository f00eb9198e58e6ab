"""DOWNLOADJSON: the catalog page by page, as SAP's index takes it."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from catalog.models import Agreement, Product
from punchout.models import PunchoutSession, WireMessage
from tests.factories import AgreementFactory, ProductFactory, priced_products
from tests.punchout.oci.launching import article, call, make_connection

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def download(**parameters: str) -> dict[str, Any]:
    response = call("DOWNLOADJSON", HOOK_URL="", **parameters)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/json"
    content: dict[str, Any] = json.loads(response.content)
    return content


def numbers(content: dict[str, Any]) -> list[str]:
    return [item["NEWITEM"]["EXT_PRODUCT_ID"] for item in content["Items"]]


def test_the_answer_has_the_shape_of_the_example_that_is_known() -> None:
    example = settings.CORPUS / "oci" / "downloadjson_agiqon.json"
    if not example.is_file():
        pytest.skip("the corpus of other people's documents is not beside this project")
    make_connection(options={"tax_rate": "21", "attachment": True, "vendor": "100"})
    product = article()
    product.media.create(kind="picture", address="https://pictures.example/1.jpg", title="Image")
    theirs, ours = json.loads(example.read_text()), download(cti="X", transactionid="t")
    assert ours.keys() == theirs.keys()
    their_item, our_item = theirs["Items"][0]["NEWITEM"], ours["Items"][0]["NEWITEM"]
    assert our_item.keys() == their_item.keys()
    for name in ("ATTACHMENTS", "DESCRIPTION", "PRICE_SCALES"):
        assert our_item[name][0].keys() == their_item[name][0].keys()


def test_an_article_is_written_with_its_price_per_price_quantity() -> None:
    make_connection(options={"tax_rate": "21"})
    product = article(
        amount="41.2345",
        order_unit="MTR",
        minimum_quantity=Decimal(50),
        name_en="Cable <b>3G2,5</b>, on a drum of five hundred metres",
        name_nl="Kabel 3G2,5",
        name_fr="",
        lead_time_days=2,
    )
    product.list_prices.update(price_unit=100)
    content = download()
    assert content["Items"] == [
        {
            "NEWITEM": {
                "ATTACHMENTS": [],
                "ATTRIBUTES": [],
                "CATALOG_NAME": settings.SUPPLIER_NAME,
                "CURRENCY": "EUR",
                "DESCRIPTION": [
                    {"description": "Cable 3G2,5, on a drum of five hundred", "languageCode": "EN"},
                    {"description": "Kabel 3G2,5", "languageCode": "NL"},
                ],
                "EXT_PRODUCT_ID": "4711",
                "ITEM_TYPE": "",
                "LEADTIME": 2,
                "MINORDER_QTY": 50.0,
                "PRICE": 412.345,
                "PRICE_QUANTITY": 1000,
                "PRICE_SCALES": [{"low": 50.0, "price": 412.345, "scaleType": "01"}],
                "TAX": 21.0,
                "UNIT": "MTR",
                "VENDOR": "",
                "VENDOR_NAME": settings.SUPPLIER_NAME,
            }
        }
    ]


def test_scales_are_the_customers_quantity_breaks_all_per_one_price_quantity() -> None:
    connection = make_connection()
    product = article(amount="1.50")
    for quantity, value in ((10, "1.4"), (100, "1.2345")):
        AgreementFactory(
            organisation=connection.organisation,
            kind=Agreement.Kind.NET,
            product=product,
            value=Decimal(value),
            minimum_quantity=Decimal(quantity),
        )
    item = download()["Items"][0]["NEWITEM"]
    assert (item["PRICE"], item["PRICE_QUANTITY"]) == (15.0, 10)
    assert [(scale["low"], scale["price"]) for scale in item["PRICE_SCALES"]] == [
        (1.0, 15.0),
        (10.0, 14.0),
        (100.0, 12.345),
    ]


def test_the_pages_of_a_download_are_all_articles_once() -> None:
    connection = make_connection()
    products = priced_products(connection.organisation.price_list, 23)
    first = download(pagesize="10")
    assert (first["TOTALITEMS"], first["TOTALPAGES"], first["CURRENTPAGE"]) == (23, 3, 1)
    same = {"pagesize": "10", "transactionid": first["TRANSACTIONID"]}
    pages = [first, *(download(**same, requestedpage=str(page)) for page in (2, 3))]
    assert [number for page in pages for number in numbers(page)] == [product.sku for product in products]
    assert {page["TRANSACTIONID"] for page in pages} == {first["TRANSACTIONID"]}


def test_an_article_that_goes_between_two_pages_moves_no_other() -> None:
    connection = make_connection()
    products = priced_products(connection.organisation.price_list, 6)
    download(pagesize="2", transactionid="t")
    products[0].delete()
    assert numbers(download(pagesize="2", transactionid="t", requestedpage="2")) == [
        products[2].sku,
        products[3].sku,
    ]


@pytest.mark.parametrize("order", [(3, 1, 2), (2, 2, 1, 3), (1, 3)])
def test_pages_may_be_asked_for_in_any_order_and_twice(order: tuple[int, ...]) -> None:
    connection = make_connection()
    skus = [product.sku for product in priced_products(connection.organisation.price_list, 6)]
    for page in order:
        found = download(pagesize="2", transactionid="t", requestedpage=str(page))
        assert found["CURRENTPAGE"] == page
        assert numbers(found) == skus[2 * page - 2 : 2 * page]


@pytest.mark.parametrize(
    ("sent", "page", "count"),
    [
        ({"requestedpage": "99"}, 3, 1),
        ({"requestedpage": "0"}, 1, 3),
        ({"requestedpage": "-1"}, 1, 3),
        ({"requestedpage": "x", "pagesize": "0"}, 1, 7),
        ({"pagesize": "99999999999"}, 1, 7),
        ({"pagesize": "1000"}, 1, 7),
    ],
)
def test_a_page_that_does_not_exist_is_the_nearest_that_does(
    sent: dict[str, str], page: int, count: int
) -> None:
    connection = make_connection()
    priced_products(connection.organisation.price_list, 7)
    found = download(**{"pagesize": "3", **sent})
    assert (found["CURRENTPAGE"], len(found["Items"])) == (page, count)


def test_an_empty_catalog_is_one_empty_page() -> None:
    make_connection()
    found = download(requestedpage="5", cti="x")
    assert (found["TOTALPAGES"], found["CURRENTPAGE"], found["Items"], found["CTI"]) == (1, 1, [], "X")


def test_a_transaction_without_an_id_gets_one() -> None:
    make_connection()
    assert re.fullmatch(r"[0-9a-f-]{36}", download()["TRANSACTIONID"])
    assert download(transactionid="their own")["TRANSACTIONID"] == "their own"


def test_what_cannot_be_ordered_is_not_in_it() -> None:
    make_connection()
    article("1")
    article("2", status=Product.Status.DISCONTINUED)
    article("3", status=Product.Status.HIDDEN)
    ProductFactory(sku="4")  # price on request
    assert numbers(download()) == ["1"]


def test_a_download_opens_no_session_and_the_log_holds_no_catalog() -> None:
    make_connection()
    article()
    download()
    assert not PunchoutSession.objects.exists()
    record = WireMessage.objects.get()
    assert (record.kind, record.answer_body) == ("OCI DOWNLOADJSON", "Page 1 of 1: 1 of 1 articles.")


def test_a_wrong_password_gets_no_prices() -> None:
    make_connection()
    article()
    response = call("DOWNLOADJSON", PASSWORD="wrong")
    assert response.status_code == 401
    assert b"4711" not in response.content


def test_a_page_makes_the_same_few_queries_whatever_its_size(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    connection = make_connection()
    priced_products(connection.organisation.price_list, 300)
    download(pagesize="10", transactionid="a")
    download(pagesize="250", transactionid="b")
    # connection, secrets, message in, articles, list prices, their list, agreements, message out
    for sent in ({"pagesize": "10", "transactionid": "a"}, {"pagesize": "250", "transactionid": "b"}):
        with django_assert_max_num_queries(8):
            assert download(**sent, requestedpage="2")["CURRENTPAGE"] == 2


def test_the_catalog_is_mapped_as_the_lines_of_a_cart_are() -> None:
    rows = {
        "EXT_PRODUCT_ID": "X{{ line.sku }}",
        "DESCRIPTION": "{{ line.name }} of {{ line.brand }}",
        "LEADTIME": "{{ line.lead_time_days }}5",
        "PRICE": "9.5",
        "PRICEUNIT": "10",
        "VENDOR": "V1",
        "MANUFACTMAT": "{{ line.manufacturer_part_number|lower }}",
        "VENDORMAT": "{{ line.sku }}",
        "MATGROUP": "{{ launch.plant }}",
        "LONGTEXT": "{{ line.name }}, in full",
        "CUST_FIELD1": "{{ line.sku }}",
        "CUST_FIELD6": "{{ launch.KOSTL }}",
    }
    make_connection(
        options={
            "extra_fields": {"GTIN": "gtin", "CUST_FIELD1": "=replaced by the mapping"},
            "mapping": [{"field": field, "expression": text} for field, text in rows.items()],
            "currencies": {"EUR": "EURO"},
            "units": {"C62": "ST"},
        }
    )
    product = article("4711", name_en="Lamp", lead_time_days=2, gtin="4012345678901")
    (entry,) = download(kostl="CC-1", PLANT="0001")["Items"]
    item = entry["NEWITEM"]
    assert (item["EXT_PRODUCT_ID"], item["VENDOR"]) == ("X4711", "V1")
    assert (item["UNIT"], item["CURRENCY"]) == ("ST", "EURO")
    assert item["DESCRIPTION"] == [
        {"description": f"Lamp of {product.brand.name}"[:40], "languageCode": "EN"}
    ]
    assert (item["LEADTIME"], item["PRICE"], item["PRICE_QUANTITY"]) == (25, 9.5, 10)
    assert [scale["price"] for scale in item["PRICE_SCALES"]] == [9.5]
    # Under their own names, or as a reader of such a catalog has them.
    assert (item["VENDOR_MAT"], item["MATGROUP"], item["LONGTEXT"]) == ("4711", "0001", "Lamp, in full")
    assert item["MANUFACTMAT"] == product.manufacturer_part_number.lower()
    assert item["CUSTOMER_FIELDS"] == [
        {"fieldName": "GTIN", "fieldValue": "4012345678901"},
        {"fieldName": "CUST_FIELD1", "fieldValue": "4711"},
        {"fieldName": "CUST_FIELD6", "fieldValue": "CC-1"},
    ]


def test_what_is_mapped_to_nothing_is_left_out_but_for_the_description() -> None:
    fields = ("LEADTIME", "DESCRIPTION", "VENDORMAT")
    make_connection(
        options={
            "mapping": [{"field": field, "expression": ""} for field in fields],
            "extra_fields": {"MANUFACTMAT": "="},
        }
    )
    article("4711", name_en="Lamp")
    (entry,) = download()["Items"]
    assert not {"LEADTIME", "VENDOR_MAT", "MANUFACTMAT", "CUSTOMER_FIELDS"} & entry["NEWITEM"].keys()
    assert entry["NEWITEM"]["DESCRIPTION"] == [{"description": "Lamp", "languageCode": "EN"}]


@pytest.mark.parametrize("articles", [2, 9])
def test_a_mapped_page_makes_a_fixed_number_of_queries(
    articles: int, django_assert_max_num_queries: Any
) -> None:
    made = make_connection(options={"currencies": {"EUR": "EURO"}})
    priced_products(made.organisation.price_list, articles)
    with django_assert_max_num_queries(24):
        assert len(download()["Items"]) == articles
