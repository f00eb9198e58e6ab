"""Functions that open the shop: DETAIL, DETAILADD, SOURCING, and a launch that names an earlier cart."""

from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client

from catalog.models import Product
from punchout.models import PunchoutSession, ReturnedCart, WireMessage
from punchout.services import return_cart
from shop.carts import add_to_cart
from shop.models import CartLine
from tests.contracts.pages import read_return_page
from tests.factories import CustomerArticleFactory, OrganisationFactory
from tests.punchout.oci.launching import GOOD, article, call, enter, launch, make_connection, notes

pytestmark = pytest.mark.django_db


def page(response: HttpResponse) -> tuple[Client, str, str]:
    client, address = enter(response)
    shown = client.get(address)
    assert shown.status_code == 200
    return client, address, shown.content.decode()


# -- DETAIL --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hook", [GOOD["HOOK_URL"], "", "https://elsewhere.example/"])
def test_detail_shows_the_article_without_add_or_return_whatever_the_return_address(hook: str) -> None:
    make_connection()
    article(name_en="Cable of the cart")
    client, address, shown = page(call("DETAIL", PRODUCTID="4711", HOOK_URL=hook))
    assert address.endswith("/p/4711")
    assert "Cable of the cart" in shown
    assert "/cart/add" not in shown
    assert "/return" not in shown
    assert "/leave" not in shown
    session = PunchoutSession.objects.get()
    assert (session.operation, session.return_url) == ("inspect", "")
    prefix = address.removesuffix("/p/4711")
    assert client.post(f"{prefix}/return").status_code == 409
    client.post(f"{prefix}/cart/add", {"sku": "4711", "quantity": "1"})
    assert not CartLine.objects.exists()
    assert not ReturnedCart.objects.exists()


def test_detail_of_an_article_that_is_no_longer_sold_says_what_replaces_it() -> None:
    make_connection()
    article(status=Product.Status.DISCONTINUED, successor=article("4712"))
    assert "4712" in page(call("DETAIL", PRODUCTID="4711"))[2]


@pytest.mark.parametrize("function", ["DETAIL", "DETAILADD"])
def test_an_unknown_article_is_a_page_that_says_so(function: str) -> None:
    make_connection()
    response = call(function, PRODUCTID="<b>0815")
    assert response.status_code == 404
    assert "&lt;b&gt;0815" in response.content.decode()
    assert "<h1>We do not have this article</h1>" in response.content.decode()
    assert not PunchoutSession.objects.exists()
    assert WireMessage.objects.get().verdict == WireMessage.Verdict.REFUSED


@pytest.mark.parametrize("function", ["DETAIL", "DETAILADD", "VALIDATE", "QUANTITYCHECK"])
def test_a_function_about_an_article_has_to_name_it(function: str) -> None:
    make_connection(options={"functions": [function]})
    response = call(function)
    assert response.status_code == 400
    assert b"PRODUCTID" in response.content


def test_an_article_that_is_hidden_is_not_shown() -> None:
    make_connection()
    article(status=Product.Status.HIDDEN)
    assert call("DETAIL", PRODUCTID="4711").status_code == 404


@pytest.mark.parametrize("sku", ["A/B C+D", "50%", "a?b#c", "É" * 40])
def test_an_odd_article_number_still_opens_its_page(sku: str) -> None:
    make_connection()
    article(sku, name_en="Odd one")
    assert "Odd one" in page(call("DETAIL", PRODUCTID=sku))[2]


# -- DETAILADD -----------------------------------------------------------------------------------------------


def test_detailadd_shows_the_article_and_takes_the_cart_back() -> None:
    make_connection()
    article()
    client, address, shown = page(call("detailadd", PRODUCTID="4711"))
    assert address.endswith("/p/4711")
    assert "/cart/add" in shown
    prefix = address.removesuffix("/p/4711")
    client.post(f"{prefix}/cart/add", {"sku": "4711", "quantity": "3"})
    fields = dict(read_return_page(client.post(f"{prefix}/return")).fields)
    assert (fields["NEW_ITEM-EXT_PRODUCT_ID[1]"], fields["NEW_ITEM-QUANTITY[1]"]) == ("4711", "3.000")


def test_detailadd_needs_a_return_address() -> None:
    make_connection()
    article()
    assert call("DETAILADD", PRODUCTID="4711", HOOK_URL="").status_code == 400


# -- SOURCING ------------------------------------------------------------------------------------------------


