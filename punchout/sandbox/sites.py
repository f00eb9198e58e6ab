"""Which addresses the sandbox uses: its own, the shop's, and what its pages may frame.

The sandbox posts to the shop and to nothing else. When no public address is configured (demo), the
connection always goes to this very server on the loopback, whatever the Host header of the request says.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

# localhost and 127.0.0.1 are two sites to a browser, so the shop is framed the way a stranger's would be.
_OTHER_LOOPBACK = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}
_ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?\Z")


@dataclass(frozen=True)
class Sites:
    """The two sides' addresses, without a trailing slash."""

    own_url: str
    shop_url: str
    # Where the sandbox's own HTTP connection goes; the Host header still says shop_url.
    connect_url: str


def in_one_window(sites: Sites) -> Sites:
    """The shop under the sandbox's own origin: SAP GUI opens it in a browser of its own, not in a frame."""
    return replace(sites, shop_url=origin_of(sites.own_url) or sites.shop_url)


def sites_of(request: HttpRequest) -> Sites:
    """The addresses of the sandbox and the shop as this request's browser sees them."""
    own = request.build_absolute_uri(reverse("sandbox:home")).rstrip("/")
    if settings.PUBLIC_URL:
        return Sites(own, settings.PUBLIC_URL, settings.PUBLIC_URL)
    host, colon, port = request.get_host().rpartition(":")
    if not colon or not port.isdecimal():
        host, port = request.get_host(), ""
    other = _OTHER_LOOPBACK.get(host, host)
    shop = f"{request.scheme}://{other}" + (f":{port}" if port else "")
    return Sites(own, shop, f"http://127.0.0.1:{request.META.get('SERVER_PORT') or 80}")


def origin_of(url: str) -> str:
    """The origin of an address as CSP writes it; empty when it is none that a page may be told to trust."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin if _ORIGIN.match(origin) else ""
