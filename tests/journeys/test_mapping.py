"""An operator maps a field in his browser, and the buyer's cart carries it."""

from playwright.sync_api import Page, expect

from tests.journeys import walk
from tests.journeys.conftest import Shop


def sign_in(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.url}/admin/login/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("demo-admin")
    page.get_by_role("button", name="Log in").click()


def open_mapping(page: Page, shop: Shop, name: str) -> None:
    page.goto(f"{shop.url}/admin/punchout/connection/")
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("link", name="Mapping", exact=True).click()
    expect(page.get_by_role("heading", name="Translation tables")).to_be_visible()


def test_a_field_is_mapped_with_the_keyboard_and_the_result_follows(page: Page, shop: Shop) -> None:
    sign_in(page, shop)
    open_mapping(page, shop, "Demo: SAP S/4HANA")
    page.get_by_label("Field", exact=True).last.fill("MANUFACTMAT")
    expression = page.get_by_label("Expression").last
    expression.focus()
    page.keyboard.type("{{ constant.pl")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.get_by_label("Constants").fill("plant=Plant 1000")
    expression.fill("")
    expression.focus()
    page.keyboard.type("{{ line.sk")
    option = page.get_by_role("option", name="line.sku article number")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(expression).to_have_value("{{ line.sku }}")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.type(" {{ constant.plant }")
    row = page.locator(".mapping-row").last
    expect(row).to_contain_text("Braces are opened and not closed")
    page.keyboard.type("}")
    expect(row.locator("output").first).to_contain_text("Plant 1000")
    page.get_by_role("button", name="Add a row").click()
    expect(page.get_by_label("Field", exact=True).last).to_be_focused()
    page.keyboard.type("LEADTIME")
    page.get_by_role("button", name="Remove").last.click()
    expect(page.locator(".mapping-row")).to_have_count(1)
    page.get_by_role("button", name="Save", exact=True).click()
    confirm = page.get_by_role("button", name="Save it")
    saved = page.get_by_text("The mapping was saved.")
    expect(confirm.or_(saved)).to_be_visible()
    if confirm.is_visible():  # an earlier journey returned a cart of this connection
        confirm.click()
    expect(saved).to_be_visible()
    visit = walk.launch(page, shop, "SAP S/4HANA", framed=False)
    visit.add(walk.BREAKER)
    visit.open_cart()
    visit.send()
    expect(page.get_by_text(f"{walk.BREAKER} Plant 1000").first).to_be_visible()
    # As the other journeys expect to find it.
    open_mapping(page, shop, "Demo: SAP S/4HANA")
    page.get_by_role("button", name="Remove").first.click()
    page.get_by_label("Constants").fill("")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    expect(page.locator("table.difference tr.was").first).to_contain_text("Plant 1000")
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_text("The mapping was saved.")).to_be_visible()
