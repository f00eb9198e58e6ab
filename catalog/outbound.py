"""The one door to addresses that others gave us: https, public, small, and soon over.

A name is looked up once, every answer is checked, and the connection goes to the checked address: a name that
answers differently the second time (DNS rebinding) gains nothing. Redirects are followed three times at most,
each through the same door. Proxies of the environment are not used: they would look names up themselves.
"""

import hashlib
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from catalog.wording import said as _

T = TypeVar("T")

MOST_REDIRECTS = 3
CONNECT_SECONDS, READ_SECONDS, ALL_SECONDS = 5.0, 10.0, 60.0
LONGEST_ADDRESS = 2_000
AGENT = "punchout-webshop"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class OutboundRefused(Exception):
    """Why nothing was fetched, for the operator; no credentials are in it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    content: bytes
    media_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What a server said of a file that now lies on disk; ``digest`` is its SHA-256."""

    etag: str
    last_modified: str
    digest: str
    size: int


def fetch(
    address: str, *, most_bytes: int, etag: str = "", transport: httpx.BaseTransport | None = None
) -> Fetched | None:
    """What is at an address; ``None`` when it has not changed since ``etag``. Raises ``OutboundRefused``."""

    def take(response: httpx.Response, pieces: Iterator[bytes]) -> Fetched:
        content = b"".join(pieces)
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Fetched(content, kind, response.headers.get("etag", "")[:120])

    return _get(address, {"If-None-Match": etag}, most_bytes, ALL_SECONDS, transport, take)


def download(
    address: str,
    target: BinaryIO,
    *,
    most_bytes: int,
    seconds: float,
    etag: str = "",
    last_modified: str = "",
    authorization: str = "",
    transport: httpx.BaseTransport | None = None,
) -> Downloaded | None:
    """Writes what is at an address into a file, piece by piece; ``None`` when it has not changed.

    ``authorization`` is sent to the server of the address, and to none that it leads on to. Raises
    ``OutboundRefused``; what is in the file then is a part.
    """

    def take(response: httpx.Response, pieces: Iterator[bytes]) -> Downloaded:
        digest, size = hashlib.sha256(), 0
        for piece in pieces:
            digest.update(piece)
            size += target.write(piece)
        announced = response.headers.get("content-length", "")
        if announced.isdigit() and int(announced) != size:
            raise OutboundRefused(_("The server sent less than it announced."))
        headers = response.headers
        return Downloaded(
            headers.get("etag", "")[:200], headers.get("last-modified", "")[:60], digest.hexdigest(), size
        )

    since = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return _get(address, since, most_bytes, seconds, transport, take, authorization)


def _get(
    address: str,
    since: dict[str, str],
    most_bytes: int,
    seconds: float,
    transport: httpx.BaseTransport | None,
    take: Callable[[httpx.Response, Iterator[bytes]], T],
    authorization: str = "",
) -> T | None:
    first = urlsplit(address).netloc.lower()
    ends = time.monotonic() + seconds
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    headers |= {name: value for name, value in since.items() if value}
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    with httpx.Client(
        transport=transport or Door(), timeout=timeout, trust_env=False, follow_redirects=False
    ) as client:
        for _turn in range(MOST_REDIRECTS + 1):
            check_address(address)
            mine = {"Authorization": authorization} if authorization else {}
            own = mine if urlsplit(address).netloc.lower() == first else {}
            try:
                with client.stream("GET", address, headers={**headers, **own}) as response:
                    if response.status_code in _REDIRECTS and "location" in response.headers:
                        address = urljoin(address, response.headers["location"])
                        continue
                    if response.status_code == 304:
                        return None
                    if response.status_code != 200:
                        raise OutboundRefused(_("The server answered %s.") % response.status_code)
                    return take(response, _limited(response.iter_raw(64 * 1024), most_bytes, ends))
            except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
                raise OutboundRefused(_("The server cannot be reached: %s") % type(error).__name__) from error
    raise OutboundRefused(_("There are too many redirects."))


def _limited(pieces: Iterable[bytes], most_bytes: int, ends: float) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most_bytes:
            raise OutboundRefused(_("Larger than %s MB.") % (most_bytes // 2**20))
        if time.monotonic() > ends:
            raise OutboundRefused(_("The server is too slow."))
        yield piece


def check_address(address: str) -> None:
    """Refuses everything but plain https on its own port; the host is checked when it is looked up."""
    if len(address) > LONGEST_ADDRESS or not address.isascii() or any(ord(c) <= 32 for c in address):
        raise OutboundRefused(_("This is no address."))
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise OutboundRefused(_("This is no address.")) from None
    if parts.scheme != "https":
        raise OutboundRefused(_("Only addresses that begin with https:// are used."))
    if "\\" in address or "@" in parts.netloc or not parts.hostname or port not in (None, 443):
        raise OutboundRefused(_("Addresses with a user, a port or a backslash are not used."))


def public_address(host: str, port: int) -> str:
    """The address of a host to connect to; raises ``OutboundRefused`` unless all its addresses are public."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutboundRefused(_("The name of the server is not known.")) from error
    found = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    for address in found:
        if not is_public(address):
            raise OutboundRefused(_("The server is not on the public internet."))
    if not found:
        raise OutboundRefused(_("The name of the server is not known."))
    return found[0]


def is_public(address: str) -> bool:
    """Whether an IP address is a public one, whatever it is wrapped in."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner: Any = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if found.teredo is not None:
            return False
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


class _CheckedBackend(httpcore.SyncBackend):
    """Connects to the address that was checked; TLS still asks for the name."""

    def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        return super().connect_tcp(public_address(host, port), port, *args, **kwargs)

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise OutboundRefused(_("This is no address."))


class Door(httpx.HTTPTransport):
    def __init__(self) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), network_backend=_CheckedBackend(), retries=0
        )
