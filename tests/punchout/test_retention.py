"""What goes when its time is up, and what stays for the orders that will refer to it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from punchout import retention
from punchout.models import Connection, PunchoutSession, ReturnedCart, SandboxRun, SeenMessage, WireMessage
from shop.models import Cart, CartLine
from tests.factories import ConnectionFactory, PersonFactory, WireMessageFactory
from tests.punchout.cxml import buyer

pytestmark = pytest.mark.django_db
State = PunchoutSession.State


def days_ago(number: float) -> Any:
    return timezone.now() - timedelta(days=number)


@pytest.fixture(autouse=True)
def thirty_days(settings: Settings) -> None:
    settings.RETENTION_DAYS = 30


def visit(
    connection: Connection, *, days: float, state: str, outcome: str = "", **fields: Any
) -> PunchoutSession:
    cart = Cart.objects.create(organisation=connection.organisation)
    CartLine.objects.create(cart=cart, sku="A", quantity=1)
    session = PunchoutSession.objects.create(
        **{
            "key": f"{PunchoutSession.objects.count():022}",
            "connection": connection,
            "organisation": connection.organisation,
            "person": PersonFactory(organisation=connection.organisation),
            "cart": cart,
            "state": state,
            "echo": {"buyer_cookie": "c"},
            "return_url": "https://buyer.example/return?user=42",
            "start_digest": f"{PunchoutSession.objects.count():064}",
            "start_expires_at": days_ago(days),
            "created_at": days_ago(days),
            "seen_at": days_ago(days),
            **fields,
        }
    )
    if outcome:
        ReturnedCart.objects.create(
            session=session, outcome=outcome, currency="EUR", total=Decimal("12.40"),
            lines=[{"number": 1, "sku": "A"}], form={"action": "https://buyer.example", "fields": []},
        )  # fmt: skip
    return session


def test_messages_go_when_their_connections_time_is_up() -> None:
    short, usual = ConnectionFactory(retention_days=7), ConnectionFactory()
    kept = [
        WireMessageFactory(connection=short, received_at=days_ago(6)),
        WireMessageFactory(connection=usual, received_at=days_ago(29)),
        WireMessageFactory(connection=None, received_at=days_ago(29)),
    ]
    for connection, days in ((short, 8), (usual, 31), (None, 31)):
        WireMessageFactory(connection=connection, received_at=days_ago(days))
    assert retention.clean_up()["messages"] == 3
    assert set(WireMessage.objects.all()) == set(kept)


def test_a_returned_cart_keeps_its_prices_and_forgets_who_it_was() -> None:
    session = visit(ConnectionFactory(), days=31, state=State.RETURNED, outcome="cart")
    assert retention.clean_up()["with commitment"] == 1
    session.refresh_from_db()
    returned = ReturnedCart.objects.get()
    assert (returned.total, returned.lines) == (Decimal("12.40"), [{"number": 1, "sku": "A"}])
    assert (session.person, session.echo, session.return_url, returned.form) == (None, {}, "", {})
    assert retention.clean_up()["with commitment"] == 0


def test_the_cart_of_a_test_connection_goes_with_its_visit() -> None:
    visit(ConnectionFactory(test=True), days=31, state=State.RETURNED, outcome="cart")
    retention.clean_up()
    assert not PunchoutSession.objects.exists() and not Cart.objects.exists()
    assert not ReturnedCart.objects.exists() and not CartLine.objects.exists()


@pytest.mark.parametrize("state", [State.CANCELLED, State.EXPIRED])
def test_a_visit_without_a_cart_goes_with_its_cart(state: str) -> None:
    connection = ConnectionFactory()
    visit(connection, days=31, state=state, outcome="empty" if state == State.CANCELLED else "")
    recent = visit(connection, days=29, state=state)
    retention.clean_up()
    assert list(PunchoutSession.objects.all()) == [recent]
    assert Cart.objects.count() == 1


def test_a_launch_that_nobody_followed_goes_the_next_day() -> None:
    connection = ConnectionFactory()
    visit(connection, days=1.1, state=State.LAUNCHED)
    waiting = visit(connection, days=0, state=State.LAUNCHED)
    assert retention.clean_up()["never entered"] == 1
    assert list(PunchoutSession.objects.all()) == [waiting]


def test_a_visit_that_nobody_came_back_to_is_ended_and_counts_from_then() -> None:
    session = visit(ConnectionFactory(), days=2, state=State.ACTIVE)
    shopping = visit(ConnectionFactory(), days=0.5, state=State.ACTIVE)
    assert retention.clean_up()["left open"] == 1
    session.refresh_from_db()
    shopping.refresh_from_db()
    assert (session.state, session.ended_at) == (State.EXPIRED, session.seen_at)
    assert shopping.state == State.ACTIVE


@pytest.mark.parametrize("adapter", ["cebeoxml", "taken-away"])
def test_an_open_order_waits_for_the_buyers_system_however_long(adapter: str) -> None:
    connection = ConnectionFactory(adapter=adapter)
    visit(connection, days=90, state=State.EXPIRED)
    current = visit(connection, days=80, state=State.EXPIRED)
    newest = visit(connection, days=70, state=State.CANCELLED)
    retention.clean_up()
    assert set(PunchoutSession.objects.all()) == {current, newest}


def test_what_a_visit_begins_with_waits_until_somebody_enters_it() -> None:
    connection = ConnectionFactory(adapter="cebeoxml")
    kept = visit(connection, days=90, state=State.EXPIRED)
    visit(connection, days=80, state=State.EXPIRED, begins_with=kept)
    newest = visit(connection, days=70, state=State.EXPIRED, begins_with=kept)
    retention.clean_up()
    assert set(PunchoutSession.objects.all()) == {kept, newest}


def test_an_id_outlives_its_message_so_that_a_late_duplicate_is_still_known() -> None:
    connection = buyer.make_connection()
    body = buyer.fill("setup_request.xml", connection, payload_id="late@buyer.example")

    def send() -> int:
        response = Client().generic("POST", buyer.ENDPOINT, body, content_type="text/xml")
        return buyer.status_code(response)

    assert send() == 200
    long_ago = {"created_at": days_ago(31)}
    PunchoutSession.objects.update(**long_ago, start_expires_at=days_ago(31))
    SeenMessage.objects.update(**long_ago)
    WireMessage.objects.update(received_at=days_ago(31))
    retention.clean_up()
    assert not PunchoutSession.objects.exists() and not WireMessage.objects.exists()
    assert SeenMessage.objects.get().answer == ""
    assert send() == 409
    SeenMessage.objects.update(created_at=days_ago(61))
    retention.clean_up()
    assert not SeenMessage.objects.exists()


def test_sandbox_runs_go_when_they_ran_out() -> None:
    SandboxRun.objects.create(system="ariba", expires_at=days_ago(0.1))
    alive = SandboxRun.objects.create(system="ariba")
    retention.clean_up()
    assert list(SandboxRun.objects.all()) == [alive]


def test_much_goes_in_batches_and_no_more_than_asked(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    monkeypatch.setattr(retention, "BATCH", 10)
    connection = ConnectionFactory()
    WireMessage.objects.bulk_create(
        WireMessage(direction="in", connection=connection, received_at=days_ago(31)) for _number in range(35)
    )
    assert retention.clean_up(most=15)["messages"] == 15
    assert WireMessage.objects.count() == 20
    with django_assert_max_num_queries(60):
        assert retention.clean_up()["messages"] == 20


def test_what_something_else_refers_to_stays_and_the_rest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db.models import ProtectedError

    connection = ConnectionFactory()
    needed = visit(connection, days=31, state=State.EXPIRED)
    visit(connection, days=31, state=State.EXPIRED)
    delete = retention._delete_sessions

    def guarded(keys: list[int]) -> int:
        if needed.pk in keys:
            raise ProtectedError("an order refers to it", {needed})
        return delete(keys)

    kinds = tuple(
        retention.Kind(
            kind.name, kind.label, kind.due, kind.at, guarded if kind.remove is delete else kind.remove
        )
        for kind in retention.KINDS
    )
    monkeypatch.setattr(retention, "KINDS", kinds)
    assert retention.clean_up()["without commitment"] == 1
    assert list(PunchoutSession.objects.all()) == [needed]


def test_the_statement_says_what_will_go_and_changes_nothing(
    admin_client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    ConnectionFactory(name="Short one", retention_days=7)
    WireMessageFactory(received_at=days_ago(31))
    page = admin_client.get("/admin/punchout/wiremessage/retention/").content.decode()
    assert "kept for 30 days" in page and "Short one" in page
    call_command("clean_up", dry_run=True)
    assert "Messages of the wire log: removed: 1, the oldest of" in capsys.readouterr().out
    assert WireMessage.objects.count() == 1
    call_command("clean_up")
    assert "messages: 1" in capsys.readouterr().out
    assert not WireMessage.objects.exists()


def test_a_stranger_does_not_see_the_statement(client: Client, django_user_model: Any) -> None:
    assert client.get("/admin/punchout/wiremessage/retention/").status_code == 302
    client.force_login(django_user_model.objects.create_user("clerk", is_staff=True))
    assert client.get("/admin/punchout/wiremessage/retention/").status_code == 403
