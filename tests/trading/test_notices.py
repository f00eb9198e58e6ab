"""Somebody is told of every order, and it is seen when nobody was."""

from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.factories import ConnectionFactory
from tests.trading.ordering import ordering_connection, place, sent_cart, shopping
from trading import checks, notices
from trading.models import Order, OrderNotice

pytestmark = pytest.mark.django_db
IMMEDIATE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
BROKEN = "tests.trading.test_notices.NoMailServer"


class NoMailServer:
    """A mail server that is not there."""

    def __init__(self, *arguments: object, **options: object) -> None:
        pass

    def send_messages(self, messages: object) -> int:
        raise ConnectionRefusedError("no mail server")


def notice() -> OrderNotice:
    return OrderNotice.objects.get()


def run_tasks() -> None:
    """What a worker would do of what is due, in their order."""
    for waiting in DBTaskResult.objects.filter(status="READY").order_by("enqueued_at"):
        waiting.task.call(*waiting.args_kwargs["args"], **waiting.args_kwargs["kwargs"])
        waiting.delete()


def test_an_order_is_told_by_a_task_that_was_written_with_it(settings: Any) -> None:
    settings.ORDERS_NOTICE_TO = ["orders@shop.example", "desk@shop.example"]
    settings.PUBLIC_URL = "https://shop.example"
    ordering_connection()
    shopping("SOCKET-1", action="WKS", warenkorb=sent_cart()).order()
    assert mail.outbox == [] and notice().state == OrderNotice.State.WAITING
    run_tasks()
    (message,) = mail.outbox
    order = Order.objects.get()
    assert message.to == settings.ORDERS_NOTICE_TO
    assert order.number in message.subject and "30.00" in message.subject and "TEST" not in message.subject
    for text in ("SOCKET-1", "Schulhaus Köln, 2. OG", "ANF-77", "Domstraße 3", "Dec. 3, 2026"):
        assert text in message.body
    assert "https://shop.example" + reverse("admin:trading_order_change", args=[order.pk]) in message.body
    ((name, content, _kind),) = message.attachments
    assert name == f"order-{order.number}.csv" and "SOCKET-1" in content
    assert (notice().state, notice().attempts) == (OrderNotice.State.SENT, 1)


def test_a_notice_is_not_sent_twice() -> None:
    ordering_connection()
    place()
    assert notices.send(notice_id=notice().pk)
    assert not notices.send(notice_id=notice().pk)
    assert len(mail.outbox) == 1


def test_an_order_over_a_test_connection_says_so_first() -> None:
    ordering_connection(test=True)
    place()
    notices.send(notice_id=notice().pk)
    assert mail.outbox[0].subject.startswith("TEST ")
    assert "nothing is to be delivered" in mail.outbox[0].body


def test_with_another_task_queue_it_is_sent_after_the_commit(
    settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.TASKS = IMMEDIATE
    ordering_connection()
    with django_capture_on_commit_callbacks() as after:
        place()
        assert mail.outbox == []
    for callback in after:
        callback()
    assert len(mail.outbox) == 1


def test_what_fails_is_tried_again_later_and_then_shown_as_failed(
    settings: Any, admin_client: Client
) -> None:
    settings.EMAIL_BACKEND = BROKEN
    ordering_connection()
    order = place()
    begun = timezone.now()
    for attempt, after in enumerate(notices.AGAIN_AFTER, start=1):
        run_tasks()
        assert (notice().state, notice().attempts) == (OrderNotice.State.WAITING, attempt)
        assert DBTaskResult.objects.get(status="READY").run_after >= begun + after
    run_tasks()
    assert notice().state == OrderNotice.State.FAILED
    assert not DBTaskResult.objects.exists()
    address = reverse("admin:trading_order_change", args=[order.pk])
    assert "no mail server" in admin_client.get(address).content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    admin_client.post(reverse("admin:trading_order_notice", args=[order.pk]))
    run_tasks()
    assert notice().state == OrderNotice.State.SENT and len(mail.outbox) == 1


def test_what_waits_can_be_sent_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    ordering_connection()
    place()
    place()
    call_command("send_order_notices")
    assert capsys.readouterr().out == "2 of 2 sent.\n"
    assert len(mail.outbox) == 2


def test_a_notice_that_waits_says_when_nobody_is_named_any_more(settings: Any) -> None:
    ordering_connection()
    place()
    settings.ORDERS_NOTICE_TO = []
    assert not notices.send(notice_id=notice().pk)
    assert "ORDERS_NOTICE_TO" in notice().error


# -- checks --------------------------------------------------------------------------------------------------


def test_a_check_warns_when_buyers_may_order_and_nobody_is_told(settings: Any) -> None:
    settings.ORDERS_NOTICE_TO = []
    ordering_connection()
    (warning,) = checks.somebody_is_told(None, databases=["default"])
    assert warning.id == "trading.W001" and "erp" in warning.msg
    settings.ORDERS_NOTICE_TO = ["orders@shop.example"]
    assert checks.somebody_is_told(None, databases=["default"]) == []


def test_it_does_not_warn_where_nobody_may_order(settings: Any) -> None:
    settings.ORDERS_NOTICE_TO = []
    ordering_connection(active=False)
    ConnectionFactory(adapter="ids", slug="without", options={})
    ConnectionFactory(adapter="ids", slug="wrong", options={"no such option": 1})
    ConnectionFactory(adapter="gone", slug="gone", options={"may_order": True})
    assert checks.somebody_is_told(None, databases=["default"]) == []


@pytest.mark.parametrize(
    ("prefix", "right"), [("W", True), ("", True), ("ABCD", True), ("ABCDE", False), ("W-", False)]
)
def test_a_prefix_that_no_protocol_could_carry_is_a_mistake(settings: Any, prefix: str, right: bool) -> None:
    settings.ORDER_NUMBER_PREFIX = prefix
    assert (checks.number_prefix(None) == []) == right


def test_an_address_that_is_none_is_a_mistake(settings: Any) -> None:
    settings.ORDERS_NOTICE_TO = ["orders@shop.example", "orders"]
    (mistake,) = checks.notice_addresses(None)
    assert mistake.id == "trading.E002" and "'orders'" in mistake.msg
