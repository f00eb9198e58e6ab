"""A craftsman's way in Chromium: his trade ERP opens the shop by IDS-Connect, and sends carts into it.

Found by structure and not by words: IDS-Connect names no language, so the shop speaks the customer's.
"""

import re

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.journeys import walk
from tests.journeys.conftest import Shop

SYSTEM = "IDS client (trade ERP)"


def launch(page: Page, shop: Shop, *, framed: bool) -> FrameLocator | Page:
    page.goto(shop.sandbox)
    page.get_by_role("radio", name=re.compile("^" + re.escape(SYSTEM))).check()
    page.get_by_role("radio", name="In a frame" if framed else "In a new window").check()
    page.get_by_role("button", name="Launch", exact=True).click()
    if framed:
        return page.frame_locator("iframe.catalog")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Open the catalog in a new window").click()
    return opened.value


def add(shop: FrameLocator | Page, sku: str) -> None:
    field = shop.get_by_role("searchbox").or_(shop.get_by_role("combobox")).first
    field.fill(sku)
    field.press("Enter")
    row = shop.get_by_role("listitem").filter(has_text=sku).first
    row.locator("form[action$='/cart/add'] button[type=submit]").click()
    expect(shop.locator(".cart-link-total")).to_be_visible()  # only a cart with lines has one


def send(shop: FrameLocator | Page) -> None:
    shop.locator("a[href$='/cart']").first.click()
    shop.locator("button[name=then][value=return]").first.click()


@pytest.mark.parametrize("framed", [True, False])
def test_a_cart_comes_home_and_goes_back_to_be_changed(page: Page, shop: Shop, framed: bool) -> None:
    catalog = launch(page, shop, framed=framed)
    add(catalog, walk.BREAKER)
    send(catalog)
    erp = page if isinstance(catalog, FrameLocator) else catalog
    lines = walk.requisition(erp)
    expect(lines).to_contain_text(walk.BREAKER)
    expect(erp.locator("pre.raw").first).to_contain_text("Warenkorbrückgabe")
    expect(erp.locator(".remarks")).to_have_count(0)
    # The window that the catalog was opened from looks for itself whether the cart is back.
    walk.requisition(page)
    page.get_by_role("button", name="Edit this cart").click()
    if framed:
        catalog = page.frame_locator("iframe.catalog")
    else:
        with page.context.expect_page() as opened:
            page.get_by_role("button", name="Open the catalog in a new window").click()
        catalog = opened.value
    quantity = catalog.locator("input[name^=q_]").first
    expect(quantity).to_be_visible()
    quantity.fill("7")
    catalog.locator("button[name=then][value=return]").first.click()
    erp = page if isinstance(catalog, FrameLocator) else catalog
    changed = walk.requisition(erp)
    expect(changed.get_by_role("row").filter(has_text=walk.BREAKER)).to_contain_text(re.compile(r"\b7\b"))
    expect(erp.locator("pre.raw").first).to_contain_text("<Customer>10</Customer>")


def test_a_cart_is_ordered_in_the_shop_and_booked_under_its_number(page: Page, shop: Shop) -> None:
    """The buyer reads what the button does, presses it twice at once, and his ERP has one order."""
    catalog = launch(page, shop, framed=True)
    add(catalog, walk.BREAKER)
    catalog.locator("a[href$='/cart']").first.click()
    # The client's user speaks German.
    expect(catalog.locator("#order-text")).to_contain_text("Handwerker-ERP")
    catalog.locator("button[name=then][value=order]").dblclick()
    lines = walk.requisition(page)
    expect(lines).to_contain_text(walk.BREAKER)
    expect(page.get_by_role("status")).to_contain_text(re.compile(r"W\d{4}-\d{6}"))
    expect(page.locator("pre.raw").first).to_contain_text("Warenkorbrückgabe mit Bestellung")
    expect(page.locator(".remarks")).to_have_count(0)
    expect(page.get_by_role("button", name="Edit this cart")).to_have_count(0)


def test_leaving_returns_an_empty_cart(page: Page, shop: Shop) -> None:
    catalog = launch(page, shop, framed=True)
    add(catalog, walk.BREAKER)
    catalog.locator("form.leave button").first.click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("pre.raw").first).not_to_contain_text("OrderItem")
