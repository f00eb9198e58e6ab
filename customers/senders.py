"""From where a request came."""

from django.conf import settings
from django.http import HttpRequest


def remote_address(request: HttpRequest) -> str:
    """The sender's address; a forwarded one only when we are configured to stand behind a proxy."""
    if settings.BEHIND_PROXY:
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded[:45]
    return str(request.META.get("REMOTE_ADDR", ""))[:45]
