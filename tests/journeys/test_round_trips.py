"""A buyer's whole way in Chromium, through the sandbox, for every system it plays."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys import walk
from tests.journeys.conftest import Shop

OCI = ("SAP SRM", "SAP S/4HANA")
CXML = ("SAP Ariba", "Coupa", "Oracle")


@pytest.mark.parametrize("system", [*OCI, *CXML])
def test_a_cart_comes_home_from_a_frame_on_another_site(page: Page, shop: Shop, system: str) -> None:
    visit = walk.launch(page, shop, system)
    visit.add(walk.BREAKER, "3")
    visit.add(walk.CABLE, "50")
    visit.send()
    lines = walk.requisition(page)
    expect(lines).to_contain_text(walk.BREAKER)
    expect(lines).to_contain_text(walk.CABLE)
    expect(page.locator("pre.raw").first).to_contain_text(walk.CABLE)


@pytest.mark.parametrize("system", ["SAP S/4HANA", "Coupa"])
def test_a_cart_comes_home_from_a_new_window(page: Page, shop: Shop, system: str) -> None:
    visit = walk.launch(page, shop, system, framed=False)
    visit.add(walk.BREAKER)
    visit.send()
    shop_window = visit.shop
    assert isinstance(shop_window, Page)
    expect(walk.requisition(shop_window)).to_contain_text(walk.BREAKER)


@pytest.mark.parametrize("system", ["SAP SRM", "SAP Ariba"])
def test_a_browser_that_blocks_cookies_in_frames_still_shops(
    context: BrowserContext, page: Page, shop: Shop, system: str
) -> None:
    walk.third_party_cookies_blocked(context)
    visit = walk.launch(page, shop, system)
    path = visit.shop.locator("body").evaluate("() => location.pathname")
    assert re.fullmatch(r"/s/[A-Za-z0-9_-]{43}/", path)
    visit.add(walk.BREAKER)
    visit.send()
    expect(walk.requisition(page)).to_contain_text(walk.BREAKER)


@pytest.mark.parametrize(("first", "second"), [("SAP SRM", "SAP Ariba"), ("Coupa", "Coupa")])
def test_two_buyers_in_one_browser_have_two_carts(
    context: BrowserContext, shop: Shop, first: str, second: str
) -> None:
    one = walk.launch(context.new_page(), shop, first)
    two = walk.launch(context.new_page(), shop, second)
    one.add(walk.BREAKER)
    two.add(walk.CABLE, "20")
    one.send()
    two.send()
    expect(walk.requisition(one.window)).to_contain_text(walk.BREAKER)
    expect(walk.requisition(one.window)).not_to_contain_text(walk.CABLE)
    expect(walk.requisition(two.window)).to_contain_text(walk.CABLE)
    expect(walk.requisition(two.window)).not_to_contain_text(walk.BREAKER)


def test_reload_and_back_keep_the_cart_and_after_the_return_it_is_over(page: Page, shop: Shop) -> None:
    visit = walk.launch(page, shop, "SAP S/4HANA", framed=False)
    window = visit.shop
    assert isinstance(window, Page)
    visit.add(walk.BREAKER, "2")
    window.reload()
    expect(window.get_by_text("in the cart").first).to_be_visible()
    visit.open_cart()
    window.go_back()
    window.go_forward()
    expect(window.locator("main")).to_contain_text(walk.BREAKER)
    cart = window.url
    window.get_by_role("button", name=re.compile("^Return to")).click()
    walk.requisition(window)
    response = window.goto(cart)
    assert response is not None
    assert response.status == 410
    expect(window.get_by_role("heading", level=1)).to_contain_text("ended")


@pytest.mark.parametrize("system", CXML[:2])
def test_a_returned_cart_is_edited_and_comes_home_changed(page: Page, shop: Shop, system: str) -> None:
    visit = walk.launch(page, shop, system)
    visit.add(walk.BREAKER, "3")
    visit.send()
    walk.requisition(page)
    page.get_by_role("button", name="Edit this cart").click()
    visit = walk.in_frame(page)
    expect(visit.shop.get_by_text("You are editing a cart")).to_be_visible()
    visit.add(walk.CABLE, "30")
    visit.open_cart()
    visit.shop.get_by_role("textbox", name=re.compile("^Quantity of")).first.fill("7")
    visit.shop.get_by_role("button", name=re.compile("^Return to")).click()
    lines = walk.requisition(page)
    expect(lines).to_contain_text(walk.CABLE)
    expect(lines.get_by_role("row").filter(has_text=walk.BREAKER)).to_contain_text(re.compile(r"\b7\b"))


def test_leaving_an_edit_keeps_what_the_buyer_has(page: Page, shop: Shop) -> None:
    visit = walk.launch(page, shop, "SAP Ariba")
    visit.add(walk.BREAKER, "3")
    visit.send()
    walk.requisition(page)
    page.get_by_role("button", name="Edit this cart").click()
    visit = walk.in_frame(page)
    visit.leave()
    banner = page.get_by_role("status")
    expect(banner).to_contain_text("204")
    expect(walk.requisition(page)).to_contain_text(walk.BREAKER)


def test_an_inspected_cart_shows_and_changes_nothing(page: Page, shop: Shop) -> None:
    visit = walk.launch(page, shop, "Coupa")
    visit.add(walk.BREAKER, "3")
    visit.send()
    walk.requisition(page)
    page.get_by_role("button", name="Inspect").click()
    visit = walk.in_frame(page)
    expect(visit.shop.locator("main")).to_contain_text(walk.BREAKER)
    expect(visit.shop.get_by_role("button", name=re.compile("^(Add|Remove|Return)"))).to_have_count(0)
    visit.leave()
    walk.requisition(page)


@pytest.mark.parametrize("system", ["SAP SRM", "SAP Ariba", "Coupa"])
def test_leaving_without_a_cart_reaches_the_buyers_system(page: Page, shop: Shop, system: str) -> None:
    visit = walk.launch(page, shop, system)
    visit.add(walk.BREAKER)
    visit.leave()
    expect(page.get_by_role("status")).to_be_visible()
    expect(walk.requisition(page)).not_to_contain_text(walk.BREAKER)


def test_oracle_is_never_sent_an_empty_cart(page: Page, shop: Shop) -> None:
    visit = walk.launch(page, shop, "Oracle")
    visit.leave()
    expect(visit.shop.get_by_role("heading", level=1)).to_contain_text("without a cart")


def test_the_whole_way_works_with_the_keyboard_only(page: Page, shop: Shop) -> None:
    visit = walk.launch(page, shop, "SAP S/4HANA", framed=False)
    window = visit.shop
    assert isinstance(window, Page)

    def tab_to(wanted: str) -> None:
        for _press in range(80):
            window.keyboard.press("Tab")
            focused = window.evaluate(
                "() => { const e = document.activeElement;"
                " const label = e.labels?.[0]?.innerText;"
                " return (e.getAttribute('aria-label') || label || e.innerText || e.type) + '' }"
            )
            if re.search(wanted, focused):
                return
        raise AssertionError(f"the keyboard never reached {wanted!r}")

    # The buyer can type at once; the link that skips the header is one step back.
    expect(window.get_by_role("combobox")).to_be_focused()
    window.keyboard.type(walk.BREAKER)
    window.keyboard.press("Enter")
    window.wait_for_url(re.compile("/search"))
    tab_to(r"^Add\b")
    window.keyboard.press("Enter")
    expect(window.get_by_text("in the cart").first).to_be_visible()
    window.goto(window.url.partition("/search")[0] + "/cart")
    tab_to("^Return to")
    window.keyboard.press("Enter")
    expect(walk.requisition(window)).to_contain_text(walk.BREAKER)


def test_without_javascript_a_buyer_shops_and_returns(chromium: object, shop: Shop) -> None:
    context = chromium.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    try:
        page: Page = context.new_page()
        page.goto(shop.sandbox)
        page.get_by_role("radio", name=re.compile(r"^SAP S\/4HANA")).check()
        page.get_by_role("button", name="Launch", exact=True).click()
        page.get_by_role("button", name="Open the catalog", exact=True).click()
        catalog = page.frame_locator("iframe.catalog")
        catalog.get_by_role("button", name="Open the shop").click()
        visit = walk.Visit(page, catalog)
        visit.search(walk.BREAKER)
        catalog.get_by_role("button", name=re.compile(r"^Add\b")).first.click()
        expect(catalog.get_by_text("in the cart").first).to_be_visible()
        visit.send()
        catalog.get_by_role("button", name=re.compile("^Send the cart")).click()
        expect(walk.requisition(page)).to_contain_text(walk.BREAKER)
    finally:
        context.close()


@pytest.mark.parametrize(("language", "word"), [("nl", "Winkelwagen"), ("fr", "Panier"), ("de", "Warenkorb")])
def test_the_shop_speaks_the_buyers_language(page: Page, shop: Shop, language: str, word: str) -> None:
    page.goto(shop.sandbox)
    page.get_by_role("radio", name=re.compile("^SAP Ariba")).check()
    page.get_by_label("Language of the buyer").select_option(language)
    page.get_by_role("button", name="Launch", exact=True).click()
    expect(page.frame_locator("iframe.catalog").get_by_role("banner")).to_contain_text(word)
