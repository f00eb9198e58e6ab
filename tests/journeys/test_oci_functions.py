"""What SAP's functions do in a browser: pages that send themselves, and visits to one article."""

import re
from urllib.parse import urlencode

import httpx
from playwright.sync_api import Page, expect

from tests.journeys import walk
from tests.journeys.buyer import Buyer
from tests.journeys.conftest import Shop


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
