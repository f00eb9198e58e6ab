"""The IDS-Connect adapter keeps the adapter contract, in both encodings that clients use."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from django.http import HttpResponse

from punchout.models import Connection
from tests.contracts.adapter_contract import RETURN_ORIGINS, RETURN_URL, AdapterContract, Launch, ReadLine
from tests.contracts.pages import Fields
from tests.factories import CANARY_SECRET, ConnectionFactory
from tests.punchout.ids.client import FORM, MULTIPART, NAMESPACE, multipart

STATUS = {"credentials": 401, "inactive": 403, "parameters": 400, "too large": 413}


class IdsContract(AdapterContract):
    # The year of a week that is not sent.
    not_alone = ("DeliveryYear",)
    version = "2.5"
    ordering = {"may_order": True}

    def make_connection(self, **fields: Any) -> Connection:
        defaults = {"adapter": "ids", "return_origins": RETURN_ORIGINS, "secret": CANARY_SECRET}
        return ConnectionFactory(**{**defaults, **fields})

    def fields(self, connection: Connection, secret: str | None, return_url: str) -> dict[str, str]:
        sent = {
            "action": "WKE",
            "kndnr": connection.organisation.number,
            "name_kunde": connection.username,
            "version": self.version,
            "hookurl": return_url,
        }
        return sent if secret is None else {**sent, "pw_kunde": secret}

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
                item.findtext("w:ArtNo", "", NAMESPACE),
                Decimal(item.findtext("w:Qty", "", NAMESPACE)),
                Decimal(item.findtext("w:NetPrice", "", NAMESPACE)),
            )
            for item in self._items(fields)
        ]

    def order_number_of(self, fields: Fields) -> str:
        ((_name, document),) = fields
        root = ElementTree.fromstring(document.encode())
        mark = root.findtext("w:WarenkorbInfo/w:RueckgabeKZ", "", NAMESPACE)
        number = root.findtext("w:Order/w:OrderInfo/w:OrderConfNo", "", NAMESPACE)
        return number if mark == "Warenkorbrückgabe mit Bestellung" else ""

    def read_texts(self, fields: Fields) -> list[str]:
        texts = [
            item.findtext(f"w:{name}", "", NAMESPACE)
            for item in self._items(fields)
            for name in ("Kurztext", "Langtext")
        ]
        return "\n".join(texts).splitlines()

    def _items(self, fields: Fields) -> list[ElementTree.Element]:
        documents = [value for name, value in fields if name == "warenkorb"]
        assert len(documents) == len(fields) <= 1
        return [
            item
            for document in documents
            for item in ElementTree.fromstring(document.encode()).findall("w:Order/w:OrderItem", NAMESPACE)
        ]


class TestIdsUrlencoded(IdsContract):
    def launch(
        self,
        connection: Connection,
        *,
        secret: str | None = CANARY_SECRET,
        return_url: str = RETURN_URL,
        message_id: str = "",
        padding: int = 0,
    ) -> Launch:
        fields = self.fields(connection, secret, return_url) | {"padding": "x" * padding}
        return Launch(f"/punchout/ids/{connection.slug}", "POST", urlencode(fields).encode(), FORM)


class TestIdsMultipartFromAFile(IdsContract):
    """As a client does that writes the form to disk and opens it: ``Origin: null``."""

    version = "2.0"

    def launch(
        self,
        connection: Connection,
        *,
        secret: str | None = CANARY_SECRET,
        return_url: str = RETURN_URL,
        message_id: str = "",
        padding: int = 0,
    ) -> Launch:
        fields = self.fields(connection, secret, return_url) | {"padding": "x" * padding}
        body = multipart(dict(fields))
        headers = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}
        return Launch(f"/punchout/ids/{connection.slug}", "POST", body, MULTIPART, headers)
