"""Every played system against the shop itself, by the demo's connections; its quirks against bad carts."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import pytest

from customers.demo import load as load_customers
from customers.models import Organisation
from punchout import demo
from punchout.models import PunchoutSession
from punchout.sandbox.counterparty import Counterparty
from punchout.sandbox.expectations import expectations_of
from punchout.sandbox.launching import Memory
from punchout.sandbox.received import ReceivedCart
from punchout.sandbox.systems import SYSTEMS
from tests.contracts.pages import read_return_page
from tests.factories import ListPriceFactory, ProductFactory
from tests.sandbox.in_process import FORM, counterparty, enter

PAYLOADS = Path(__file__).parent / "payloads"
RETURNED_BY_BROWSER = [slug for slug in SYSTEMS if slug != "cebeo-erp"]


@pytest.fixture
def shop(db: None) -> Iterator[None]:
    """The demo's customers and connections, and two articles that each of them may buy."""
    load_customers()
    demo.load()
    breaker = ProductFactory(sku="MCB-1", name_en="Circuit breaker", order_unit="C62", unspsc="39121601")
    cable = ProductFactory(
        sku="CAB-1", name_en="Installation cable", order_unit="MTR", price_unit=100, unspsc="26121600"
    )
    for organisation in Organisation.objects.filter(number__in=("100001", "100002", "100003")):
        prices = organisation.price_list
        if breaker.list_prices.filter(price_list=prices).exists():
            continue
        ListPriceFactory(product=breaker, price_list=prices, amount=Decimal("4.29"))
        ListPriceFactory(product=cable, price_list=prices, amount=Decimal("41.23"), price_unit=100)
    yield


@pytest.mark.parametrize("slug", RETURNED_BY_BROWSER)
def test_a_system_shops_and_takes_every_line_of_its_cart(shop: None, slug: str) -> None:
    system = counterparty(slug)
    visit = enter(system, system.launch())
    visit.add("MCB-1", "3")
    visit.add("CAB-1", "250")
    cart = visit.give_back()
    assert cart.outcome == "cart"
    worse = [remark for remark in cart.all_remarks if remark.severity not in {"note"}]
    assert not worse
    assert [(line.part_id, line.quantity) for line in cart.lines] == [
        ("MCB-1", Decimal(3)),
        ("CAB-1", Decimal(250)),
    ]
    assert cart.total == pytest.approx(Decimal("115.945"), abs=Decimal("0.01"))


def test_an_ifs_user_who_leaves_arrives_where_his_launch_said(shop: None) -> None:
    system = counterparty("ifs")
    visit = enter(system, system.launch())
    page = read_return_page(visit.browser.post(f"{visit.prefix}/leave"))
    assert (page.action, page.method) == (system.cancel_url, "get")


def test_dynamics_never_asks_to_edit(shop: None) -> None:
    with pytest.raises(ValueError, match="edit"):
        Counterparty("dynamics365").launch("edit")


def test_an_installers_erp_fetches_and_empties_what_was_kept_for_it(shop: None) -> None:
    system = counterparty("cebeo-erp")
    visit = enter(system, system.launch())
    visit.add("CAB-1", "250")
    visit.browser.post(f"{visit.prefix}/return")
    fetched = system.call("Order/Get").found
    assert fetched is not None and fetched.outcome == "cart" and not fetched.all_remarks
    (line,) = fetched.lines
    assert (line.part_id, line.quantity, line.unit) == ("CAB-1", Decimal(250), "MTR")
    assert line.price == Decimal("0.4123")
    emptied = system.call("Order/Delete").found
    assert emptied is not None and emptied.status_code == "0"
    again = system.call("Order/Get").found
    assert again is not None and again.outcome == "cancelled" and again.lines == ()


def test_an_installers_erp_asks_for_net_price_and_stock(shop: None) -> None:
    launch = counterparty("cebeo-erp").call("Article/Get", product="CAB-1 MCB-1")
    assert launch.problem is None and launch.found is not None
    assert launch.found.outcome == "answered"
    assert [line.part_id for line in launch.found.lines] == ["CAB-1", "MCB-1"]
    assert "Stock" in dict(launch.found.lines[0].fields)


