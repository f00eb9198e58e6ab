"""A return form is kept once, as the body of its message, and comes out of it exactly as it went in."""

from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from punchout.adapters import override
from punchout.documents import ReturnForm, SetupRequest
from punchout.errors import Conflict
from punchout.handed_over import body_of, form_of, head_of
from punchout.models import PunchoutSession, ReturnedCart, WireMessage
from punchout.services import return_cart, start_session
from shop.carts import add_to_cart
from tests.factories import ConnectionFactory, ListPriceFactory, ProductFactory
from tests.punchout.plain_adapter import PlainAdapter

pytestmark = pytest.mark.django_db

DOCUMENT = '<?xml version="1.0"?>\n<cXML a="b=c">\nNEW_ITEM-UNIT[1]=PCE\n</cXML>\n'
AWKWARD = (
    ("NEW_ITEM-DESCRIPTION[1]", "Kabel 3G1,5 = grijs"),
    ("cxml-urlencoded", DOCUMENT),
    ("a=b", "=\n="),
    ("", ""),
    ("two\nlines", ""),
    ("~OkCode", "ADDI"),
)


def kept(form: ReturnForm) -> ReturnedCart:
    body = body_of(form)
    return ReturnedCart(form=head_of(form), message=WireMessage(body=body))


TEXTS = st.text(st.sampled_from("a=\n\r [1]&é\x00\x01"), max_size=6)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=6))
def test_a_form_is_read_back_exactly_whatever_is_in_its_fields(fields: list[tuple[str, str]]) -> None:
    form = ReturnForm(
        "https://buyer.example/?a=b", tuple(fields), "_self", "iso-8859-1", "post", "text/plain"
    )
    assert form_of(kept(form)) == form


def test_a_plain_form_needs_no_lengths() -> None:
    plain = kept(ReturnForm("https://buyer.example", AWKWARD[:1]))
    assert plain.message is not None
    assert plain.message.body == "NEW_ITEM-DESCRIPTION[1]=Kabel 3G1,5 = grijs"
    assert "lengths" not in plain.form


@pytest.fixture
def session() -> Iterator[PunchoutSession]:
    """A visit whose cart of one article was returned."""
    with override(PlainAdapter):
        connection = ConnectionFactory(adapter="plain", return_origins="https://buyer.example")
        setup = SetupRequest(connection=connection, return_url="https://buyer.example/return?sid=1")
        session = start_session(setup=setup, message=WireMessage()).session
        product = ProductFactory()
        ListPriceFactory(product=product, price_list=session.organisation.price_list, amount=Decimal("9.99"))
        add_to_cart(cart=session.cart, product=product, quantity=Decimal(3))
        return_cart(session=session, base_url="https://shop.example")
        yield session


def test_what_was_handed_over_stands_in_the_wire_log_and_nowhere_else(session: PunchoutSession) -> None:
    cart = ReturnedCart.objects.get()
    form = form_of(cart)
    assert form is not None and cart.message is not None
    assert form == return_cart(session=session, base_url="https://shop.example")
    assert (form.action, form.charset, len(form.fields)) == (session.return_url, "iso-8859-1", 1)
    assert cart.message.body == "\n".join(f"{name}={value}" for name, value in form.fields)
    assert (cart.message.session, WireMessage.objects.filter(direction="out").count()) == (session, 1)
    assert form.fields[0][1] not in str(cart.form)


def test_without_its_message_a_form_is_not_handed_over_again(session: PunchoutSession) -> None:
    WireMessage.objects.all().delete()
    assert form_of(ReturnedCart.objects.get()) is None
    with pytest.raises(Conflict):
        return_cart(session=session, base_url="https://shop.example")


@pytest.mark.parametrize("message_kept", [True, False])
def test_forms_of_earlier_versions_move_to_their_messages_and_back(
    session: PunchoutSession, message_kept: bool
) -> None:
    migration = import_module("punchout.migrations.0008_forms_kept_once")
    cart = ReturnedCart.objects.get()
    message = cart.message
    assert message is not None
    message.body = "\n".join(f"{name}={value}" for name, value in AWKWARD)
    message.save()
    cart.form = head_of(ReturnForm(session.return_url, AWKWARD))
    cart.save()
    form = form_of(cart)
    migration.to_cart(apps, None)
    cart.refresh_from_db()
    assert (cart.message, cart.form["fields"]) == (None, [list(field) for field in AWKWARD])
    if not message_kept:
        message.delete()
    migration.to_message(apps, None)
    cart = ReturnedCart.objects.get()
    assert form_of(cart) == form
    assert WireMessage.objects.filter(direction="out").get() == cart.message


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL compresses what it stores")
def test_long_texts_are_compressed_with_lz4_where_the_server_has_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'"
        )
        has_lz4 = cursor.fetchone()[0]
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attcompression = 'l'"
            " AND attrelid IN ('punchout_wiremessage'::regclass, 'punchout_returnedcart'::regclass)"
        )
        columns = {name for (name,) in cursor.fetchall()}
    assert columns == ({"body", "answer_body", "table"} if has_lz4 else set())
