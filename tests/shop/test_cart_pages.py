"""Adding, changing, removing and sending, as the buyer's browser does it."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Product
from shop.models import CartLine
from tests.factories import ListPriceFactory, ProductFactory, priced_products
from tests.shop.conftest import KEY, Buyer, MakeBuyer


def cable(buyer: Buyer, **changes: object) -> Product:
    """Sold by the metre from 20 m in steps of 10 m, priced per 100 m."""
    product = ProductFactory(
        sku="XVB-3G2,5",
        name_en="Installation cable",
        order_unit="MTR",
        price_unit=100,
        minimum_quantity=Decimal(20),
        quantity_step=Decimal(10),
        **changes,
    )
    ListPriceFactory(
        product=product, price_list=buyer.organisation.price_list, amount=Decimal("12.40"), price_unit=100
    )
    return product


def test_an_article_is_added_and_the_page_it_was_added_from_confirms_it(buyer: Buyer) -> None:
    cable(buyer)
    answer = buyer.post(
        "/cart/add", {"sku": "XVB-3G2,5", "quantity": "100", "next": f"/s/{buyer.key}/p/XVB-3G2,5"}
    )
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"/s/{buyer.key}/p/XVB-3G2,5?added=XVB-3G2%2C5#add-")
    page = buyer.client.get(answer["Location"]).content.decode()
    assert "Added: 100 m in the cart" in page
    assert "1 line" in page


def test_htmx_gets_the_forms_new_state_and_the_cart_of_the_header(buyer: Buyer) -> None:
    cable(buyer)
    answer = buyer.htmx("/cart/add", {"sku": "XVB-3G2,5", "quantity": "100"}).content.decode()
    assert "Added: 100 m in the cart" in answer
    assert 'id="cart-link"' in answer
    assert 'hx-swap-oob="true"' in answer
    assert "12.40" in answer
    assert "<html" not in answer


@pytest.mark.parametrize("typed", ["40,0", "40.0", " 40 "])
def test_a_quantity_is_typed_with_comma_or_point(buyer: Buyer, typed: str) -> None:
    cable(buyer)
    buyer.post("/cart/add", {"sku": "XVB-3G2,5", "quantity": typed})
    assert buyer.cart.lines.get().quantity == 40


@pytest.mark.parametrize(
    ("typed", "said", "offered"),
    [
        ("5", "The smallest quantity is 20 m.", 'value="20"'),
        ("25", "Sold in multiples of 10 m.", 'value="30"'),
        ("lots", "“lots” is not a quantity.", None),
        ("-3", "The quantity must be more than zero.", None),
        ("", "is not a quantity.", None),
    ],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_a_quantity_that_does_not_fit_is_explained_and_kept(
    buyer: Buyer, htmx: bool, typed: str, said: str, offered: str | None
) -> None:
    cable(buyer)
    send = buyer.htmx if htmx else buyer.post
    answer = send("/cart/add", {"sku": "XVB-3G2,5", "quantity": typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert f'value="{typed}"' in page
    assert ('<button class="suggest-quantity" type="submit" name="quantity"' in page) is bool(offered)
    assert offered is None or offered in page
    assert ("<html" in page) is not htmx
    assert not CartLine.objects.exists()


def test_the_offered_quantity_counts_what_the_cart_already_holds(buyer: Buyer) -> None:
    product = ProductFactory(quantity_step=Decimal(10), minimum_quantity=Decimal(10))
    CartLine.objects.create(cart=buyer.cart, product=product, sku=product.sku, quantity=Decimal(10))
    page = buyer.htmx("/cart/add", {"sku": product.sku, "quantity": "5"}).content.decode()
    assert 'name="quantity" value="10"' in page
    assert buyer.htmx("/cart/add", {"sku": product.sku, "quantity": ["5", "10"]}).status_code == 200
    assert buyer.cart.lines.get().quantity == 20


def test_an_article_that_is_no_longer_sold_is_refused_where_it_is_added(buyer: Buyer) -> None:
    cable(buyer, status=Product.Status.DISCONTINUED)
    answer = buyer.post("/cart/add", {"sku": "XVB-3G2,5", "quantity": "20"})
    assert answer.status_code == 422
    assert "This article is no longer sold." in answer.content.decode()


@pytest.mark.parametrize("sku", ["", "nothing", "a/../b", "\x00"])
def test_an_unknown_article_is_not_found(buyer: Buyer, sku: str) -> None:
    assert buyer.post("/cart/add", {"sku": sku, "quantity": "1"}).status_code == 404


def test_a_cart_that_was_sent_cannot_be_changed(buyer: Buyer) -> None:
    cable(buyer)
    buyer.cart.frozen_at = timezone.now()
    buyer.cart.save()
    data = {"sku": "XVB-3G2,5", "quantity": "20"}
    assert buyer.post("/cart/add", data).status_code == 409
    inline = buyer.htmx("/cart/add", data)
    assert inline.status_code == 409
    assert "The cart is in SAP SRM now" in inline.content.decode()
    assert buyer.post("/cart/update", {}).status_code == 409
    assert buyer.post("/cart/remove", {"line": "1"}).status_code == 409


@pytest.mark.parametrize("address", ["/cart/add", "/cart/add/", "/cart/update", "/cart/remove/"])
def test_an_inspecting_buyer_changes_nothing(make_buyer: MakeBuyer, address: str) -> None:
    buyer = make_buyer(read_only=True)
    cable(buyer)
    answer = buyer.post(address, {"sku": "XVB-3G2,5", "quantity": "20"})
    assert answer.status_code == 403
    assert "This cart cannot be changed" in answer.content.decode()
    assert not CartLine.objects.exists()


def test_quantities_are_changed_and_zero_removes(buyer: Buyer) -> None:
    first, second = priced_products(buyer.organisation.price_list, 2)
    for product in (first, second):
        buyer.post("/cart/add", {"sku": product.sku, "quantity": "2"})
    one, two = buyer.cart.lines.all()
    answer = buyer.post("/cart/update/", {f"q_{one.pk}": "7", f"q_{two.pk}": "0"})
    assert answer.status_code == 303
    assert [(line.pk, line.quantity) for line in buyer.cart.lines.all()] == [(one.pk, 7)]


def test_nothing_is_changed_while_one_quantity_does_not_fit(buyer: Buyer) -> None:
    product = cable(buyer)
    other = priced_products(buyer.organisation.price_list, 1)[0]
    buyer.post("/cart/add", {"sku": product.sku, "quantity": "20"})
    buyer.post("/cart/add", {"sku": other.sku, "quantity": "2"})
    one, two = buyer.cart.lines.all()
    answer = buyer.htmx("/cart/update", {f"q_{one.pk}": "33", f"q_{two.pk}": "9"}, target="cart")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="33"' in page
    assert f'name="q_{one.pk}" value="40"' in page
    assert [line.quantity for line in buyer.cart.lines.all()] == [20, 2]


def test_the_button_that_sends_the_cart_takes_the_last_typed_quantity_along(buyer: Buyer) -> None:
    product = priced_products(buyer.organisation.price_list, 1)[0]
    buyer.post("/cart/add", {"sku": product.sku, "quantity": "2"})
    line = buyer.cart.lines.get()
    answer = buyer.post("/cart/update", {f"q_{line.pk}": "5", "then": "return"})
    assert (answer.status_code, answer["Location"]) == (307, f"/s/{buyer.key}/return")
    assert buyer.cart.lines.get().quantity == 5


def test_removing_a_line_keeps_what_was_typed_beside_it(buyer: Buyer) -> None:
    for product in priced_products(buyer.organisation.price_list, 2):
        buyer.post("/cart/add", {"sku": product.sku, "quantity": "2"})
    one, two = buyer.cart.lines.all()
    buyer.post("/cart/remove", {"line": str(one.pk), f"q_{one.pk}": "8", f"q_{two.pk}": "3"})
    assert [(line.pk, line.quantity) for line in buyer.cart.lines.all()] == [(two.pk, 3)]


@pytest.mark.parametrize("line", ["", "x", "-1", "٣", "9" * 40])
def test_a_line_that_is_not_there_is_no_error(buyer: Buyer, line: str) -> None:
    assert buyer.post("/cart/remove", {"line": line}).status_code == 303


def test_a_buyer_cannot_touch_another_customers_cart(make_buyer: MakeBuyer) -> None:
    ours, theirs = make_buyer(), make_buyer()
    product = priced_products(ours.organisation.price_list, 1)[0]
    ours.post("/cart/add", {"sku": product.sku, "quantity": "2"})
    line = ours.cart.lines.get()
    theirs.post("/cart/update", {f"q_{line.pk}": "9"})
    theirs.post("/cart/remove", {"line": str(line.pk)})
    assert ours.cart.lines.get().quantity == 2
    assert product.sku not in theirs.get("/cart").content.decode()


@pytest.mark.parametrize(
    "outside", ["https://evil.example/", "//evil.example/s/x", "/admin/", "javascript:alert(1)", ""]
)
def test_after_adding_the_buyer_never_leaves_his_session(buyer: Buyer, outside: str) -> None:
    product = priced_products(buyer.organisation.price_list, 1)[0]
    answer = buyer.post("/cart/add", {"sku": product.sku, "quantity": "1", "next": outside})
    assert answer["Location"].startswith(f"/s/{buyer.key}/cart?")


def test_the_cart_says_where_it_goes_and_what_is_wrong(buyer: Buyer) -> None:
    product = priced_products(buyer.organisation.price_list, 1)[0]
    buyer.post("/cart/add", {"sku": product.sku, "quantity": "2"})
    page = buyer.get("/cart").content.decode()
    assert "Return to SAP SRM" in page
    assert "srm.buyer.example" in page
    assert "Leave without a cart" in page
    assert "20.00" in page
    CartLine.objects.create(cart=buyer.cart, sku="UNKNOWN-1", quantity=Decimal(1), position=9)
    page = buyer.get("/cart").content.decode()
    assert "The cart cannot be sent yet" in page
    assert "We do not know this article number." in page
    assert "disabled" in page


def test_a_buyers_system_without_a_return_address_is_explained(make_buyer: MakeBuyer) -> None:
    page = make_buyer(return_host="").get("/cart/").content.decode()
    assert "gave no address to send a cart to" in page
    assert "Return to" not in page


def test_an_edit_session_says_what_leaving_does(make_buyer: MakeBuyer) -> None:
    page = make_buyer(editing=True).get("/cart").content.decode()
    assert "leaving keeps what SAP SRM has" in page


def test_a_visitor_has_no_cart(db: None) -> None:
    assert "Come from your procurement system" in Client().get("/cart").content.decode()
    assert Client().post("/cart/add", {"sku": "X", "quantity": "1"}).status_code == 403


def test_a_form_without_its_token_is_refused_and_explained(buyer: Buyer) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(f"/s/{buyer.key}/cart/add", {"sku": "X", "quantity": "1"})
    assert answer.status_code == 403
    assert "This was not accepted" in answer.content.decode()
    page = strict.get(f"/s/{buyer.key}/cart").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    data = {"line": "1", "csrfmiddlewaretoken": token}
    assert strict.post(f"/s/{buyer.key}/cart/remove", data).status_code == 303


def test_the_cart_page_costs_the_same_queries_for_one_line_and_for_200(buyer: Buyer) -> None:
    products = priced_products(buyer.organisation.price_list, 200)

    def cost(count: int) -> int:
        CartLine.objects.all().delete()
        CartLine.objects.bulk_create(
            CartLine(cart=buyer.cart, product=product, sku=product.sku, quantity=1, position=position)
            for position, product in enumerate(products[:count])
        )
        with CaptureQueriesContext(connection) as captured:
            assert buyer.get("/cart").status_code == 200
        return len(captured)

    assert cost(1) == cost(200) <= 10


def test_session_addresses_are_below_the_session(buyer: Buyer) -> None:
    page = buyer.get("/cart").content.decode()
    assert f'href="/s/{buyer.key}/cart"' in page
    assert KEY in page
