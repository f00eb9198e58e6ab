"""Mechanisms made of options: what comes in, what goes back, and what is refused when it is saved."""

import csv
import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.http import HttpResponse
from django.test import Client
from pydantic import ValidationError

from punchout.adapters.configurable.options import ConfigurableOptions
from punchout.models import Connection, PunchoutSession, WireMessage
from shop.carts import add_to_cart
from tests.contracts.pages import ReturnPage, read_return_page
from tests.factories import CANARY_SECRET, ConnectionFactory, ListPriceFactory, ProductFactory
from tests.punchout.configurable.test_contract import template

pytestmark = pytest.mark.django_db
HOOK = "https://buyer.example/back?sid=A1"
ADDRESS = "/punchout/configurable/own"
GOOD = {"username": "buyer", "password": CANARY_SECRET, "return_url": HOOK}


def connect(**options: Any) -> Connection:
    return ConnectionFactory(adapter="configurable", slug="own", secret=CANARY_SECRET, options=options)


def post(**changes: str) -> HttpResponse:
    return Client().post(ADDRESS, {**GOOD, **changes})


def post_json(document: Any) -> HttpResponse:
    return Client().generic("POST", ADDRESS, json.dumps(document), content_type="application/json")


def session_of(response: HttpResponse) -> PunchoutSession:
    assert response.status_code in (200, 303), response.content
    return PunchoutSession.objects.latest("id")


def enter(response: HttpResponse) -> tuple[Client, PunchoutSession, str]:
    assert response.status_code == 303, response.content
    browser = Client()
    started = browser.post(response["Location"].removeprefix("http://testserver"))
    browser.get(started["Location"])
    session = PunchoutSession.objects.latest("started_at")
    return browser, session, f"/s/{session.key}"


def returned(response: HttpResponse) -> ReturnPage:
    """The page that a buyer with one article of 41.20 per 100 m is handed over with."""
    browser, session, prefix = enter(response)
    product = ProductFactory(sku="C-1", order_unit="MTR", name_en="Cable 2,5 mm² – €")
    ListPriceFactory(
        product=product,
        price_list=session.organisation.price_list,
        amount=Decimal("41.20"),
        price_unit=100,
    )
    add_to_cart(cart=session.cart, product=product, quantity=Decimal(250))
    page = browser.post(f"{prefix}/return")
    assert page.status_code == 200, page.content
    return read_return_page(page)


# -- the launch ----------------------------------------------------------------------------------------------


def test_a_launch_by_address_is_taken_where_it_is_agreed() -> None:
    connect(launch="query")
    session_of(Client().get(f"{ADDRESS}?{urlencode(GOOD)}"))
    refused = post()
    assert (refused.status_code, refused["Allow"]) == (405, "GET, POST")


def test_a_launch_by_form_is_not_taken_from_the_address() -> None:
    connect()
    query = urlencode(GOOD)
    assert Client().get(f"{ADDRESS}?{query}").status_code == 405
    assert Client().post(f"{ADDRESS}?{query}").status_code == 401


def test_either_is_taken_where_both_are_agreed() -> None:
    connect(launch="form or query")
    session_of(Client().get(f"{ADDRESS}?{urlencode(GOOD)}"))
    session_of(post())
    assert PunchoutSession.objects.count() == 2


def test_the_shopper_the_language_and_the_landing_come_from_parameters_of_any_name() -> None:
    connect(
        language_parameter="taal",
        shopper_parameter="wie",
        shopper_name_parameter="naam",
        article_parameter="artikel",
        search_parameter="zoek",
    )
    ProductFactory(sku="AB-12")
    session = session_of(post(taal="nl_BE", wie="Jan@Buyer.example", naam="Jan", artikel="ab-12"))
    assert (session.language, session.landing) == ("nl", "/p/AB-12")
    assert session.person is not None
    assert (session.person.identifier, session.person.name) == ("jan@buyer.example", "Jan")
    assert session_of(post(zoek="cable 3g2,5")).landing == "/search?q=cable%203g2%2C5"
    assert session_of(post(artikel="unknown")).landing == "/search?q=unknown"


