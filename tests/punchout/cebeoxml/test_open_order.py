"""The open order: filled in the shop, fetched and deleted by the ERP, never lost and never another's."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import ListPrice
from punchout.models import PunchoutSession, ReturnedCart
from punchout.services import reissue_start_token
from shop.carts import add_to_cart
from shop.models import CartLine
from tests.factories import CANARY_SECRET, DeliverySiteFactory, OrganisationFactory
from tests.punchout.cebeoxml.client import (
    article,
    ask,
    code,
    enter,
    last_message,
    launch,
    make_connection,
    ordered,
    payload,
    post,
    text,
    visit_with,
)

pytestmark = pytest.mark.django_db
ONE = Decimal(1)


def test_a_kept_cart_waits_until_it_is_deleted() -> None:
    product = article(make_connection())
    browser, session, prefix = visit_with(product, quantity="3")
    page = browser.post(f"{prefix}/return")
    assert page.status_code == 200
    assert "Your cart waits for Installer ERP" in page.content.decode()
    for _again in range(2):
        assert ordered(ask("order_get_open.xml")) == [(product.sku, Decimal(3))]
    assert "1 lines were deleted" in text(ask("order_delete_open.xml"))
    assert ordered(ask("order_get_open.xml")) == []
    assert "0 lines were deleted" in text(ask("order_delete_open.xml"))
    assert ReturnedCart.objects.get().session == session


def test_an_order_line_has_what_an_erp_needs() -> None:
    connection = make_connection()
    cable = article(
        connection, "41.20", 100, order_unit="MTR", name_en="Cable XVB", manufacturer_part_number="XVB3G25"
    )
    browser, session, prefix = visit_with(cable, quantity="250")
    browser.post(f"{prefix}/return")
    response = ask("order_get_open.xml")
    header = response.find("Order/Detail/OrderHeader")
    assert header is not None
    assert header.findtext("SupplierOrderID") == str(session.cart_id)
    assert header.findtext("OrderedBy") == "buyer"
    (line,) = response.findall("Order/Detail/OrderLine")
    assert line.findtext("SupplierOrderLineID") == "1"
    assert line.findtext("Material/Reference") == "XVB3G25"
    assert line.findtext("Material/Description") == "Cable XVB"
    assert line.findtext("OrderedQuantity") == "250"
    assert line.findtext("UnitOfMeasure") == "MTR"
    assert line.findtext("UnitPrice/NetPrice") == "0,412"


def test_a_kept_cart_keeps_the_prices_that_the_buyer_saw() -> None:
    connection = make_connection()
    product = article(connection, "12.40")
    browser, _session, prefix = visit_with(product)
    assert "12,40" in _price()
    browser.post(f"{prefix}/return")
    ListPrice.objects.update(amount=Decimal("99.00"))
    assert "12,40" in _price()
    enter(launch())
    assert "99,00" in _price()


def _price() -> str:
    return ask("order_get_open.xml").findtext("Order/Detail/OrderLine/UnitPrice/NetPrice", "")


def test_a_cart_can_be_fetched_while_its_buyer_is_still_shopping() -> None:
    connection = make_connection()
    first, second = article(connection), article(connection)
    _browser, session, _prefix = visit_with(first)
    assert ordered(ask("order_get_open.xml")) == [(first.sku, ONE)]
    assert last_message().session == session
    add_to_cart(cart=session.cart, product=second, quantity=Decimal(2))
    assert ordered(ask("order_get_open.xml")) == [(first.sku, ONE), (second.sku, Decimal(2))]


def test_deleting_while_the_buyer_is_still_shopping_empties_his_cart_and_he_goes_on() -> None:
    connection = make_connection()
    first, second = article(connection), article(connection)
    browser, session, prefix = visit_with(first)
    ask("order_delete_open.xml")
    assert not session.cart.lines.exists()
    assert browser.get(f"{prefix}/cart").status_code == 200
    add_to_cart(cart=session.cart, product=second, quantity=ONE)
    browser.post(f"{prefix}/return")
    assert ordered(ask("order_get_open.xml")) == [(second.sku, ONE)]


def test_a_new_visit_goes_on_with_the_kept_cart() -> None:
    connection = make_connection()
    first, second = article(connection), article(connection)
    browser, _session, prefix = visit_with(first)
    browser.post(f"{prefix}/return")
    browser, _session, prefix = visit_with(second)
    assert ordered(ask("order_get_open.xml")) == [(first.sku, ONE), (second.sku, ONE)]
    page = browser.get(f"{prefix}/cart").content.decode()
    assert first.sku in page
    assert second.sku in page
    browser.post(f"{prefix}/return")
    assert ordered(ask("order_get_open.xml")) == [(first.sku, ONE), (second.sku, ONE)]


def test_a_deleted_order_does_not_come_back_in_a_new_visit() -> None:
    connection = make_connection()
    product = article(connection)
    browser, _session, prefix = visit_with(product)
    browser.post(f"{prefix}/return")
    ask("order_delete_open.xml")
    _browser, session, _prefix = enter(launch())
    assert not session.cart.lines.exists()


def test_a_visit_that_is_left_without_a_cart_counts_as_if_it_had_not_been() -> None:
    connection = make_connection()
    first, second = article(connection), article(connection)
    browser, _session, prefix = visit_with(first)
    browser.post(f"{prefix}/return")
    browser, _session, prefix = visit_with(second)
    page = browser.post(f"{prefix}/leave")
    assert page.status_code == 200
    assert "You left without a cart" in page.content.decode()
    assert ordered(ask("order_get_open.xml")) == [(first.sku, ONE)]


def test_leaving_does_not_bring_back_what_was_deleted_meanwhile() -> None:
    connection = make_connection()
    first = article(connection)
    browser, _session, prefix = visit_with(first)
    browser.post(f"{prefix}/return")
    browser, _session, prefix = enter(launch())
    ask("order_delete_open.xml")
    browser.post(f"{prefix}/leave")
    assert ordered(ask("order_get_open.xml")) == []


def test_a_launch_that_nobody_entered_loses_nothing() -> None:
    product = article(make_connection())
    _browser, kept, _prefix = visit_with(product, quantity="3")
    launch()
    assert last_message().session != kept
    assert ordered(ask("order_get_open.xml")) == [(product.sku, Decimal(3))]
    launch()
    browser, session, prefix = enter(launch())
    assert identities(session) == identities(kept)
    browser.post(f"{prefix}/leave")
    assert ordered(ask("order_get_open.xml")) == [(product.sku, Decimal(3))]


def test_what_the_erp_deletes_is_not_in_a_visit_that_is_entered_later() -> None:
    product = article(make_connection())
    visit_with(product)
    launched = launch()
    assert "1 lines were deleted" in text(ask("order_delete_open.xml"))
    assert "0 lines were deleted" in text(ask("order_delete_open.xml"))
    _browser, session, _prefix = enter(launched)
    assert not session.cart.lines.exists()
    assert ordered(ask("order_get_open.xml")) == []


def test_what_was_begun_with_is_changed_in_the_new_visit_alone() -> None:
    connection = make_connection()
    first, second = article(connection), article(connection)
    browser, kept, prefix = visit_with(first)
    browser.post(f"{prefix}/return")
    before = identities(kept)
    _browser, session, prefix = visit_with(second)
    session.cart.lines.filter(product=first).delete()
    assert ordered(ask("order_get_open.xml")) == [(second.sku, ONE)]
    assert identities(kept) == before


def test_a_visit_that_moves_to_a_new_window_begins_with_its_lines_once() -> None:
    product = article(make_connection())
    visit_with(product)
    _browser, session, _prefix = enter(launch())
    session.cart.lines.all().delete()
    token = reissue_start_token(session=session)
    assert Client().post(f"/start/{token}").status_code == 303
    assert not session.cart.lines.exists()


def test_a_launch_takes_as_many_statements_with_five_hundred_lines_as_with_one() -> None:
    counts = []
    _browser, session, _prefix = visit_with(article(make_connection()))
    for more in (499, 0):
        with CaptureQueriesContext(database) as launching:
            launched = launch()
        with CaptureQueriesContext(database) as entering:
            _browser, session, _prefix = enter(launched)
        counts.append((len(launching), len(entering)))
        CartLine.objects.bulk_create(
            CartLine(cart=session.cart, sku=f"A-{position}", quantity=position, position=position)
            for position in range(2, 2 + more)
        )
    assert counts[0] == counts[1]
    before = identities(session)
    assert len(before) == 500
    _browser, session, _prefix = enter(launch())
    assert identities(session) == before


@pytest.mark.django_db(transaction=True)
def test_of_launches_at_once_one_visit_stays_open_and_has_the_cart() -> None:
    connection = make_connection()
    product = article(connection)
    visit_with(product)

    def open_shop(_number: int) -> int:
        try:
            return launch().status_code
        finally:
            database.close()

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert list(pool.map(open_shop, range(8))) == [303] * 8
    open_visit = PunchoutSession.objects.get(state__in=PunchoutSession.OPEN)
    assert open_visit == PunchoutSession.objects.latest("pk")
    assert ordered(ask("order_get_open.xml")) == [(product.sku, ONE)]
    _browser, session, _prefix = enter(launch())
    assert [line.sku for line in session.cart.lines.all()] == [product.sku]


def identities(session: PunchoutSession) -> list[tuple[object, ...]]:
    return list(session.cart.lines.values_list("product", "sku", "quantity", "token", "position"))


def test_a_window_that_was_only_closed_loses_nothing() -> None:
    product = article(make_connection())
    _browser, session, _prefix = visit_with(product)
    PunchoutSession.objects.filter(pk=session.pk).update(state=PunchoutSession.State.EXPIRED)
    assert ordered(ask("order_get_open.xml")) == [(product.sku, ONE)]
    _browser, session, _prefix = enter(launch())
    assert [line.sku for line in session.cart.lines.all()] == [product.sku]


def test_a_line_that_cannot_be_ordered_is_left_out_and_said() -> None:
    connection = make_connection()
    good, gone = article(connection), article(connection)
    visit_with(good, gone)
    type(gone).objects.filter(pk=gone.pk).update(status="discontinued")
    response = ask("order_get_open.xml")
    assert ordered(response) == [(good.sku, ONE)]
    assert gone.sku in text(response)


def test_each_login_has_an_open_order_of_its_own() -> None:
    ours = make_connection()
    article(ours)
    make_connection(slug="second", organisation=ours.organisation, username="second")
    other = OrganisationFactory(number="9999")
    make_connection(slug="other", organisation=other)
    visit_with(article(ours))
    assert len(ordered(ask("order_get_open.xml"))) == 1
    for stranger in ({"user": "second"}, {"number": "9999"}):
        assert ordered(ask("order_get_open.xml", **stranger)) == []
        ask("order_delete_open.xml", **stranger)
    assert len(ordered(ask("order_get_open.xml"))) == 1


def test_the_shop_says_that_the_cart_is_fetched_from_it() -> None:
    product = article(make_connection())
    browser, _session, prefix = visit_with(product)
    page = browser.get(f"{prefix}/cart").content.decode()
    assert "Installer ERP fetches the cart from here" in page
    assert "It is kept here until Installer ERP fetches it." in page
    assert "Keep for Installer ERP" in page
    assert "Leave without a cart" in page
    assert "gave no address" not in page


def test_the_shop_opens_by_get_with_the_same_credentials() -> None:
    make_connection()
    address = f"/punchout/cebeoxml?customernumber=4711&USERNAME=buyer&password={CANARY_SECRET}&lang=fr"
    _browser, session, _prefix = enter(Client().get(address))
    assert session.language == "fr"
    assert session.person is not None
    assert session.person.identifier == "buyer"
    assert CANARY_SECRET not in last_message().path


@pytest.mark.parametrize("name", ["order_create.xml", "order_get_by_number.xml"])
def test_orders_are_not_taken_yet(name: str) -> None:
    make_connection()
    assert code(post(payload(name))) == "12"


def test_an_article_that_came_back_as_another_row_is_ordered_again_when_the_order_goes_on() -> None:
    connection = make_connection()
    product = article(connection, sku="LAMP-1")
    browser, _session, prefix = visit_with(product, quantity="3")
    browser.post(f"{prefix}/return")
    product.delete()
    article(connection, "9.90", sku="LAMP-1")
    kept = [("LAMP-1", Decimal(3))]
    # Kept, launched anew, entered, left by closing the window: the lines are there in every state.
    assert ordered(ask("order_get_open.xml")) == kept
    launched = launch()
    assert ordered(ask("order_get_open.xml")) == kept
    enter(launched)
    assert ordered(ask("order_get_open.xml")) == kept
    assert _price() == "9,90"


def test_a_launch_that_nobody_followed_leaves_the_prices_that_the_buyer_saw() -> None:
    product = article(make_connection(), "12.40")
    browser, _session, prefix = visit_with(product)
    browser.post(f"{prefix}/return")
    ListPrice.objects.update(amount=Decimal("99.00"))
    launched = launch()
    assert _price() == "12,40"
    enter(launched)
    assert _price() == "99,00"


def test_the_header_says_where_to_deliver() -> None:
    connection = make_connection()
    browser, _session, prefix = visit_with(article(connection))
    site = DeliverySiteFactory(
        organisation=connection.organisation,
        name="Depot",
        street="Kaai 1",
        postal_code="2000",
        city="Antwerpen",
    )
    PunchoutSession.objects.update(delivery_site=site)
    browser.post(f"{prefix}/return")
    header = ask("order_get_open.xml").find("Order/Detail/OrderHeader")
    assert header is not None
    assert [part.tag for part in header] == ["SupplierOrderID", "OrderDate", "OrderedBy", "DeliveryLocation"]
    address = header.findall("DeliveryLocation/DeliveryAddress/*")
    assert [(part.tag, part.text) for part in address] == [
        ("DeliverTo", "Depot"), ("Street", "Kaai 1"), ("PostalCode", "2000"), ("City", "Antwerpen"),
    ]  # fmt: skip


def test_a_mapping_fills_what_the_header_and_the_lines_have_beside() -> None:
    fields = {
        "CustomerOrderID": "PO-7", "CustomerOrderRef": "Werf Gent", "DeliverTo": "Werf", "City": "Gent",
        "ContactPerson": "An Peeters", "ContactTelephone": "+32 9 000 00 00", "Comments": "Eerst bellen",
        "CustomerOrderLineID": "10", "RequestedDeliveryDate": "2026-12-03",
    }  # fmt: skip
    rows = [{"field": name, "expression": text} for name, text in fields.items()]
    connection = make_connection(options={"mapping": rows})
    browser, _session, prefix = visit_with(article(connection))
    browser.post(f"{prefix}/return")
    detail = ask("order_get_open.xml").find("Order/Detail")
    assert detail is not None
    header, line = detail
    assert [part.tag for part in header] == [
        "SupplierOrderID", "CustomerOrderID", "CustomerOrderRef", "OrderDate", "OrderedBy",
        "DeliveryLocation", "ContactPerson", "ContactTelephone", "Comments",
    ]  # fmt: skip
    assert [part.tag for part in line][:3] == ["SupplierOrderLineID", "CustomerOrderLineID", "Material"]
    assert {element.tag: element.text for element in detail.iter() if element.tag in fields} == fields


def test_the_number_of_the_header_names_the_open_order_until_the_buyer_goes_on_with_it() -> None:
    browser, session, prefix = visit_with(article(make_connection()), quantity="3")
    browser.post(f"{prefix}/return")
    number = ask("order_get_open.xml").findtext("Order/Detail/OrderHeader/SupplierOrderID", "")
    assert number == str(session.cart_id)
    launched = launch()
    assert ordered(ask("order_get_number.xml", order=number)) == ordered(ask("order_get_open.xml"))
    enter(launched)
    for name in ("order_get_number.xml", "order_delete_number.xml"):
        assert code(post(payload(name, order=number))) == "12"
    assert len(ordered(ask("order_get_open.xml"))) == 1
    now = ask("order_get_open.xml").findtext("Order/Detail/OrderHeader/SupplierOrderID", "")
    assert "1 lines were deleted" in text(ask("order_delete_number.xml", order=now))
    assert ordered(ask("order_get_open.xml")) == []


def test_the_number_of_another_customers_order_names_nothing() -> None:
    other = make_connection(slug="other", username="other", organisation__number="4712")
    _browser, session, _prefix = visit_with(article(make_connection()))
    for name in ("order_get_number.xml", "order_delete_number.xml"):
        sent = payload(name, order=str(session.cart_id), user="other", number="4712")
        assert code(post(sent)) == "12"
    assert other.sessions.count() == 0
    assert len(ordered(ask("order_get_open.xml"))) == 1
