"""Before a cart leaves: the buyer reads what his system would refuse, and nothing goes until it is right."""

from decimal import Decimal
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from punchout import preflight
from punchout.documents import SetupRequest
from punchout.models import PunchoutSession, ReturnedCart, WireMessage
from punchout.services import CartNotReturnable, return_cart, start_session
from shop.carts import price_cart
from shop.models import CartLine
from tests.factories import ConnectionFactory, CustomerArticleFactory, ListPriceFactory, ProductFactory

pytestmark = pytest.mark.django_db


def visit(articles: int = 1, options: dict[str, Any] | None = None, **product: Any) -> PunchoutSession:
    connection = ConnectionFactory(adapter="oci", buyer_system="SAP SRM", options=options or {})
    setup = SetupRequest(connection=connection, return_url="https://buyer.example/return")
    session = start_session(setup=setup, message=WireMessage()).session
    for position in range(articles):
        article = ProductFactory(**product)
        ListPriceFactory(product=article, price_list=session.organisation.price_list)
        CartLine.objects.create(
            cart=session.cart, product=article, sku=article.sku, quantity=Decimal(1), position=position
        )
    return session


def problems(session: PunchoutSession) -> list[str]:
    priced = price_cart(session.cart, session.organisation)
    return [line.problem for line in preflight.checked(priced, session).lines]


def test_a_unit_that_the_buyer_does_not_know_stops_the_cart_in_plain_words() -> None:
    session = visit(options={"accepted_units": ["PCE", "MTR"]}, order_unit="CT")
    assert problems(session) == ["SAP SRM accepts PCE, MTR, not CT."]
    with pytest.raises(CartNotReturnable):
        return_cart(session=session, base_url="https://shop.example")
    assert not ReturnedCart.objects.exists()


def test_the_unit_is_compared_as_it_is_sent() -> None:
    assert problems(visit(options={"accepted_units": ["PCE"]}, order_unit="C62")) == [""]
    own = {"accepted_units": ["ST"], "units": {"C62": "ST"}}
    assert problems(visit(options=own, order_unit="C62")) == [""]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gtin", "an EAN"),
        ("unspsc", "an UNSPSC code"),
        ("manufacturer_part_number", "a manufacturer part number"),
        ("buyer_part_number", "your own article number"),
    ],
)
def test_what_the_buyer_requires_and_an_article_lacks_is_named(name: str, words: str) -> None:
    session = visit(options={"required_fields": [name]}, gtin="", unspsc="", manufacturer_part_number="")
    assert problems(session) == [f"SAP SRM needs {words}, and this article has none."]


def test_an_article_that_has_what_is_required_passes() -> None:
    required = ["gtin", "unspsc", "manufacturer_part_number", "buyer_part_number"]
    session = visit(
        options={"required_fields": required},
        gtin="4012345678901",
        unspsc="39121600",
        manufacturer_part_number="M1",
    )
    line = session.cart.lines.get()
    CustomerArticleFactory(organisation=session.organisation, product=line.product, number="4711")
    assert problems(session) == [""]
    assert return_cart(session=session, base_url="https://shop.example") is not None


def test_another_customers_article_number_does_not_count() -> None:
    session = visit(options={"required_fields": ["buyer_part_number"]})
    CustomerArticleFactory(product=session.cart.lines.get().product, number="4711")
    assert problems(session) != [""]


def test_lines_beyond_what_the_buyer_takes_are_marked() -> None:
    found = problems(visit(articles=3, options={"most_lines": 2}))
    assert found[:2] == ["", ""]
    assert found[2].startswith("SAP SRM takes no more lines at once than 2")


def test_without_rules_everything_passes() -> None:
    assert problems(visit(order_unit="CT", gtin="", unspsc="")) == [""]


def test_what_was_wrong_already_is_said_first() -> None:
    session = visit(options={"accepted_units": ["PCE"]}, order_unit="CT", status="discontinued")
    assert problems(session) == ["This article cannot be ordered any more."]


def test_the_buyer_reads_it_in_the_cart_and_cannot_send(client: Client) -> None:
    session = visit(options={"accepted_units": ["MTR"]}, order_unit="C62")
    token = reopened(session)
    arrived = client.get(client.post(f"/start/{token}")["Location"])
    prefix = "/".join(arrived["Location"].split("/")[:3])
    page = client.get(f"{prefix}/cart").content.decode()
    assert "SAP SRM accepts MTR, not PCE." in page
    assert client.post(f"{prefix}/return")["Location"] == f"{prefix}/cart"
    session.refresh_from_db()
    assert session.state == PunchoutSession.State.ACTIVE
    assert client.get(f"{prefix}/cart").status_code == HTTPStatus.OK


def reopened(session: PunchoutSession) -> str:
    """A start token for a session whose own was not kept."""
    from punchout.secrets import new_token, token_digest

    token = new_token()
    PunchoutSession.objects.filter(pk=session.pk).update(start_digest=token_digest(token))
    return token


@pytest.mark.parametrize("articles", [1, 30])
def test_the_check_costs_the_two_queries_of_freezing_whatever_the_cart(
    articles: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    required = ["buyer_part_number", "gtin"]
    session = visit(articles, options={"required_fields": required, "accepted_units": ["PCE"]})
    priced = price_cart(session.cart, session.organisation)
    with django_assert_num_queries(2):
        preflight.checked(priced, session)


def test_the_rules_are_options_of_every_protocol_and_checked_when_saved() -> None:
    session = visit()
    session.connection.options = {"most_lines": -1}
    with pytest.raises(ValueError, match="most_lines"):
        preflight.checked(price_cart(session.cart, session.organisation), session)


def test_a_cart_of_more_fields_than_the_buyers_system_reads_is_stopped_in_plain_words() -> None:
    session = visit(12, options={"most_fields": 100})
    checked = preflight.checked(price_cart(session.cart, session.organisation), session)
    (said,) = checked.obstacles
    assert said.startswith("SAP SRM reads 100 fields at once, and this cart has 1")
    with pytest.raises(CartNotReturnable):
        return_cart(session=session, base_url="https://shop.example")
    CartLine.objects.filter(cart=session.cart, position__gte=6).delete()
    form = return_cart(session=session, base_url="https://shop.example")
    assert form is not None
    assert len(form.fields) <= 100


@pytest.mark.parametrize(
    ("field", "expression", "words"),
    [
        ("QUANTITY", "0", "QUANTITY has to be above zero for SAP SRM, not “0”. Ask us."),
        ("QUANTITY", "-1", "QUANTITY has to be above zero for SAP SRM, not “-1”. Ask us."),
        ("PRICEUNIT", "0", "PRICEUNIT has to be above zero for SAP SRM, not “0”. Ask us."),
        ("PRICE", "-0.5", "PRICE cannot be below zero for SAP SRM, as in “-0.5”. Ask us."),
        ("PRICE", "1e3", "PRICE has to be a number for SAP SRM, not “1e3”. Ask us."),
        ("PRICE", "1.234,56", "PRICE has to be a number for SAP SRM, not “1.234,56”. Ask us."),
        ("LEADTIME", "1_0", "LEADTIME has to be a number for SAP SRM, not “1_0”. Ask us."),
    ],
)
def test_a_mapped_number_that_the_buyers_system_would_not_read_stops_the_cart(
    field: str, expression: str, words: str
) -> None:
    assert problems(visit(options={"mapping": [{"field": field, "expression": expression}]})) == [words]


def test_a_price_of_nothing_is_a_price() -> None:
    assert problems(visit(options={"mapping": [{"field": "PRICE", "expression": "0"}]})) == [""]
