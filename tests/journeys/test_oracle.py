"""A buyer's way in Chromium: Oracle logs in by Oracle XML, its browser opens the shop and brings the cart."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import walk
from tests.journeys.conftest import Shop

SYSTEM = "iProcurement (Oracle XML)"


@pytest.mark.parametrize("framed", [True, False])
def test_a_cart_comes_home_to_oracle(page: Page, shop: Shop, framed: bool) -> None:
    visit = walk.launch(page, shop, SYSTEM, framed=framed)
    visit.add(walk.BREAKER)
    visit.send()
    oracle = page if framed else visit.shop
    assert isinstance(oracle, Page)
    expect(walk.requisition(oracle)).to_contain_text(walk.BREAKER)
    expect(oracle.locator("pre.raw").first).to_contain_text("OrderLinesDataElements")
    expect(oracle.locator(".remarks")).to_have_count(0)


def test_leaving_brings_oracle_nothing(page: Page, shop: Shop) -> None:
    visit = walk.launch(page, shop, SYSTEM)
    visit.add(walk.BREAKER)
    visit.open_cart()
    visit.leave()
    expect(visit.shop.get_by_role("heading", name="You left without a cart")).to_be_visible()
