"""Somebody is told of every order: an e-mail to ``settings.ORDERS_NOTICE_TO``, sent after the commit.

The notice is a row written with the order. With the database's task queue the task is one too, so both are
there or neither is; with another queue ``manage.py send_order_notices`` sends what was never tried. What
fails is tried again, less and less often, and then shown as failed; an operator can have it sent again.
"""

from datetime import timedelta
from functools import partial
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django_tasks_db import DatabaseBackend

from trading.documents import csv_of
from trading.models import Order, OrderNotice

log = structlog.get_logger(__name__)

# After each failed attempt; when all are used up the notice has failed.
AGAIN_AFTER = (
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8),
)  # fmt: skip
LONGEST_ERROR = 500


def write(order: Order) -> None:
    """The notice of a new order, in the transaction of the order; nothing when nobody is to be told."""
    if settings.ORDERS_NOTICE_TO:
        notice = OrderNotice.objects.create(order=order)
        enqueue(notice)


def enqueue(notice: OrderNotice, after: timedelta | None = None) -> None:
    """Has the notice sent in the background, once the transaction is committed."""
    from trading.tasks import send_notice

    if isinstance(send_notice.get_backend(), DatabaseBackend):
        task = send_notice.using(run_after=timezone.now() + after) if after else send_notice
        task.enqueue(notice.pk)
    elif after is None:
        transaction.on_commit(partial(send_notice.enqueue, notice.pk))


def send_again(*, notice: OrderNotice) -> None:
    """From the beginning, whatever became of it before."""
    with transaction.atomic():
        OrderNotice.objects.filter(pk=notice.pk).update(
            state=OrderNotice.State.WAITING, attempts=0, error="", sent_at=None
        )
        enqueue(notice)


def send(*, notice_id: int) -> bool:
    """Sends a waiting notice; whether it is sent now. One that was sent is not sent twice."""
    notice = OrderNotice.objects.select_related("order__organisation").filter(pk=notice_id).first()
    if notice is None or notice.state != OrderNotice.State.WAITING:
        return False
    recipients = list(settings.ORDERS_NOTICE_TO)
    try:
        if not recipients:
            raise ValueError("ORDERS_NOTICE_TO names nobody.")
        email_of(notice.order, recipients).send()
    except (OSError, SMTPException, ValueError) as error:
        _failed(notice, f"{type(error).__name__}: {error}")
        return False
    notice.state, notice.sent_at = OrderNotice.State.SENT, timezone.now()
    notice.sent_to, notice.error = ", ".join(recipients), ""
    notice.attempts += 1
    notice.save()
    log.info("order_notice_sent", order=notice.order.number)
    return True


def _failed(notice: OrderNotice, error: str) -> None:
    attempts = notice.attempts
    notice.attempts, notice.error = attempts + 1, error[:LONGEST_ERROR]
    with transaction.atomic():
        if attempts < len(AGAIN_AFTER):
            enqueue(notice, AGAIN_AFTER[attempts])
        else:
            notice.state = OrderNotice.State.FAILED
        notice.save()
    log.error("order_notice_failed", order=notice.order.number, error=notice.error, state=notice.state)


def email_of(order: Order, recipients: list[str]) -> EmailMessage:
    """What is sent: the order in words and as CSV, in the language of the shop."""
    with translation.override(settings.LANGUAGE_CODE):
        context = {"order": order, "lines": order.lines, "address": admin_address(order)}
        subject = render_to_string("trading/notice_subject.txt", context)
        text = render_to_string("trading/notice.txt", context)
    message = EmailMessage(" ".join(subject.split()), text, settings.DEFAULT_FROM_EMAIL, recipients)
    message.attach(f"order-{order.number}.csv", csv_of(order), "text/csv")
    return message


def admin_address(order: Order) -> str:
    """The order's page for operators; without the host where the shop does not know its own."""
    return settings.PUBLIC_URL + reverse("admin:trading_order_change", args=[order.pk])
