"""The same shop, 390 pixels wide."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys import walk
from tests.journeys.conftest import Shop

WIDTH = 390


@pytest.fixture
def phone(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": WIDTH, "height": 844})
    return page


def wider_than_the_screen(page: Page) -> int:
    return page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_a_buyer_finds_adds_and_returns_on_a_phone(phone: Page, shop: Shop) -> None:
    visit = walk.launch(phone, shop, "Coupa", framed=False)
    window = visit.shop
    assert isinstance(window, Page)
    window.set_viewport_size({"width": WIDTH, "height": 844})
    visit.add(walk.CABLE, "20")
    assert wider_than_the_screen(window) == 0
    window.get_by_role("link", name=re.compile("XVB")).first.click()
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    assert wider_than_the_screen(window) == 0
    visit.open_cart()
    assert wider_than_the_screen(window) == 0
    window.get_by_role("button", name=re.compile("^Return to")).click()
    expect(walk.requisition(window)).to_contain_text(walk.CABLE)
    assert wider_than_the_screen(window) == 0


@pytest.mark.parametrize("path", ["", "search?q=kabel", "p/KPR-XVB-3G025-M", "nowhere"])
def test_no_page_scrolls_sideways(phone: Page, shop: Shop, path: str) -> None:
    phone.goto(f"{shop.url}/{path}")
    assert wider_than_the_screen(phone) == 0
