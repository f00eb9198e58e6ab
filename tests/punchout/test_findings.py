"""What the check before a return says of a mapped cart, to whom, and in which language."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from punchout import preflight
from punchout.adapters import get_adapter
from punchout.documents import SetupRequest
from punchout.errors import Conflict
from punchout.findings import Finding, Findings
from punchout.models import Connection, PunchoutSession, ReturnedCart, WireMessage
from punchout.services import CartNotReturnable, return_cart, start_session
from shop.carts import price_cart
from shop.models import CartLine
from tests.factories import ConnectionFactory, ListPriceFactory, ProductFactory
from tests.punchout.test_preflight import reopened

pytestmark = pytest.mark.django_db


def visit(
    adapter: str = "oci", quantity: str = "1", echo: Any = None, article: Any = None, **options: Any
) -> Any:
    get_adapter(adapter).Options.model_validate(options)
    connection = ConnectionFactory(adapter=adapter, buyer_system="SAP SRM", options=options)
    setup = SetupRequest(connection=connection, return_url="https://buyer.example/return", echo=echo or {})
    session = start_session(setup=setup, message=WireMessage()).session
    product = ProductFactory(**{"quantity_step": Decimal("0.001"), **(article or {})})
    ListPriceFactory(product=product, price_list=session.organisation.price_list)
    CartLine.objects.create(cart=session.cart, product=product, sku=product.sku, quantity=Decimal(quantity))
    return session


def found(session: PunchoutSession) -> list[tuple[str, str]]:
    inspected = preflight.inspect(price_cart(session.cart, session.organisation), session)
    return [(finding.level, str(finding)) for finding in inspected.findings]


def rows(**expressions: str) -> list[dict[str, str]]:
    return [{"field": field, "expression": text} for field, text in expressions.items()]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"accepted_units": ["MTR"]}, "Line 1: SAP SRM accepts MTR, not PCE."),
        ({"accepted_units": ["MTR"], "mapping": rows(UNIT="CT")}, "Line 1: SAP SRM accepts MTR, not CT."),
        ({"accepted_currencies": ["USD"]}, "Line 1: SAP SRM accepts USD, not EUR."),
        (
            {"accepted_currencies": ["EUR"], "currencies": {"EUR": "EURO"}},
            "Line 1: SAP SRM accepts EUR, not EURO.",
        ),
        (
            {"field_lengths": {"VENDORMAT": 3}, "mapping": rows(VENDORMAT="A-77")},
            "Line 1: SAP SRM takes 3 characters as VENDORMAT; “A-77” is longer. "
            "Remove the article, or ask us.",
        ),
        (
            {"refused_characters": "? { }", "mapping": rows(VENDORMAT="A?7")},
            "Line 1: SAP SRM takes no ? in VENDORMAT, as in “A?7”. Remove the article, or ask us.",
        ),
        (
            {"required_outgoing": ["MATGROUP"]},
            "Line 1: SAP SRM needs MATGROUP, and it is empty for this article.",
        ),
        ({"required_outgoing": ["PLANT"]}, "Line 1: SAP SRM needs PLANT, and it is empty for this article."),
        ({"mapping": rows(CURRENCY="")}, "Line 1: SAP SRM needs CURRENCY, and it is empty for this article."),
        (
            {"mapping": rows(QUANTITY="{{ line.name }}")},
            "Line 1: QUANTITY has to be a number for SAP SRM, not “Article 1,5”. Ask us.",
        ),
        ({"units": {"C62": "PCE"}, "mapping": rows(UNIT="PIECE")},
         "Line 1: SAP SRM takes 3 characters as UNIT; “PIECE” is longer. Remove the article, or ask us."),
    ],
)  # fmt: skip
def test_what_the_buyers_system_would_refuse_stops_the_cart(options: dict[str, Any], sentence: str) -> None:
    session = visit(article={"name_en": "Article 1,5"}, **options)
    assert ("error", sentence) in found(session)
    with pytest.raises(CartNotReturnable):
        return_cart(session=session, base_url="https://shop.example")
    assert not ReturnedCart.objects.exists()


@pytest.mark.parametrize(
    ("decimals", "quantity", "sentence"),
    [
        (0, "2.5", "Line 1: SAP SRM takes whole quantities, not 2.5."),
        (1, "2.25", "Line 1: SAP SRM takes quantities with 1 decimals, not 2.25."),
        (0, "2", None),
        (3, "2.125", None),
    ],
)
def test_decimals_of_a_quantity_are_those_the_buyer_keeps(
    decimals: int, quantity: str, sentence: str | None
) -> None:
    session = visit(quantity=quantity, quantity_decimals=decimals)
    assert found(session) == ([("error", sentence)] if sentence else [])


@pytest.mark.parametrize(
    ("options", "article", "sentence"),
    [
        ({"mapping": rows(DESCRIPTION="long " * 10)}, {}, "Line 1: DESCRIPTION is cut after 40 characters."),
        (
            {"mapping": rows(CUST_FIELD1="{{ line.gtin }}")},
            {"gtin": "4012345678901"},
            "Line 1: CUST_FIELD1 is left out where it has more than 10 characters, such as “4012345678901”.",
        ),
        (
            {"version": "2.0"},
            {"sku": "S" * 30},
            f"Line 1: VENDORMAT is left out where it has more than 22 characters, such as “{'S' * 30}”.",
        ),
        (
            {"mapping": rows(PRICE="1.23456", PRICEUNIT="1")},
            {},
            "Line 1: PRICE has more than 3 decimals, such as 1.23456.",
        ),
        (
            {"mapping": rows(PRICE="9.99", PRICEUNIT="1")},
            {},
            "Line 1: SAP SRM will calculate another total, such as 9.99 instead of 10.00.",
        ),
        ({}, {"name_en": "Motor 5 Ω"}, "Line 1: iso-8859-1 has no Ω; it is spelled out."),
        ({}, {"name_en": "插座"}, "Line 1: iso-8859-1 has no 插 座; a question mark is sent instead."),
    ],
)
def test_what_would_be_cut_lost_or_calculated_otherwise_is_remarked_and_recorded(
    options: dict[str, Any], article: dict[str, Any], sentence: str
) -> None:
    session = visit(article=article, **options)
    assert ("warning", sentence) in found(session)
    assert return_cart(session=session, base_url="https://shop.example") is not None
    stored = ReturnedCart.objects.get().findings
    assert sentence in [str(Finding.from_json(data)) for data in stored]
    assert sentence in WireMessage.objects.get(direction="out").notes


def test_the_article_number_of_ariba_and_oracle_is_checked_without_a_mapping() -> None:
    ariba = visit("cxml", article={"sku": "A{7}"}, refused_characters="?{}")
    assert found(ariba) == [
        (
            "error",
            "Line 1: SAP SRM takes no { } in SupplierPartID, as in “A{7}”. Remove the article, or ask us.",
        )
    ]
    oracle = visit("cxml", article={"sku": "A" * 26}, field_lengths={"SupplierPartID": 25, "Description": 5})
    assert [(level, text.partition(" of")[0][:40]) for level, text in found(oracle)] == [
        ("error", "Line 1: SAP SRM takes 25 characters as S"),
        ("warning", "Line 1: Description is cut after 5 chara"),
    ]
    assert found(visit("cxml", field_lengths={"SupplierPartID": 25}, refused_characters="?{}")) == []


def test_in_utf_8_nothing_is_lost() -> None:
    assert found(visit(echo={"charset": "utf-8"}, article={"name_en": "Ω 插座"})) == []


def test_a_price_that_is_the_same_in_another_form_is_no_remark() -> None:
    assert found(visit(mapping=rows(PRICE="{{ line.unit_price }}", PRICEUNIT="1"))) == []


def test_an_address_that_left_the_list_is_an_error_of_the_whole_cart() -> None:
    session = visit()
    Connection.objects.update(return_origins="https://other.example")
    session.connection.refresh_from_db()
    text = (
        "The cart cannot be sent to https://buyer.example/return: this connection does not allow it any more."
    )
    assert found(session) == [("error", text)]
    with pytest.raises((CartNotReturnable, Conflict)):
        return_cart(session=session, base_url="https://shop.example")


def test_the_same_of_many_lines_is_said_once() -> None:
    gathered = Findings()
    for line in range(1, 501):
        gathered.add("cut", "warning", line, field="DESCRIPTION", length=40)
        gathered.add("left out", "warning", line, field="A", length=4, value=f"value {line}")
    finding, left_out = gathered.all()
    assert str(left_out).endswith("A is left out where it has more than 4 characters, such as “value 1”.")
    assert str(finding) == "Lines 1, 2, 3, 4, 5 and 495 more: DESCRIPTION is cut after 40 characters."
    assert Finding.from_json(finding.as_json()) == finding


def test_the_buyer_reads_remarks_in_the_cart_before_he_sends_it(client: Client) -> None:
    session = visit(article={"name_en": "Motor 5 Ω"})
    arrived = client.get(client.post(f"/start/{reopened(session)}")["Location"])
    page = client.get(f"{arrived['Location'].rstrip('/')}/cart").content.decode()
    assert "SAP SRM will not get the cart exactly as it is here" in page
    assert "iso-8859-1 has no Ω" in page


def test_the_operator_reads_them_on_the_returned_cart(admin_client: Client) -> None:
    session = visit(article={"name_en": "Motor 5 Ω"})
    return_cart(session=session, base_url="https://shop.example")
    cart = ReturnedCart.objects.get()
    page = admin_client.get(f"/admin/punchout/returnedcart/{cart.pk}/change/").content.decode()
    assert "iso-8859-1 has no Ω; it is spelled out." in page


def test_a_finding_is_said_in_the_language_of_who_reads_it() -> None:
    finding = Finding("unit", "error", {"system": "SRM", "units": "MTR", "unit": "PCE"}, (3,))
    with translation.override("nl"):
        dutch = finding.text
    assert dutch != finding.text
    assert "MTR" in dutch


def test_a_code_that_a_later_version_no_longer_knows_is_shown_as_it_is() -> None:
    assert Finding("forgotten", "warning").text == "forgotten"
