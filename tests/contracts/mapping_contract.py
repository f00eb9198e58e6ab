"""What every adapter owes a connection's mapping: the fields it declares carry what the mapping says."""

import base64
import binascii
from decimal import Decimal
from urllib.parse import unquote

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from django.utils.translation import gettext, override

from punchout import preflight
from punchout.adapters import get_adapter
from punchout.adapters.outgoing import FieldTable, OutgoingField
from punchout.models import Connection, ReturnedCart
from shop.carts import price_cart
from tests.contracts.harness import ODD_DESCRIPTION, ODD_NAME, AdapterHarness, Visit
from tests.contracts.pages import Fields
from tests.factories import priced_products

EMPTY = "%(system)s needs %(field)s, and it is empty for this article."
EMPTY_CART = "%(system)s needs %(field)s, and it is empty. Ask us."
SHORTEST = 4  # characters that a marker needs


def opened(fields: Fields) -> str:
    """Everything that is posted as one text, with what is encoded beside it in clear."""
    texts = []
    for name, value in fields:
        texts += [f"{name}={value}", unquote(value)]
        try:
            texts.append(base64.b64decode(value, validate=True).decode("utf-8"))
        except (binascii.Error, ValueError):
            continue
    return "\n".join(texts)


class MappingContract(AdapterHarness):
    """Inherited by ``AdapterContract``; passes where an adapter declares no field."""

    # Fields that hold only something of a form of their own, or only where another has nothing.
    not_alone: tuple[str, ...] = ()

    def field_table(self, connection: Connection) -> FieldTable:
        adapter = get_adapter(connection.adapter)
        return adapter.outgoing_fields(adapter.options(connection))

    def map(self, connection: Connection, **expressions: str) -> None:
        rows = [{"field": field, "expression": text} for field, text in expressions.items()]
        connection.options = {**connection.options, "mapping": rows}
        get_adapter(connection.adapter).Options.model_validate(connection.options)
        connection.save()

    def visit_with(self, connection: Connection, **product: str) -> Visit:
        visit = self.visit(connection)
        visit.put(self.product(connection, **product))
        return visit

    def marked(self, connection: Connection) -> dict[str, str]:
        """Every declared field that is free to hold anything, with a marker of its own; numbers are numbers.

        Those of the parts of sets are not among them: the carts of the suite have no sets.
        """
        table = self.field_table(connection)
        added = [
            OutgoingField(free.example, free.label, length=free.length, kind=free.kind, of=free.of)
            for free in table.free
        ]
        fields = [
            field
            for field in (*table, *added)
            if field.of != "part"
            and not field.role
            and not field.choices
            and field.kind != "date"
            and field.name not in self.not_alone
            and (not field.length or field.length >= SHORTEST)
        ]
        return {
            field.name: f"{'9' if field.kind == 'number' else 'M'}{number:03}"
            for number, field in enumerate(fields, start=1)
        }

    def test_every_field_that_is_declared_carries_what_the_mapping_says(self) -> None:
        connection = self.make_connection()
        markers = self.marked(connection)
        self.map(connection, **markers)
        page = self.returned(self.visit_with(connection))
        text = opened(tuple(page.fields))
        assert [field for field, marker in markers.items() if marker not in text] == []

    def test_an_expression_is_worked_out_for_each_line(self) -> None:
        connection = self.make_connection()
        markers = self.marked(connection)
        table = self.field_table(connection)
        texts = [
            name
            for name in markers
            if (field := table.find(name))
            and field.of == "line"
            and field.kind != "number"
            and not field.length
        ]
        if not texts:
            pytest.skip("no field of a line without a length")
        self.map(connection, **{texts[0]: "<{{ line.number }}&{{ line.sku }}>"})
        visit = self.visit(connection)
        products = [self.product(connection) for _turn in range(3)]
        for product in products:
            visit.put(product)
        text = opened(tuple(self.returned(visit).fields))
        # As it stands in a form field, or in XML.
        written = text.replace("&lt;", "<").replace("&amp;", "&")
        for number, product in enumerate(products, start=1):
            assert f"<{number}&{product.sku}" in written

    def test_fields_that_may_be_empty_are_left_out_and_the_cart_still_arrives(self) -> None:
        connection = self.make_connection()
        table = self.field_table(connection)
        # By the article number the suite knows the line again.
        free = [
            field.name for field in table if not (field.required or field.role or field.value == "line.sku")
        ]
        self.map(connection, **dict.fromkeys(free, ""))
        visit = self.visit(connection)
        product = self.product(connection, gtin="4012345678901", unspsc="39121600")
        visit.put(product, "3")
        lines = self.read_cart(tuple(self.returned(visit).fields))
        assert [line.quantity for line in lines] == [Decimal(3)]

    def test_a_field_that_must_be_filled_and_is_empty_stops_the_cart_in_plain_words(self) -> None:
        connection = self.make_connection()
        required = [field.name for field in self.field_table(connection) if field.required]
        if not required:
            pytest.skip("no field is required")
        self.map(connection, **{required[0]: ""})
        visit = self.visit_with(connection)
        assert visit.return_cart().status_code == 303
        page = visit.client.get(f"{visit.prefix}/cart").content.decode()
        texts = []
        for wording in (EMPTY, EMPTY_CART):
            with override(visit.session.language):
                texts.append(
                    escape(gettext(wording) % {"system": "§", "field": required[0]}).partition("§")[2]
                )
        assert any(text in page for text in texts)
        assert not ReturnedCart.objects.exists()

    def test_odd_characters_in_a_mapped_field_break_nothing(self) -> None:
        connection = self.make_connection()
        table = self.field_table(connection)
        texts = [field.name for field in table if field.kind == "text" and field.of == "line"]
        self.map(connection, **dict.fromkeys(texts, "{{ line.name }} {{ line.description }}"))
        page = self.returned(self.visit_with(connection, name_en=ODD_NAME, description_en=ODD_DESCRIPTION))
        assert len(self.read_cart(tuple(page.fields))) == 1

    def test_mapping_and_check_take_the_same_queries_for_5_and_500_lines(self) -> None:
        connection = self.make_connection()
        every = "{{ product.brand_code }}{{ attribute.x }}{{ site.code }}{{ customer.number }}"
        table = self.field_table(connection)
        texts = [field.name for field in table if field.kind == "text" and field.of == "line"]
        self.map(connection, **dict.fromkeys(texts[:1], every))
        counts = []
        for count in (5, 500):
            visit = self.visit(connection)
            visit.session.cart.lines.bulk_create(
                visit.session.cart.lines.model(
                    cart=visit.session.cart, product=product, sku=product.sku, quantity=1, position=position
                )
                for position, product in enumerate(priced_products(connection.organisation.price_list, count))
            )
            visit.session.refresh_from_db()
            with CaptureQueriesContext(
                database,
            ) as queries:
                priced = price_cart(visit.session.cart, visit.session.organisation)
                preflight.inspect(priced, visit.session)
            counts.append(len(queries))
        assert counts[0] == counts[1]
