"""What an operator does in the admin, in words; on the sandbox's site, so that one sign-in serves both."""

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Shop


def admin(shop: Shop) -> str:
    return shop.sandbox.replace("/sandbox/", "/admin/")


def sign_in(page: Page, shop: Shop, then: str = "") -> None:
    page.goto(f"{admin(shop)}login/?next=/admin/{then}")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("demo-admin")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#user-tools")).to_be_visible()


def choose(page: Page, name: str, text: str) -> None:
    """Takes the first suggestion for what is typed into one of the admin's autocompleting choices."""
    page.locator(f".field-{name} .select2-selection").click()
    page.locator(".select2-search__field").fill(text)
    page.locator(".select2-results__option--highlighted").filter(has_text=text).click()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).first.click()


def set_secret(page: Page, secret: str) -> None:
    """From the page of a connection to that of its secrets."""
    page.get_by_role("link", name="Set, rotate or retire a secret").click()
    page.get_by_label("Secret:", exact=True).fill(secret)
    page.get_by_label("Once more").fill(secret)
    page.get_by_role("button", name="Set this secret").click()
    expect(page.get_by_text("The secret was set.")).to_be_visible()
