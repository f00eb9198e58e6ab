"""Basket JSON keeps the contract of all adapters, and does what its README says besides."""

import json
import re
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from punchout.models import Connection, PunchoutSession, ReturnedCart, WireMessage
from shop.models import CartLine
from tests.contracts.adapter_contract import RETURN_ORIGINS, RETURN_URL, AdapterContract, Launch, ReadLine
from tests.contracts.pages import Fields
from tests.factories import (
    CANARY_SECRET,
    BrandFactory,
    ConnectionFactory,
    ListPriceFactory,
    ProductFactory,
)

PAYLOADS = Path(__file__).with_name("payloads")
STATUS = {"credentials": 401, "inactive": 403, "parameters": 400, "too large": 413}


def payload(name: str, **changed: Any) -> dict[str, Any]:
    return {**json.loads((PAYLOADS / name).read_text("utf-8")), **changed}


def basket_of(fields: Fields) -> dict[str, Any]:
    ((name, document),) = fields
    assert name == "basket"
    return json.loads(document)


class TestBasketJson(AdapterContract):
    replay = "same answer"

    def make_connection(self, **fields: Any) -> Connection:
        defaults = {"adapter": "basket-json", "return_origins": RETURN_ORIGINS, "secret": CANARY_SECRET}
        return ConnectionFactory(**{**defaults, **fields})

    def launch(
        self,
        connection: Connection,
        *,
        secret: str | None = CANARY_SECRET,
        return_url: str = RETURN_URL,
        message_id: str = "",
        padding: int = 0,
    ) -> Launch:
        document = payload("launch.json", returnUrl=return_url, messageId=message_id or uuid4().hex)
        document |= {"secret": secret, "padding": "x" * padding}
        if secret is None:
            del document["secret"]
        return self.post(connection, document)

    def post(self, connection: Connection, document: dict[str, Any]) -> Launch:
        path = f"/punchout/basket-json/{connection.slug}"
        return Launch(path, body=json.dumps(document).encode(), content_type="application/json")

    def unknown(self, connection: Connection) -> Launch:
        return Launch("/punchout/basket-json/nobody", body=self.launch(connection).body)

    def start_url_of(self, response: HttpResponse) -> str:
        assert response.status_code == 201, response.content
        return json.loads(response.content)["startUrl"].removeprefix("http://testserver")

    def is_refusal(self, response: HttpResponse, kind: str) -> bool:
        return response.status_code == STATUS[kind] and bool(json.loads(response.content)["error"]["message"])

    def comparable(self, response: HttpResponse) -> bytes:
        return re.sub(rb'"reference":\d+', b"", response.content)

    def read_cart(self, fields: Fields) -> list[ReadLine]:
        lines = basket_of(fields)["lines"]
        return [ReadLine(line["sku"], Decimal(line["quantity"]), Decimal(line["total"])) for line in lines]

    def read_texts(self, fields: Fields) -> list[str]:
        lines = basket_of(fields)["lines"]
        return [text for line in lines for text in (line["name"], *line["description"].splitlines())]

    # -- what is ours alone ----------------------------------------------------------------------------------

    def test_the_basket_is_as_the_readme_shows_it(self) -> None:
        connection = self.make_connection()
        cable = ProductFactory(
            sku="CABLE-3G25",
            name_en="Cable 3G2.5",
            description_en="Grey, by the metre",
            brand=BrandFactory(name="Kabelwerk"),
            manufacturer_part_number="3G25-GR",
            gtin="5412345678908",
            order_unit="MTR",
            price_unit=100,
            lead_time_days=2,
        )
        price_list = connection.organisation.price_list
        ListPriceFactory(product=cable, price_list=price_list, amount=Decimal("41.2345"), price_unit=100)
        visit = self.visit(connection)
        visit.put(cable, "250")
        returned = basket_of(tuple(self.returned(visit).fields))
        expected = payload("basket.json", basketId=visit.session.key)
        expected["lines"][0]["lineId"] = returned["lines"][0]["lineId"]
        assert returned == expected
        assert list(returned["lines"][0]) == list(expected["lines"][0])

    def test_a_unit_that_the_buyer_does_not_know_stops_the_basket(self) -> None:
        connection = self.make_connection(options={"accepted_units": ["m"]}, buyer_system="Basketware")
        visit = self.visit(connection)
        visit.put(self.product(connection))
        assert visit.return_cart().status_code == HTTPStatus.SEE_OTHER
        # The launch asked for Dutch.
        assert "Basketware aanvaardt m, niet pc." in visit.client.get(f"{visit.prefix}/cart").content.decode()
        assert not ReturnedCart.objects.exists()

    def test_a_basket_comes_back_for_editing_and_what_we_do_not_know_is_kept(self) -> None:
        connection = self.make_connection()
        self.product(connection, sku="CABLE-3G25", order_unit="MTR")
        sent = payload("launch_edit.json", secret=CANARY_SECRET)
        visit = self.enter(self.start_url_of(self.send(self.post(connection, sent))), Client())
        lines = list(CartLine.objects.order_by("position").values_list("sku", "token", "quantity"))
        assert lines == [("CABLE-3G25", "line-1", Decimal(250)), ("GONE", "line-2", Decimal("1.5"))]
        left = visit.leave()
        assert "unchanged" in left.content.decode()

    def test_leaving_gives_the_state_back_and_says_that_nothing_comes(self) -> None:
        visit = self.visit(self.make_connection())
        assert "cancelled" in visit.leave().content.decode()
        sent = WireMessage.objects.get(direction=WireMessage.Direction.OUT)
        assert json.loads(sent.body.removeprefix("basket=")) == {
            "status": "cancelled",
            "lines": [],
            "state": "requisition 4711",
        }

    def test_a_message_id_used_for_another_launch_is_a_conflict(self) -> None:
        connection = self.make_connection()
        self.send(self.launch(connection, message_id="twice"))
        other = self.launch(connection, message_id="twice", return_url=f"{RETURN_URL}&other=1")
        refused = self.send(other)
        assert refused.status_code == HTTPStatus.CONFLICT
        assert PunchoutSession.objects.count() == 1
        assert WireMessage.objects.latest("pk").session is None

    @pytest.mark.parametrize(
        ("body", "path"),
        [
            (b"", None),
            (b"no json", None),
            (b"[]", None),
            (b"\xff\xfe", None),
            (b"[" * 100_000, None),
            (b'{"secret": "a", "secret": "b"}', None),
            (b'{"state": NaN}', None),
            (b'{"user": 7}', "user"),
            (b'{"state": "\\ud800"}', "state"),
            (b'{"state": "\\u0000"}', "state"),
            (b'{"buyer": "An"}', "buyer"),
            (b'{"buyer": {"id": []}}', "buyer.id"),
            (b'{"basket": {}}', None),
            (b'{"basket": 7}', "basket"),
            (b'{"basket": ["CABLE"]}', "basket[1]"),
            (b'{"basket": [{"quantity": 1}]}', "basket[1]"),
            (b'{"basket": [{"sku": "A", "quantity": 0}]}', "basket[1]"),
            (b'{"basket": [{"sku": "A", "quantity": true}]}', "basket[1]"),
            (b'{"basket": [{"sku": "A", "quantity": -1}]}', "basket[1]"),
            (b'{"basket": [{"sku": "A", "quantity": "many"}]}', "basket[1]"),
            (b'{"basket": [{"sku": "A", "quantity": 1e99999999999999999999}]}', None),
        ],
    )
    def test_a_launch_that_cannot_be_read_is_refused_by_name(self, body: bytes, path: str | None) -> None:
        connection = self.make_connection()
        launch = Launch(f"/punchout/basket-json/{connection.slug}", body=body)
        response = self.send(launch)
        expected = HTTPStatus.UNAUTHORIZED if body == b'{"basket": {}}' else HTTPStatus.BAD_REQUEST
        assert response.status_code == expected, response.content
        assert json.loads(response.content)["error"].get("path") == path
        assert WireMessage.objects.get().verdict == WireMessage.Verdict.REFUSED

    def test_a_launch_by_get_is_told_to_post(self) -> None:
        connection = self.make_connection()
        response = Client().get(f"/punchout/basket-json/{connection.slug}", {"secret": CANARY_SECRET})
        assert (response.status_code, response["Allow"]) == (HTTPStatus.METHOD_NOT_ALLOWED, "POST")
        assert CANARY_SECRET not in WireMessage.objects.get().path

    def test_what_was_not_read_is_noted(self) -> None:
        self.send(self.launch(self.make_connection()))
        assert WireMessage.objects.get().notes == ["Not read: 'padding'."]