def test_wrong_credentials_are_told_in_the_services_words(db: None) -> None:
    launch = counterparty("cebeo-erp").call("Order/Get")
    assert launch.problem is not None and "refused: 1" in launch.problem.title


# -- functions of OCI ------------------------------------------------------------------------------


@pytest.mark.parametrize("function", ["DETAIL", "DETAILADD"])
def test_a_function_of_the_browser_opens_the_article(shop: None, function: str) -> None:
    system = counterparty("sap-s4")
    launch = system.call(function, product="CAB-1")
    assert launch.form is not None and dict(launch.form.fields)["FUNCTION"] == function
    enter(system, launch)
    session = PunchoutSession.objects.get()
    assert session.landing == "/p/CAB-1"
    assert session.operation == ("inspect" if function == "DETAIL" else "create")


def test_validate_comes_back_priced_for_its_quantity(shop: None) -> None:
    system = counterparty("sap-s4")
    launch = system.call("VALIDATE", product="CAB-1", quantity="500")
    page = system.submit(launch)
    cart = system.receive(page.content, page.headers["Content-Type"])
    assert [(line.part_id, line.quantity, line.price_unit) for line in cart.lines] == [
        ("CAB-1", Decimal(500), Decimal(100))
    ]


def test_the_whole_catalog_is_read_page_by_page(shop: None) -> None:
    found = counterparty("sap-s4").call("DOWNLOADJSON").found
    assert found is not None and found.outcome == "answered" and not found.all_remarks
    assert {line.part_id for line in found.lines} == {"CAB-1", "MCB-1"}
    assert dict(found.extra_fields)["TOTALITEMS"] == "2"


def test_stock_is_asked_for_a_quantity(shop: None) -> None:
    found = counterparty("sap-s4").call("QUANTITYCHECK", product="MCB-1", quantity="5").found
    assert found is not None
    assert dict(found.extra_fields)["EXT_PRODUCT_ID"] == "MCB-1"


def test_a_function_that_the_connection_does_not_offer_is_shown_as_refused(shop: None) -> None:
    launch = counterparty("sap-srm").call("QUANTITYCHECK", product="MCB-1", quantity="5")
    assert launch.problem is not None
    assert "QUANTITYCHECK" in launch.problem.title and "not offered" in launch.problem.detail


def test_a_function_of_another_protocol_is_not_called() -> None:
    with pytest.raises(ValueError, match="no function VALIDATE"):
        Counterparty("coupa").call("VALIDATE", product="1")


# -- quirks, against carts that meet them ----------------------------------------------------------


def oci(slug: str, query: str = "", **fields: str) -> ReceivedCart:
    """A cart of one line, right for everybody unless a field is changed."""
    line = {
        "DESCRIPTION": "Cable",
        "VENDORMAT": "CAB-1",
        "EXT_PRODUCT_ID": "CAB-1",
        "QUANTITY": "10.000",
        "UNIT": "MTR",
        "PRICE": "41.230",
        "PRICEUNIT": "100",
        "CURRENCY": "EUR",
        "VENDOR": "20077",
        **fields,
    }
    memory = Memory(hook_fields=(("uniqueid", "abc"),)) if slug == "ifs" else None
    body = urlencode({f"NEW_ITEM-{name}[1]": value for name, value in line.items() if value})
    return Counterparty(slug, memory=memory).receive(body.encode(), FORM, query)


def cxml(slug: str, **changes: str) -> ReceivedCart:
    values = {
        "part": "CAB-1", "auxiliary": "token", "price": "0.4123", "text": "Cable", "unit": "MTR",
        "unspsc": "26121600", "extra": "",
    } | changes  # fmt: skip
    document = (PAYLOADS / "order_message_one_line.xml").read_text().format(**values)
    return Counterparty(slug).receive(document.encode(), "text/xml")


