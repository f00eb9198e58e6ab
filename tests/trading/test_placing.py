"""An order placed in the shop: once, whole, under the number that the buyer's ERP is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from punchout import ordering
from punchout.mapping.impact import impact_of
from punchout.models import PunchoutSession, ReturnedCart, WireMessage
from punchout.replay.service import replay_return
from tests.contracts.pages import read_return_page
from tests.factories import (
    DeliverySiteFactory,
    MetalQuotationFactory,
    PersonFactory,
    ProductLevyFactory,
    ProductMetalFactory,
)
from tests.punchout.ids.client import make_connection, read_cart
from tests.trading.ordering import ordering_connection, place, sent_cart, shopping
from trading import numbers, taking
from trading.models import Order, OrderCounter, OrderNotice, OrderStep

pytestmark = pytest.mark.django_db


def in_order(element: Any) -> list[str]:
    return [child.tag.rpartition("}")[2] for child in element]


# -- what the buyer's ERP is told ----------------------------------------------------------------------------


def test_an_order_is_placed_and_its_cart_goes_back_with_the_mark_and_the_number() -> None:
    ordering_connection()
    cart = shopping("LAMP-1", "LAMP-2").order()
    order = Order.objects.get()
    assert cart.text("WarenkorbInfo/RueckgabeKZ") == "Warenkorbrückgabe mit Bestellung"
    assert cart.text("Order/OrderInfo/OrderConfNo") == order.number == f"W{timezone.localdate().year}-000001"
    assert cart.column("ArtNo") == ["LAMP-1", "LAMP-2"] == [line.sku for line in order.lines]
    assert sum(cart.amounts("NetPrice")) == Decimal("20.00") == order.total
    returned = ReturnedCart.objects.get()
    assert (returned.order_number, order.returned_cart) == (order.number, returned)
    assert WireMessage.objects.get(direction="out").kind == "cart return with order"


def test_a_return_without_an_order_has_neither_mark_nor_number() -> None:
    ordering_connection()
    answer = shopping().press("return")
    cart = read_cart(read_return_page(answer))
    assert cart.text("WarenkorbInfo/RueckgabeKZ") == "Warenkorbrückgabe"
    assert cart.text("Order/OrderInfo/OrderConfNo") is None
    assert not Order.objects.exists()


@pytest.mark.parametrize("version", ["2.0", "2.5"])
def test_the_number_stands_where_the_schema_has_it_and_is_no_longer_than_that(version: str) -> None:
    """OrderInfo in the order of the schema, with every field filled; what came as OrderConfNo is not ours."""
    ordering_connection()
    cart = shopping("SOCKET-1", action="WKS", warenkorb=sent_cart(), version=version).order()
    assert in_order(cart.root) == ["WarenkorbInfo", "Order"]
    assert in_order(cart.root[0]) == ["Date", "Time", "RueckgabeKZ", "Version"]
    assert in_order(cart.root[1][0]) == [
        "InquiryNo", "OfferNo", "PartNo", "OrderConfNo", "DeliveryDate", "ModeOfShipment", "Cur",
        "ZusatzText", "Kommission",
    ]  # fmt: skip
    assert cart.text("WarenkorbInfo/Version") == version
    number = cart.text("Order/OrderInfo/OrderConfNo")
    assert number == Order.objects.get().number and len(number or "") <= 15


def test_what_the_erp_said_of_the_order_is_in_it() -> None:
    ordering_connection()
    shopping("SOCKET-1", action="WKS", warenkorb=sent_cart()).order()
    order = Order.objects.get()
    assert order.commission == "Schulhaus Köln, 2. OG"
    assert (order.inquiry_number, order.offer_number, order.part_number) == (
        "ANF-77",
        "AG-2026-0815",
        "TEIL-2",
    )
    assert (order.requested_on, order.remark) == (date(2026, 12, 3), "Bitte vor 7 Uhr")
    assert order.shipment == Order.Shipment.PICKUP
    assert order.delivery_address.splitlines() == [
        "Baustelle Schulhaus", "Domstraße 3", "50668 Köln", "Frau Çelik", "ID BAU-12",
    ]  # fmt: skip


def test_a_week_is_kept_as_a_week() -> None:
    ordering_connection()
    weekly = sent_cart().replace(
        "<DeliveryDate>2026-12-03</DeliveryDate>",
        "<DeliveryWeek>9</DeliveryWeek><DeliveryYear>2027</DeliveryYear>",
    )
    shopping("SOCKET-1", action="WKS", warenkorb=weekly).order()
    order = Order.objects.get()
    assert (order.requested_on, order.requested_week) == (None, "2027-W09")


def test_the_order_says_what_the_mapping_made_of_the_cart() -> None:
    mapping = [{"field": "Kommission", "expression": "Lager {{ constant.plant }}"}]
    ordering_connection(options={"may_order": True, "constants": {"plant": "7"}, "mapping": mapping})
    cart = shopping("SOCKET-1", action="WKS", warenkorb=sent_cart()).order()
    assert cart.text("Order/OrderInfo/Kommission") == "Lager 7" == Order.objects.get().commission


@pytest.mark.parametrize(
    ("mapped", "week"),
    [
        ({"DeliveryWeek": "48", "DeliveryYear": "2026"}, "2026-W48"),
        ({"DeliveryWeek": "123", "DeliveryYear": "2026"}, ""),
        ({"DeliveryWeek": "0", "DeliveryYear": "2026"}, ""),
        ({"DeliveryWeek": "9", "DeliveryYear": "20266"}, ""),
    ],
)
def test_what_a_mapping_gives_too_much_of_is_cut_in_the_order_as_in_the_cart(
    mapped: dict[str, str], week: str
) -> None:
    """A database that minds lengths takes it, and there is no week that does not exist."""
    long = {"Kommission": "K" * 300, "InquiryNo": "I" * 40, "ZusatzText": "Z" * 900, **mapped}
    rows = [{"field": name, "expression": text} for name, text in long.items()]
    ordering_connection(options={"may_order": True, "mapping": rows})
    buying = shopping()
    person = PersonFactory(organisation=buying.session.organisation, name="N" * 120, identifier="i" * 190)
    PunchoutSession.objects.update(person=person)
    cart = buying.order()
    order = Order.objects.get()
    assert cart.text("Order/OrderInfo/Kommission") == order.commission == "K" * 80
    assert cart.text("Order/OrderInfo/InquiryNo") == order.inquiry_number == "I" * 15
    assert (len(order.remark), len(order.ordered_by), order.requested_week) == (100, 255, week)


def test_person_and_delivery_site_are_in_the_order_in_words() -> None:
    connection = ordering_connection()
    buying = shopping()
    PunchoutSession.objects.update(
        person=PersonFactory(organisation=connection.organisation, name="An Peeters", identifier="an"),
        delivery_site=DeliverySiteFactory(
            organisation=connection.organisation,
            name="Depot",
            street="Kaai 1",
            postal_code="2000",
            city="Antwerp",
        ),
    )
    buying.order()
    order = Order.objects.get()
    assert order.ordered_by == "An Peeters an"
    assert order.delivery_address == "Depot\nKaai 1\n2000 Antwerp\nBE"


def test_surcharges_and_contributions_are_in_the_total() -> None:
    ordering_connection()
    buying = shopping("CABLE-1")
    product = buying.session.cart.lines.get().product
    ProductMetalFactory(product=product)
    MetalQuotationFactory()
    ProductLevyFactory(product=product)
    cart = buying.order()
    order = Order.objects.get()
    assert order.total == sum(cart.amounts("NetPrice")) > Decimal("10.12")
    assert {each.kind for each in order.lines[0].surcharges} == {"metal", "levy"}


# -- who may -------------------------------------------------------------------------------------------------


def test_the_button_says_what_it_means_and_is_there_only_where_the_connection_allows_it() -> None:
    ordering_connection(buyer_system="Handwerker-ERP")
    page = shopping().cart_page()
    assert "Order and return to Handwerker-ERP" in page and "Return to Handwerker-ERP" in page
    assert "Handwerker-ERP books the cart as ordered" in page


def test_without_the_option_there_is_no_button_and_nobody_orders_without_it() -> None:
    make_connection()
    buying = shopping()
    assert 'value="order"' not in buying.cart_page()
    answer = buying.press("order")
    assert answer.status_code == 409
    assert "takes no orders over this connection" in answer.content.decode()
    assert not Order.objects.exists()
    buying.session.refresh_from_db()
    assert buying.session.state == PunchoutSession.State.ACTIVE


def test_where_nobody_takes_orders_nothing_can_be_ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "_takers", [])
    ordering_connection()
    buying = shopping()
    assert 'value="order"' not in buying.cart_page()
    assert buying.press("order").status_code == 409


def test_a_cart_that_cannot_be_returned_is_not_ordered() -> None:
    ordering_connection(options={"may_order": True, "required_fields": ["unspsc"]})
    buying = shopping()
    assert buying.press("order").status_code == 303
    assert not Order.objects.exists() and not OrderCounter.objects.exists()


def test_a_stranger_orders_nothing() -> None:
    ordering_connection()
    buying = shopping()
    assert Client().post(f"{buying.prefix}/order").status_code == 404
    assert not Order.objects.exists()


def test_the_address_of_the_button_opened_by_hand_orders_nothing() -> None:
    ordering_connection()
    buying = shopping()
    answer = buying.browser.get(f"{buying.prefix}/order")
    assert (answer.status_code, answer["Location"]) == (303, f"{buying.prefix}/cart")
    assert not Order.objects.exists()


# -- once, whatever happens ----------------------------------------------------------------------------------


def test_sending_again_shows_the_same_order() -> None:
    """The browser's post failed, or the button was pressed twice: same form, same number, one order."""
    ordering_connection()
    buying = shopping()
    first, again = buying.press("order"), buying.browser.post(f"{buying.prefix}/order")
    assert read_return_page(again).fields == read_return_page(first).fields
    assert Order.objects.count() == 1
    number = Order.objects.get().number
    for answer in (first, again, buying.browser.post(f"{buying.prefix}/return")):
        assert f"Order {number} is placed" in answer.content.decode()
    assert number in buying.browser.get(f"{buying.prefix}/cart").content.decode()


