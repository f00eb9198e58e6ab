"""The cebeoXML adapter keeps the adapter contract: launched by browser, its cart fetched by web service."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.http import HttpResponse
from django.test import Client

from punchout.models import Connection, PendingOrigin, PunchoutSession, ReturnedCart, WireMessage
from punchout.replay import ReplayImpossible, replay, replay_return
from tests.contracts.adapter_contract import RETURN_URL, AdapterContract, Launch, ReadLine, Visit
from tests.contracts.harness import ODD_DESCRIPTION, ODD_NAME
from tests.contracts.pages import Fields, ReturnPage
from tests.factories import CANARY_SECRET, ConnectionFactory
from tests.punchout.cebeoxml.client import FORM, answer, number, ordered, payload, post

STATUS = {"credentials": 401, "inactive": 403, "parameters": 400, "too large": 413}
FETCHED = "order"


@pytest.mark.django_db
class TestCebeo(AdapterContract):
    # Also the newest visit, whether it has lines, and, where rows are locked, the connection.
    most_reads = 5

    def make_connection(self, **fields: Any) -> Connection:
        return ConnectionFactory(**{"adapter": "cebeoxml", "secret": CANARY_SECRET, **fields})

    def launch(
        self,
        connection: Connection,
        *,
        secret: str | None = CANARY_SECRET,
        return_url: str = RETURN_URL,
        message_id: str = "",
        padding: int = 0,
    ) -> Launch:
        sent = {
            "CustomerNumber": connection.organisation.number,
            "UserName": connection.username,
            "HOOK_URL": return_url,
            "padding": "x" * padding,
        }
        fields = sent if secret is None else {**sent, "Password": secret}
        return Launch(f"/punchout/cebeoxml/{connection.slug}", "POST", urlencode(fields).encode(), FORM)

    def unknown(self, connection: Connection) -> Launch:
        known = self.launch(connection)
        return Launch(known.path.replace(connection.slug, "nobody"), known.method, known.body, FORM)

    def start_url_of(self, response: HttpResponse) -> str:
        assert response.status_code == 303, response.content
        return response["Location"].removeprefix("http://testserver")

    def is_refusal(self, response: HttpResponse, kind: str) -> bool:
        return response.status_code == STATUS[kind] and b"punchout@voltara.example" in response.content

    def returned(self, visit: Visit) -> ReturnPage:
        """What the ERP fetches after the buyer kept the cart for it: no browser carries it there."""
        response = visit.return_cart()
        assert response.status_code == 200, response.content
        assert b"<form" not in response.content
        return ReturnPage(fields=[(FETCHED, self.fetched(visit.session.connection))])

    def fetched(self, connection: Connection) -> str:
        document = payload(
            "order_get_open.xml", number=connection.organisation.number, user=connection.username
        )
        return post(document).content.decode()

    def read_cart(self, fields: Fields) -> list[ReadLine]:
        lines = []
        for _name, document in fields:
            for line in ElementTree.fromstring(document.encode()).iter("OrderLine"):
                quantity = number(line, "OrderedQuantity")
                paid = ("NetPrice", "Ecotax", "Recupel", "Sabam")
                each = sum((number(line, f"UnitPrice/{name}") for name in paid), Decimal(0))
                total = (quantity * each).quantize(Decimal("0.01"), ROUND_HALF_UP)
                lines.append(ReadLine(line.findtext("Material/SupplierItemID", ""), quantity, total))
        return lines

    def read_texts(self, fields: Fields) -> list[str]:
        return [
            element.text or ""
            for _name, document in fields
            for element in ElementTree.fromstring(document.encode()).iter("Description")
        ]

    # -- what cannot hold as written, because nothing is ever posted to an address ---------------------------

    def test_a_hostile_return_address_is_refused_and_nothing_is_made(self) -> None:  # type: ignore[override]
        """A return address is not looked at, so a hostile one is as good as none: it is kept nowhere."""
        self.send(self.launch(self.make_connection(), return_url="https://evil.example/"))
        session = PunchoutSession.objects.get()
        assert session.return_url == ""
        assert "evil" not in repr(session.echo)

    def test_an_unlisted_origin_is_remembered_for_a_test_connection_and_still_refused(self) -> None:
        """None is: no address is looked at."""
        self.send(self.launch(self.make_connection(test=True), return_url="https://new.buyer.example/"))
        assert not PendingOrigin.objects.exists()

    def test_an_address_that_left_the_list_stops_a_launch_and_the_cart_of_a_running_session(self) -> None:
        """There is no list to read; a connection with an empty one works."""
        connection = self.make_connection(return_origins="")
        visit = self.visit(connection)
        visit.put(self.product(connection))
        assert len(self.read_cart(tuple(self.returned(visit).fields))) == 1

    def test_the_return_page_is_a_form_with_nothing_of_ours_in_it(self) -> None:
        """The page after the return posts nowhere; it says who can fetch the cart now."""
        connection = self.make_connection()
        visit = self.visit(connection)
        visit.put(self.product(connection))
        response = visit.return_cart()
        assert response.status_code == 200
        assert b"<form" not in response.content
        assert connection.buyer_system in response.content.decode()
        assert response["Cache-Control"].find("no-store") >= 0

    def test_odd_characters_arrive_readable_and_harmless(self) -> None:
        """As in the suite, read from the fetched order; it has the name of an article, no long text."""
        connection = self.make_connection()
        visit = self.visit(connection)
        visit.put(self.product(connection, name_en=ODD_NAME, description_en=ODD_DESCRIPTION))
        page = self.returned(visit)
        (text,) = self.read_texts(tuple(page.fields))
        assert text.startswith("Quelle")
        assert text.endswith("Ende")
        assert "été 5 €" in text
        assert "<script>" not in page.fields[0][1]
        assert not any(char in text for char in "\u202e\u200f\x07")

    def test_a_returned_cart_is_rendered_again_as_it_was(self) -> None:
        """No form was handed over that could be compared."""
        connection = self.make_connection()
        visit = self.visit(connection)
        visit.put(self.product(connection))
        self.returned(visit)
        with pytest.raises(ReplayImpossible):
            replay_return(ReturnedCart.objects.get())

    def test_a_line_that_would_go_back_otherwise_today_is_shown(self) -> None:
        """In the answer to who fetches: the buyer has added to the open order since."""
        connection = self.make_connection()
        visit = self.visit(connection)
        product = self.product(connection)
        visit.put(product, "3")
        self.fetched(connection)
        visit.put(product, "4")
        again = replay(WireMessage.objects.latest("id"))
        assert {"-", "+"} <= {mark for found in again.differences for mark, _text in found.lines}

    def test_the_open_order_that_was_fetched_is_answered_as_it_was(self) -> None:
        connection = self.make_connection()
        visit = self.visit(connection)
        visit.put(self.product(connection))
        self.fetched(connection)
        again = replay(WireMessage.objects.latest("id"))
        assert again.same, again.differences

    def test_two_sessions_in_one_browser_have_separate_carts(self) -> None:
        """One login has one open order: a second visit goes on with it, and the first one ends."""
        connection = self.make_connection()
        browser = Client()
        first = self.visit(connection, browser)
        apple, pear = self.product(connection), self.product(connection)
        first.put(apple, "2")
        second = self.visit(connection, browser)
        second.put(pear, "5")
        assert first.client.get(f"{first.prefix}/cart").status_code == 410
        assert first.return_cart().status_code == 409
        assert [line.sku for line in self.read_cart(tuple(self.returned(second).fields))] == [
            apple.sku,
            pear.sku,
        ]

    def test_the_web_service_refuses_as_the_launch_does(self) -> None:
        connection = self.make_connection()
        for password in ("wrong", "", " ", CANARY_SECRET.upper()):
            document = payload(
                "order_get_open.xml",
                number=connection.organisation.number,
                user=connection.username,
                password=password,
            )
            response = answer(post(document))
            assert response.find("Message").get("code") == "1"  # type: ignore[union-attr]
            assert ordered(response) == []
