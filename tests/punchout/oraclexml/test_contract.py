"""The Oracle XML adapter keeps the adapter contract, at both its addresses."""

from decimal import Decimal
from itertools import count
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from punchout.models import Connection
from tests.contracts.adapter_contract import RETURN_ORIGINS, RETURN_URL, AdapterContract, Launch, ReadLine
from tests.contracts.pages import Fields
from tests.factories import CANARY_SECRET, ConnectionFactory
from tests.punchout.oraclexml import buyer

CODES = {"credentials": "A", "inactive": "701", "parameters": "400", "too large": "701"}
numbers = count(1)


class TestOracleXmlByUserName(AdapterContract):
    # The other of two ways to say who we are.
    not_alone = ("supplierDUNS",)
    """One address for all; the user name says which connection."""

    def make_connection(self, **fields: Any) -> Connection:
        defaults = {
            "adapter": "oraclexml",
            "return_origins": RETURN_ORIGINS,
            "secret": CANARY_SECRET,
            "username": f"buyer-{next(numbers)}",
        }
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
        places = {"password": "${password}", "return_url": "${return_url}"}
        body = buyer.document(username=connection.username, **places).decode()
        body = body.replace("${return_url}", f"<![CDATA[{return_url}]]>")
        if secret is None:
            body = body.replace("<password>${password}</password>", "")
        body = body.replace("${password}", secret or "") + f"<!--{'x' * padding}-->"
        return self.message(connection, body)

    def message(self, connection: Connection, document: str) -> Launch:
        return Launch(buyer.ENDPOINT, body=document.encode(), content_type=buyer.XML)

    def unknown(self, connection: Connection) -> Launch:
        launch = self.launch(connection)
        return Launch(
            launch.path, body=launch.body.replace(b"buyer-", b"nobody-"), content_type=launch.content_type
        )

    def start_url_of(self, response: HttpResponse) -> str:
        return buyer.login_url(response).removeprefix("http://testserver")

    def is_refusal(self, response: HttpResponse, kind: str) -> bool:
        code, message = buyer.outcome(response)
        return code == CODES[kind] and bool(message)

    def read_cart(self, fields: Fields) -> list[ReadLine]:
        return [
            ReadLine(
                line.findtext("item/itemNumber/supplierItemNumber/itemID", ""),
                Decimal(line.find("item").get("quantity", "")),  # type: ignore[union-attr]
                buyer.total_of(line),
            )
            for line in buyer.order_lines(fields)
        ]

    def read_texts(self, fields: Fields) -> list[str]:
        texts = [line.findtext("item/itemDescription", "") for line in buyer.order_lines(fields)]
        return "\n".join(texts).splitlines()


class TestOracleXmlByAddressInAForm(TestOracleXmlByUserName):
    """Each connection its address, and the document in a form field."""

    def message(self, connection: Connection, document: str) -> Launch:
        body = urlencode({"loginRequest": document}).encode()
        return Launch(
            f"{buyer.ENDPOINT}/{connection.slug}", body=body, content_type="application/x-www-form-urlencoded"
        )

    def unknown(self, connection: Connection) -> Launch:
        known = self.launch(connection)
        return Launch(f"{buyer.ENDPOINT}/nobody", body=known.body, content_type=known.content_type)
