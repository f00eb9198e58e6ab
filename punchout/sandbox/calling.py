"""The sandbox's only way out: to the shop's public addresses, with limits on time, size and redirects."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urljoin, urlsplit

import httpx
from django.utils.translation import gettext as _

from punchout.sandbox.launching import Desk, Launch, LaunchForm, Operation, Problem

TIMEOUT_SECONDS = 15.0
ANSWER_LIMIT = 2 * 1024 * 1024
REDIRECT_LIMIT = 5
_DEFAULT_PORTS = {"http": 80, "https": 443}
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answered:
    """What the shop answered to one request."""

    status: int
    body: bytes
    content_type: str
    location: str = ""


def open_client() -> httpx.Client:
    """TLS verified, no redirects, no proxy from the environment."""
    return httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)


def submit(form: LaunchForm, desk: Desk) -> httpx.Response:
    """Does what the browser does with the form of a launch."""
    with _client_of(desk) as client:
        if form.method == "GET":
            return client.get(f"{form.action}?{encoded(form)}")
        return client.post(
            form.action, content=encoded(form).encode("ascii"), headers={"Content-Type": _FORM}
        )


def encoded(form: LaunchForm) -> str:
    return urlencode(form.fields, encoding=form.charset, errors="xmlcharrefreplace")


def post_xml(body: bytes, path: str, desk: Desk) -> Answered:
    """Posts a document to the shop; raises ``httpx`` errors, also for an answer above the limit."""
    return _send("POST", desk.connect_url + path, desk, body, "text/xml; charset=UTF-8")


def fetch_form(form: LaunchForm, desk: Desk) -> Answered:
    """Calls the form's address as a server does: cookies are kept, redirects within the shop followed."""
    with _client_of(desk) as client:
        desk = replace(desk, client=client)
        body = encoded(form)
        if form.method == "POST":
            answer = _send("POST", _reached(form.action, desk), desk, body.encode("ascii"), _FORM)
        else:
            answer = _send("GET", _reached(f"{form.action}?{body}", desk), desk)
        for _step in range(REDIRECT_LIMIT):
            if not answer.location:
                return answer
            answer = _send("GET", _reached(urljoin(form.action, answer.location), desk), desk)
    raise httpx.ReadError("too many redirects")


def _reached(url: str, desk: Desk) -> str:
    """The address as this machine reaches it; the sandbox talks to the shop, whatever an answer says."""
    if not url.startswith(desk.shop_url + "/"):
        raise httpx.ReadError("the answer leads to another site")
    return desk.connect_url + url.removeprefix(desk.shop_url)


@contextmanager
def _client_of(desk: Desk) -> Iterator[httpx.Client]:
    """The desk's own client, or one for this call."""
    if desk.client is not None:
        yield desk.client
        return
    with open_client() as client:
        yield client


def _send(method: str, url: str, desk: Desk, body: bytes = b"", kind: str = "") -> Answered:
    headers = {"User-Agent": desk.agent, "Host": _host_header(desk.shop_url)}
    if body:
        headers["Content-Type"] = kind
    received = bytearray()
    with (
        _client_of(desk) as client,
        client.stream(method, url, content=body or None, headers=headers) as response,
    ):
        for chunk in response.iter_bytes():
            received += chunk
            if len(received) > ANSWER_LIMIT:
                raise httpx.ReadError("the answer is larger than 2 MB")
        kind = response.headers.get("Content-Type", "")
        location = response.headers.get("Location", "") if response.is_redirect else ""
        return Answered(response.status_code, bytes(received), kind, location)


def unreached(operation: Operation, request: bytes, error: Exception) -> Launch:
    """A launch that met nobody."""
    problem = Problem(_("The catalog cannot be reached"), f"{type(error).__name__}: {error}")
    return Launch(operation=operation, request_raw=request, problem=problem)


def not_understood(title: str, answer: Answered, flaw: str) -> Problem:
    """An answer that is not of the protocol at all."""
    detail = _("HTTP %(status)s, %(type)s. %(flaw)s")
    kind = answer.content_type or _("no content type")
    return Problem(title, (detail % {"status": answer.status, "type": kind, "flaw": flaw})[:2000])


def _host_header(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f"{host}:{parts.port}"
