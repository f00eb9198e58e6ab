"""When something that is done again and again is due next, by the clock on the wall."""

from datetime import datetime, time, timedelta

from django.utils import timezone


def due_after(moment: datetime, at: time, weekday: int | None = None) -> datetime:
    """The first moment after this one that is at this time of day, on any day or on one weekday (Monday 0).

    At four o'clock in summer and in winter.
    """
    day = timezone.localtime(moment).date()
    while True:
        due = timezone.make_aware(datetime.combine(day, at))
        if due > moment and weekday in (None, day.weekday()):
            return due
        day += timedelta(days=1)
