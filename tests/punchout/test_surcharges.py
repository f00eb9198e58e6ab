"""Surcharges of a returned cart: own lines, in the price, in a field; and back again for editing."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pydantic import ValidationError

from catalog.models import ListPrice, MetalQuotation, Product, ProductLevy, ProductMetal
from punchout.adapters.oci.background_search import priced_lines
from punchout.adapters.oci.build import return_form
from punchout.adapters.oci.options import OciOptions
from punchout.documents import LineSurcharge, RequestedItem, ReturnLine, SetupRequest, kept_lines
from punchout.line_table import lines_of
from punchout.models import Connection, PunchoutSession, ReturnedCart
from punchout.preflight import checked
from punchout.services import return_cart, start_session
from punchout.surcharges import arranged
from shop.carts import price_cart
from shop.models import CartLine
from tests.contracts.pages import read_return_page
from tests.factories import (
    CANARY_SECRET,
    ConnectionFactory,
    ListPriceFactory,
    MetalQuotationFactory,
    ProductFactory,
    ProductLevyFactory,
    ProductMetalFactory,
    WireMessageFactory,
)

COPPER = LineSurcharge(
    kind="metal", code="CU", label="Copper surcharge", text="96 kg", amount=Decimal("1440.0000"),
    price_unit=1000, total=Decimal("72.00"), weight=Decimal(96), per=100, base=Decimal(150),
    quotation=Decimal(300), day="2026-11-20",
)  # fmt: skip
RECUPEL = LineSurcharge(
    kind="levy", code="Recupel", tariff="01.01", label="Recupel", text="Recupel (01.01)",
    amount=Decimal("0.05"), price_unit=1, total=Decimal("2.50"),
)  # fmt: skip
CABLE = ReturnLine(
    number=1, sku="CABLE-1", token="abc", quantity=Decimal(50), unit="MTR", name="Cable", description="",
    language="en", price=Decimal(9000), price_unit=1000, currency="EUR", total=Decimal("524.50"),
    lead_time_days=1, unspsc="26121600", surcharges=(COPPER, RECUPEL),
)  # fmt: skip
PLAIN = replace(CABLE, number=2, sku="P-2", token="def", surcharges=(), total=Decimal("450.00"))


def oci(lines: tuple[ReturnLine, ...], **options: Any) -> list[dict[str, str]]:
    """The lines of the form, each with its fields by their bare names."""
    form = return_form(
        return_url="https://buyer.example/r", echo={"version": options.get("version", "4.0")}, quote_id="Q1",
        lines=arranged(lines, options.get("surcharges", "in_price")), options=OciOptions(**options),
    )  # fmt: skip
    found: dict[str, dict[str, str]] = {}
    for name, value in form.fields:
        if name.startswith("NEW_ITEM-") and name.endswith("]") and "LONGTEXT" not in name:
            field, _bracket, index = name.removeprefix("NEW_ITEM-").partition("[")
            found.setdefault(index.rstrip("]"), {})[field] = value
    return list(found.values())


def test_in_the_price_everything_is_one_amount_that_makes_the_total() -> None:
    (line, plain) = arranged((CABLE, PLAIN), "in_price")
    assert (line.price, line.price_unit, line.total) == (Decimal(10490), 1000, Decimal("524.50"))
    assert line.surcharges_in_price and line.surcharges == (COPPER, RECUPEL)
    assert plain == PLAIN


def test_own_lines_follow_their_article_and_add_up() -> None:
    lines = arranged((CABLE, PLAIN), "own_line")
    assert [(line.number, line.sku, line.parent) for line in lines] == [
        (1, "CABLE-1", 0), (2, "SURCHARGE-CU", 1), (3, "SURCHARGE-RECUPEL-01-01", 1), (4, "P-2", 0),
    ]  # fmt: skip
    assert [line.total for line in lines] == [Decimal(t) for t in ("450.00", "72.00", "2.50", "450.00")]
    assert sum(line.total for line in lines) == CABLE.total + PLAIN.total
    assert [line.unspsc for line in lines[:3]] == ["26121600"] * 3
    assert len({line.token for line in lines}) == 4


def test_a_credit_is_never_a_line_because_no_protocol_has_negative_ones() -> None:
    credit = replace(COPPER, amount=Decimal("-480"), total=Decimal("-24.00"))
    cable = replace(CABLE, surcharges=(credit, RECUPEL), total=Decimal("428.50"))
    lines = arranged((cable,), "own_line")
    assert [(line.sku, line.price, line.total) for line in lines] == [
        ("CABLE-1", Decimal(8520), Decimal("426.00")),
        ("SURCHARGE-RECUPEL-01-01", Decimal("0.05"), Decimal("2.50")),
    ]


def test_a_cart_without_surcharges_is_not_touched() -> None:
    lines = (PLAIN,)
    for how in ("in_price", "own_line", "field"):
        assert arranged(lines, how) is lines


def test_a_frozen_line_with_its_surcharges_comes_back_from_json_as_it_was() -> None:
    for line in (CABLE, *arranged((CABLE,), "own_line"), *arranged((CABLE,), "in_price")):
        assert ReturnLine.from_json(lines_of(kept_lines([line]))[0]) == line


def test_surcharges_that_were_stored_as_dictionaries_are_still_read() -> None:
    stored = {
        "fields": ["number", "surcharges"],
        "rows": [[1, [{"kind": "levy", "code": "Recupel", "tariff": "01.01"}]], [2, None]],
    }
    first, second = lines_of(stored)
    assert first == {"number": 1, "surcharges": [{"kind": "levy", "code": "Recupel", "tariff": "01.01"}]}
    assert second == {"number": 2}


def test_a_line_that_was_stored_before_there_were_surcharges_is_still_read() -> None:
    (stored,) = lines_of(kept_lines([PLAIN]))
    for name in ("surcharges", "surcharges_in_price", "parent"):
        stored.pop(name, None)
    assert ReturnLine.from_json(stored) == PLAIN


# -- OCI -----------------------------------------------------------------------------------------------------


def test_oci_price_has_the_surcharges_in_it_unless_told_otherwise() -> None:
    (line,) = oci((CABLE,))
    assert (line["PRICE"], line["PRICEUNIT"]) == ("10490.000", "1000")


def test_oci_own_lines_are_indexed_without_a_gap_and_cannot_be_validated() -> None:
    cable, copper, recupel = oci((CABLE,), surcharges="own_line")
    assert (cable["PRICE"], cable["EXT_PRODUCT_ID"]) == ("9000.000", "CABLE-1")
    assert (copper["VENDORMAT"], copper["PRICE"], copper["QUANTITY"]) == (
        "SURCHARGE-CU",
        "1440.000",
        "50.000",
    )
    assert (recupel["DESCRIPTION"], recupel["PRICE"]) == ("Recupel CABLE-1", "0.050")
    for own in (copper, recupel):
        assert "EXT_PRODUCT_ID" not in own
        assert not {"ITEM_TYPE", "PARENT_ID", "SERVICE"} & own.keys()


def test_oci_5_says_which_article_a_surcharge_belongs_to() -> None:
    lines = oci(
        (PLAIN, CABLE), version="5.0", surcharges="own_line", surcharge_hierarchy=True, surcharge_service=True
    )
    assert [(line.get("ITEM_TYPE"), line.get("PARENT_ID"), line.get("SERVICE")) for line in lines] == [
        (None, None, None), ("R", None, None), ("O", "2", "X"), ("O", "2", "X"),
    ]  # fmt: skip


def test_oci_4_has_no_fields_for_a_hierarchy() -> None:
    for line in oci((CABLE,), surcharges="own_line", surcharge_hierarchy=True):
        assert not {"ITEM_TYPE", "PARENT_ID"} & line.keys()


def test_oci_fields_hold_the_surcharges_per_price_unit() -> None:
    (line,) = oci(
        (CABLE,), surcharges="field", extra_fields={"CUST_FIELD1": "metal_surcharge", "CUST_FIELD2": "levies"}
    )
    assert line["PRICE"] == "9000.000"
    assert (line["CUST_FIELD1"], line["CUST_FIELD2"]) == ("1440.0000", "50.0000")
    (line, plain) = oci((CABLE, PLAIN), surcharges="field", extra_fields={"ADDITIONAL_COST": "surcharges"})
    assert line["ADDITIONAL_COST"] == "1490.0000"
    assert "ADDITIONAL_COST" not in plain


@pytest.mark.parametrize("fields", [{}, {"CUST_FIELD1": "metal_surcharge"}, {"CUST_FIELD1": "levies"}])
def test_oci_fields_must_be_named_or_money_would_be_lost(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="metal_surcharge and levies"):
        OciOptions(surcharges="field", extra_fields=fields)


# -- through the shop ----------------------------------------------------------------------------------------


def connection(**options: Any) -> Connection:
    return ConnectionFactory(secret=CANARY_SECRET, slug="srm", options=options)


def cable(connection: Connection, sku: str = "CABLE-1") -> Product:
    product = ProductFactory(sku=sku, order_unit="MTR", price_unit=1000)
    ListPriceFactory(
        product=product, price_list=connection.organisation.price_list, amount=Decimal(9000), price_unit=1000
    )
    ProductMetalFactory(product=product)
    MetalQuotationFactory(amount=Decimal(300))
    ProductLevyFactory(product=product, amount=Decimal("0.05"), code="")
    return product


def launched(**parameters: str) -> Any:
    sent = {"USERNAME": "buyer", "PASSWORD": CANARY_SECRET, "HOOK_URL": "https://buyer.example/return"}
    return Client().post("/punchout/oci/srm", {**sent, **parameters})


@pytest.mark.django_db
@pytest.mark.parametrize(("how", "lines"), [("in_price", 1), ("own_line", 3)])
def test_what_was_returned_is_what_the_commitment_says(how: str, lines: int) -> None:
    made = connection(surcharges=how)
    product = cable(made)
    browser = Client()
    start = launched()["Location"].removeprefix("http://testserver")
    prefix = "/".join(browser.get(browser.post(start)["Location"])["Location"].split("/")[:3])
    browser.post(f"{prefix}/cart/add", {"sku": product.sku, "quantity": "50"})
    page = read_return_page(browser.post(f"{prefix}/return"))
    prices = [Decimal(value) for name, value in page.fields if name.startswith("NEW_ITEM-PRICE[")]
    units = [Decimal(value) for name, value in page.fields if name.startswith("NEW_ITEM-PRICEUNIT[")]
    assert len(prices) == lines
    assert sum(50 * price / unit for price, unit in zip(prices, units, strict=True)) == Decimal("524.50")
    kept = ReturnedCart.objects.get()
    assert kept.total == Decimal("524.50")
    assert [ReturnLine.from_json(line).parent for line in kept.lines] == [0, 1, 1][:lines]


@pytest.mark.django_db
@pytest.mark.parametrize("quotation", [Decimal(300), Decimal("50.03")])  # a surcharge, a credit
@pytest.mark.parametrize("how", ["in_price", "own_line", "field"])
def test_header_cart_and_commitment_show_one_total(how: str, quotation: Decimal) -> None:
    fields = {"extra_fields": {"CUST_FIELD1": "surcharges"}} if how == "field" else {}
    made = connection(surcharges=how, **fields)
    product = cable(made)
    MetalQuotation.objects.update(amount=quotation)
    ProductMetal.objects.update(credit=True)
    # Each part has a fraction of a cent that is lost alone, and makes a cent with the others.
    ListPrice.objects.update(amount=Decimal("9000.33"))
    ProductLevy.objects.update(amount=Decimal("0.0134"))
    browser = Client()
    start = launched()["Location"].removeprefix("http://testserver")
    prefix = "/".join(browser.get(browser.post(start)["Location"])["Location"].split("/")[:3])
    browser.post(f"{prefix}/cart/add", {"sku": product.sku, "quantity": "13"})
    totals = [
        re.search(r'cart-link-total">([^<]+)<', browser.get(f"{prefix}{path}").content.decode())
        for path in (f"/p/{product.sku}", "/cart")
    ]
    browser.post(f"{prefix}/return")
    kept = f"{ReturnedCart.objects.get().total} €"
    assert [total and total[1].replace("\xa0", " ") for total in totals] == [kept, kept]


@pytest.mark.django_db
def test_validate_answers_for_the_article_alone() -> None:
    """The buyer's cart has the lines of its surcharges already."""
    made = connection(surcharges="own_line")
    cable(made)
    response = launched(FUNCTION="VALIDATE", PRODUCTID="CABLE-1", QUANTITY="50")
    fields = dict(read_return_page(response).fields)
    assert fields["NEW_ITEM-PRICE[1]"] == "9000.000"
    assert "NEW_ITEM-PRICE[2]" not in fields