def test_sourcing_takes_the_demand_that_the_buyers_system_filled_in() -> None:
    make_connection()
    assert launch(FUNCTION="SOURCING", **{"NEW_ITEM-DESCRIPTION[1]": "drill"}).landing == "/search?q=drill"
    found = launch(FUNCTION="SOURCING", **{"NEW_ITEM-DESCRIPTION": "drill", "NEW_ITEM-VENDORMAT": "47-11"})
    assert found.landing == "/search?q=47-11"


def test_sourcing_by_the_customers_own_number_opens_that_article() -> None:
    connection = make_connection()
    CustomerArticleFactory(product=article("4711"), number="M-1")
    CustomerArticleFactory(organisation=connection.organisation, product=article("4712"), number="M-1")
    assert launch(FUNCTION="SOURCING", **{"NEW_ITEM-MATNR": "M-1"}).landing == "/p/4712"


def test_the_vendor_of_sourcing_comes_back_with_every_line() -> None:
    make_connection()
    assert launch(FUNCTION="SOURCING", VENDOR="0000004711").echo["vendor"] == "0000004711"


# -- an earlier cart -----------------------------------------------------------------------------------------


def returned_cart() -> str:
    """The EXT_QUOTE_ID under which two articles went back."""
    client, address = enter(call(""))
    session = PunchoutSession.objects.latest("id")
    add_to_cart(cart=session.cart, product=article("4711"), quantity=Decimal(2))
    add_to_cart(cart=session.cart, product=article("4712"), quantity=Decimal("5"))
    fields = dict(read_return_page(client.post(f"{address}return")).fields)
    return fields["NEW_ITEM-EXT_QUOTE_ID[1]"]


def test_a_returned_cart_is_opened_again_by_its_quotation_id() -> None:
    make_connection()
    quote_id = returned_cart()
    Product.objects.filter(sku="4712").delete()
    again = launch(PRODUCTID=quote_id)
    assert (again.operation, again.landing) == ("create", "/cart")
    assert again.key != quote_id
    lines = list(again.cart.lines.values_list("sku", "quantity", "product__sku"))
    assert lines == [("4711", Decimal(2), "4711"), ("4712", Decimal(5), None)]
    old = CartLine.objects.filter(cart__punchout_session__key=quote_id).values_list("token", flat=True)
    assert not set(old) & set(again.cart.lines.values_list("token", flat=True))


def test_detail_of_a_returned_cart_shows_it_to_look_at() -> None:
    make_connection()
    quote_id = returned_cart()
    _client, address, shown = page(call("DETAIL", PRODUCTID=quote_id))
    assert address.endswith("/cart")
    assert "4711" in shown
    assert PunchoutSession.objects.latest("id").operation == "inspect"


def test_the_cart_of_another_connection_is_not_opened() -> None:
    make_connection()
    quote_id = returned_cart()
    other = make_connection(slug="other", organisation=OrganisationFactory())
    response = Client().post(f"/punchout/oci/{other.slug}", {**GOOD, "PRODUCTID": quote_id})
    assert response.status_code == 303
    assert not PunchoutSession.objects.latest("id").cart.lines.exists()
    assert "no returned cart" in notes()


def test_a_plain_launch_that_names_an_article_opens_its_page() -> None:
    make_connection()
    article()
    assert launch(PRODUCTID="4711").landing == "/p/4711"
    assert launch(PRODUCTID="0815").landing == "/"
    assert "PRODUCTID '0815' is no article" in notes()


def test_what_was_found_by_sourcing_goes_home_as_mapped() -> None:
    make_connection(
        options={
            "mapping": [
                {"field": "CUST_FIELD1", "expression": "{{ launch.costcenter }}"},
                {"field": "CUST_FIELD2", "expression": "{{ launch.NEW_ITEM_QUANTITY_1_ }}"},
                {"field": "VENDORMAT", "expression": "V-{{ line.sku }}"},
            ]
        }
    )
    product = article(name_en="Lamp")
    demand = {"SEARCHSTRING": "lamp", "NEW_ITEM-QUANTITY[1]": "5.000", "VENDOR": "100", "CostCenter": "4711"}
    session = launch(FUNCTION="SOURCING", **demand)
    assert session.landing == "/search?q=lamp"
    CartLine.objects.create(cart=session.cart, product=product, sku=product.sku, quantity=5, position=0)
    form = return_cart(session=session, base_url="https://shop.example")
    assert form is not None
    fields = dict(form.fields)
    assert fields["NEW_ITEM-CUST_FIELD1[1]"] == "4711"
    assert fields["NEW_ITEM-CUST_FIELD2[1]"] == "5.000"
    assert fields["NEW_ITEM-VENDORMAT[1]"] == f"V-{product.sku}"
    assert fields["NEW_ITEM-VENDOR[1]"] == "100"
