"""A buyer's system on a site of its own: a page that opens the shop, and an address that takes the cart."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from playwright.sync_api import Page

_HEAD = (
    '<!DOCTYPE html><link rel="icon" href="data:,">'  # without one of its own the browser would ask for it
)


@dataclass
class Buyer:
    """What was posted is in ``posts``; ``form`` is the page that its user starts from."""

    url: str
    posts: list[dict[str, str]] = field(default_factory=list)
    form: str = ""

    def open(self, page: Page, address: str, fields: dict[str, str]) -> None:
        """The user presses the button that opens the catalog: a form with these fields is posted."""
        inputs = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in fields.items()
        )
        self.form = f'<form method="post" action="{escape(address)}">{inputs}<button>Catalog</button></form>'
        page.goto(self.url)
        page.get_by_role("button", name="Catalog").click()

    def wait(self, page: Page, count: int = 1) -> dict[str, str]:
        page.wait_for_url(self.url)
        assert len(self.posts) == count
        return self.posts[-1]


@contextmanager
def standing_by() -> Iterator[Buyer]:
    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(buyer.form)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode("latin-1")
            buyer.posts.append(dict(parse_qsl(body, keep_blank_values=True)))
            self.answer("received")

        def answer(self, text: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((_HEAD + text).encode())

        def log_message(self, *_arguments: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    buyer = Buyer(f"http://localhost:{server.server_address[1]}/return")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield buyer
    server.shutdown()
    server.server_close()