@pytest.mark.django_db
def test_own_lines_that_come_back_become_no_articles_and_are_calculated_anew() -> None:
    made = connection()
    product = cable(made)
    lines = arranged((replace(CABLE, sku=product.sku),), "own_line")
    items = tuple(RequestedItem(line.sku, line.quantity, token=line.token) for line in lines)
    message = WireMessageFactory()
    start_session(setup=SetupRequest(connection=made, operation="edit", items=items), message=message)
    kept = CartLine.objects.get()
    assert (kept.sku, kept.token, kept.quantity) == ("CABLE-1", "abc", Decimal(50))
    assert any("2 lines for surcharges" in note for note in message.notes)


@pytest.mark.django_db
def test_an_article_that_is_really_called_so_is_an_article() -> None:
    made = connection()
    product = cable(made, sku="SURCHARGE-BOX")
    setup = SetupRequest(connection=made, operation="edit", items=(RequestedItem(product.sku, Decimal(2)),))
    start_session(setup=setup, message=WireMessageFactory())
    assert CartLine.objects.get().product == product


@pytest.mark.django_db
def test_an_unknown_article_is_still_kept_and_shown() -> None:
    setup = SetupRequest(
        connection=connection(), operation="edit", items=(RequestedItem("X-SURCHARGE-CU", Decimal(1)),)
    )
    start_session(setup=setup, message=WireMessageFactory())
    assert CartLine.objects.get().product is None


