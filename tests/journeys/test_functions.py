"""Each function that a protocol has beside opening the shop, pressed in the sandbox.

IDS-Connect and IFS name no language, so their shop speaks the customer's and is found by structure.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import walk
from tests.journeys.conftest import Shop


def facts(page: Page) -> dict[str, str]:
    """What a question was answered with, by name."""
    expect(page.get_by_role("status")).to_be_visible()
    shown = page.locator("dl.facts")
    return dict(
        zip(shown.locator("dt").all_inner_texts(), shown.locator("dd").all_inner_texts(), strict=True)
    )


@pytest.mark.parametrize("function", ["VALIDATE", "BACKGROUND_SEARCH", "QUANTITYCHECK", "DOWNLOADJSON"])
def test_what_a_function_brings_back_is_shown(page: Page, shop: Shop, function: str) -> None:
    walk.call(page, shop, "sap-s4", function)
    expect(page.get_by_role("status")).to_contain_text(function)
    shown = page.locator("section", has=page.locator("#lines-title"))
    expect(shown).to_contain_text("AVAILABLE" if function == "QUANTITYCHECK" else re.compile(r"\d EUR"))


@pytest.mark.parametrize(("function", "adds"), [("DETAIL", 0), ("DETAILADD", 1)])
def test_a_function_of_the_browser_opens_the_article(
    page: Page, shop: Shop, function: str, adds: int
) -> None:
    walk.call(page, shop, "sap-s4", function)
    catalog = page.frame_locator("iframe.catalog")
    expect(catalog.locator("main")).to_contain_text(walk.CABLE)
    expect(catalog.get_by_role("button", name=re.compile("^Add"))).to_have_count(adds)


@pytest.mark.parametrize(
    ("system", "function"), [("ariba", "SelectedItem"), ("coupa", "SelectedItem"), ("ids-erp", "ADL")]
)
def test_an_article_that_the_launch_names_is_opened_and_taken_home(
    page: Page, shop: Shop, system: str, function: str
) -> None:
    walk.call(page, shop, system, function)
    catalog = page.frame_locator("iframe.catalog")
    expect(catalog.get_by_role("heading", level=1)).to_be_visible()
    expect(catalog.locator("main")).to_contain_text(walk.CABLE)
    walk.take_home(catalog)
    expect(walk.requisition(page)).to_contain_text(walk.CABLE)


@pytest.mark.parametrize(
    ("system", "function"), [("sap-s4", "SOURCING"), ("ids-erp", "AS"), ("oracle-xml", "searchKeywords")]
)
def test_a_search_that_the_launch_names_is_made_and_an_article_taken_home(
    page: Page, shop: Shop, system: str, function: str
) -> None:
    walk.call(page, shop, system, function)
    catalog = page.frame_locator("iframe.catalog")
    expect(catalog.locator("main")).to_contain_text("3G2")
    expect(catalog.get_by_role("searchbox").or_(catalog.get_by_role("combobox")).first).to_have_value("3G2.5")
    walk.take_home(catalog)
    expect(walk.requisition(page).get_by_role("row").nth(1)).to_contain_text(re.compile("3G2|KPR-"))


def test_a_trade_erp_asks_which_credentials_it_has_to_send(page: Page, shop: Shop) -> None:
    walk.call(page, shop, "ids-erp", "LI")
    assert facts(page) == {
        "Kundennummer_erforderlich": "true",
        "Benutzername_erforderlich": "true",
        "Passwort_erforderlich": "true",
    }
    expect(page.locator(".remarks")).to_have_count(0)


def test_a_trade_erp_asks_which_versions_are_spoken(page: Page, shop: Shop) -> None:
    walk.call(page, shop, "ids-erp", "SV")
    expect(page.get_by_role("status")).to_contain_text("SV")
    assert page.locator("dl.facts dd").all_inner_texts() == ["2.0", "2.5"]
    expect(page.locator(".remarks")).to_have_count(0)


@pytest.mark.parametrize("system", ["ariba", "jaggaer"])
def test_a_network_asks_for_the_profile_and_reads_where_to_punch_out(
    page: Page, shop: Shop, system: str
) -> None:
    walk.call(page, shop, system, "ProfileRequest")
    said = facts(page)
    assert said["PunchOutSetupRequest"] == f"{shop.url}/punchout/cxml"
    assert set(said["PunchOutSetupRequest · operationAllowed"].split()) == {"create", "edit", "inspect"}
    expect(page.locator(".remarks")).to_have_count(0)


@pytest.mark.parametrize("function", ["Article/Get", "Article/Search"])
def test_an_installers_erp_asks_for_net_prices_and_stock(page: Page, shop: Shop, function: str) -> None:
    walk.call(page, shop, "cebeo-erp", function)
    shown = walk.requisition(page)
    expect(shown).to_contain_text(walk.CABLE if function == "Article/Get" else re.compile("3G2"))
    expect(shown).to_contain_text(re.compile(r"\d EUR"))
    expect(page.locator("pre.raw").first).to_contain_text("NetPrice")


def test_who_leaves_an_ifs_goes_where_ocicancel_says(page: Page, shop: Shop) -> None:
    page.goto(shop.sandbox)
    page.get_by_role("radio", name=re.compile("^IFS")).check()
    page.get_by_role("button", name="Launch", exact=True).click()
    leave = page.frame_locator("iframe.catalog").locator("form.leave button").first
    with page.expect_request(re.compile("/sandbox/left/")) as left:
        leave.click()
    assert left.value.method == "GET"
    walk.requisition(page)
    expect(page.get_by_role("status")).to_contain_text("without items")
