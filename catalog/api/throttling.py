"""So many requests a minute for each API key, whatever others do; the answer says when to come back."""

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from catalog.api.authentication import KeyHolder

if TYPE_CHECKING:  # the views import the settings, which import this
    from rest_framework.views import APIView

WINDOW_SECONDS = 60


class PerKey(BaseThrottle):
    """Counts in the default cache: per process with the local one, for all with a shared one."""

    name = "api-requests"
    window_seconds = WINDOW_SECONDS

    @property
    def limit(self) -> int:
        return settings.API_REQUESTS_PER_MINUTE

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.user, KeyHolder):
            return True
        now = time.time()
        window = int(now // self.window_seconds)
        name = f"{self.name}:{request.user.key.pk}:{window}"
        cache.add(name, 0, timeout=2 * self.window_seconds)
        try:
            count = cache.incr(name)
        except ValueError:  # the cache dropped the counter in between
            count = 1
        self._wait = (window + 1) * self.window_seconds - now
        return count <= self.limit

    def wait(self) -> float:
        return self._wait
