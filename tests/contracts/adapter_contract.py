"""What every adapter must do, whatever its protocol: subclass ``AdapterContract`` and answer the hooks.

A subclass named ``Test…`` says how to launch and how to read an answer (``harness.py``); it inherits every
test. Tests never look into the adapter: they speak HTTP to public addresses and read the rows that result.
"""

import re
from decimal import Decimal
from typing import get_args

import pytest
from django.test import Client

from punchout.adapters import get_adapter
from punchout.models import Connection, PunchoutSession, ReturnedCart, WireMessage
from shop.models import CartLine
from tests.contracts.admission_contract import AdmissionContract
from tests.contracts.harness import (
    ODD_DESCRIPTION,
    ODD_NAME,
    RETURN_ORIGINS,
    RETURN_URL,
    Launch,
    ReadLine,
    Visit,
)
from tests.contracts.mapping_contract import MappingContract
from tests.contracts.pages import read_return_page
from tests.contracts.replay_contract import ReplayContract
from tests.factories import (
    ListPriceFactory,
    MetalQuotationFactory,
    ProductFactory,
    ProductLevyFactory,
    ProductMetalFactory,
    priced_products,
)

__all__ = ["RETURN_ORIGINS", "RETURN_URL", "AdapterContract", "Launch", "ReadLine", "Visit"]