def severities(cart: ReceivedCart) -> set[tuple[str, str]]:
    return {(remark.severity, remark.field) for line in cart.lines for remark in line.remarks}


def test_the_carts_of_these_tests_are_right() -> None:
    assert not oci("basware").all_remarks
    assert not [remark for remark in oci("ifs", "uniqueid=abc").all_remarks if remark.severity != "note"]
    assert not severities(cxml("jaggaer"))
    assert not [pair for pair in severities(cxml("dynamics365")) if pair[0] != "note"]


def test_jaggaer_makes_a_piece_of_a_unit_it_does_not_know() -> None:
    cart = cxml("jaggaer", unit="XRO")
    (line,) = cart.lines
    assert line.unit == "EA" and line.transferred
    (remark,) = line.remarks
    assert (remark.severity, remark.sent, remark.kept) == ("converted", "XRO", "EA")


def test_jaggaer_rounds_a_price_to_four_decimals_and_calculates_with_it() -> None:
    (line,) = cxml("jaggaer", price="0.412345").lines
    assert line.price == Decimal("0.4123")
    (remark,) = line.remarks
    assert (remark.severity, remark.sent, remark.kept) == ("cut", "0.412345", "0.4123")


def test_jaggaer_cuts_an_auxiliary_id_that_will_come_back_cut() -> None:
    (remark,) = cxml("jaggaer", auxiliary="t" * 101).lines[0].remarks
    assert (remark.severity, remark.field, remark.cut_off) == ("cut", "SupplierPartAuxiliaryID", "t")


def test_ariba_counts_a_description_in_bytes() -> None:
    text = "é" * 1500
    (remark,) = cxml("ariba", text=text).lines[0].remarks
    assert "3000 bytes" in remark.text and len(remark.kept.encode()) == 2000


def test_dynamics_passes_over_a_price_basis_and_takes_the_price_for_one_unit() -> None:
    basis = (
        '<PriceBasisQuantity quantity="100" conversionFactor="1">'
        "<UnitOfMeasure>MTR</UnitOfMeasure></PriceBasisQuantity>"
    )
    (line,) = cxml("dynamics365", price="41.23", extra=basis).lines
    assert line.amount == Decimal("41.23") * 10
    assert ("converted", "PriceBasisQuantity") in {(r.severity, r.field) for r in line.remarks}


def test_ifs_finds_its_transaction_in_the_address_only() -> None:
    cart = oci("ifs")
    assert [(remark.severity, remark.field) for remark in cart.remarks] == [("lost", "uniqueid")]


def test_ifs_says_which_fields_it_has_no_place_for() -> None:
    cart = oci("ifs", "uniqueid=abc", EXT_QUOTE_ID="Q1")
    (remark,) = cart.lines[0].remarks
    assert remark.severity == "note" and "EXT_QUOTE_ID" in remark.text


def test_basware_is_told_the_supplier_or_takes_that_of_its_settings() -> None:
    cart = oci("basware", VENDOR="")
    assert severities(cart) == {("note", "VENDOR")} and cart.lines[0].transferred


def test_basware_needs_the_products_name() -> None:
    assert ("lost", "DESCRIPTION") in severities(oci("basware", DESCRIPTION="", MATNR="4711"))


def test_sap_gui_is_posted_to_by_an_event_and_not_at_an_address(shop: None) -> None:
    system = counterparty("sap-ecc")
    launch = system.launch()
    assert launch.form is not None and dict(launch.form.fields)["MM_HOOK_URL"] == "SAPEVENT:POST"
    visit = enter(system, launch)
    visit.add("MCB-1")
    page = read_return_page(visit.browser.post(f"{visit.prefix}/return"))
    assert page.action == "SAPEVENT:POST"


def test_odoo_takes_a_price_for_one_unit_whatever_it_counts_for() -> None:
    (line,) = oci("odoo", PRICE="41.2345").lines
    assert (line.price, line.amount) == (Decimal("41.2345"), Decimal("412.345"))
    assert ("converted", "PRICEUNIT") in severities(oci("odoo"))
    assert not [pair for pair in severities(oci("odoo", PRICEUNIT="1", PRICE="0.4123")) if pair[0] != "note"]


