"""The shop of this process as a counterparty and a browser meet it: no server, no network."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import httpx
from django.test import Client

from punchout.sandbox.calling import encoded
from punchout.sandbox.counterparty import Counterparty
from punchout.sandbox.launching import Launch
from punchout.sandbox.received import ReceivedCart
from tests.contracts.pages import read_return_page

FORM = "application/x-www-form-urlencoded"
OWN_URL = "http://localhost:8123/sandbox"


def into_the_shop() -> httpx.Client:
    """A client whose requests reach this process's shop."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        kind = request.headers.get("Content-Type", FORM)
        response = Client().generic(request.method, path, request.content, content_type=kind)
        headers = {name: response[name] for name in ("Content-Type", "Location") if name in response}
        return httpx.Response(response.status_code, content=response.content, headers=headers)

    return httpx.Client(transport=httpx.MockTransport(answer))


def counterparty(slug: str) -> Counterparty:
    return Counterparty(slug, own_url=OWN_URL, client=into_the_shop())


@dataclass
class Visit:
    """A buyer in the shop after a launch."""

    system: Counterparty
    browser: Client
    prefix: str

    def add(self, sku: str, quantity: str = "1") -> None:
        self.browser.post(f"{self.prefix}/cart/add", {"sku": sku, "quantity": quantity})

    def give_back(self, how: str = "return") -> ReceivedCart:
        """Presses the button and does with the page what a browser does with it."""
        answer = self.browser.post(f"{self.prefix}/{how}")
        page = read_return_page(answer)
        charset = page.charset or "utf-8"
        body = urlencode(page.fields, encoding=charset, errors="xmlcharrefreplace").encode()
        return self.system.receive(body, FORM, urlsplit(page.action).query)


def enter(system: Counterparty, launch: Launch) -> Visit:
    """Submits the form of a launch or opens its start page, and starts the session."""
    assert launch.problem is None, launch.problem
    browser = Client()
    start = launch.start_url
    if launch.form is not None:
        path = urlsplit(launch.form.action).path
        if launch.form.method == "GET":
            answer = browser.get(f"{path}?{encoded(launch.form)}")
        else:
            answer = browser.generic("POST", path, encoded(launch.form).encode(), content_type=FORM)
        assert answer.status_code == 303, answer.content.decode()[:2000]
        start = answer["Location"]
    started = browser.post(urlsplit(start).path)
    entered = browser.get(started["Location"])
    return Visit(system, browser, f"/s/{entered['Location'].split('/')[2]}")
