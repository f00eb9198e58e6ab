"""What a person does in the sandbox and the shop, in words."""

import re
from dataclasses import dataclass

import httpx
from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, Request, Route, expect

from tests.journeys.conftest import Shop

CABLE = "KPR-XVB-3G025-M"  # sold from 10 m, in steps of 10, priced per 100 m
BREAKER = "VLT-5SB116-6B"  # sold by the piece
# The session cookie, and what no longer fits a body that httpx has already unzipped.
DROPPED = frozenset({"set-cookie", "content-encoding", "content-length", "transfer-encoding"})


@dataclass
class Visit:
    """The buyer's window, and where in it (or in which other window) the shop is."""

    window: Page
    shop: FrameLocator | Page

    def search(self, text: str) -> None:
        field = self.shop.get_by_role("searchbox").or_(self.shop.get_by_role("combobox")).first
        field.fill(text)
        field.press("Enter")

    def add(self, sku: str, quantity: str = "") -> None:
        """Finds the article by its number and adds it."""
        self.search(sku)
        row = self.shop.get_by_role("listitem").filter(has_text=sku).first
        expect(row).to_be_visible()
        if quantity:
            row.get_by_role("textbox").fill(quantity)
        row.get_by_role("button", name=re.compile(r"^Add\b")).click()
        expect(row.get_by_text(re.compile("in the cart"))).to_be_visible()

    def open_cart(self) -> None:
        self.shop.get_by_role("link", name=re.compile(r"^Cart\b")).first.click()
        expect(self.shop.get_by_role("heading", level=1)).to_be_visible()

    def send(self) -> None:
        self.open_cart()
        self.shop.get_by_role("button", name=re.compile("^Return to")).click()

    def leave(self) -> None:
        self.shop.get_by_role("button", name=re.compile("^(Leave without|Back to)")).first.click()


def launch(page: Page, shop: Shop, system: str, *, framed: bool = True) -> Visit:
    """Chooses a system in the sandbox and presses Launch."""
    page.goto(shop.sandbox)
    named = page.get_by_role("radio", name=re.compile("^" + re.escape(system).replace("/", r"\/")))
    named.first.check()  # Oracle comes before Oracle Fusion
    page.get_by_role("radio", name="In a frame" if framed else "In a new window").check()
    page.get_by_role("button", name="Launch", exact=True).click()
    return in_frame(page) if framed else in_new_window(page)


def in_frame(page: Page) -> Visit:
    return _arrived(Visit(page, page.frame_locator("iframe.catalog")))


def in_new_window(page: Page) -> Visit:
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Open the catalog in a new window").or_(
            page.get_by_role("link", name="Open the catalog in a new window")
        ).click()
    return _arrived(Visit(page, opened.value))


def _arrived(visit: Visit) -> Visit:
    """In the shop itself: the page before it also says for whom one shops, and goes on by itself."""
    expect(visit.shop.locator(".session-who")).to_be_visible()
    return visit


def call(page: Page, shop: Shop, system: str, function: str) -> None:
    """Presses the button of a function, with an article, a quantity and a search where they are asked for."""
    page.goto(f"{shop.sandbox}functions/{system}")
    for label, value in (("Article", CABLE), ("Quantity", "100"), ("Search", "3G2.5")):
        if page.get_by_label(label, exact=True).count():
            page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name=function, exact=True).click()


def take_home(catalog: FrameLocator) -> None:
    """Adds the first article of the page and returns, whatever language the shop speaks."""
    catalog.locator("form[action$='/cart/add'] button[type=submit]").first.click()
    expect(catalog.locator(".cart-link-total")).to_be_visible()  # only a cart with lines has one
    catalog.locator("a[href$='/cart']").first.click()
    catalog.locator("button[name=then][value=return]").first.click()


def requisition(page: Page) -> Locator:
    """The table of lines as the buyer's system reads them."""
    # The sandbox's own: a page of the shop that is about to leave has a status as well.
    expect(page.locator(".banner[role=status]")).to_be_visible()
    return page.locator("section", has=page.locator("#lines-title"))


def third_party_cookies_blocked(context: BrowserContext) -> None:
    """Keeps our session cookie from the browser, as one that blocks cookies in frames does.

    The answer is fetched outside the browser, whose own jar Playwright would fill otherwise.
    """

    def strip(route: Route, request: Request) -> None:
        answer = httpx.request(
            request.method, request.url, headers=request.headers, content=request.post_data
        )
        headers = {name: value for name, value in answer.headers.items() if name not in DROPPED}
        route.fulfill(status=answer.status_code, headers=headers, body=answer.content)

    context.route(re.compile(r"/start/"), strip)
