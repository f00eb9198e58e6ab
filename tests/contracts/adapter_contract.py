"""What every adapter must do, whatever its protocol: subclass ``AdapterContract`` and answer the hooks.

A subclass named ``Test…`` says how to launch and how to read an answer (``harness.py``); it inherits every
test. Tests never look into the adapter: they speak HTTP to public addresses and read the rows that result.
"""

import re
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import get_args

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from punchout.adapters import get_adapter
from punchout.models import Connection, PendingOrigin, PunchoutSession, ReturnedCart, Secret, WireMessage
from punchout.pending_origins import allow
from punchout.secrets import rotate
from shop.models import CartLine
from tests.contracts.harness import (
    ODD_DESCRIPTION,
    ODD_NAME,
    RETURN_ORIGINS,
    RETURN_URL,
    Launch,
    ReadLine,
    Visit,
    hostile_return_urls,
)
from tests.contracts.mapping_contract import MappingContract
from tests.contracts.pages import read_return_page
from tests.contracts.replay_contract import ReplayContract
from tests.factories import (
    CANARY_SECRET,
    ListPriceFactory,
    MetalQuotationFactory,
    ProductFactory,
    ProductLevyFactory,
    ProductMetalFactory,
    priced_products,
)

__all__ = ["RETURN_ORIGINS", "RETURN_URL", "AdapterContract", "Launch", "ReadLine", "Visit"]


