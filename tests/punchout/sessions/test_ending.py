"""A session ends by a return or without a cart, once, and shows or changes what it may."""

import gc
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from http import HTTPStatus

import pytest
from django.db import connection as database

from punchout.documents import RequestedItem, SetupRequest
from punchout.models import Connection, PunchoutSession, ReturnedCart, WireMessage
from punchout.services import start_session
from shop.models import CartLine
from tests.factories import ProductFactory, priced_products
from tests.punchout.sessions.visiting import browse, put_article

pytestmark = pytest.mark.django_db


def test_returning_freezes_the_cart_and_ends_the_session(connection: Connection) -> None:
    browser = browse(connection)
    line = put_article(browser.session, 3)
    response = browser.post("/return")
    text = response.content.decode("iso-8859-1")
    assert response["Content-Type"] == "text/html; charset=iso-8859-1"
    assert 'action="https://buyer.example/return?sid=1"' in text
    assert f"3 {line.sku}" in text or f"3.000 {line.sku}" in text
    assert "form-action 'self' https://buyer.example" in response["Content-Security-Policy"]
    returned = ReturnedCart.objects.get(session=browser.session)
    assert (returned.total, returned.currency, returned.lines[0]["sku"]) == (
        Decimal("29.97"),
        "EUR",
        line.sku,
    )
    assert browser.get("/cart").status_code == HTTPStatus.GONE
    assert browser.post("/cart/add", {"sku": line.sku, "quantity": "1"}).status_code == HTTPStatus.CONFLICT


def test_returning_twice_gives_the_same_form(connection: Connection) -> None:
    browser = browse(connection)
    put_article(browser.session)
    forms = [browser.post("/return").content.partition(b"<form")[2] for _count in range(2)]
    assert forms[0].partition(b"</form>")[0] == forms[1].partition(b"</form>")[0]
    assert ReturnedCart.objects.count() == 1


def test_a_returned_cart_is_freed_without_a_garbage_collection(connection: Connection) -> None:
    left = []
    for count in (1, 1, 60):  # the first fills what the process keeps
        browser = browse(connection)
        products = priced_products(connection.organisation.price_list, count)
        CartLine.objects.bulk_create(
            CartLine(cart=browser.session.cart, product=product, sku=product.sku, quantity=1, position=place)
            for place, product in enumerate(products)
        )
        gc.collect()
        gc.disable()
        try:
            assert browser.post("/return").status_code == HTTPStatus.OK
            left.append(gc.collect())
        finally:
            gc.enable()
    assert left[2] - left[1] < 20


def test_a_path_session_is_gone_after_the_return(connection: Connection) -> None:
    browser = browse(connection, cookies=False)
    put_article(browser.session)
    assert browser.post("/return").status_code == HTTPStatus.OK
    assert browser.get("/").status_code == HTTPStatus.NOT_FOUND


def test_an_empty_cart_goes_nowhere(connection: Connection) -> None:
    browser = browse(connection)
    response = browser.post("/return")
    assert response.status_code == HTTPStatus.SEE_OTHER
    assert response["Location"] == f"{browser.prefix}/cart"
    browser.session.refresh_from_db()
    assert browser.session.state == PunchoutSession.State.ACTIVE


def test_without_a_return_address_the_cart_stays(connection: Connection) -> None:
    browser = browse(connection, return_url="")
    put_article(browser.session)
    assert browser.post("/return").status_code == HTTPStatus.CONFLICT
    assert browser.post("/leave").status_code == HTTPStatus.OK


def test_leaving_tells_the_buyers_system_and_keeps_nothing(connection: Connection) -> None:
    browser = browse(connection)
    put_article(browser.session)
    assert b'name="left"' in browser.post("/leave").content
    returned = ReturnedCart.objects.get(session=browser.session)
    assert (returned.outcome, returned.lines) == (ReturnedCart.Outcome.EMPTY, [])


def test_leaving_tells_nothing_to_an_address_that_left_the_list(connection: Connection) -> None:
    browser = browse(connection)
    put_article(browser.session)
    Connection.objects.update(return_origins="https://other.example")
    left = browser.post("/leave")
    assert left.status_code == HTTPStatus.OK
    assert b"https://buyer.example" not in left.content
    returned = ReturnedCart.objects.get(session=browser.session)
    assert (returned.form, returned.return_host) == ({}, "")
    assert not WireMessage.objects.filter(direction="out").exists()


def test_leaving_in_a_second_tab_after_the_return_sends_no_cart_again(connection: Connection) -> None:
    browser = browse(connection)
    line = put_article(browser.session)
    assert browser.post("/return").status_code == HTTPStatus.OK
    left = browser.post("/leave")
    assert left.status_code == HTTPStatus.CONFLICT
    assert line.sku.encode() not in left.content
    assert "Your cart was returned to SAP Test" in left.content.decode()
    assert ReturnedCart.objects.get().outcome == ReturnedCart.Outcome.CART


def test_returning_in_a_second_tab_after_leaving_says_that_nothing_was_sent(connection: Connection) -> None:
    browser = browse(connection)
    put_article(browser.session)
    assert browser.post("/leave").status_code == HTTPStatus.OK
    assert browser.post("/return").status_code == HTTPStatus.CONFLICT
    assert browser.post("/leave").status_code == HTTPStatus.OK


def test_an_inspected_cart_can_be_seen_and_not_changed(connection: Connection) -> None:
    product = ProductFactory()
    items = (RequestedItem(product.sku, Decimal(4), "aux"),)
    browser = browse(connection, operation="inspect", items=items)
    assert product.sku in browser.get("/cart").content.decode()
    assert browser.post("/cart/add", {"sku": product.sku, "quantity": "1"}).status_code in (403, 409)
    assert browser.session.cart.lines.get().quantity == 4
    assert browser.post("/return").status_code == HTTPStatus.CONFLICT


def test_an_edited_cart_keeps_line_identities_and_unknown_articles(connection: Connection) -> None:
    product = ProductFactory()
    items = (
        RequestedItem(product.sku, Decimal(4), "<aux>1</aux>"),
        RequestedItem("NOT-OURS", Decimal(1), "x", "Old lamp"),
        RequestedItem(product.sku, Decimal(2), "copied"),
    )
    message = WireMessage()
    setup = SetupRequest(connection=connection, operation="edit", items=items)
    start_session(setup=setup, message=message)
    assert [note for note in message.notes if note.startswith("1 lines have an article of a line above")]
    browser = browse(connection, operation="edit", items=items)
    lines = list(browser.session.cart.lines.all())
    assert [(line.sku, line.quantity, line.token) for line in lines] == [
        (product.sku, 6, "<aux>1</aux>"),
        ("NOT-OURS", 1, "x"),
    ]
    assert "Old lamp" in browser.get("/cart").content.decode()


@pytest.mark.django_db(transaction=True)
def test_many_clicks_on_return_at_once_end_the_session_once_with_one_form(connection: Connection) -> None:
    browser = browse(connection)
    put_article(browser.session)

    def click(_number: int) -> str:
        try:
            return (
                browser.post("/return")
                .content.decode("iso-8859-1")
                .partition("<form")[2]
                .partition("</form")[0]
            )
        finally:
            database.close()

    with ThreadPoolExecutor(max_workers=10) as pool:
        forms = set(pool.map(click, range(10)))
    assert len(forms) == 1
    assert "item-1" in forms.pop()
    assert ReturnedCart.objects.count() == 1
    assert WireMessage.objects.filter(direction=WireMessage.Direction.OUT).count() == 1
