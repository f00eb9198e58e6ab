"""Surcharges of carts that were shopped, returned and opened again: one total wherever it is shown."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from catalog.models import ListPrice, MetalQuotation, Product, ProductLevy, ProductMetal
from punchout.adapters.oci.background_search import priced_lines
from punchout.documents import RequestedItem, ReturnLine, SetupRequest
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
from tests.punchout.surcharged_lines import CABLE


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