@pytest.mark.django_db
def test_the_same_cart_returned_edited_and_returned_again_costs_the_same() -> None:
    made = connection(surcharges="own_line")
    product = cable(made)
    totals = []
    items: tuple[RequestedItem, ...] = (RequestedItem(product.sku, Decimal(50)),)
    for _round in range(3):
        setup = SetupRequest(
            connection=made, operation="edit", items=items, return_url="https://buyer.example/return"
        )
        started = start_session(setup=setup, message=WireMessageFactory())
        browser = Client()
        prefix = browser.get(browser.post(f"/start/{started.start_token}")["Location"])["Location"]
        browser.post("/".join(prefix.split("/")[:3]) + "/return")
        kept = ReturnedCart.objects.get(session=PunchoutSession.objects.latest("pk"))
        totals.append(kept.total)
        lines = [ReturnLine.from_json(line) for line in kept.lines]
        assert len(lines) == 3
        items = tuple(RequestedItem(line.sku, line.quantity, token=line.token) for line in lines)
    assert totals == [Decimal("524.50")] * 3


@pytest.mark.django_db
@pytest.mark.parametrize(("how", "lines"), [("own_line", 6), ("in_price", 2)])
def test_one_article_on_two_lines_has_its_surcharges_on_each(how: str, lines: int) -> None:
    made = connection(surcharges=how)
    sku = cable(made).sku
    items = (RequestedItem(sku, Decimal(20), "one"), RequestedItem(sku, Decimal(30), "two"))
    setup = SetupRequest(
        connection=made, operation="edit", items=items, return_url="https://buyer.example/return"
    )
    started = start_session(setup=setup, message=WireMessageFactory())
    browser = Client()
    prefix = browser.get(browser.post(f"/start/{started.start_token}")["Location"])["Location"]
    browser.post("/".join(prefix.split("/")[:3]) + "/return")
    kept = ReturnedCart.objects.get()
    assert kept.total == Decimal("524.50")
    frozen = [ReturnLine.from_json(line) for line in kept.lines]
    assert [line.number for line in frozen] == list(range(1, lines + 1))
    goods = [line for line in frozen if not line.parent]
    assert [(line.token, line.quantity) for line in goods] == [("one", 20), ("two", 30)]
    whole = [
        sum(part.total for part in frozen if line.number in (part.number, part.parent)) for line in goods
    ]
    assert whole == [Decimal("209.80"), Decimal("314.70")]


