"""Create, edit, inspect and cancel, from the setup request to the document that the buyer's browser posts."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from lxml import etree

from catalog.models import Product
from customers.models import Person
from punchout.adapters.cxml import dtd
from punchout.models import Connection, PunchoutSession, ReturnedCart, WireMessage
from shop.carts import add_to_cart
from shop.models import CartLine
from tests.contracts.pages import ReturnPage, read_return_page
from tests.factories import CANARY_SECRET, ListPriceFactory, ProductFactory
from tests.punchout.cxml.buyer import (
    ReturnedLine,
    explanation,
    identity_of,
    lines_of,
    make_connection,
    order_message,
    setup,
    start_url,
    status_code,
)

pytestmark = pytest.mark.django_db
COOKIE = '<Session id="7"><Frame>left &amp; right</Frame></Session>'
ITEM = (
    '<ItemOut quantity="{quantity}" lineNumber="{number}"><ItemID><SupplierPartID>{sku}</SupplierPartID>'
    "<SupplierPartAuxiliaryID>{token}</SupplierPartAuxiliaryID></ItemID><ItemDetail><UnitPrice>"
    '<Money currency="EUR">1</Money></UnitPrice><Description xml:lang="en">{text}</Description>'
    '<UnitOfMeasure>EA</UnitOfMeasure><Classification domain="custom">x</Classification>'
    "</ItemDetail></ItemOut>"
)


@dataclass
class Visit:
    client: Client
    session: PunchoutSession
    prefix: str
    landed: str

    def cart(self) -> list[CartLine]:
        return list(CartLine.objects.filter(cart=self.session.cart))

    def post(self, path: str) -> HttpResponse:
        return self.client.post(self.prefix + path)


def visit(connection: Connection, **fields: str | None) -> Visit:
    client = Client()
    started = client.post(start_url(setup(connection, **fields)))
    entered = client.get(started["Location"])
    session = PunchoutSession.objects.latest("started_at")
    prefix = f"/s/{session.key}"
    return Visit(client, session, prefix, entered["Location"].removeprefix(prefix))


def document_of(response: HttpResponse) -> tuple[ReturnPage, etree._Element]:
    assert response.status_code == 200, response.content
    page = read_return_page(response)
    return page, order_message(tuple(page.fields))


def article(
    connection: Connection, sku: str, amount: str = "12.40", price_unit: int = 1, **fields: object
) -> Product:
    product = ProductFactory(sku=sku, **fields)
    price_list = connection.organisation.price_list
    ListPriceFactory(product=product, price_list=price_list, amount=Decimal(amount), price_unit=price_unit)
    return product


@pytest.fixture
def connection() -> Connection:
    return make_connection()


def assert_valid(document: etree._Element, version: str = "1.2.014") -> None:
    if not settings.CXML_DTD_DIR:
        pytest.skip("the official DTDs are not beside the project")
    assert dtd.errors(document, version, settings.CXML_DTD_DIR) == []


def test_a_cart_goes_back_in_one_field_to_the_whole_address(connection: Connection) -> None:
    buyer = visit(connection, buyer_cookie=COOKIE, payload_id="setup-1@buyer.example")
    add_to_cart(cart=buyer.session.cart, product=article(connection, "A-1"), quantity=Decimal(3))
    page, document = document_of(buyer.post("/return"))
    assert page.action == "https://buyer.example/procurement/return?sid=A1&step=2"
    assert page.target == "_top"
    assert_valid(document)
    message = document.find("Message")
    assert message.get("deploymentMode") == "production"
    assert message.get("inReplyTo") == "setup-1@buyer.example"
    kept = message.find("PunchOutOrderMessage/BuyerCookie")
    assert b"".join(etree.tostring(child) for child in kept).decode() == COOKIE
    assert message.findtext("PunchOutOrderMessage/PunchOutOrderMessageHeader/Total/Money") == "37.20"
    assert lines_of(document) == [ReturnedLine("A-1", Decimal(3), Decimal("37.20"))]


def test_from_and_to_are_swapped_and_no_secret_is_shown_to_the_browser(connection: Connection) -> None:
    buyer = visit(connection)
    add_to_cart(cart=buyer.session.cart, product=article(connection, "A-1"), quantity=Decimal(1))
    response = buyer.post("/return")
    _page, document = document_of(response)
    parties = {
        party: [
            (e.get("domain"), e.findtext("Identity")) for e in document.iterfind(f"Header/{party}/Credential")
        ]
        for party in ("From", "To", "Sender")
    }
    supplier = [("DUNS", "999999999")]
    ours = [("NetworkID", identity_of(connection, "from"))]
    assert parties == {"From": supplier, "To": ours, "Sender": supplier}
    assert document.findtext("Header/Sender/UserAgent")
    assert document.find(".//SharedSecret") is None
    assert CANARY_SECRET.encode() not in response.content


def test_an_edit_opens_the_cart_with_its_lines_and_keeps_their_identity(connection: Connection) -> None:
    article(connection, "A-1")
    article(
        connection, "B/2 ü", amount="41.2345", price_unit=100, order_unit="MTR", quantity_step=Decimal("0.5")
    )
    items = ITEM.format(quantity="2", number=1, sku="A-1", token="token-1", text="First")
    items += ITEM.format(quantity="12.5", number=2, sku="B/2 ü", token="<q>7</q>", text="Second")
    buyer = visit(connection, operation="edit", items=items)
    assert buyer.landed == "/cart"
    assert [(line.sku, line.quantity) for line in buyer.cart()] == [("A-1", 2), ("B/2 ü", Decimal("12.5"))]
    _page, document = document_of(buyer.post("/return"))
    assert_valid(document)
    assert lines_of(document) == [
        ReturnedLine("A-1", Decimal(2), Decimal("24.80")),
        ReturnedLine("B/2 ü", Decimal("12.5"), Decimal("5.15")),
    ]
    first, second = document.iter("SupplierPartAuxiliaryID")
    assert first.text == "token-1"
    assert second.findtext("q") == "7"
    assert document.find("Message/Status") is None


def test_an_edit_may_come_home_to_another_listed_address_and_to_no_other(connection: Connection) -> None:
    article(connection, "A-1")
    items = ITEM.format(quantity="2", number=1, sku="A-1", token="token-1", text="First")
    elsewhere = "https://buyer.example/procurement/edited?id=7"
    buyer = visit(connection, operation="edit", items=items, return_url=elsewhere)
    page, _document = document_of(buyer.post("/return"))
    assert page.action == elsewhere
    refused = setup(connection, operation="edit", items=items, return_url="https://evil.example/edited")
    assert status_code(refused) == 400
    assert PunchoutSession.objects.count() == 1


@pytest.mark.parametrize(("test", "noted"), [(True, True), (False, False)])
def test_a_test_connection_in_a_production_message_is_noted(test: bool, noted: bool) -> None:
    assert start_url(setup(make_connection(test=test)))
    notes = WireMessage.objects.get().notes
    assert ("The message says production, and the connection is a test." in notes) is noted


def test_leaving_an_edit_keeps_what_the_buyer_has(connection: Connection) -> None:
    article(connection, "A-1")
    items = ITEM.format(quantity="2", number=1, sku="A-1", token="t", text="First")
    buyer = visit(connection, operation="edit", items=items)
    _page, document = document_of(buyer.post("/leave"))
    assert_valid(document)
    assert document.find("Message/Status").get("code") == "204"
    assert lines_of(document) == []
    assert ReturnedCart.objects.get().outcome == ReturnedCart.Outcome.UNCHANGED


def test_leaving_a_new_cart_says_that_nothing_comes(connection: Connection) -> None:
    _page, document = document_of(visit(connection).post("/leave"))
    assert_valid(document)
    assert document.find("Message/Status") is None
    assert lines_of(document) == []


def test_a_buyer_whose_system_fails_on_an_empty_cart_gets_none() -> None:
    connection = make_connection(options={"leave": "close"})
    response = visit(connection).post("/leave")
    assert response.status_code == 200
    assert b"cXML-" not in response.content
    items = ITEM.format(quantity="1", number=1, sku="gone", token="t", text="Gone")
    edited = visit(connection, operation="edit", items=items)
    _page, document = document_of(edited.post("/leave"))
    assert document.find("Message/Status").get("code") == "204"


def test_an_inspected_cart_cannot_be_changed_and_goes_back_without_lines(connection: Connection) -> None:
    product = article(connection, "A-1")
    items = ITEM.format(quantity="2", number=1, sku="A-1", token="t", text="First")
    buyer = visit(connection, operation="inspect", items=items)
    buyer.client.post(f"{buyer.prefix}/cart/add", {"sku": product.sku, "quantity": "5"})
    assert [line.quantity for line in buyer.cart()] == [2]
    assert buyer.post("/return").status_code == 409
    _page, document = document_of(buyer.post("/leave"))
    assert_valid(document)
    assert lines_of(document) == []


def test_an_unknown_article_of_an_edit_is_kept_and_shown(connection: Connection) -> None:
    article(connection, "A-1")
    items = ITEM.format(quantity="2", number=1, sku="A-1", token="t1", text="First")
    items += ITEM.format(quantity="4", number=2, sku="GONE-9", token="t2", text="An article of old")
    buyer = visit(connection, operation="edit", items=items)
    gone = CartLine.objects.get(sku="GONE-9")
    assert (gone.product, gone.quantity, gone.description) == (None, 4, "An article of old")
    page = buyer.client.get(f"{buyer.prefix}/cart")
    assert b"GONE-9" in page.content
    assert b"An article of old" in page.content
    assert buyer.post("/return")["Location"] == f"{buyer.prefix}/cart"


@pytest.mark.parametrize(
    "quantity",
    [
        "-1",
        "-0.001",
        "many",
        "",
        "NaN",
        "Infinity",
        "1e30",
        "1000000000",
        "1,00,0",
        "1.000,5",
        "1_000",
        "１２",
    ],
)
def test_an_impossible_quantity_is_refused_with_its_line(connection: Connection, quantity: str) -> None:
    items = ITEM.format(quantity="1", number=1, sku="A-1", token="t1", text="First")
    items += ITEM.format(quantity=quantity, number=2, sku="B-2", token="t2", text="Second")
    response = setup(connection, operation="edit", items=items)
    assert status_code(response) == 400
    assert "ItemOut 2 (B-2)" in explanation(response)
    assert not PunchoutSession.objects.exists()


def test_a_quantity_with_many_decimals_is_rounded_and_noted(connection: Connection) -> None:
    items = ITEM.format(quantity="2.50049", number=1, sku="A-1", token="t", text="First")
    assert status_code(setup(connection, operation="edit", items=items)) == 200
    assert CartLine.objects.get().quantity == Decimal("2.5")
    assert any("rounded" in note for note in WireMessage.objects.get().notes)


def test_lines_of_a_create_request_are_ignored_and_noted(connection: Connection) -> None:
    items = ITEM.format(quantity="2", number=1, sku="A-1", token="t", text="First")
    assert status_code(setup(connection, items=items)) == 200
    assert not CartLine.objects.exists()
    assert any("were ignored" in note for note in WireMessage.objects.get().notes)


@pytest.mark.parametrize(
    ("operation", "code"), [("source", 450), ("delete", 450), ("CREATE", 200), ("", 200)]
)
def test_an_operation_is_offered_or_not_implemented(
    connection: Connection, operation: str, code: int
) -> None:
    assert status_code(setup(connection, operation=operation)) == code


def test_the_refusal_of_a_return_address_names_its_host(connection: Connection) -> None:
    response = setup(connection, return_url="https://evil.example/collect")
    assert status_code(response) == 400
    assert "https://evil.example" in explanation(response)


def test_two_return_addresses_are_refused(connection: Connection) -> None:
    extra = "<BrowserFormPost><URL>https://buyer.example/procurement/other</URL></BrowserFormPost>"
    assert status_code(setup(connection, extra=extra)) == 400


def test_without_a_return_address_the_agreed_one_is_used() -> None:
    connection = make_connection(default_return_url="https://buyer.example/procurement/default")
    assert status_code(setup(connection, return_url="")) == 200
    assert PunchoutSession.objects.get().return_url == "https://buyer.example/procurement/default"


@pytest.mark.parametrize("agreed", ["https://elsewhere.example/", "https://me@buyer.example/procurement/"])
def test_an_agreed_return_address_that_is_not_on_the_list_is_refused_too(agreed: str) -> None:
    connection = make_connection(default_return_url=agreed)
    assert status_code(setup(connection, return_url="")) == 400


def test_one_article_on_so_many_lines_that_their_sum_is_too_large_is_refused(connection: Connection) -> None:
    article(connection, "A-1")
    item = ITEM.format(quantity="99999999", number=1, sku="A-1", token="t", text="x")
    response = setup(connection, operation="edit", items=item * 12)
    assert status_code(response) == 400
    assert "too large" in explanation(response)
    response = setup(connection, operation="edit", items=item.replace('"99999999"', '"1E+20"'))
    assert "too large" in explanation(response)
    assert not PunchoutSession.objects.exists()


def test_without_any_return_address_the_buyer_can_look(connection: Connection) -> None:
    buyer = visit(connection, return_url="")
    add_to_cart(cart=buyer.session.cart, product=article(connection, "A-1"), quantity=Decimal(1))
    assert buyer.post("/return").status_code == 409
    assert any("BrowserFormPost" in note for note in WireMessage.objects.earliest("pk").notes)


@pytest.mark.parametrize(
    ("sku", "landing"),
    [("A-1", "/p/A-1"), ("B/2 ü?", "/p/B/2%20%C3%BC%3F"), ("nobody's & 1", "/search?q=nobody%27s+%26+1")],
)
def test_a_selected_item_opens_its_page_or_a_search(connection: Connection, sku: str, landing: str) -> None:
    article(connection, "A-1")
    article(connection, "B/2 ü?")
    escaped = sku.replace("&", "&amp;")
    extra = f"<SelectedItem><ItemID><SupplierPartID>{escaped}</SupplierPartID></ItemID></SelectedItem>"
    assert visit(connection, extra=extra).landed == landing


def test_the_shopper_is_remembered_by_what_the_buyers_system_sends(connection: Connection) -> None:
    visit(connection)
    person = Person.objects.get()
    assert (person.identifier, person.name, person.email) == (
        "jan.peeters@buyer.example",
        "Jan Peeters",
        "jan.peeters@buyer.example",
    )


def test_the_frame_that_the_buyer_names_gets_the_cart(connection: Connection) -> None:
    buyer = visit(connection, extra='<Extrinsic name="returnFrame">work_area</Extrinsic>')
    page, _document = document_of(buyer.post("/leave"))
    assert page.target == "work_area"
    hostile = visit(connection, extra='<Extrinsic name="ReturnFrame">a" onload="x</Extrinsic>')
    assert document_of(hostile.post("/leave"))[0].target == "_top"


def test_the_carts_of_a_test_are_marked_as_such() -> None:
    connection = make_connection(test=True)
    _page, document = document_of(visit(connection).post("/leave"))
    assert document.find("Message").get("deploymentMode") == "test"


def test_a_buyer_cookie_with_elements_no_dtd_knows_raises_no_alarm(connection: Connection) -> None:
    _page, document = document_of(visit(connection, buyer_cookie=COOKIE).post("/leave"))
    assert_valid(document)
