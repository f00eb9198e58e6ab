"""The configurable adapter keeps the adapter contract, in three mechanisms made of options alone."""

import base64
import csv
import json
import re
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from django.http import HttpResponse

from punchout.models import Connection
from tests.contracts.adapter_contract import RETURN_ORIGINS, RETURN_URL, AdapterContract, Launch, ReadLine
from tests.contracts.pages import Fields
from tests.factories import CANARY_SECRET, ConnectionFactory

STATUS = {"credentials": 401, "inactive": 403, "parameters": 400, "too large": 413}
PAYLOADS = Path(__file__).with_name("payloads")


def template(name: str) -> str:
    return (PAYLOADS / name).read_text("utf-8")


class ConfigurableContract(AdapterContract):
    options: dict[str, Any] = {}
    names = ("username", "password", "return_url")

    def make_connection(self, **fields: Any) -> Connection:
        defaults = {
            "adapter": "configurable",
            "return_origins": RETURN_ORIGINS,
            "secret": CANARY_SECRET,
            "options": self.options,
        }
        return ConnectionFactory(**{**defaults, **fields})

    def sent(self, connection: Connection, secret: str | None, return_url: str) -> dict[str, str]:
        user, password, address = self.names
        fields = {user: connection.username, address: return_url}
        return fields if secret is None else {**fields, password: secret}

    def launch(
        self,
        connection: Connection,
        *,
        secret: str | None = CANARY_SECRET,
        return_url: str = RETURN_URL,
        message_id: str = "",
        padding: int = 0,
    ) -> Launch:
        fields = self.sent(connection, secret, return_url) | {"padding": "x" * padding}
        path = f"/punchout/configurable/{connection.slug}"
        return Launch(path, "POST", urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def unknown(self, connection: Connection) -> Launch:
        known = self.launch(connection)
        path = known.path.replace(connection.slug, "nobody")
        return Launch(path, known.method, known.body, known.content_type)

    def start_url_of(self, response: HttpResponse) -> str:
        assert response.status_code == 303, response.content
        return response["Location"].removeprefix("http://testserver")

    def is_refusal(self, response: HttpResponse, kind: str) -> bool:
        return response.status_code == STATUS[kind] and b"punchout@voltara.example" in response.content


class TestFormToFields(ConfigurableContract):
    """Names of our own for everything, numbers with a comma, lines numbered from zero."""

    names = ("benutzer", "geheim", "ziel")
    options = {
        "username_parameter": "benutzer",
        "password_parameter": "geheim",
        "return_parameter": "ziel",
        "decimal_sign": ",",
        "first_number": 0,
        "line_fields": [
            "pos[{n}][article]=sku",
            "pos[{n}][qty]=quantity",
            "pos[{n}][unit_price]=unit_price",
            "pos[{n}][text]=name",
            "pos[{n}][long]=description",
        ],
    }

    def columns(self, fields: Fields, name: str) -> list[str]:
        return [value for found, value in fields if re.fullmatch(rf"pos\[\d+\]\[{name}\]", found)]

    def read_cart(self, fields: Fields) -> list[ReadLine]:
        rows = zip(
            self.columns(fields, "article"),
            self.columns(fields, "qty"),
            self.columns(fields, "unit_price"),
            strict=True,
        )
        return [
            ReadLine(sku, number(qty), (number(qty) * number(price)).quantize(Decimal("0.01"), ROUND_HALF_UP))
            for sku, qty, price in rows
        ]

    def read_texts(self, fields: Fields) -> list[str]:
        texts = [*self.columns(fields, "text"), *self.columns(fields, "long")]
        return "\n".join(texts).splitlines()


def number(text: str) -> Decimal:
    assert "." not in text
    return Decimal(text.replace(",", "."))


class TestJsonToXml(ConfigurableContract):
    """A server launches with JSON and gets the address; the cart is a base64 XML document in one field."""

    options = {
        "launch": "json",
        "answer": "json",
        "answer_name": "startUrl",
        "username_parameter": "buyer.login",
        "password_parameter": "buyer.code",
        "return_parameter": "callback",
        "return_as": "document",
        "header_fields": [],
        "document_template": template("cart.xml"),
        "document_encoding": "base64",
    }

    def launch(
        self,
        connection: Connection,
        *,
        secret: str | None = CANARY_SECRET,
        return_url: str = RETURN_URL,
        message_id: str = "",
        padding: int = 0,
    ) -> Launch:
        buyer = {"login": connection.username} | ({} if secret is None else {"code": secret})
        document = {"buyer": buyer, "callback": return_url, "padding": "x" * padding}
        path = f"/punchout/configurable/{connection.slug}"
        return Launch(path, "POST", json.dumps(document).encode(), "application/json")

    def start_url_of(self, response: HttpResponse) -> str:
        assert response.status_code == 200, response.content
        return response.json()["startUrl"].removeprefix("http://testserver")

    def is_refusal(self, response: HttpResponse, kind: str) -> bool:
        return response.status_code == STATUS[kind] and bool(response.json()["error"])

    def comparable(self, response: HttpResponse) -> bytes:
        return re.sub(rb'"reference": \d+', b"", response.content)

    def lines(self, fields: Fields) -> list[ElementTree.Element]:
        documents = [base64.b64decode(value) for name, value in fields if name == "cart"]
        assert len(documents) == len(fields)
        return [line for document in documents for line in ElementTree.fromstring(document).findall("line")]

    def read_cart(self, fields: Fields) -> list[ReadLine]:
        return [
            ReadLine(
                line.findtext("article", ""),
                Decimal(line.findtext("quantity", "")),
                Decimal(line.findtext("total", "")),
            )
            for line in self.lines(fields)
        ]

    def read_texts(self, fields: Fields) -> list[str]:
        texts = [line.findtext(name, "") for line in self.lines(fields) for name in ("name", "long")]
        return "\n".join(texts).splitlines()


class TestFormToCsv(ConfigurableContract):
    """The cart is a CSV document in a field; leaving sends one without rows."""

    options = {
        "return_as": "document",
        "document_format": "csv",
        "document_field": "csv",
        "document_template": template("cart.csv"),
        "on_leave": "empty",
    }

    def rows(self, fields: Fields) -> list[dict[str, str]]:
        documents = [value for name, value in fields if name == "csv"]
        return [row for text in documents for row in csv.DictReader(StringIO(text), delimiter=";")]

    def read_cart(self, fields: Fields) -> list[ReadLine]:
        return [
            ReadLine(row["article"], number(row["quantity"]), number(row["total"]))
            for row in self.rows(fields)
        ]

    def read_texts(self, fields: Fields) -> list[str]:
        texts = [row[name] for row in self.rows(fields) for name in ("name", "long")]
        return "\n".join(texts).splitlines()


class TestFormToJson(ConfigurableContract):
    """The cart is a JSON document in a field."""

    options = {
        "return_as": "document",
        "document_format": "json",
        "document_template": template("cart.json"),
    }

    def rows(self, fields: Fields) -> list[dict[str, Any]]:
        documents = [value for name, value in fields if name == "cart"]
        return [row for text in documents for row in json.loads(text, parse_float=Decimal)["lines"]]

    def read_cart(self, fields: Fields) -> list[ReadLine]:
        return [
            ReadLine(row["sku"], Decimal(row["quantity"]), Decimal(row["total"])) for row in self.rows(fields)
        ]

    def read_texts(self, fields: Fields) -> list[str]:
        texts = [row[name] for row in self.rows(fields) for name in ("name", "long")]
        return "\n".join(texts).splitlines()
