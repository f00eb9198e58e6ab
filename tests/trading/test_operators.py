"""What operators do with orders: find, read, take over, cancel, download; and what leads to them and back."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.models import Product
from punchout import retention
from punchout.models import Connection, PunchoutSession, ReturnedCart, WireMessage
from tests.factories import CustomerArticleFactory, PersonFactory
from tests.trading.ordering import ordering_connection, place, sent_cart, shopping
from trading import handling
from trading.models import Order, OrderNotice, OrderStep

pytestmark = pytest.mark.django_db


def page_of(order: Order, name: str = "change") -> str:
    return reverse(f"admin:trading_order_{name}", args=[order.pk])


def full_order() -> Order:
    ordering_connection()
    shopping("SOCKET-1", action="WKS", warenkorb=sent_cart()).order()
    return Order.objects.get()


def staff(*permissions: str) -> Client:
    user = User.objects.create_user(f"desk{User.objects.count()}", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


# -- finding and reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("number", True), ("ANF-77", True), ("ag-2026-0815", True), ("Schulhaus", True), ("SOCKET-1", True),
        ("4711", True), ("SOCKET-2", False), ("\x00", True), ("🔌", False),
    ],
)  # fmt: skip
def test_an_order_is_found_by_what_one_knows_of_it(admin_client: Client, words: str, found: bool) -> None:
    order = full_order()
    words = order.number.lower() if words == "number" else words
    page = admin_client.get(reverse("admin:trading_order_changelist"), {"q": words}).content.decode()
    assert (page_of(order) in page) == found


def test_an_order_is_found_by_letters_with_accents_in_the_name_of_an_article(admin_client: Client) -> None:
    ordering_connection()
    shopper = shopping("LAMP-1")
    Product.objects.update(name_de="Wärmelampe", name_en="Wärmelampe")
    shopper.order()
    page = admin_client.get(reverse("admin:trading_order_changelist"), {"q": "Wärmel"}).content.decode()
    assert page_of(Order.objects.get()) in page


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"state": "new"}, True), ({"state": "taken"}, False), ({"since": "24h"}, True),
        ({"test__exact": "1"}, False),
    ],
)  # fmt: skip
def test_orders_are_filtered(admin_client: Client, filters: dict[str, str], found: bool) -> None:
    order = full_order()
    page = admin_client.get(reverse("admin:trading_order_changelist"), filters).content.decode()
    assert (page_of(order) in page) == found


def test_the_page_of_an_order_has_lines_references_and_the_way_back(admin_client: Client) -> None:
    order = full_order()
    page = admin_client.get(page_of(order)).content.decode()
    for text in ("SOCKET-1", "Schulhaus Köln, 2. OG", "ANF-77", "AG-2026-0815", "50668 Köln", "30.00"):
        assert text in page
    session = PunchoutSession.objects.get()
    for name, pk in (
        ("punchoutsession", session.pk),
        ("returnedcart", order.returned_cart_id),
        *(("wiremessage", message.pk) for message in session.messages.all()),
    ):
        address = reverse(f"admin:punchout_{name}_change", args=[pk])
        assert address in page
        back = admin_client.get(address).content.decode()
        assert page_of(order) in back and order.number in back


def test_hostile_texts_of_a_buyers_system_are_escaped(admin_client: Client) -> None:
    order, hostile = full_order(), "<script>alert(1)</script>"
    Order.objects.update(remark=hostile, commission=hostile, delivery_address=hostile, ordered_by=hostile)
    for address in (page_of(order), reverse("admin:trading_order_changelist")):
        assert hostile not in admin_client.get(address).content.decode()


# -- taking over and cancelling ------------------------------------------------------------------------------


def test_an_order_is_taken_over_once_and_it_is_kept_by_whom(admin_client: Client, admin_user: User) -> None:
    order = full_order()
    page = admin_client.post(page_of(order, "take"), follow=True).content.decode()
    assert "taken over" in page
    again = admin_client.post(page_of(order, "take"), follow=True).content.decode()
    assert "somebody else was quicker" in again
    step = OrderStep.objects.get(state="taken")
    assert (step.by, step.by_name) == (admin_user, admin_user.username)
    order.refresh_from_db()
    assert order.state == Order.State.TAKEN


def test_a_cancelled_order_says_why_and_stays_cancelled(admin_client: Client, admin_user: User) -> None:
    order = full_order()
    assert "Say why" in admin_client.post(page_of(order, "cancel"), follow=True).content.decode()
    page = admin_client.post(page_of(order, "cancel"), {"note": "Called, wrong site"}, follow=True)
    assert "Called, wrong site" in page.content.decode()
    for step in (handling.take_over, handling.cancel):
        with pytest.raises(handling.NotPossible):
            step(order=Order.objects.get(), by=admin_user, note="late")
    assert [step.state for step in order.steps.all()] == ["new", "cancelled"]


def test_several_orders_are_taken_over_from_the_list(admin_client: Client) -> None:
    ordering_connection()
    orders = [place(), place()]
    chosen = {"action": "take_over_chosen", "_selected_action": [order.pk for order in orders]}
    admin_client.post(reverse("admin:trading_order_changelist"), chosen)
    assert set(Order.objects.values_list("state", flat=True)) == {"taken"}


def test_nothing_happens_to_an_order_by_a_link(admin_client: Client) -> None:
    order = full_order()
    for name in ("take", "cancel", "notice"):
        assert admin_client.get(page_of(order, name)).status_code in (302, 403)
    order.refresh_from_db()
    assert (order.state, order.steps.count()) == (Order.State.NEW, 1)


def test_who_may_only_look_changes_nothing_and_others_see_nothing() -> None:
    order = full_order()
    reader, stranger = staff("view_order"), staff()
    page = reader.get(page_of(order)).content.decode()
    assert order.number in page and "Take over" not in page
    for name in ("take", "cancel", "notice"):
        assert reader.post(page_of(order, name), {"note": "x"}).status_code == 403
    for name in ("change", "csv"):
        assert stranger.get(page_of(order, name)).status_code == 403
        assert Client().get(page_of(order, name)).status_code == 302
    order.refresh_from_db()
    assert order.state == Order.State.NEW


def test_orders_are_neither_made_nor_changed_nor_deleted_by_hand(admin_client: Client) -> None:
    order = full_order()
    assert admin_client.get(reverse("admin:trading_order_add")).status_code == 403
    assert admin_client.post(page_of(order, "delete"), {"post": "yes"}).status_code == 403
    assert Order.objects.exists()


# -- as a file -----------------------------------------------------------------------------------------------


def test_an_order_is_downloaded_as_csv_one_row_a_line(admin_client: Client) -> None:
    order = full_order()
    answer = admin_client.get(page_of(order, "csv"))
    assert answer["Content-Disposition"] == f'attachment; filename="order-{order.number}.csv"'
    text = answer.content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text), delimiter=";")
    wanted = {
        "order_number": order.number, "customer_number": "4711", "article_number": "SOCKET-1",
        "quantity": "3", "unit": "C62", "net_price": "10", "line_total": "30", "order_total": "30",
        "currency": "EUR", "commission": "Schulhaus Köln, 2. OG", "requested": "2026-12-03",
        "shipment": "pickup", "test": "0",
        "delivery_address": "Baustelle Schulhaus, Domstraße 3, 50668 Köln, Frau Çelik, ID BAU-12",
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted


def test_no_spreadsheet_computes_what_a_buyers_system_wrote(admin_client: Client) -> None:
    ordering_connection()
    shopping("SOCKET-1", action="WKS", warenkorb=sent_cart().replace("ANF-77", "=1+1")).order()
    text = admin_client.get(page_of(Order.objects.get(), "csv")).content.decode("utf-8-sig")
    assert ";'=1+1;" in text


def test_the_customers_own_number_is_in_the_file(admin_client: Client) -> None:
    connection = ordering_connection()
    buying = shopping("LAMP-1")
    CustomerArticleFactory(
        organisation=connection.organisation, product=buying.session.cart.lines.get().product, number="MAT-9"
    )
    buying.order()
    assert b";MAT-9;" in admin_client.get(page_of(Order.objects.get(), "csv")).content


def test_the_trace_for_the_partner_has_the_order_and_nobody_of_ours(admin_client: Client) -> None:
    order = full_order()
    admin_client.post(page_of(order, "cancel"), {"note": "Said on the phone"})
    trace = reverse("admin:punchout_punchoutsession_trace", args=[PunchoutSession.objects.get().pk])
    with zipfile.ZipFile(io.BytesIO(admin_client.get(trace).content)) as archive:
        text = archive.read(f"order-{order.number}.json").decode()
    found = json.loads(text)
    assert (found["order_number"], found["lines"][0]["article_number"]) == (order.number, "SOCKET-1")
    assert [step["state"] for step in found["steps"]] == ["new", "cancelled"]
    assert "phone" not in text and "admin" not in text


# -- what stays ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("test", [False, True])
def test_a_clean_up_takes_the_visit_and_never_the_order(
    admin_client: Client, test: bool, settings: Any
) -> None:
    connection = ordering_connection(test=test)
    buying = shopping("LAMP-1")
    person = PersonFactory(organisation=connection.organisation, name="An Peeters")
    PunchoutSession.objects.update(person=person)
    buying.order()
    long_ago = timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1)
    PunchoutSession.objects.update(created_at=long_ago)
    WireMessage.objects.update(received_at=long_ago)
    retention.clean_up()
    assert not WireMessage.objects.exists()
    assert ReturnedCart.objects.exists() != test
    order = Order.objects.get()
    assert (order.test, order.total, len(order.lines)) == (test, Decimal("10.00"), 1)
    page = admin_client.get(page_of(order)).content.decode()
    assert "LAMP-1" in page and "An Peeters" in page
    assert ("cleaned up" in page) == test


def test_a_connection_that_is_removed_leaves_its_orders(admin_client: Client) -> None:
    order = full_order()
    Order.objects.update(returned_cart=None)
    ReturnedCart.objects.all().delete()
    PunchoutSession.objects.all().delete()
    Connection.objects.all().delete()
    assert admin_client.get(page_of(order)).status_code == 200


def test_an_order_that_nobody_was_told_of_is_marked_in_the_list(admin_client: Client, settings: Any) -> None:
    settings.ORDERS_NOTICE_TO = []
    full_order()
    assert not OrderNotice.objects.exists()
    page = admin_client.get(reverse("admin:trading_order_changelist")).content.decode()
    assert "nobody was told" in page and "ORDERS_NOTICE_TO is empty" in page