def test_who_orders_a_cart_that_was_only_returned_is_not_told_that_it_was_ordered() -> None:
    ordering_connection()
    buying = shopping()
    buying.press("return")
    answer = buying.browser.post(f"{buying.prefix}/order")
    assert answer.status_code == 409
    assert "is placed" not in answer.content.decode()
    assert not Order.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_fifty_clicks_at_once_place_one_order_and_get_one_form() -> None:
    ordering_connection()
    buying = shopping()

    def click(_number: int) -> tuple[Any, ...]:
        try:
            return tuple(read_return_page(buying.browser.post(f"{buying.prefix}/order")).fields)
        finally:
            database.close()

    with ThreadPoolExecutor(max_workers=50) as pool:
        assert len(set(pool.map(click, range(50)))) == 1
    assert Order.objects.count() == OrderStep.objects.count() == OrderNotice.objects.count() == 1
    assert OrderCounter.objects.get().last == 1


@pytest.mark.django_db(transaction=True)
def test_orders_of_many_buyers_at_once_have_numbers_without_gap() -> None:
    ordering_connection()
    buyers = [shopping(f"LAMP-{number}") for number in range(8)]

    def click(number: int) -> str | None:
        try:
            return buyers[number].order().text("Order/OrderInfo/OrderConfNo")
        finally:
            database.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        found = set(pool.map(click, range(8)))
    year = timezone.localdate().year
    assert found == {f"W{year}-{number:06}" for number in range(1, 9)}


