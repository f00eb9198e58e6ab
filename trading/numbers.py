"""Order numbers that people can read out: prefix, year, and a count without gaps, such as ``W2026-000123``.

The count is a row that is raised in the transaction of the order, so a number is given out once, and one
whose order did not come about is given out again. Orders wait for each other for the length of that
transaction; launches and returns do not.
"""

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from trading.models import LONGEST_NUMBER, OrderCounter

DIGITS = 6
LONGEST_PREFIX = LONGEST_NUMBER - len("2026-") - DIGITS


def next_number() -> str:
    """The next number of this year; to be called in a transaction."""
    year = timezone.localdate().year
    counter = OrderCounter.objects.filter(year=year)
    if not counter.update(last=F("last") + 1):
        # The first order of a year: whoever comes second finds the row of the first.
        OrderCounter.objects.bulk_create([OrderCounter(year=year)], ignore_conflicts=True)
        counter.update(last=F("last") + 1)
    last = counter.values_list("last", flat=True).get()
    return f"{settings.ORDER_NUMBER_PREFIX}{year}-{last:0{DIGITS}}"
