"""The trade ERP that the sandbox plays: against the shop itself, and against carts that are wrong."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client

from customers.demo import load as load_customers
from customers.models import Organisation
from punchout import demo
from punchout.models import PunchoutSession, ReturnedCart, WireMessage
from punchout.sandbox.counterparty import Counterparty
from punchout.sandbox.dialects import IdsDialect
from punchout.sandbox.launching import Launch, memory_from_json
from punchout.sandbox.models import SandboxRun
from punchout.sandbox.parse_ids import Sent, read_cart
from punchout.sandbox.received import ReceivedCart, cart_from_json
from punchout.sandbox.runs import may_reopen
from punchout.sandbox.systems import SYSTEMS
from tests.contracts.pages import ReturnPage, read_return_page
from tests.factories import ListPriceFactory, ProductFactory
from tests.punchout.ids.client import BOUNDARY, MULTIPART, multipart

PAYLOADS = Path(__file__).parent / "payloads"
FORM = "application/x-www-form-urlencoded"


def dialect() -> IdsDialect:
    found = SYSTEMS["ids-erp"].ids
    assert found is not None
    return found


# -- the whole way -------------------------------------------------------------------------------------------


@pytest.fixture
def shop(db: None) -> Iterator[Organisation]:
    load_customers()
    demo.load()
    organisation = Organisation.objects.get(number="100003")
    for sku, name in (("LAMP-1", "Leuchte für Küche"), ("A-SEVENTEEN-CHARS", "Lang")):
        product = ProductFactory(sku=sku, name_de=name, gtin=f"40123456789{len(sku):02}")
        ListPriceFactory(product=product, price_list=organisation.price_list, amount=Decimal("12.40"))
    yield organisation


def open_shop(launch: Launch) -> tuple[Client, str]:
    """Posts the launch as a browser posts a file without a charset, and follows it into the shop."""
    form = launch.form
    assert form is not None and form.method == "POST"
    body = urlencode(form.fields, encoding=form.charset).encode("ascii")
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(urlsplit(form.action).path, body, content_type=FORM, headers={"Origin": "null"})
    assert answer.status_code == 303, answer.content.decode()
    started = browser.post(urlsplit(answer["Location"]).path)
    entered = browser.get(started["Location"])
    browser.handler.enforce_csrf_checks = False
    return browser, f"/s/{entered['Location'].split('/')[2]}"


def give_back(system: Counterparty, page: ReturnPage) -> ReceivedCart:
    """What the browser does with the return page, and what the system makes of it."""
    assert system.memory is not None
    assert page.action == system.memory.return_url
    return system.receive(multipart(dict(page.fields)), MULTIPART, urlsplit(page.action).query)


def returned(browser: Client, prefix: str) -> ReturnPage:
    response = browser.post(f"{prefix}/return")
    assert response.status_code == 200, response.content.decode()
    return read_return_page(response)


def test_a_cart_is_fetched_sent_back_changed_and_fetched_again(shop: Organisation) -> None:
    system = Counterparty("ids-erp", own_url="http://localhost:8123/sandbox")
    browser, prefix = open_shop(system.launch())
    for sku, quantity in (("LAMP-1", "3"), ("A-SEVENTEEN-CHARS", "2")):
        browser.post(f"{prefix}/cart/add", {"sku": sku, "quantity": quantity})
    cart = give_back(system, returned(browser, prefix))
    assert (cart.outcome, cart.all_remarks, cart.currency) == ("cart", (), "EUR")
    # The longer article number came as its GTIN.
    assert [line.part_id for line in cart.lines] == ["LAMP-1", "4012345678917"]
    assert cart.lines[0].description == "Leuchte für Küche"
    assert cart.total == Decimal("62.00")

    browser, prefix = open_shop(system.launch("edit", cart))
    session = PunchoutSession.objects.latest("id")
    assert session.operation == "edit"
    assert [line.sku for line in session.cart.lines.all()] == ["LAMP-1", "A-SEVENTEEN-CHARS"]
    lamp = session.cart.lines.get(sku="LAMP-1")
    browser.post(f"{prefix}/cart/update", {f"q_{lamp.pk}": "10"})
    edited = give_back(system, returned(browser, prefix))
    assert edited.all_remarks == ()
    assert [dict(line.fields)["RefItems/Customer"] for line in edited.lines] == ["10", "20"]
    assert dict(edited.extra_fields)["OfferNo"] == "AG-2026-118"
    assert edited.total == Decimal("148.80")


def test_a_position_that_does_not_come_back_is_told(shop: Organisation) -> None:
    system = Counterparty("ids-erp")
    browser, prefix = open_shop(system.launch())
    for sku in ("LAMP-1", "A-SEVENTEEN-CHARS"):
        browser.post(f"{prefix}/cart/add", {"sku": sku, "quantity": "1"})
    cart = give_back(system, returned(browser, prefix))
    browser, prefix = open_shop(system.launch("edit", cart))
    line = PunchoutSession.objects.latest("id").cart.lines.get(sku="LAMP-1")
    browser.post(f"{prefix}/cart/remove", {"line": line.pk})
    edited = give_back(system, returned(browser, prefix))
    assert [(remark.field, "10 (LAMP-1)" in remark.text) for remark in edited.remarks] == [("RefItems", True)]


def test_a_cart_that_was_ordered_in_the_shop_is_booked_under_its_number(shop: Organisation) -> None:
    system = Counterparty("ids-erp")
    browser, prefix = open_shop(system.launch())
    browser.post(f"{prefix}/cart/add", {"sku": "LAMP-1", "quantity": "1"})
    cart = give_back(system, read_return_page(browser.post(f"{prefix}/order")))
    assert (cart.outcome, cart.all_remarks, cart.ordered) == ("cart", (), True)
    assert cart.order_number == ReturnedCart.objects.get().order_number != ""
    assert not may_reopen(SYSTEMS["ids-erp"], cart, "edit")


@pytest.mark.parametrize(
    ("mark", "number", "ordered", "kept", "remarked"),
    [
        ("Warenkorbrückgabe", "", False, "", set()),
        ("Warenkorbrückgabe mit Bestellung", "W2026-000001", True, "W2026-000001", set()),
        ("Warenkorbrückgabe mit Bestellung", "", True, "", {("wrong", "OrderConfNo")}),
        ("Warenkorbrückgabe", "W2026-000001", False, "", {("wrong", "OrderConfNo")}),
        ("Warenkorbrückgabe mit Bestellung", "W" * 16, True, "W" * 15, {("cut", "OrderConfNo")}),
    ],
)
def test_ordered_and_to_be_ordered_are_told_apart(
    mark: str, number: str, ordered: bool, kept: str, remarked: set[tuple[str, str]]
) -> None:
    sent = payload("ids_return.xml").replace("Warenkorbrückgabe", mark)
    if number:
        sent = sent.replace("<ModeOfShipment>", f"<OrderConfNo>{number}</OrderConfNo><ModeOfShipment>")
    cart = read(sent)
    assert (cart.ordered, cart.order_number) == (ordered, kept)
    assert remarks(cart) == remarked
    assert cart_from_json(cart.as_json()) == cart


def test_leaving_brings_an_empty_cart_that_counts_as_a_cancel(shop: Organisation) -> None:
    system = Counterparty("ids-erp")
    browser, prefix = open_shop(system.launch())
    cart = give_back(system, read_return_page(browser.post(f"{prefix}/leave")))
    assert (cart.outcome, cart.all_remarks) == ("cancelled", ())


def test_an_article_can_be_opened_directly(shop: Organisation) -> None:
    open_shop(Counterparty("ids-erp").launch(selected_item="LAMP-1"))
    assert PunchoutSession.objects.get().landing == "/p/LAMP-1"
    assert WireMessage.objects.get().kind == "IDS ADL"


def test_the_page_of_a_run_opens_the_shop_and_sends_a_received_cart_again(
    shop: Organisation, client: Client
) -> None:
    client.post("/sandbox/launch", {"system": "ids-erp", "display": "window", "language": "en"})
    run = SandboxRun.objects.get()
    page = client.get(f"/sandbox/run/{run.public_id}/").content.decode()
    assert 'accept-charset="windows-1252"' in page and "IDS-Connect 2.5" in page
    assert "demo-secret" not in run.request_text
    body = multipart({"warenkorb": payload("ids_return.xml")})
    query = urlencode(dict(run.state["memory"]["hook_fields"]))
    client.generic("POST", f"/sandbox/receive/{run.public_id}?{query}", body, content_type=MULTIPART)
    shown = client.get(f"/sandbox/run/{run.public_id}/").content.decode()
    assert "Edit this cart" in shown and "Inspect" not in shown
    client.post(f"/sandbox/run/{run.public_id}/launch", {"operation": "edit"})
    again = SandboxRun.objects.latest("id")
    assert again.operation == "edit"
    assert "<Customer>10</Customer>" in again.request_text
    memory = memory_from_json(again.state["memory"])
    assert memory.positions == (("10", "LAMP-1"), ("20", "CABLE-1"))


# -- what it says --------------------------------------------------------------------------------------------


def payload(name: str) -> str:
    return (PAYLOADS / name).read_text("utf-8")


def read(document: str, sent: Sent | None = None, address: dict[str, str] | None = None) -> ReceivedCart:
    return read_cart(urlencode({"warenkorb": document}).encode(), FORM, dialect(), sent, address)


def remarks(cart: ReceivedCart) -> set[tuple[str, str]]:
    return {(remark.severity, remark.field) for remark in cart.all_remarks}


def test_net_price_is_read_as_the_total_of_the_line() -> None:
    cart = read(payload("ids_return.xml"))
    assert cart.all_remarks == ()
    assert [line.amount for line in cart.lines] == [Decimal("53.72"), Decimal(522)]
    assert cart.lines[1].price == Decimal("10.44")
    assert cart.total == Decimal("575.72")


@pytest.mark.parametrize("change", [(b"utf-8", "utf-8"), (b"windows-1252", "cp1252")])
def test_a_cart_is_read_in_either_charset(change: tuple[bytes, str]) -> None:
    body = urlencode({"warenkorb": payload("ids_return.xml")}, encoding=change[1]).encode()
    assert read_cart(body, FORM, dialect()).lines[0].description == "Leuchte für Küche"


def test_what_a_shop_does_wrong_is_remarked_on() -> None:
    assert remarks(read(payload("ids_return_wrong.xml"))) == {
        ("wrong", "xmlns"),
        ("wrong", "Time"),
        ("wrong", "RueckgabeKZ"),
        ("note", "Version"),
        ("wrong", "OrderItem"),
        ("wrong", "Cur"),
        ("wrong", "VAT"),
        ("wrong", "OfferPrice"),
        ("wrong", "PriceBasis"),
        ("wrong", "Mwst"),
        ("wrong", "EAN"),
        ("cut", "ArtNo"),
        ("wrong", "QU"),
        ("lost", "NetPrice"),
        ("lost", "Qty"),
        ("lost", "ArtNo"),
        ("lost", "QU"),
        ("wrong", "NetPrice"),
    }


def test_a_lost_session_is_remarked_on() -> None:
    sent = Sent(hook_fields={"sid": "1"})
    assert ("wrong", "sid") in remarks(read(payload("ids_return.xml"), sent, {}))
    assert read(payload("ids_return.xml"), sent, {"sid": "1"}).all_remarks == ()


def test_an_edit_that_comes_back_empty_deletes_the_lines() -> None:
    empty = payload("ids_return_empty.xml")
    assert read(empty, Sent(editing=True)).outcome == "emptied"
    assert read(empty).outcome == "cancelled"
    assert ("wrong", "OrderItem") in remarks(read(empty.replace("2.5", "2.0")))


@pytest.mark.parametrize(
    "body",
    [b"", b"warenkorb=", b"warenkorb=%3Cx", b"warenkorb=%3Cx/%3E", b"other=1", b"&" * 300_000, b"\xff"],
)
@pytest.mark.parametrize("content_type", [FORM, MULTIPART, ""])
def test_garbage_is_unreadable(body: bytes, content_type: str) -> None:
    assert read_cart(body, content_type, dialect()).outcome == "unreadable"


def test_ids_connect_has_no_inspect() -> None:
    with pytest.raises(ValueError, match="IDS"):
        Counterparty("ids-erp").launch("inspect")


def test_the_return_address_carries_the_session_in_its_query() -> None:
    system = Counterparty("ids-erp")
    launch = system.launch()
    assert launch.form is not None and system.memory is not None
    fields: dict[str, Any] = dict(launch.form.fields)
    assert parse_qs(urlsplit(fields["hookurl"]).query) == {"sid": [dict(system.memory.hook_fields)["sid"]]}
    assert BOUNDARY not in fields["hookurl"]
