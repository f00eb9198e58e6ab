"""Garbage is collected when a request has been answered, not in the middle of one.

Nearly everything dies with its request, without a collection. One for every 700 objects, as Python has it,
would be twenty during the return of a long cart; one for every 50,000 takes 20 to 50 ms out of the request
that happens to set it off. After a request little is alive, so little has to be walked through.
"""

import gc
from typing import Any

from django.core.signals import request_finished

# During a request a collection is only for one that makes very much.
IN_A_REQUEST = 50_000
# Between two: so many objects since the last one, so many collections until older ones are looked through.
YOUNG, MIDDLE, OLD = 5_000, 20, 100


def collect_between_requests() -> None:
    """From now on, in this process."""
    gc.set_threshold(IN_A_REQUEST, MIDDLE, OLD)
    request_finished.connect(_collect, dispatch_uid="shop.garbage")


def _collect(**_signal: Any) -> None:
    if (generation := due(*gc.get_count())) is not None:
        gc.collect(generation)


def due(young: int, middle: int, old: int) -> int | None:
    """The oldest generation that is to be collected, ``None``: nothing is worth it yet."""
    if young < YOUNG:
        return None
    if middle < MIDDLE:
        return 0
    return 1 if old < OLD else 2
