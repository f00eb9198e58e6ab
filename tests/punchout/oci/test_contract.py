"""The OCI adapter keeps the adapter contract."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from punchout.models import Connection
from tests.contracts.adapter_contract import RETURN_ORIGINS, RETURN_URL, AdapterContract, Launch, ReadLine
from tests.contracts.pages import Fields
from tests.factories import CANARY_SECRET, ConnectionFactory

STATUS = {"credentials": 401, "inactive": 403, "parameters": 400, "too large": 413}
FORM = "application/x-www-form-urlencoded"


class OciContract(AdapterContract):
    def make_connection(self, **fields: Any) -> Connection:
        defaults = {"adapter": "oci", "return_origins": RETURN_ORIGINS, "secret": CANARY_SECRET}
        return ConnectionFactory(**{**defaults, **fields})

    def parameters(self, connection: Connection, secret: str | None, return_url: str) -> dict[str, str]:
        sent = {"USERNAME": connection.username, "HOOK_URL": return_url, "http_content_charset": "utf-8"}
        return sent if secret is None else {**sent, "PASSWORD": secret}

    def unknown(self, connection: Connection) -> Launch:
        known = self.launch(connection)
        return Launch(
            known.path.replace(connection.slug, "nobody"), known.method, known.body, known.content_type
        )

    def start_url_of(self, response: HttpResponse) -> str:
        assert response.status_code == 303, response.content
        assert response["Referrer-Policy"] == "no-referrer"
        return response["Location"].removeprefix("http://testserver")

    def is_refusal(self, response: HttpResponse, kind: str) -> bool:
        return response.status_code == STATUS[kind] and b"punchout@voltara.example" in response.content

    def read_cart(self, fields: Fields) -> list[ReadLine]:
        items: dict[int, dict[str, str]] = {}
        for name, value in fields:
            match = re.fullmatch(r"NEW_ITEM-(\w+)\[(\d+)\]", name)
            if match:
                items.setdefault(int(match[2]), {})[match[1]] = value
        assert list(items) == list(range(1, len(items) + 1))
        return [
            ReadLine(
                item["VENDORMAT"],
                Decimal(item["QUANTITY"]),
                (Decimal(item["PRICE"]) * Decimal(item["QUANTITY"]) / int(item["PRICEUNIT"])).quantize(
                    Decimal("0.01"), ROUND_HALF_UP
                ),
            )
            for item in items.values()
        ]

    def read_texts(self, fields: Fields) -> list[str]:
        texts = [
            value for name, value in fields if name.startswith(("NEW_ITEM-DESCRIPTION", "NEW_ITEM-LONGTEXT"))
        ]
        return "\n".join(texts).splitlines()


class TestOciByPost(OciContract):
    def launch(
        self,
        connection: Connection,
        *,
        secret: str | None = CANARY_SECRET,
        return_url: str = RETURN_URL,
        message_id: str = "",
        padding: int = 0,
    ) -> Launch:
        parameters = self.parameters(connection, secret, return_url) | {"PADDING": "x" * padding}
        return Launch(f"/punchout/oci/{connection.slug}", "POST", urlencode(parameters).encode(), FORM)


class TestOciByGet(OciContract):
    def launch(
        self,
        connection: Connection,
        *,
        secret: str | None = CANARY_SECRET,
        return_url: str = RETURN_URL,
        message_id: str = "",
        padding: int = 0,
    ) -> Launch:
        query = urlencode(self.parameters(connection, secret, return_url))
        # No server lets an address of megabytes through: what is oversize is a body nobody asked for.
        return Launch(
            f"/punchout/oci/{connection.slug}?{query}", "GET", b"x" * padding, FORM if padding else ""
        )
