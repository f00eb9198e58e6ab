"""``manage.py send_order_notices``: sends what still waits, for a task queue outside the database."""

from typing import Any

from django.core.management.base import BaseCommand

from trading import notices
from trading.models import OrderNotice


class Command(BaseCommand):
    help = "Sends the e-mails about orders that nobody was told of yet."

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = OrderNotice.objects.filter(state=OrderNotice.State.WAITING).order_by("pk")
        keys = list(waiting.values_list("pk", flat=True))
        sent = sum(notices.send(notice_id=key) for key in keys)
        print(f"{sent} of {len(keys)} sent.")
