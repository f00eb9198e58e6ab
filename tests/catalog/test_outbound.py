"""The one door to addresses that others gave us."""

import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from catalog import outbound
from catalog.outbound import OutboundRefused, fetch, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "fe80::1%eth0", "nonsense",
    ],
)  # fmt: skip
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8"])
def test_addresses_outside_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://cdn.example/a.jpg", "file:///etc/passwd", "gopher://x/", "ftp://x/a", "//cdn.example/a",
        "https://user:pw@cdn.example/a", "https://cdn.example:8443/a", "https://a\\@evil.example/",
        "https://cdn.example/a b", "https://cdn.example/\n", "https:///a", "https://x:99999/", "",
    ],
)  # fmt: skip
def test_only_plain_https_is_used(address: str) -> None:
    with pytest.raises(OutboundRefused):
        fetch(address, most_bytes=10, transport=httpx.MockTransport(lambda request: httpx.Response(200)))


def answers(monkeypatch: pytest.MonkeyPatch, *addresses: list[str]) -> list[tuple[str, int]]:
    """What names answer, turn by turn; what is connected to."""
    turns = iter(addresses)
    connected: list[tuple[str, int]] = []

    def getaddrinfo(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in next(turns)]

    def connect(address: tuple[str, int], *args: Any, **kwargs: Any) -> Any:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket, "create_connection", connect)
    return connected


def test_a_name_that_leads_inside_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    connected = answers(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(OutboundRefused, match="public internet"):
        fetch("https://cdn.example/a.jpg", most_bytes=10)
    assert connected == []


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    connected = answers(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    with pytest.raises(OutboundRefused, match="cannot be reached"):
        fetch("https://cdn.example/a.jpg", most_bytes=10)
    assert connected == [("93.184.216.34", 443)]


def test_a_redirect_goes_through_the_same_door() -> None:
    seen: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        if request.url.path == "/a":
            return httpx.Response(302, headers={"Location": "/b"})
        return httpx.Response(301, headers={"Location": "http://169.254.169.254/latest"})

    with pytest.raises(OutboundRefused, match="https"):
        fetch("https://cdn.example/a", most_bytes=10, transport=httpx.MockTransport(handle))
    assert seen == ["https://cdn.example/a", "https://cdn.example/b"]


def test_redirects_in_a_circle_end() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(302, headers={"Location": "/a"}))
    with pytest.raises(OutboundRefused, match="too many"):
        fetch("https://cdn.example/a", most_bytes=10, transport=transport)


class Endless(httpx.SyncByteStream):
    taken = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            Endless.taken += 1
            yield b"x" * 1000


def test_an_answer_is_read_no_further_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=Endless()))
    with pytest.raises(OutboundRefused, match="Larger"):
        fetch("https://cdn.example/a", most_bytes=2**20, transport=transport)
    assert Endless.taken < 2_000
    monkeypatch.setattr(outbound, "ALL_SECONDS", -1.0)
    with pytest.raises(OutboundRefused, match="slow"):
        fetch("https://cdn.example/a", most_bytes=2**20, transport=transport)
