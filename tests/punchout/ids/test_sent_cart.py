"""A cart that a trade ERP sends in (WKS): nothing of it is swallowed, and its numbers come back."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection as database
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from punchout.adapters.ids.cart import read_cart as read_sent_cart
from punchout.errors import MessageInvalid
from punchout.models import Connection, PunchoutSession, ReturnedCart, WireMessage
from shop.models import CartLine
from tests.factories import ListPriceFactory, ProductFactory
from tests.punchout.ids.client import (
    HOOK,
    MULTIPART,
    enter,
    good,
    launch,
    launched,
    make_connection,
    multipart,
    notes,
    payload,
    post,
    read_cart,
    refused,
    returned,
    send,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    made = make_connection()
    for sku, fields in {"SOCKET-1": {}, "CABLE-1": {"order_unit": "MTR"}}.items():
        product(made, sku, **fields)
    return made


def product(connection: Connection, sku: str, amount: str = "12.40", **fields: Any) -> None:
    ListPriceFactory(
        product=ProductFactory(sku=sku, **fields),
        price_list=connection.organisation.price_list,
        amount=Decimal(amount),
        price_unit=1,
    )


def send_cart(name: str = "cart_site.xml", **changes: str) -> HttpResponse:
    return send(action="WKS", warenkorb=payload(name), **changes)


def remove(browser: Any, prefix: str, *skus: str) -> None:
    for line in CartLine.objects.filter(sku__in=skus):
        assert browser.post(f"{prefix}/cart/remove", {"line": line.pk}).status_code == 303


def item(**values: str) -> str:
    fields = {"ArtNo": "SOCKET-1", "Qty": "1", "QU": "PCE", **values}
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f"<Warenkorb><Order><OrderItem>{inner}</OrderItem></Order></Warenkorb>"


def test_every_position_is_in_the_cart_and_unknown_ones_are_shown(connection: Connection) -> None:
    browser, prefix = enter(send_cart())
    session = PunchoutSession.objects.get()
    assert (session.operation, session.landing) == ("edit", "/cart")
    lines = {line.sku: line for line in session.cart.lines.all()}
    assert {sku: line.quantity for sku, line in lines.items()} == {
        "SOCKET-1": 7,
        "NOT-OURS": 2,
        "CABLE-1": 50,
        "–": 1,
    }
    assert lines["NOT-OURS"].product is None
    page = browser.get(f"{prefix}/cart").content.decode()
    for text in ("NOT-OURS", "Leuchte, die wir nicht führen", "Kleinmaterial nach Aufwand"):
        assert text in page
    assert "'NOT-OURS' is not known" in notes()
    assert "Position 4: sent in 'RO', sold here in 'MTR'" in notes()


def test_a_cart_with_an_unknown_article_is_not_returned_until_the_buyer_removed_it(
    connection: Connection,
) -> None:
    browser, prefix = enter(send_cart())
    assert browser.post(f"{prefix}/return").status_code == 303
    assert not ReturnedCart.objects.exists()
    remove(browser, prefix, "NOT-OURS", "–")
    assert len(read_cart(returned(browser, prefix)).items) == 3


def test_positions_come_back_under_their_numbers_also_two_of_one_article(connection: Connection) -> None:
    browser, prefix = enter(send_cart())
    remove(browser, prefix, "NOT-OURS", "–")
    cart = read_cart(returned(browser, prefix))
    assert cart.column("RefItems/Customer") == ["01.0010", "02.0010", "02.0020"]
    assert cart.column("RefItems/CustomerSubNo") == ["a", None, None]
    assert cart.column("RefItems/Supplier") == ["10", "30", "40"]
    assert cart.column("ArtNo") == ["SOCKET-1", "SOCKET-1", "CABLE-1"]
    assert cart.column("Qty") == ["3.00", "4.00", "50.00"]
    assert cart.amounts("NetPrice") == [Decimal("37.20"), Decimal("49.60"), Decimal("620")]
    assert sum(cart.amounts("NetPrice")) == ReturnedCart.objects.get().total


def test_a_changed_quantity_is_spread_over_the_positions_and_an_added_article_stands_last(
    connection: Connection,
) -> None:
    product(connection, "LAMP-1", "1.11")
    browser, prefix = enter(send_cart())
    remove(browser, prefix, "NOT-OURS", "–", "CABLE-1")
    socket = CartLine.objects.get(sku="SOCKET-1")
    browser.post(f"{prefix}/cart/update", {f"q_{socket.pk}": "9"})
    browser.post(f"{prefix}/cart/add", {"sku": "LAMP-1", "quantity": "3"})
    cart = read_cart(returned(browser, prefix))
    assert cart.column("Qty") == ["3.00", "6.00", "3.00"]
    assert cart.column("RefItems/Customer") == ["01.0010", "02.0010", None]


def test_a_removed_article_that_is_added_again_has_its_position_again(connection: Connection) -> None:
    browser, prefix = enter(send_cart())
    remove(browser, prefix, "NOT-OURS", "–", "SOCKET-1", "CABLE-1")
    browser.post(f"{prefix}/cart/add", {"sku": "CABLE-1", "quantity": "5"})
    assert read_cart(returned(browser, prefix)).column("RefItems/Customer") == ["02.0020"]


def test_less_than_was_sent_leaves_the_last_position_out(connection: Connection) -> None:
    browser, prefix = enter(send_cart())
    remove(browser, prefix, "NOT-OURS", "–", "CABLE-1")
    socket = CartLine.objects.get(sku="SOCKET-1")
    browser.post(f"{prefix}/cart/update", {f"q_{socket.pk}": "3"})
    assert read_cart(returned(browser, prefix)).column("RefItems/Customer") == ["01.0010"]


def test_references_texts_dates_and_places_of_the_order_come_back(connection: Connection) -> None:
    browser, prefix = enter(send_cart())
    remove(browser, prefix, "NOT-OURS", "–")
    cart = read_cart(returned(browser, prefix))
    info = {
        "InquiryNo": "ANF-77",
        "OfferNo": "AG-2026-0815",
        "DeliveryWeek": "23",
        "DeliveryYear": "2026",
        "ModeOfShipment": "Abholung",
        "Cur": "EUR",
        "Kommission": "Schulhaus Köln, 2. OG",
    }
    for name, value in info.items():
        assert cart.text(f"Order/OrderInfo/{name}") == value
    assert cart.text("Order/DeliveryPlaceInfo/IDNo") == "BAU-12"
    assert cart.text("Order/DeliveryPlaceInfo/Address/Street") == "Domstraße 3"
    assert cart.text("Order/CustomerInfo/IDNo") is None


def test_leaving_a_sent_cart_returns_nothing(connection: Connection) -> None:
    browser, prefix = enter(send_cart())
    page = browser.post(f"{prefix}/leave")
    assert page.status_code == 200
    assert b"warenkorb" not in page.content
    assert ReturnedCart.objects.get().outcome == ReturnedCart.Outcome.UNCHANGED


def test_three_values_without_namespace_and_with_a_gtin_for_a_number_are_enough() -> None:
    connection = make_connection()
    product(connection, "A-1", gtin="4012345678901", quantity_step="0.5", minimum_quantity="0.5")
    session = launched(send_cart("cart_three_values.xml"))
    line = session.cart.lines.get()
    assert (line.sku, line.quantity) == ("A-1", Decimal("2.5"))
    assert "namespace" in notes() and "comma" in notes()


def test_the_gtin_counts_only_where_there_is_no_article_number() -> None:
    product(make_connection(), "A-1", gtin="4012345678901")
    assert launch(action="WKS", warenkorb=item(ArtNo="", EAN="4012345678901")).cart.lines.get().product
    other = launch(action="WKS", warenkorb=item(ArtNo="OLD-7", EAN="4012345678901")).cart.lines.get()
    assert (other.product, other.sku) == (None, "OLD-7")


def test_an_empty_cart_opens_an_empty_cart(connection: Connection) -> None:
    session = launched(send_cart("cart_empty.xml"))
    assert not session.cart.lines.exists()


@pytest.mark.parametrize("as_file", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_the_cart_may_come_as_a_file_and_in_another_charset_than_it_declares(
    connection: Connection, encoding: str, as_file: bool
) -> None:
    fields = {**good(action="WKS"), "warenkorb": payload("cart_site.xml").encode(encoding)}
    session = launched(post(multipart(fields, ("warenkorb",) if as_file else ()), MULTIPART))
    assert session.echo["order"]["Kommission"] == "Schulhaus Köln, 2. OG"
    assert session.cart.lines.get(sku="NOT-OURS").description == "Leuchte, die wir nicht führen"


def test_a_form_in_windows_1252_brings_its_cart_whole(connection: Connection) -> None:
    fields = good(action="WKS", warenkorb=payload("cart_site.xml"))
    session = launched(post(urlencode(fields, encoding="cp1252").encode()))
    assert session.echo["parties"]["DeliveryPlaceInfo"]["Contact"] == "Frau Çelik"


def test_the_version_of_the_cart_counts_where_the_launch_names_none(connection: Connection) -> None:
    assert launched(send_cart(version="")).echo["version"] == "2.5"


def test_the_sent_cart_is_in_the_wire_log(connection: Connection) -> None:
    fields = {**good(action="WKS"), "warenkorb": payload("cart_site.xml")}
    post(multipart(fields), MULTIPART)
    assert "Kleinmaterial nach Aufwand" in WireMessage.objects.get().body


@pytest.mark.parametrize("quantity", ["0", "-1", "", "many", "1e3", "1.0005", "999999999", "1.000,5", "NaN"])
def test_a_quantity_that_cannot_be_used_is_refused_with_its_position(
    connection: Connection, quantity: str
) -> None:
    page = refused(400, action="WKS", warenkorb=item(Qty=quantity))
    assert "Position 1" in page and "Qty" in page


@pytest.mark.parametrize(
    "document",
    ["", "   ", "no xml", "<Warenkorb>", "<Order/>", "<a:Order/>", "<Warenkorb>&uuml;</Warenkorb>"],
)
def test_a_cart_that_is_none_is_refused(connection: Connection, document: str) -> None:
    refused(400, action="WKS", warenkorb=document)


def test_a_cart_is_read_whose_prefixes_nobody_declared(connection: Connection) -> None:
    """As the sample of the specification has it, and with it what was made after that sample."""
    launched(send_cart("cart_schema_location.xml"))
    assert [(line.sku, line.quantity) for line in CartLine.objects.order_by("pk")] == [
        ("SOCKET-1", 4),
        ("CABLE-1", Decimal("12.5")),
    ]
    assert "Prefixes that the document does not declare: xsi." in notes()


def test_what_is_wrong_with_the_xml_of_a_cart_stands_in_the_log(connection: Connection) -> None:
    refused(400, action="WKS", warenkorb=item(Kurztext="R & D"))
    assert "an & or a < that is not written &amp; or &lt;" in WireMessage.objects.latest("pk").error
    refused(400, action="WKS", warenkorb="&lt;Warenkorb/&gt;")
    assert "does not begin with an element" in WireMessage.objects.latest("pk").error


def test_a_cart_with_declarations_is_refused(connection: Connection) -> None:
    page = refused(400, action="WKS", warenkorb=payload("cart_entities.xml"))
    assert "DOCTYPE" in page and "root:" not in page


def test_a_cart_of_too_many_lines_is_refused(connection: Connection) -> None:
    line = "<OrderItem><ArtNo>X</ArtNo><Qty>1</Qty><QU>PCE</QU></OrderItem>"
    refused(400, action="WKS", warenkorb=f"<Warenkorb><Order>{line * 2001}</Order></Warenkorb>")


def test_a_large_cart_takes_no_more_queries_than_a_small_one() -> None:
    make_connection()
    counted = []
    for size in (2, 100):  # one insert of SQLite holds 999 values
        lines = "".join(
            f"<OrderItem><ArtNo>X{number}</ArtNo><Qty>1</Qty><QU>PCE</QU></OrderItem>"
            for number in range(size)
        )
        fields = good(action="WKS", warenkorb=f"<Warenkorb><Order>{lines}</Order></Warenkorb>")
        body = urlencode(fields).encode()
        launched(post(body))
        with CaptureQueriesContext(database) as captured:
            launched(post(body))
        counted.append(len(captured))
    assert counted[0] == counted[1]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)), at=st.integers(0, 2000)
)
def test_whatever_stands_in_the_field_is_read_or_refused(data: bytes, at: int) -> None:
    whole = payload("cart_site.xml").encode()
    for document in (data, whole[:at] + data + whole[at:]):
        try:
            read_sent_cart(document, "")
        except MessageInvalid as error:
            assert error.message


def test_the_return_goes_to_the_whole_address_with_its_query(connection: Connection) -> None:
    browser, prefix = enter(send_cart())
    remove(browser, prefix, "NOT-OURS", "–")
    page = returned(browser, prefix)
    assert page.action == HOOK
    assert [name for name, _value in page.fields] == ["warenkorb"]


def test_the_references_and_streets_of_2_5_1_are_kept_where_an_older_cart_has_a_place(
    connection: Connection,
) -> None:
    sent = payload("cart_2_5_1.xml")
    session = launched(send(action="WKS", version="2.5.1", warenkorb=sent))
    assert session.echo["order"]["OfferNo"] == "AG-2026-0815"
    assert session.echo["parties"]["DeliveryPlaceInfo"]["Street"] == "Domstraße 3 Hinterhaus"
    assert "Referenz of type '220'" in notes()


@pytest.mark.parametrize("day", ["2026-13-01", "2026-02-30", "٢٠٢٦-١٢-٠١", "2026-W10-1"])
def test_a_day_that_is_none_does_not_come_back(connection: Connection, day: str) -> None:
    sent = payload("cart_2_5_1.xml").replace("<Cur>", f"<DeliveryDate>{day}</DeliveryDate><Cur>")
    session = launched(send(action="WKS", warenkorb=sent))
    assert "DeliveryDate" not in session.echo["order"]
