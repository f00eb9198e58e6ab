"""What SAP's functions do in a browser: pages that send themselves, and visits to one article."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys import walk
from tests.journeys.conftest import Shop


@dataclass
class Buyer:
    """SAP's side: an address on another site that takes what comes back."""

    url: str
    posts: list[dict[str, str]] = field(default_factory=list)

    def wait(self, page: Page, count: int = 1) -> dict[str, str]:
        page.wait_for_url(self.url)
        assert len(self.posts) == count
        return self.posts[-1]


@pytest.fixture
def buyer() -> Iterator[Buyer]:
    class Received(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode("latin-1")
            received.posts.append(dict(parse_qsl(body, keep_blank_values=True)))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            # Without one of its own the browser would ask for an icon.
            self.wfile.write(b'<!DOCTYPE html><link rel="icon" href="data:,">received')

        def log_message(self, *_arguments: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Received)
    received = Buyer(f"http://localhost:{server.server_address[1]}/return")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield received
    server.shutdown()
    server.server_close()


def address(shop: Shop, buyer: Buyer, **parameters: str) -> str:
    sent = {"USERNAME": "demo", "PASSWORD": "demo-secret", "LANGUAGE": "EN", "HOOK_URL": buyer.url}
    return f"{shop.url}/punchout/oci/demo-s4?{urlencode({**sent, **parameters})}"


def test_validate_sends_itself_with_the_price_for_the_quantity(page: Page, shop: Shop, buyer: Buyer) -> None:
    page.goto(address(shop, buyer, FUNCTION="VALIDATE", PRODUCTID=walk.CABLE, QUANTITY="500.000"))
    sent = buyer.wait(page)
    assert sent["NEW_ITEM-EXT_PRODUCT_ID[1]"] == walk.CABLE
    assert sent["NEW_ITEM-QUANTITY[1]"] == "500.000"
    assert float(sent["NEW_ITEM-PRICE[1]"]) > 0
    assert int(sent["NEW_ITEM-PRICEUNIT[1]"]) >= 100


def test_validate_of_an_article_that_is_gone_sends_nothing(page: Page, shop: Shop, buyer: Buyer) -> None:
    page.goto(address(shop, buyer, FUNCTION="VALIDATE", PRODUCTID="gone", QUANTITY="1"))
    expect(page.locator("form")).to_have_count(0)
    assert buyer.posts == []


def test_detail_shows_the_article_and_nothing_to_do_with_it(page: Page, shop: Shop, buyer: Buyer) -> None:
    page.goto(address(shop, buyer, FUNCTION="DETAIL", PRODUCTID=walk.BREAKER, HOOK_URL=""))
    expect(page.get_by_text(walk.BREAKER).first).to_be_visible()
    expect(page.get_by_text("Nothing can be ordered here")).to_be_visible()
    expect(page.get_by_role("button", name="Add")).to_have_count(0)
    expect(page.get_by_role("button", name="Return to")).to_have_count(0)
    expect(page.get_by_role("button", name="Leave")).to_have_count(0)


def test_detailadd_takes_the_article_home_and_its_number_opens_the_cart_again(
    page: Page, shop: Shop, buyer: Buyer
) -> None:
    page.goto(address(shop, buyer, FUNCTION="DETAILADD", PRODUCTID=walk.BREAKER))
    page.get_by_role("button", name=re.compile(r"^Add\b")).first.click()
    expect(page.get_by_text("in the cart")).to_be_visible()
    walk.Visit(page, page).send()
    sent = buyer.wait(page)
    assert sent["NEW_ITEM-EXT_PRODUCT_ID[1]"] == walk.BREAKER
    page.goto(address(shop, buyer, PRODUCTID=sent["NEW_ITEM-EXT_QUOTE_ID[1]"]))
    expect(page.locator("main").get_by_text(walk.BREAKER).first).to_be_visible()
    page.get_by_role("button", name="Return to").click()
    again = buyer.wait(page, 2)
    assert again["NEW_ITEM-VENDORMAT[1]"] == sent["NEW_ITEM-VENDORMAT[1]"]
    assert again["NEW_ITEM-EXT_QUOTE_ID[1]"] != sent["NEW_ITEM-EXT_QUOTE_ID[1]"]


def test_sourcing_opens_on_the_search(page: Page, shop: Shop, buyer: Buyer) -> None:
    page.goto(address(shop, buyer, FUNCTION="SOURCING", SEARCHSTRING=walk.CABLE, VENDOR="4711"))
    expect(page.get_by_role("listitem").filter(has_text=walk.CABLE).first).to_be_visible()


def test_a_background_search_waits_to_be_read(page: Page, shop: Shop, buyer: Buyer) -> None:
    page.goto(address(shop, buyer, FUNCTION="BACKGROUND_SEARCH", SEARCHSTRING="cable"))
    assert page.locator("form input[name^='NEW_ITEM-EXT_PRODUCT_ID']").count() == 50
    assert page.locator("body").inner_text().strip() == ""
    assert buyer.posts == []


def test_the_whole_catalog_is_downloaded_page_by_page(shop: Shop, buyer: Buyer) -> None:
    parameters = {"FUNCTION": "DOWNLOADJSON", "pagesize": "500", "transactionid": "journey"}
    first = httpx.get(address(shop, buyer, **parameters)).json()
    numbers = {item["NEWITEM"]["EXT_PRODUCT_ID"] for item in first["Items"]}
    assert first["TOTALPAGES"] > 1
    for page in range(2, first["TOTALPAGES"] + 1):
        more = httpx.get(address(shop, buyer, **parameters, requestedpage=str(page))).json()
        found = {item["NEWITEM"]["EXT_PRODUCT_ID"] for item in more["Items"]}
        assert not numbers & found
        numbers |= found
    assert first["TOTALITEMS"] - 50 < len(numbers) <= first["TOTALITEMS"]
