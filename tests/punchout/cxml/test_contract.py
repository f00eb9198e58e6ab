"""cXML keeps the contract of all adapters."""

import re
from typing import Any
from xml.sax.saxutils import escape

from django.http import HttpResponse

from punchout.models import Connection
from tests.contracts.adapter_contract import RETURN_URL, AdapterContract, Launch, ReadLine
from tests.contracts.pages import Fields
from tests.factories import CANARY_SECRET
from tests.punchout.cxml import buyer

CODES = {"credentials": {401}, "inactive": {403}, "parameters": {400, 406}, "too large": {499}}


class TestCxmlContract(AdapterContract):
    replay = "same answer"

    def make_connection(self, **fields: Any) -> Connection:
        return buyer.make_connection(**fields)

    def launch(
        self,
        connection: Connection,
        *,
        secret: str | None = CANARY_SECRET,
        return_url: str = RETURN_URL,
        message_id: str = "",
        padding: int = 0,
    ) -> Launch:
        fields: dict[str, str | None] = {"secret": secret, "return_url": escape(return_url)}
        if message_id:
            fields["payload_id"] = message_id
        body = buyer.fill("setup_request.xml", connection, **fields)
        if padding:
            body += b"<!--" + b"x" * padding + b"-->"
        return Launch(buyer.ENDPOINT, body=body, content_type="text/xml; charset=UTF-8")

    def unknown(self, connection: Connection) -> Launch:
        body = buyer.fill("setup_request.xml", connection, buyer="AN-nobody", sender="AN-nobody-either")
        return Launch(buyer.ENDPOINT, body=body, content_type="text/xml")

    def start_url_of(self, response: HttpResponse) -> str:
        return buyer.start_url(response)

    def is_refusal(self, response: HttpResponse, kind: str) -> bool:
        return buyer.status_code(response) in CODES[kind]

    def read_cart(self, fields: Fields) -> list[ReadLine]:
        lines = buyer.lines_of(buyer.order_message(fields))
        return [ReadLine(line.sku, line.quantity, line.total) for line in lines]

    def read_texts(self, fields: Fields) -> list[str]:
        return buyer.texts_of(buyer.order_message(fields))

    def comparable(self, response: HttpResponse) -> bytes:
        return re.sub(rb'payloadID="[^"]+"', b"", super().comparable(response))


class TestCxmlContractWithBase64(TestCxmlContract):
    def make_connection(self, **fields: Any) -> Connection:
        options = {"return_encoding": "cXML-base64", "dtd_version": "1.2.071", "price_basis": True}
        return buyer.make_connection(**{"options": options, **fields})
