"""Each procurement system, set up by an operator in the admin alone, then launched and returned to."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.journeys import walk
from tests.journeys.conftest import Shop
from tests.journeys.operating import admin, choose, save, set_secret, sign_in

SECRET = "agreed-by-telephone-27"
BUYER, HUB, SUPPLIER = ("DUNS", "321654987"), ("NetworkID", "AN01555000111"), ("DUNS", "123456789")


@pytest.fixture(scope="module")
def operator(chromium: Browser, shop: Shop) -> Iterator[Page]:
    """An operator who is signed in, and the customer he has just entered."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(15_000)
    page = context.new_page()
    sign_in(page, shop, "customers/organisation/add/")
    page.locator("input[name=number]").fill("200001")
    page.locator("input[name=name]").fill("Preset Industries")
    page.locator("select[name=language]").select_option("en")
    choose(page, "price_list", "")
    save(page)
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    yield page
    context.close()


def by_user_name(page: Page, slug: str) -> None:
    page.locator("input[name=username]").fill(f"user-{slug}")


def by_identities(page: Page, slug: str) -> None:
    """Adds From, Sender and To; every buyer has identities of his own."""
    for number, (party, (domain, identity)) in enumerate(identities(slug).items()):
        page.get_by_text("Add another Credential").click()
        row = f"credentials-{number}"
        page.locator(f"select[name={row}-party]").select_option(party)
        page.locator(f"input[name={row}-domain]").fill(domain)
        page.locator(f"input[name={row}-identity]").fill(identity)


def identities(slug: str) -> dict[str, tuple[str, str]]:
    sender = HUB if slug == "ariba" else BUYER
    return {
        "from": (BUYER[0], f"{BUYER[1]}-{slug}"),
        "sender": (sender[0], f"{sender[1]}-{slug}"),
        "to": SUPPLIER,
    }


SYSTEMS: dict[str, tuple[str, Callable[[Page, str], None]]] = {
    "sap-srm": ("SAP SRM", by_user_name),
    "sap-s4": ("SAP S/4HANA", by_user_name),
    "ariba": ("SAP Ariba", by_identities),
    "coupa": ("Coupa", by_identities),
    "oracle": ("Oracle", by_identities),
    "jaggaer": ("JAGGAER", by_identities),
    "dynamics365": ("Dynamics 365", by_identities),
    "ifs": ("IFS", by_user_name),
    "basware": ("Basware", by_user_name),
}


@pytest.mark.parametrize("slug", SYSTEMS)
def test_a_system_is_connected_in_the_admin_launched_and_given_its_cart(
    operator: Page, shop: Shop, slug: str
) -> None:
    name, identify = SYSTEMS[slug]
    page = operator
    page.goto(f"{admin(shop)}punchout/connection/add/")
    page.get_by_role("link", name=name, exact=True).click()
    set_up(page, shop, slug, identify)
    link = page.get_by_role("link", name="Launch in the sandbox")
    expect(link).to_have_attribute("href", re.compile(rf"\?system={slug}&"))
    visit = launched(page, shop, slug, slug, name, agree_on_secret(page))
    visit.add(walk.CABLE, "50")
    visit.send()
    assert_taken_whole(visit.shop)


# Protocols that no preset is needed for: the system that plays each, and what else has to be agreed.
PROTOCOLS: dict[str, tuple[str, dict[str, str]]] = {
    "ids": ("ids-erp", {}),
    "oraclexml": ("oracle-xml", {}),
    "peppol": ("peppol", {"option_provider": "0208:0123456749", "option_receiver": "0192:987654325"}),
}


@pytest.mark.parametrize("adapter", PROTOCOLS)
def test_a_protocol_is_connected_in_the_admin_launched_and_given_its_cart(
    operator: Page, shop: Shop, adapter: str
) -> None:
    system, agreed = PROTOCOLS[adapter]
    add_protocol(operator, shop, adapter, agreed)
    visit = launched(operator, shop, adapter, system, "", agree_on_secret(operator))
    visit.add(walk.CABLE, "50")
    visit.send()
    assert_taken_whole(visit.shop)