@pytest.mark.django_db
def test_a_hit_of_the_background_search_has_its_surcharges_in_the_price() -> None:
    made = connection(surcharges="own_line")
    product = cable(made)
    found = priced_lines(
        made.organisation, [Product.objects.select_related("brand", "category").get(pk=product.pk)], "en", ""
    )
    (line,) = arranged(found, "in_price")
    assert line.price == Decimal(10490)


@pytest.mark.django_db
def test_what_every_article_must_have_is_not_asked_of_its_surcharges() -> None:
    made = connection(surcharges="own_line", required_fields=["gtin"])
    product = cable(made)
    Product.objects.filter(pk=product.pk).update(gtin="4012345678901")
    started = start_session(
        setup=SetupRequest(
            connection=made,
            items=(RequestedItem(product.sku, Decimal(50)),),
            return_url="https://buyer.example/return",
        ),
        message=WireMessageFactory(),
    )
    browser = Client()
    prefix = browser.get(browser.post(f"/start/{started.start_token}")["Location"])["Location"]
    assert browser.post("/".join(prefix.split("/")[:3]) + "/return").status_code == 200
    assert len(ReturnedCart.objects.get().lines) == 3


@pytest.mark.django_db
def test_a_cart_that_grows_too_long_by_its_surcharges_is_stopped_at_their_article() -> None:
    made = connection(surcharges="own_line", most_lines=2)
    product = cable(made)
    started = start_session(
        setup=SetupRequest(
            connection=made,
            items=(RequestedItem(product.sku, Decimal(50)),),
            return_url="https://buyer.example/return",
        ),
        message=WireMessageFactory(),
    )
    session = PunchoutSession.objects.select_related("connection", "organisation__price_list", "cart").get(
        pk=started.session.pk
    )
    (line,) = checked(price_cart(session.cart, session.organisation), session).lines
    assert line.problem


@pytest.mark.django_db
def test_a_mapping_says_what_surcharges_are_in_the_price_of_a_cxml_line() -> None:
    rows = [
        {"field": "Extrinsic metal", "expression": "{{ line.metal_surcharge }}"},
        {"field": "Extrinsic eco", "expression": "{{ line.levies }} of {{ line.surcharges }}"},
    ]
    made = connection(mapping=rows)
    made.adapter = "cxml"
    made.save()
    setup = SetupRequest(
        connection=made,
        items=(RequestedItem(cable(made).sku, Decimal(50)),),
        return_url="https://buyer.example/return",
    )
    session = start_session(setup=setup, message=WireMessageFactory()).session
    form = return_cart(session=session, base_url="https://shop.example")
    assert form is not None
    document = form.fields[0][1]
    assert '<Extrinsic name="metal">72.00</Extrinsic>' in document
    assert '<Extrinsic name="eco">2.50 of 74.50</Extrinsic>' in document
    assert "SURCHARGE-" not in document