def test_what_a_system_does_not_read_is_not_missed_there() -> None:
    assert oci("odoo", UNIT="", CURRENCY="", PRICEUNIT="1").lines[0].transferred
    assert oci("odoo", UNIT="D97", CURRENCY="Euro", PRICEUNIT="1").lines[0].transferred
    assert ("lost", "UNIT") in severities(oci("sap-srm", UNIT=""))
    expected = {str(rule.about): str(rule.rule) for rule in expectations_of(SYSTEMS["odoo"])}
    assert expected["Required"] == "QUANTITY, DESCRIPTION, VENDORMAT, PRICE"
    assert expected["Decimals of a price"] == "as many as are sent"
    assert "CONTRACT" not in expected["Longest values"]


def test_one_bad_line_of_a_cart_for_odoo_loses_all() -> None:
    good = {"DESCRIPTION": "Cable", "VENDORMAT": "A", "QUANTITY": "1", "UNIT": "MTR", "PRICE": "1"}
    lines = (good, {**good, "DESCRIPTION": ""})
    fields = {
        f"NEW_ITEM-{name}[{number}]": value
        for number, line in enumerate(lines, start=1)
        for name, value in {**line, "PRICEUNIT": "1", "CURRENCY": "EUR"}.items()
    }
    cart = Counterparty("odoo").receive(urlencode(fields).encode(), FORM)
    assert cart.transferred_lines == ()
    assert "then takes none" in cart.lines[0].remarks[-1].text
    assert len(Counterparty("sap-srm").receive(urlencode(fields).encode(), FORM).transferred_lines) == 1


def test_dolibarr_joins_equal_lines_divides_prices_and_loses_long_texts() -> None:
    line = {
        "DESCRIPTION": "Cable", "VENDORMAT": "CAB-1", "QUANTITY": "10", "UNIT": "MTR", "PRICE": "41.237",
        "PRICEUNIT": "10000", "CURRENCY": "EUR",
    }  # fmt: skip
    fields = {f"NEW_ITEM-{name}[{number}]": value for number in (1, 2) for name, value in line.items()}
    fields["NEW_ITEM-LONGTEXT_1:132[]"] = "A long text"
    (joined,) = Counterparty("dolibarr").receive(urlencode(fields).encode(), FORM).lines
    assert (joined.quantity, joined.price, joined.price_unit) == (Decimal(20), Decimal("0.00412"), Decimal(1))
    found = {(remark.severity, remark.field) for remark in joined.remarks}
    assert {("cut", "PRICE"), ("cut", "LONGTEXT"), ("note", "QUANTITY")} <= found
    assert ("lost", "VENDORMAT") in severities(oci("dolibarr", VENDORMAT="", EXT_PRODUCT_ID=""))
    assert oci("dolibarr", VENDORMAT="").lines[0].transferred


def test_unite_keeps_255_characters_of_any_field() -> None:
    fields = {"NEW_ITEM-LONGTEXT_1:132[]": "x" * 300, "NEW_ITEM-CUST_FIELD9[1]": "y" * 300}
    cart = Counterparty("unite").receive(urlencode(fields).encode(), FORM)
    cut = {remark.field: len(remark.kept) for remark in cart.lines[0].remarks if remark.severity == "cut"}
    assert cut == {"LONGTEXT": 255, "CUST_FIELD9": 255}


def test_infor_rounds_a_price_to_the_decimals_it_was_given() -> None:
    (line,) = oci("infor", PRICE="12.567").lines
    assert line.price == Decimal("12.57") and ("cut", "PRICE") in severities(oci("infor", PRICE="12.567"))


def test_buyerquest_agreed_on_a_field_of_its_own() -> None:
    fields = {"EXT_CUSTOM_OPTION": "red"}
    assert not severities(oci("buyerquest", **fields))
    assert ("note", "NEW_ITEM") in severities(oci("sap-srm", **fields))