def test_json_names_may_be_paths() -> None:
    connect(
        launch="json",
        username_parameter="user.login",
        password_parameter="user.pin",
        return_parameter="callbacks.0",
    )
    document = {"user": {"login": "buyer", "pin": CANARY_SECRET}, "callbacks": [HOOK]}
    assert session_of(post_json(document)).return_url == HOOK
    record = WireMessage.objects.latest("id")
    assert CANARY_SECRET not in record.body
    assert '"login": "buyer"' in record.body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'"x"',
        b"\xff{}",
        b'{"username": "buyer", "username": "other"}',
        b"[" * 100_000,
        b'{"a":' * 50 + b"1" + b"}" * 50,
        json.dumps({f"p{n}": 1 for n in range(2000)}).encode(),
    ],
)
def test_json_that_cannot_be_used_is_refused(body: bytes) -> None:
    connect(launch="json", answer="json")
    response = Client().generic("POST", ADDRESS, body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"]
    assert not PunchoutSession.objects.exists()


def test_the_password_is_replaced_whatever_it_is_called() -> None:
    connect(password_parameter="lucky_number")
    good = {"username": "buyer", "lucky_number": CANARY_SECRET, "return_url": HOOK}
    session_of(Client().post(ADDRESS, good))
    Client().post(ADDRESS, urlencode(good), content_type="application/x-www-form-urlencoded")
    Client().post(f"{ADDRESS}?{urlencode(good)}")
    post_json(good)
    post_json({"deep": [{"Lucky_Number": CANARY_SECRET}]})
    Client().post(ADDRESS.replace("own", "nobody") + f"?{urlencode(good)}", good)
    assert WireMessage.objects.count() == 6
    for record in WireMessage.objects.all():
        kept = (record.path, record.headers, record.body, record.error, record.notes, record.answer_body)
        assert CANARY_SECRET not in repr(kept), record.body


def test_two_return_addresses_are_refused() -> None:
    connect()
    body = urlencode({**GOOD, "return_url": [HOOK, "https://buyer.example/other"]}, doseq=True)
    response = Client().post(ADDRESS, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400
    assert "more than one return address" in response.content.decode()


# -- the way back --------------------------------------------------------------------------------------------


def test_fields_are_filled_with_values_constants_and_texts() -> None:
    connect(
        echo_parameters=["sid", "order"],
        header_fields=["SID=launch.sid", "ORDER=launch.order", "SUM==EUR {{ total|comma }}"],
        line_fields=[
            "LINE_{n}_NO=sku",
            "LINE_{n}_QTY=quantity",
            "LINE_{n}_PRICE=={{ line.price|decimals:3 }}/{{ line.price_unit }} {{ line.unit }}",
            "LINE_{n}_VAT==21",
            "ART[]=buyer_part_number",
        ],
        units={"MTR": "M"},
    )
    page = returned(post(sid="abc<>&"))
    assert page.action == HOOK
    assert page.fields == [
        ("SID", "abc<>&"),
        ("ORDER", ""),
        ("SUM", "EUR 103,00"),
        ("LINE_1_NO", "C-1"),
        ("LINE_1_QTY", "250"),
        ("LINE_1_PRICE", "41.200/100 M"),
        ("LINE_1_VAT", "21"),
        ("ART[]", ""),
    ]


def test_the_query_of_the_return_address_can_go_as_fields() -> None:
    connect(return_query="split", header_fields=[], line_fields=["x=sku"])
    page = returned(post())
    assert page.action == "https://buyer.example/back"
    assert page.fields == [("sid", "A1"), ("x", "C-1")]


def test_a_body_arrives_as_it_was_written() -> None:
    connect(return_as="body", document_template=template("cart.xml"))
    page = returned(post())
    ((name, value),) = page.fields
    # What HTML's text/plain encoding makes of a form.
    body = f"{name}={value}\r\n"
    assert ElementTree.fromstring(body).findtext("line/article") == "C-1"
    assert page.action == HOOK


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_a_body_may_be_json_or_csv(kind: str) -> None:
    connect(return_as="body", document_format=kind, document_template=template(f"body.{kind}"))
    ((name, value),) = returned(post()).fields
    body = f"{name}={value}\r\n"
    if kind == "json":
        found = json.loads(body)
        assert (found["format"], found["lines"][0]["quantity"]) == ("cart; version=1", 250)
        (line,) = found["lines"]
        assert line["sku"] == "C-1"
    else:
        first, *rows = body.splitlines()
        assert first == "sep=;"
        assert next(csv.DictReader(rows, delimiter=";"))["article"] == "C-1"


def test_the_form_of_a_body_is_text_plain() -> None:
    connect(return_as="body")
    browser, session, prefix = enter(post())
    product = ProductFactory()
    ListPriceFactory(product=product, price_list=session.organisation.price_list)
    add_to_cart(cart=session.cart, product=product, quantity=Decimal(1))
    assert b'enctype="text/plain"' in browser.post(f"{prefix}/return").content


def test_what_the_charset_lacks_is_spelled_out() -> None:
    connect(charset="iso-8859-1", header_fields=[], line_fields=["name=name", "up=={{ line.name|upper }}"])
    page = returned(post())
    assert page.charset == "iso-8859-1"
    assert dict(page.fields) == {"name": "Cable 2,5 mm² - EUR", "up": "CABLE 2,5 MM² - EUR"}


def test_leaving_sends_nothing_unless_an_empty_cart_was_agreed() -> None:
    connect()
    browser, _session, prefix = enter(post())
    assert read_return_page(browser.post(f"{prefix}/leave")).forms == 0
    Connection.objects.update(options={"on_leave": "empty"})
    browser, _session, prefix = enter(post())
    assert read_return_page(browser.post(f"{prefix}/leave")).fields == [
        ("currency", "EUR"),
        ("total", "0.00"),
    ]


# -- what is refused when it is saved ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"line_fields": ["a=no_such_value"]}, "no_such_value"),
        ({"line_fields": ["a=={{ line.skuu }}"]}, "line.skuu"),
        ({"header_fields": ["a=sku"]}, "sku"),
        ({"header_fields": ["a=launch.sid"]}, "launch.sid"),
        ({"line_fields": ["no value"]}, "line_fields"),
        ({"line_fields": ["=sku"]}, "line_fields"),
        ({"echo_parameters": ["a b"]}, "a b"),
        ({"document_template": "<a>"}, "valid XML"),
        ({"document_template": "<a>{{ line.sku }}</b>"}, "valid XML"),
        ({"document_format": "json", "document_template": '{"a": {{ currency }}}'}, "valid JSON"),
        (
            {
                "document_format": "json",
                "document_template": "[{% for line in lines %}1,{% endfor %}]",
            },
            "valid JSON",
        ),
        ({"document_format": "csv", "document_template": ""}, "valid CSV"),
        ({"document_template": "<a>{% include 'x' %}</a>"}, "include"),
        ({"return_as": "body", "document_format": "json", "document_template": "[]"}, "body"),
        ({"return_as": "body", "document_template": "<a/>"}, "equals sign before its first value"),
        (
            {"return_as": "body", "document_format": "csv", "document_template": "{{ total }}=\n"},
            "equals sign before its first value",
        ),
        ({"answer": "json", "launch": "query"}, "redirect"),
        ({"charset": "iso-8859-1", "document_template": "<a>€</a>"}, "iso-8859-1"),
        ({"charset": "windows-1252", "return_as": "document"}, "UTF-8"),
        ({"target": "a b"}, "target"),
    ],
)
def test_a_mechanism_that_cannot_work_is_refused_in_words(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ConfigurableOptions.model_validate(options)
    assert said in str(refused.value)


def test_a_document_that_works_only_without_lines_is_refused() -> None:
    source = "<a>{% for line in lines %}<b>{% endfor %}</a>"
    with pytest.raises(ValidationError):
        ConfigurableOptions.model_validate({"document_template": source})


def test_the_values_of_the_documentation_are_those_there_are() -> None:
    described: Any = ConfigurableOptions.model_fields["line_fields"].json_schema_extra
    names = described["words"]
    assert "sku" in names
    ConfigurableOptions.model_validate({"line_fields": [f"f_{name}={name}" for name in names]})
