"""Plays a buyer's system that speaks Basket JSON: launches, waits for the basket, shows it.

For trying an adapter on one's own computer. The connection must allow http://127.0.0.1:9000 as return origin.
"""

import argparse
import json
import sys
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

LARGEST_BASKET = 10_000_000


class ReturnPage(BaseHTTPRequestHandler):
    """The page that the basket is posted to; shows it in the terminal."""

    basket = ""

    def do_POST(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), LARGEST_BASKET)
        fields = parse_qs(self.rfile.read(length).decode("utf-8"), keep_blank_values=True)
        ReturnPage.basket = fields.get("basket", [""])[0]
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"The buyer's system has the basket. You can close this window.\n")

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the basket is what one wants to read."""


def launch(address: str, *, user: str, secret: str, language: str, return_url: str) -> tuple[int, str]:
    """Sends the launch; the status and the text of the answer."""
    document = {
        "messageId": uuid4().hex,
        "user": user,
        "secret": secret,
        "returnUrl": return_url,
        "language": language,
        "buyer": {"id": "an@buyer.example", "name": "An Peeters"},
        "state": "requisition 4711",
    }
    parts = urlsplit(address)
    shop = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=30)
    shop.request("POST", parts.path, json.dumps(document), {"Content-Type": "application/json"})
    answer = shop.getresponse()
    return answer.status, answer.read().decode("utf-8")


def main() -> int:
    arguments = argparse.ArgumentParser(description="Plays a buyer's system that speaks Basket JSON.")
    arguments.add_argument("address", help="http://127.0.0.1:8000/punchout/basket-json/<connection>")
    arguments.add_argument("--user", required=True)
    arguments.add_argument("--secret", required=True)
    arguments.add_argument("--language", default="en", help="nl, fr, de or en")
    arguments.add_argument("--port", type=int, default=9000, help="where to wait for the basket")
    asked = arguments.parse_args()
    with HTTPServer(("127.0.0.1", asked.port), ReturnPage) as server:
        status, text = launch(
            asked.address,
            user=asked.user,
            secret=asked.secret,
            language=asked.language,
            return_url=f"http://127.0.0.1:{asked.port}/return",
        )
        if status != HTTPStatus.CREATED:
            sys.stdout.write(f"Refused with {status}: {text}\n")
            return 1
        sys.stdout.write(f"Open in a browser: {json.loads(text)['startUrl']}\n")
        sys.stdout.flush()
        while not ReturnPage.basket:
            server.handle_request()
    sys.stdout.write(json.dumps(json.loads(ReturnPage.basket), ensure_ascii=False, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
