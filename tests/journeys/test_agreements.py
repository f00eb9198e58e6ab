"""What two parties agree on and an operator enters: a mechanism of their own, the form of a returned cart."""

from playwright.sync_api import Page, expect

from tests.journeys import walk
from tests.journeys.buyer import Buyer
from tests.journeys.conftest import Shop
from tests.journeys.operating import admin, choose, save, set_secret, sign_in

SECRET = "agreed-by-telephone-28"
TEMPLATE = """<?xml version="1.0" encoding="UTF-8"?>
<order for="{{ launch.session }}">
{% for line in lines %}<item number="{{ line.sku }}" quantity="{{ line.quantity }}">{{ line.name }}</item>
{% endfor %}</order>"""


def test_a_mechanism_without_code_is_entered_launched_and_returned_to(
    page: Page, shop: Shop, buyer: Buyer
) -> None:
    sign_in(page, shop, "punchout/connection/add/%3Fadapter=configurable")
    page.locator("input[name=name]").fill("Own mechanism")
    page.keyboard.press("Tab")
    expect(page.locator("input[name=slug]")).to_have_value("own-mechanism")
    page.locator("input[name=buyer_system]").fill("Own ERP")
    choose(page, "organisation", "Brabant Rail")
    page.locator("input[name=username]").fill("own")
    page.locator("textarea[name=return_origins]").fill(buyer.url.removesuffix("/return"))
    for option, value in (
        ("username_parameter", "who"),
        ("password_parameter", "key"),
        ("return_parameter", "back"),
        ("language_parameter", "tongue"),
    ):
        page.locator(f"input[name=option_{option}]").fill(value)
    page.locator("[name=option_echo_parameters]").fill("session")
    page.locator("select[name=option_return_as]").select_option("document")
    page.locator("textarea[name=option_document_template]").fill(TEMPLATE)
    page.locator("[name=option_document_field]").fill("basket")
    page.locator("[name=option_header_fields]").fill("lines=line_count")
    save(page)
    expect(page.get_by_text("The connection was saved")).to_be_visible()
    address = page.locator("code.address").first.inner_text()
    set_secret(page, SECRET)

    launch = {"who": "own", "key": SECRET, "back": buyer.url, "tongue": "en", "session": "A-17"}
    buyer.open(page, address, launch)
    visit = walk.Visit(page, page)
    visit.add(walk.BREAKER, "3")
    visit.send()
    sent = buyer.wait(page)
    assert sent["lines"] == "1"
    assert '<order for="A-17">' in sent["basket"]
    assert f'<item number="{walk.BREAKER}" quantity="3">' in sent["basket"]

    buyer.open(page, address, {**launch, "key": "guessed"})
    expect(page.get_by_role("heading", name="The catalog cannot be opened")).to_be_visible()
    assert len(buyer.posts) == 1


def test_a_trade_erp_is_answered_in_either_form(page: Page, shop: Shop) -> None:
    """Multipart as the specification says, urlencoded for a system that cannot read it."""
    assert returned_as(page, shop) == "multipart/form-data"
    sign_in(page, shop)
    encode(page, shop, "application/x-www-form-urlencoded")
    assert returned_as(page, shop) == "application/x-www-form-urlencoded"
    encode(page, shop, "multipart/form-data")  # as the other journeys expect to find it


def encode(page: Page, shop: Shop, encoding: str) -> None:
    page.goto(f"{admin(shop)}punchout/connection/")
    page.get_by_role("link", name="Demo: IDS-Connect", exact=True).click()
    page.locator("select[name=option_return_encoding]").select_option(encoding)
    save(page)
    confirm = page.get_by_role("button", name="Save it")
    saved = page.get_by_text("was changed successfully")
    expect(confirm.or_(saved).first).to_be_visible()
    if confirm.is_visible():  # the last carts would have been sent otherwise
        confirm.click()
    expect(saved).to_be_visible()


def returned_as(page: Page, shop: Shop) -> str:
    """The Content-Type in which a cart with one article arrived and was read."""
    walk.call(page, shop, "ids-erp", "ADL")
    walk.take_home(page.frame_locator("iframe.catalog"))
    expect(walk.requisition(page)).to_contain_text(walk.CABLE)
    expect(page.locator(".remarks")).to_have_count(0)
    page.get_by_text("As it was posted").click()
    return page.locator("dl.headers dd").first.inner_text().partition(";")[0]