def test_a_web_service_is_connected_in_the_admin_and_its_cart_is_fetched(operator: Page, shop: Shop) -> None:
    add_protocol(operator, shop, "cebeoxml", {})
    # Its buyers all have one address; the sandbox asks for the connection, and the link has it.
    link = operator.get_by_role("link", name="Launch in the sandbox")
    expect(link).to_have_attribute("href", re.compile(r"\?system=cebeo-erp&connection=preset-cebeoxml&"))
    agree_on_secret(operator)
    buyer = connect(operator, shop, "cebeoxml", "cebeo-erp", "", "preset-cebeoxml")
    visit = walk.in_new_window(buyer)
    visit.add(walk.CABLE, "50")
    visit.open_cart()
    visit.shop.get_by_role("button", name=re.compile("^Keep for")).click()
    expect(visit.shop.get_by_role("heading", level=1)).to_contain_text("waits for")
    buyer.get_by_role("button", name="Fetch the open order").click()
    expect(walk.requisition(buyer)).to_contain_text(walk.CABLE)
    buyer.close()


def add_protocol(page: Page, shop: Shop, adapter: str, agreed: dict[str, str]) -> None:
    page.goto(f"{admin(shop)}punchout/connection/add/?adapter={adapter}")
    page.locator("input[name=buyer_system]").fill(f"The system of {adapter}")
    for name, value in agreed.items():
        page.locator(f"input[name={name}]").fill(value)
    set_up(page, shop, adapter, by_user_name)


def agree_on_secret(page: Page) -> str:
    """Agrees on the secret of the connection that was just saved; its launch address."""
    expect(page.get_by_text("The connection was saved")).to_be_visible()
    address = page.locator("code.address").first.inner_text()
    set_secret(page, SECRET)
    return address


def connect(page: Page, shop: Shop, slug: str, system: str, name: str, address: str) -> Page:
    """The window of the buyer, who launches with what he was given."""
    buyer = page.context.new_page()
    buyer.goto(f"{shop.sandbox}connect?system={system}")
    expect(buyer.get_by_role("heading", level=1)).to_contain_text(name)
    type_in(buyer, slug, address)
    buyer.get_by_role("button", name="Launch", exact=True).click()
    return buyer


def launched(page: Page, shop: Shop, slug: str, system: str, name: str, address: str) -> walk.Visit:
    buyer = connect(page, shop, slug, system, name, address)
    visit = walk.in_new_window(buyer)
    buyer.close()
    return visit


def assert_taken_whole(page: Page | FrameLocator) -> None:
    """The buyer's system has the metres of cable, priced by the hundred, and lost and converted nothing."""
    assert isinstance(page, Page)
    expect(walk.requisition(page)).to_contain_text(walk.CABLE)
    page.get_by_role("link", name="Conformance report").click()
    counts = page.locator(".counts")
    for loss in ("Not transferred", "Converted"):
        expect(counts.get_by_text(re.compile(f"^0 {loss}"))).to_be_visible()
    page.close()


def set_up(page: Page, shop: Shop, slug: str, identify: Callable[[Page, str], None]) -> None:
    """What the operator adds to what the preset has filled in: who it is for, and where carts may go."""
    page.locator("input[name=name]").fill(f"Preset {slug}")
    page.keyboard.press("Tab")
    expect(page.locator("input[name=slug]")).to_have_value(f"preset-{slug}")
    choose(page, "organisation", "Preset Industries")
    origin = shop.sandbox.removesuffix("/sandbox/")
    page.locator("textarea[name=return_origins]").fill(origin)
    page.locator("textarea[name=frame_origins]").fill(origin)
    identify(page, slug)
    save(page)


def type_in(page: Page, slug: str, address: str) -> None:
    """What the buyer's IT was given."""
    if page.get_by_label("Launch address").count():
        page.get_by_label("Launch address").fill(address)
        page.get_by_label("User name").first.fill(f"user-{slug}")
        if page.get_by_label("Customer number").count():
            page.get_by_label("Customer number").fill("200001")
    else:
        for party, (domain, identity) in identities(slug).items():
            page.locator(f"input[name={party}_domain]").fill(domain)
            page.locator(f"input[name={party}_identity]").fill(identity)
    page.get_by_label("Secret").fill(SECRET)
