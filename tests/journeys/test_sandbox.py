"""The sandbox's newer systems and functions in Chromium, and the report one can hand over."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import walk
from tests.journeys.conftest import Shop


def call(page: Page, shop: Shop, system: str, function: str) -> None:
    page.goto(f"{shop.sandbox}functions/{system}")
    page.get_by_label("Article").fill(walk.CABLE)
    page.get_by_label("Quantity").fill("100")
    page.get_by_label("Search").fill("3G2.5")
    page.get_by_role("button", name=function, exact=True).click()


@pytest.mark.parametrize("system", ["Basware", "JAGGAER", "Dynamics 365", "Peppol"])
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


@pytest.mark.parametrize("function", ["VALIDATE", "BACKGROUND_SEARCH", "QUANTITYCHECK", "DOWNLOADJSON"])
def test_what_a_function_brings_back_is_shown(page: Page, shop: Shop, function: str) -> None:
    call(page, shop, "sap-s4", function)
    expect(page.get_by_role("status")).to_contain_text(function)
    shown = page.locator("section", has=page.locator("#lines-title"))
    expect(shown).to_contain_text("AVAILABLE" if function == "QUANTITYCHECK" else re.compile(r"\d EUR"))


@pytest.mark.parametrize(("function", "adds"), [("DETAIL", 0), ("DETAILADD", 1)])
def test_a_function_of_the_browser_opens_the_article(
    page: Page, shop: Shop, function: str, adds: int
) -> None:
    call(page, shop, "sap-s4", function)
    catalog = page.frame_locator("iframe.catalog")
    expect(catalog.locator("main")).to_contain_text(walk.CABLE)
    expect(catalog.get_by_role("button", name=re.compile("^Add"))).to_have_count(adds)


@pytest.mark.parametrize(
    ("system", "function", "shown"),
    [
        ("ariba", "SelectedItem", walk.CABLE), ("ids-erp", "ADL", walk.CABLE), ("ids-erp", "AS", "3G2"),
        ("oracle-xml", "searchKeywords", "3G2"),
    ],
)  # fmt: skip
def test_a_launch_of_another_protocol_opens_what_it_names(
    page: Page, shop: Shop, system: str, function: str, shown: str
) -> None:
    call(page, shop, system, function)
    catalog = page.frame_locator("iframe.catalog")
    expect(catalog.locator("main")).to_contain_text(shown)
    expect(catalog.locator("form[action$='/cart/add'] button[type=submit]").first).to_be_visible()


@pytest.mark.parametrize("function", ["Article/Get", "Article/Search"])
def test_an_installers_erp_is_told_net_prices(page: Page, shop: Shop, function: str) -> None:
    call(page, shop, "cebeo-erp", function)
    shown = page.locator("section", has=page.locator("#lines-title"))
    expect(shown).to_contain_text(re.compile(r"\d EUR"))


@pytest.mark.parametrize(("action", "answer"), [("LI", "Passwort_erforderlich"), ("SV", "<Version>2.5<")])
def test_a_trade_erp_asks_before_it_logs_in(page: Page, shop: Shop, action: str, answer: str) -> None:
    """Without credentials, as a program does it that is being set up."""
    assert answer in page.request.post(f"{shop.url}/punchout/ids/demo-ids", form={"action": action}).text()


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
