"""The pages between the shop and the buyer's system, from launch to the form that is posted."""

from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client

from punchout.models import PunchoutSession, ReturnedCart, WireMessage
from shop.carts import add_to_cart
from tests.contracts.pages import read_return_page
from tests.factories import ListPriceFactory, ProductFactory
from tests.punchout.oci.launching import GOOD, make_connection

pytestmark = pytest.mark.django_db


def shop(client: Client, **parameters: str) -> str:
    """Launches, enters and puts one article into the cart; gives the session's path."""
    launched = client.post("/punchout/oci/srm", {**GOOD, **parameters})
    entered = client.get(client.post(launched["Location"])["Location"])
    session = PunchoutSession.objects.latest("id")
    product = ProductFactory(name_en="Kabel 5 €", name_de="Kabel 5 € für außen")
    ListPriceFactory(product=product, price_list=session.organisation.price_list, amount=Decimal("1.5"))
    add_to_cart(cart=session.cart, product=product, quantity=Decimal(2))
    assert entered["Location"] == f"/s/{session.key}/"
    return f"/s/{session.key}"


def returned(**parameters: str) -> HttpResponse:
    client = Client()
    return client.post(shop(client, **parameters) + "/return")


def test_sapevent_stands_in_the_form_as_it_is() -> None:
    make_connection(options={"sapevent": True})
    response = returned(HOOK_URL="SAPEVENT:POST")
    assert b'action="SAPEVENT:POST"' in response.content
    assert "form-action SAPEVENT:;" in response["Content-Security-Policy"] + ";"
    assert "SAP SRM" in response.content.decode()


def test_the_page_is_written_in_the_buyers_charset_and_the_sessions_language() -> None:
    make_connection()
    response = returned(LANGUAGE="DE", http_content_charset="ISO-8859-1")
    assert response["Content-Type"] == "text/html; charset=iso-8859-1"
    assert 'value="Kabel 5 EUR für außen"'.encode("iso-8859-1") in response.content
    page = read_return_page(response)
    assert page.charset == page.meta_charset == "iso-8859-1"
    assert b'lang="de"' in response.content


def test_parameters_of_the_address_may_be_called_like_parts_of_a_form() -> None:
    make_connection()
    response = returned(HOOK_URL=GOOD["HOOK_URL"] + "?submit=1&action=2&x=%22%3E%3Cscript%3E")
    page = read_return_page(response)
    assert page.fields[:3] == [("submit", "1"), ("action", "2"), ("x", '"><script>')]
    assert page.action == GOOD["HOOK_URL"]
    assert b"HTMLFormElement.prototype.submit.call" in response.content


def test_what_was_handed_over_is_in_the_wire_log() -> None:
    make_connection()
    returned()
    sent = WireMessage.objects.latest("id")
    assert (sent.direction, sent.kind, sent.path) == ("out", "cart return", GOOD["HOOK_URL"])
    assert "NEW_ITEM-QUANTITY[1]=2.000" in sent.body


def test_leaving_goes_to_the_cancel_address_by_get() -> None:
    make_connection()
    client = Client()
    path = shop(client, OCICANCEL="https://buyer.example/cancel?id=7")
    page = read_return_page(client.post(path + "/leave"))
    assert (page.action, page.method, page.fields) == ("https://buyer.example/cancel", "get", [("id", "7")])
    assert ReturnedCart.objects.get().outcome == ReturnedCart.Outcome.EMPTY


def test_leaving_can_send_nothing_and_says_so() -> None:
    make_connection(options={"on_leave": "close"})
    client = Client()
    response = client.post(shop(client) + "/leave")
    assert response.status_code == 200
    assert b"<form" not in response.content


def test_a_browser_without_our_cookie_is_offered_a_new_window() -> None:
    make_connection()
    client = Client()
    entered = client.post(client.post("/punchout/oci/srm", GOOD)["Location"])["Location"]
    page = Client().get(entered)
    assert page.status_code == 200
    assert b'target="_blank" rel="opener"' in page.content
    start = page.content.decode().partition('href="/start/')[2].partition('"')[0]
    assert Client().post(f"/start/{start}").status_code == 303


def test_the_start_page_posts_by_itself_and_by_its_button() -> None:
    make_connection()
    client = Client()
    page = client.get(client.post("/punchout/oci/srm", GOOD)["Location"])
    form = read_return_page(page)
    assert (form.method, form.action, form.fields, len(form.buttons)) == ("post", "", [], 1)
    nonce = form.script_nonces[0]
    assert f"'nonce-{nonce}'" in page["Content-Security-Policy"]