@pytest.mark.django_db
class AdapterContract(MappingContract, ReplayContract):
    """The inherited suite."""

    # -- who may come in -------------------------------------------------------------------------------------

    def test_the_right_secret_opens_a_session_of_that_customer(self) -> None:
        connection = self.make_connection()
        response = self.send(self.launch(connection))
        assert self.start_url_of(response)
        session = PunchoutSession.objects.get()
        assert session.connection == connection
        assert session.organisation == connection.organisation
        assert session.state == PunchoutSession.State.LAUNCHED
        record = WireMessage.objects.get()
        assert record.verdict == WireMessage.Verdict.ACCEPTED
        assert (record.session, record.connection) == (session, connection)
        assert record.kind
        assert record.duration_ms > 0

    def test_the_secret_that_was_used_is_remembered(self) -> None:
        connection = self.make_connection()
        self.send(self.launch(connection))
        assert Secret.objects.get(connection=connection).last_used_at is not None

    def test_a_launch_asks_the_database_no_more_than_it_must(self) -> None:
        connection = self.make_connection()
        self.send(self.launch(connection))  # the use of the secret is remembered once a minute
        rotate(connection)
        again = self.launch(connection)
        with CaptureQueriesContext(database) as asked:
            assert self.start_url_of(self.send(again))
        statements = [query["sql"].lstrip() for query in asked.captured_queries]
        reads = [statement for statement in statements if statement.startswith(("SELECT", "WITH"))]
        assert len(reads) <= self.most_reads, "\n".join(reads)

    @pytest.mark.parametrize("secret", ["wrong", CANARY_SECRET + "x", CANARY_SECRET.upper(), " ", "", None])
    def test_a_wrong_blank_or_missing_secret_is_refused(self, secret: str | None) -> None:
        connection = self.make_connection()
        self.assert_refused(self.send(self.launch(connection, secret=secret)), "credentials")

    def test_every_refused_secret_is_answered_alike(self) -> None:
        connection = self.make_connection()
        secrets = ("wrong", "x" * 500, "", None)
        bodies = {self.comparable(self.send(self.launch(connection, secret=secret))) for secret in secrets}
        bodies.add(self.comparable(self.send(self.unknown(connection))))
        assert len(bodies) == 1

    def test_an_unknown_customer_is_refused(self) -> None:
        self.assert_refused(self.send(self.unknown(self.make_connection())), "credentials")

    def test_the_secret_of_another_customer_is_refused(self) -> None:
        ours, other = self.make_connection(), self.make_connection()
        others_secret = rotate(other)
        self.assert_refused(self.send(self.launch(ours, secret=others_secret)), "credentials")
        assert self.start_url_of(self.send(self.launch(other, secret=others_secret)))

    def test_after_a_rotation_both_secrets_work_until_the_old_one_ends(self) -> None:
        connection = self.make_connection()
        new = rotate(connection)
        for secret in (CANARY_SECRET, new):
            assert self.start_url_of(self.send(self.launch(connection, secret=secret)))
        connection.secrets.filter(valid_until__isnull=False).update(
            valid_until=timezone.now() - timedelta(seconds=1)
        )
        assert self.is_refusal(self.send(self.launch(connection)), "credentials")
        assert self.start_url_of(self.send(self.launch(connection, secret=new)))

    def test_from_outside_its_networks_a_connection_answers_as_if_the_secret_were_wrong(self) -> None:
        ours = self.make_connection(client_networks="192.0.2.0/24\n2001:db8::/32")
        wrong = self.comparable(self.send(self.launch(ours, secret="wrong")))
        right = self.send(self.launch(ours))
        self.assert_refused(right, "credentials")
        assert self.comparable(right) == wrong
        assert "127.0.0.1 is in none of the connection's networks" in WireMessage.objects.latest("pk").error
        Connection.objects.update(client_networks="192.0.2.0/24\n127.0.0.0/8")
        assert self.start_url_of(self.send(self.launch(ours)))

    def test_without_its_client_certificate_a_connection_answers_as_if_the_secret_were_wrong(self) -> None:
        ours = self.make_connection(client_certificates="AB" * 32)
        wrong = self.comparable(self.send(self.launch(ours, secret="wrong")))
        right = self.send(self.launch(ours))
        self.assert_refused(right, "credentials")
        assert self.comparable(right) == wrong
        assert "client certificate" in WireMessage.objects.latest("pk").error

    def test_a_connection_that_is_switched_off_is_refused(self) -> None:
        connection = self.make_connection(active=False)
        self.assert_refused(self.send(self.launch(connection)), "inactive")

    def test_a_customer_that_is_switched_off_is_refused(self) -> None:
        connection = self.make_connection(organisation__active=False)
        self.assert_refused(self.send(self.launch(connection)), "inactive")

    def test_the_secret_is_in_no_log_and_in_no_answer(self, written_logs: StringIO) -> None:
        connection = self.make_connection()
        accepted = self.send(self.launch(connection))
        refused = self.send(self.launch(connection, return_url="https://evil.example/"))
        almost = self.send(self.launch(connection, secret=CANARY_SECRET + "-almost"))
        stranger = self.send(self.unknown(connection))
        self.send(self.launch(connection, padding=3_000_000))
        for response in (accepted, refused, almost, stranger):
            assert CANARY_SECRET.encode() not in response.serialize()
        for record in WireMessage.objects.all():
            stored = (
                record.path,
                record.headers,
                record.body,
                record.error,
                record.notes,
                record.answer_body,
            )
            assert CANARY_SECRET not in repr((*stored, record.answer_headers))
        assert written_logs.getvalue()
        assert [line for line in written_logs.getvalue().splitlines() if CANARY_SECRET in line] == []

    def test_the_start_token_is_not_in_the_wire_log(self) -> None:
        response = self.send(self.launch(self.make_connection()))
        token = self.start_url_of(response).rstrip("/").rpartition("/")[2]
        record = WireMessage.objects.get()
        assert token not in repr((record.answer_body, record.answer_headers, record.body))

    # -- where the cart may go -------------------------------------------------------------------------------

    @pytest.mark.parametrize("url", hostile_return_urls())
    def test_a_hostile_return_address_is_refused_and_nothing_is_made(self, url: str) -> None:
        connection = self.make_connection()
        self.assert_refused(self.send(self.launch(connection, return_url=url)), "parameters")

    def test_an_unlisted_origin_is_remembered_for_a_test_connection_and_still_refused(self) -> None:
        connection = self.make_connection(test=True)
        url = "https://new.buyer.example:8443/return?session=1"
        for _again in range(2):
            self.assert_refused(self.send(self.launch(connection, return_url=url)), "parameters")
        pending = PendingOrigin.objects.get()
        assert (pending.connection, pending.origin) == (connection, "https://new.buyer.example:8443")
        assert pending.message == WireMessage.objects.earliest("pk")
        self.send(self.launch(connection, secret="wrong", return_url="https://guess.example/"))
        assert PendingOrigin.objects.count() == 1
        allow(pending=pending)
        assert not PendingOrigin.objects.exists()
        assert self.start_url_of(self.send(self.launch(connection, return_url=url)))

    def test_a_connection_in_use_remembers_no_unlisted_origin(self) -> None:
        connection = self.make_connection()
        self.send(self.launch(connection, return_url="https://new.buyer.example/return"))
        assert not PendingOrigin.objects.exists()

    def test_an_address_that_left_the_list_stops_a_launch_and_the_cart_of_a_running_session(self) -> None:
        connection = self.make_connection()
        visit = self.visit(connection)
        visit.put(self.product(connection))
        Connection.objects.filter(pk=connection.pk).update(return_origins="https://other.example")
        assert self.is_refusal(self.send(self.launch(connection)), "parameters")
        assert visit.return_cart().status_code == 303
        assert "https://buyer.example" in visit.client.get(f"{visit.prefix}/cart").content.decode()
        assert not ReturnedCart.objects.exists()
        Connection.objects.filter(pk=connection.pk).update(return_origins=RETURN_ORIGINS)
        assert self.returned(visit).action.startswith("https://buyer.example/procurement/return")

    # -- the start address -----------------------------------------------------------------------------------

    def test_looking_at_the_start_page_does_not_use_it_up(self) -> None:
        start = self.start_url_of(self.send(self.launch(self.make_connection())))
        client = Client()
        for method in (client.get, client.head, client.get):
            assert method(start).status_code == 200
        assert PunchoutSession.objects.get().state == PunchoutSession.State.LAUNCHED
        self.enter(start, client)

    def test_a_used_start_address_is_refused(self) -> None:
        start = self.start_url_of(self.send(self.launch(self.make_connection())))
        self.enter(start, Client())
        again = Client().post(start)
        assert again.status_code == 410
        assert not again.cookies

    def test_an_expired_start_address_is_refused(self) -> None:
        start = self.start_url_of(self.send(self.launch(self.make_connection())))
        PunchoutSession.objects.update(start_expires_at=timezone.now() - timedelta(seconds=1))
        assert Client().post(start).status_code == 410
        assert PunchoutSession.objects.get().state == PunchoutSession.State.LAUNCHED

    def test_a_connection_switched_off_meanwhile_is_not_entered(self) -> None:
        connection = self.make_connection()
        start = self.start_url_of(self.send(self.launch(connection)))
        Connection.objects.update(active=False)
        assert Client().post(start).status_code == 410

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