@pytest.mark.django_db
class AdapterContract(AdmissionContract, MappingContract, ReplayContract):
    """The inherited suite."""

    # -- what it can take ------------------------------------------------------------------------------------

    def test_an_oversize_message_is_refused_and_recorded(self) -> None:
        connection = self.make_connection()
        self.assert_refused(self.send(self.launch(connection, padding=3_000_000)), "too large")
        assert len(WireMessage.objects.get().body) < 3_000_000

    def test_the_same_message_again_does_what_the_protocol_says(self) -> None:
        connection = self.make_connection()
        launch = self.launch(connection, message_id="fixed-1@buyer.example")
        first, second = self.send(launch), self.send(launch)
        if self.replay == "same answer":
            assert second.content == first.content
            assert PunchoutSession.objects.count() == 1
        else:
            assert self.start_url_of(second) != self.start_url_of(first)
            assert PunchoutSession.objects.count() == 2

    # -- the cart that goes back -----------------------------------------------------------------------------

    def test_a_cart_arrives_with_its_articles_quantities_and_totals(self) -> None:
        connection = self.make_connection()
        visit = self.visit(connection)
        cable = ProductFactory(order_unit="MTR", price_unit=100)
        ListPriceFactory(
            product=cable,
            price_list=connection.organisation.price_list,
            amount=Decimal("41.2345"),
            price_unit=100,
        )
        socket = self.product(connection)
        visit.put(cable, "250")
        visit.put(socket, "3")
        page = self.returned(visit)
        assert self.read_cart(tuple(page.fields)) == [
            ReadLine(cable.sku, Decimal(250), Decimal("103.09")),
            ReadLine(socket.sku, Decimal(3), Decimal("37.20")),
        ]
        frozen = ReturnedCart.objects.get()
        assert frozen.total == Decimal("140.29")
        assert len(frozen.lines) == 2

    def test_metal_and_contributions_are_paid_once_however_they_are_sent(self) -> None:
        """In the price or as lines of their own: what the buyer's system adds up is the cart's total."""
        connection = self.make_connection()
        cable = ProductFactory(order_unit="MTR", price_unit=100)
        ListPriceFactory(
            product=cable,
            price_list=connection.organisation.price_list,
            amount=Decimal("41.20"),
            price_unit=100,
        )
        ProductMetalFactory(product=cable, weight=Decimal("9.6"), base=Decimal(0))
        MetalQuotationFactory(amount=Decimal(900))
        ProductLevyFactory(product=cable, amount=Decimal("0.05"))
        plain = self.product(connection)
        options = get_adapter(connection.adapter).Options.model_fields["surcharges"].annotation
        for how in get_args(options):
            if how == "field" and get_args(options) != ("field",):
                continue  # in fields of its own: the adapter's own tests know which
            Connection.objects.filter(pk=connection.pk).update(
                options={**connection.options, "surcharges": how}
            )
            visit = self.visit(connection)
            visit.put(cable, "200")
            visit.put(plain, "2")
            lines = self.read_cart(tuple(self.returned(visit).fields))
            # 82.40 of cable, 172.80 of copper, 10.00 of levy, and the plain article
            assert sum(line.total for line in lines) == Decimal("290.00"), how
            assert ReturnedCart.objects.latest("pk").total == Decimal("290.00")
            numbers = [line.sku for line in lines]
            if how == "own_line":
                own = ["SURCHARGE-CU", "SURCHARGE-RECUPEL-0101"]
                assert numbers == [cable.sku, *own, plain.sku]
                assert {line.quantity for line in lines[:3]} == {Decimal(200)}
            else:
                assert numbers == [cable.sku, plain.sku]

    def test_the_return_page_is_a_form_with_nothing_of_ours_in_it(self) -> None:
        connection = self.make_connection()
        visit = self.visit(connection)
        visit.put(self.product(connection))
        response = visit.return_cart()
        page = read_return_page(response)
        assert page.forms == 1
        assert page.method == "post"
        assert page.charset.lower() == page.meta_charset.lower() == response.charset.lower()
        assert all(name for name, _value in page.fields)
        assert not any("csrf" in name.lower() for name, _value in page.fields)
        assert len(page.buttons) == 1
        assert "name" not in page.buttons[0]
        assert all(page.script_nonces)
        assert "form-action 'self' https://buyer.example" in response["Content-Security-Policy"]
        assert response["Cache-Control"].find("no-store") >= 0

    def test_an_empty_cart_cannot_be_returned(self) -> None:
        visit = self.visit(self.make_connection())
        response = visit.return_cart()
        assert response.status_code == 303
        assert response["Location"] == f"{visit.prefix}/cart"
        assert not ReturnedCart.objects.exists()
        visit.session.refresh_from_db()
        assert visit.session.state == PunchoutSession.State.ACTIVE

    def test_five_hundred_lines_arrive_complete_and_in_order(self) -> None:
        connection = self.make_connection()
        visit = self.visit(connection)
        products = priced_products(connection.organisation.price_list, 500, amount="3.3333")
        CartLine.objects.bulk_create(
            CartLine(
                cart=visit.session.cart,
                product=product,
                sku=product.sku,
                quantity=position,
                position=position,
            )
            for position, product in enumerate(products, start=1)
        )
        lines = self.read_cart(tuple(self.returned(visit).fields))
        assert [line.sku for line in lines] == [product.sku for product in products]
        assert sum(line.total for line in lines) == ReturnedCart.objects.get().total

    def test_odd_characters_arrive_readable_and_harmless(self) -> None:
        connection = self.make_connection()
        visit = self.visit(connection)
        visit.put(self.product(connection, name_en=ODD_NAME, description_en=ODD_DESCRIPTION))
        response = visit.return_cart()
        assert "<script>alert" not in response.content.decode(response.charset)
        page = read_return_page(response)
        assert len(self.read_cart(tuple(page.fields))) == 1
        texts = self.read_texts(tuple(page.fields))
        joined = "\n".join(texts)
        assert "Quelle" in texts[0]
        for word in ("été", "5", "Ende", "Zeile eins", "Zeile zwei", "fett", "Schluss"):
            assert word in joined, (word, texts)
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202e\u200f\u2028\ufeff]", joined)
        assert "&#" not in joined

    # -- one visit, one cart ---------------------------------------------------------------------------------

    def test_a_second_click_on_return_gives_the_same_form(self) -> None:
        connection = self.make_connection()
        visit = self.visit(connection)
        visit.put(self.product(connection))
        first, second = self.returned(visit), self.returned(visit)
        assert first.fields == second.fields
        assert first.action == second.action
        assert ReturnedCart.objects.count() == 1

    def test_a_cart_is_ordered_only_where_the_connection_allows_it_and_then_under_one_number(self) -> None:
        connection = self.make_connection()
        visit = self.visit(connection)
        visit.put(self.product(connection))
        assert visit.order().status_code == 409
        visit.session.refresh_from_db()
        assert visit.session.state == PunchoutSession.State.ACTIVE
        assert not ReturnedCart.objects.exists()
        if self.ordering is None:
            return
        Connection.objects.filter(pk=connection.pk).update(options={**connection.options, **self.ordering})
        forms = [tuple(read_return_page(visit.order()).fields) for _click in range(2)]
        returned = ReturnedCart.objects.get()
        assert returned.order_number != ""
        assert {self.order_number_of(fields) for fields in forms} == {returned.order_number}
        assert forms[0] == forms[1]

    def test_after_the_return_the_session_is_over(self) -> None:
        connection = self.make_connection()
        visit = self.visit(connection)
        product = self.product(connection)
        visit.put(product)
        self.returned(visit)
        assert visit.client.get(f"{visit.prefix}/cart").status_code in (404, 410)
        added = visit.client.post(f"{visit.prefix}/cart/add", {"sku": product.sku, "quantity": "1"})
        assert added.status_code == 409
        assert CartLine.objects.count() == 1
        visit.session.refresh_from_db()
        assert visit.session.state == PunchoutSession.State.RETURNED

    def test_leaving_without_a_cart_ends_the_session(self) -> None:
        connection = self.make_connection()
        visit = self.visit(connection)
        visit.put(self.product(connection))
        response = visit.leave()
        assert response.status_code == 200
        assert self.read_cart(tuple(read_return_page(response).fields)) == []
        visit.session.refresh_from_db()
        assert visit.session.state == PunchoutSession.State.CANCELLED
        assert visit.client.get(f"{visit.prefix}/cart").status_code in (404, 410)

    def test_two_sessions_in_one_browser_have_separate_carts(self) -> None:
        connection = self.make_connection()
        browser = Client()
        first, second = self.visit(connection, browser), self.visit(connection, browser)
        apple, pear = self.product(connection), self.product(connection)
        first.put(apple, "2")
        second.put(pear, "5")
        for visit, product in ((second, pear), (first, apple)):
            lines = self.read_cart(tuple(self.returned(visit).fields))
            assert [line.sku for line in lines] == [product.sku]

    def test_another_customers_buyer_sees_nothing_of_a_session(self) -> None:
        ours = self.visit(self.make_connection())
        theirs = self.visit(self.make_connection())
        secret = next(iter(theirs.client.cookies.values())).value
        theirs.client.cookies[next(iter(ours.client.cookies))] = secret
        product = self.product(ours.session.connection)
        ours.put(product)
        assert theirs.client.get(f"{ours.prefix}/cart").status_code == 404
        assert theirs.client.post(f"{ours.prefix}/return").status_code == 404
        assert theirs.client.post(f"{ours.prefix}/leave").status_code == 404
        assert Client().get(f"{ours.prefix}/cart").status_code == 404
        assert not ReturnedCart.objects.exists()
