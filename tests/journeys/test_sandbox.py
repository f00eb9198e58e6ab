"""The sandbox's newer systems in Chromium, and the report one can hand over."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import walk
from tests.journeys.conftest import Shop

NEWER = ("Basware", "JAGGAER", "Dynamics 365", "Peppol", "SAP ECC", "TradeCentric")


@pytest.mark.parametrize("system", NEWER)
def test_a_cart_comes_home_to_the_newer_systems(page: Page, shop: Shop, system: str) -> None:
    visit = walk.launch(page, shop, system)
    visit.add(walk.BREAKER, "3")
    visit.send()
    expect(walk.requisition(page)).to_contain_text(walk.BREAKER)


def test_an_installers_erp_fetches_what_was_kept_for_it_and_empties_it(page: Page, shop: Shop) -> None:
    visit = walk.launch(page, shop, "cebeoXML")
    visit.add(walk.CABLE, "50")
    visit.open_cart()
    visit.shop.get_by_role("button", name=re.compile("^Keep for")).click()
    expect(visit.shop.get_by_role("heading", level=1)).to_contain_text("waits for")
    page.get_by_role("button", name="Fetch the open order").click()
    expect(walk.requisition(page)).to_contain_text(walk.CABLE)
    page.get_by_role("button", name="Order/Delete").click()
    expect(page.get_by_role("status")).to_contain_text("1 line")
    page.get_by_role("button", name="Order/Get").click()
    expect(page.get_by_role("status")).to_contain_text("empty")


def test_a_report_is_read_printed_and_downloaded(page: Page, shop: Shop, tmp_path: Path) -> None:
    visit = walk.launch(page, shop, "Oracle")
    visit.add(walk.BREAKER, "3")
    visit.send()
    walk.requisition(page)
    page.get_by_role("link", name="Conformance report").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Conformance report: Oracle")
    # Oracle keeps 240 characters of a description, and the demo's connection sends more.
    expect(page.locator("del").first).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download as JSON").click()
    downloading.value.save_as(tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["verdict"], report["lines"][0]["verdict"]) == ("changed", "changed")
    page.emulate_media(media="print")
    expect(page.get_by_role("banner")).to_be_hidden()
    expect(page.get_by_role("link", name="Download as JSON")).to_be_hidden()
