"""The Peppol adapter keeps the adapter contract, by form with base64 and by query with the document as is."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from punchout.models import Connection
from tests.contracts.adapter_contract import RETURN_ORIGINS, RETURN_URL, AdapterContract, Launch, ReadLine
from tests.contracts.pages import Fields
from tests.factories import CANARY_SECRET, ConnectionFactory
from tests.punchout.peppol import buyer

STATUS = {"credentials": 401, "inactive": 403, "parameters": 400, "too large": 413}


class TestPeppolByForm(AdapterContract):
    options: dict[str, Any] = {}
    # Identifiers are of a form of their own.
    not_alone = ("ProviderEndpointID", "ProviderID", "ReceiverEndpointID", "ReceiverID")

    def make_connection(self, **fields: Any) -> Connection:
        defaults = {"adapter": "peppol", "return_origins": RETURN_ORIGINS, "secret": CANARY_SECRET}
        return ConnectionFactory(**{**defaults, "options": self.options, **fields})

    def launch(
        self,
        connection: Connection,
        *,
        secret: str | None = CANARY_SECRET,
        return_url: str = RETURN_URL,
        message_id: str = "",
        padding: int = 0,
    ) -> Launch:
        parameters = {"username": connection.username, "returnURL": return_url, "reference": "R1"}
        if secret is not None:
            parameters["password"] = secret
        return self.message(connection, urlencode(parameters), f"padding={'x' * padding}")

    def message(self, connection: Connection, parameters: str, padding: str) -> Launch:
        body = f"{parameters}&{padding}".encode()
        return Launch(f"/punchout/peppol/{connection.slug}", body=body, content_type=buyer.FORM)

    def unknown(self, connection: Connection) -> Launch:
        known = self.launch(connection)
        path = known.path.replace(connection.slug, "nobody")
        return Launch(path, known.method, known.body, known.content_type)

    def start_url_of(self, response: HttpResponse) -> str:
        assert response.status_code == 303, response.content
        assert response["Referrer-Policy"] == "no-referrer"
        return response["Location"].removeprefix("http://testserver")

    def is_refusal(self, response: HttpResponse, kind: str) -> bool:
        return response.status_code == STATUS[kind] and b"punchout@voltara.example" in response.content

    def read_cart(self, fields: Fields) -> list[ReadLine]:
        return [
            ReadLine(
                buyer.text(line, "cac:Item/cac:SellersItemIdentification/cbc:ID") or "",
                Decimal(buyer.text(line, buyer.QUANTITY) or ""),
                buyer.total_of(line),
            )
            for line in buyer.lines_of(fields)
        ]

    def read_texts(self, fields: Fields) -> list[str]:
        names = ("cac:Item/cbc:Name", "cac:Item/cbc:Description")
        texts = [buyer.text(line, name) or "" for line in buyer.lines_of(fields) for name in names]
        return "\n".join(texts).splitlines()


class TestPeppolByQuery(TestPeppolByForm):
    options = {"cart_encoding": "plain", "pictures": True}

    def message(self, connection: Connection, parameters: str, padding: str) -> Launch:
        address = f"/punchout/peppol/{connection.slug}?{parameters}"
        long = len(padding) > 1000
        return Launch(address, "POST" if long else "GET", padding.encode() if long else b"", buyer.FORM)
