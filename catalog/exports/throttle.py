"""So many attempts in a while for whoever tries; counted in the default cache."""

import time

from django.core.cache import cache


def allowed(name: str, *, limit: int, seconds: int) -> bool:
    """Counts one more attempt; ``False`` when there were more than ``limit`` in this window."""
    window = int(time.time() // seconds)
    key = f"{name}:{window}"
    cache.add(key, 0, timeout=2 * seconds)
    try:
        return cache.incr(key) <= limit
    except ValueError:  # the cache dropped the counter in between
        return True