@pytest.mark.django_db(transaction=True)
def test_an_order_that_fails_half_way_leaves_nothing_and_its_number_is_given_out_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ordering_connection()
    buying = shopping()
    with monkeypatch.context() as broken:
        broken.setattr(taking.notices, "write", _fails)
        buying.browser.raise_request_exception = False
        assert buying.browser.post(f"{buying.prefix}/order").status_code == 500
    assert not Order.objects.exists() and not ReturnedCart.objects.exists()
    buying.session.refresh_from_db()
    assert buying.session.state == PunchoutSession.State.ACTIVE
    buying.order()
    assert Order.objects.get().number.endswith("-000001")


def _fails(_order: Order) -> None:
    raise IntegrityError


def test_numbers_begin_anew_each_year_with_the_prefix_of_the_shop(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ORDER_NUMBER_PREFIX = "VLT"
    monkeypatch.setattr(numbers.timezone, "localdate", lambda: date(2031, 12, 31))
    assert [numbers.next_number(), numbers.next_number()] == ["VLT2031-000001", "VLT2031-000002"]
    monkeypatch.setattr(numbers.timezone, "localdate", lambda: date(2032, 1, 1))
    assert numbers.next_number() == "VLT2032-000001"


# -- what is looked at later ---------------------------------------------------------------------------------


def test_the_return_of_an_order_is_replayed_as_what_it_was() -> None:
    connection = ordering_connection()
    order = place()
    returned = ReturnedCart.objects.select_related("session__connection").get(pk=order.returned_cart_id)
    assert replay_return(returned).same
    assert Order.objects.count() == 1
    mapping = [{"field": "Kommission", "expression": "Lager"}]
    impact = impact_of(connection, connection.options, {**connection.options, "mapping": mapping})
    shown = {text.strip(): how for how, text in impact.carts[0].difference.lines}
    assert shown[f"<OrderConfNo>{order.number}</OrderConfNo>"] == " "
    assert shown["<Kommission>Lager</Kommission>"] == "+"
