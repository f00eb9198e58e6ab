"""The mapping page: rows come and go, mistakes are said at the row, a change is shown before it is saved."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from punchout.admin.mapping_form import version_of
from punchout.documents import SetupRequest
from punchout.models import Connection, ReturnedCart, WireMessage
from punchout.services import return_cart, start_session
from shop.models import CartLine
from tests.factories import ConnectionFactory, ListPriceFactory, ProductFactory

pytestmark = pytest.mark.django_db
SKU = "SOCKET-1"


def address(connection: Connection, name: str = "mapping") -> str:
    return reverse(f"admin:punchout_connection_{name}", args=[connection.pk])


def values(connection: Connection, *rows: tuple[str, str], **others: Any) -> dict[str, Any]:
    return {
        "version": version_of(connection.options),
        "field": [field for field, _expression in rows],
        "expression": [expression for _field, expression in rows],
        **others,
    }


def with_returned_cart(**options: Any) -> Connection:
    connection = ConnectionFactory(options=options)
    setup = SetupRequest(connection=connection, return_url="https://buyer.example/return")
    session = start_session(setup=setup, message=WireMessage()).session
    product = ProductFactory(sku=SKU)
    ListPriceFactory(product=product, price_list=connection.organisation.price_list)
    CartLine.objects.create(cart=session.cart, product=product, sku=SKU, quantity=1)
    return_cart(session=session, base_url="https://shop.example")
    return connection


def stored(connection: Connection) -> dict[str, Any]:
    return dict(Connection.objects.get(pk=connection.pk).options)


def test_a_mapping_is_saved_with_its_tables(admin_client: Client) -> None:
    connection = ConnectionFactory(options={"version": "5.0"})
    typed = values(
        connection,
        ("PLANT", "{{ constant.plant }}"),
        ("", ""),
        units="C62=ST",
        constants="plant=1000",
        _save="1",
    )
    assert admin_client.post(address(connection), typed)["Location"] == address(connection)
    assert stored(connection) == {
        "version": "5.0",
        "units": {"C62": "ST"},
        "constants": {"plant": "1000"},
        "mapping": [{"field": "PLANT", "expression": "{{ constant.plant }}"}],
    }
    page = admin_client.get(address(connection)).content.decode()
    assert "C62=ST" in page
    assert "<output>1000</output>" in page


@pytest.mark.parametrize(
    ("row", "others", "words"),
    [
        (("PLANT", "{{ line.skew }}"), {}, "“line.skew” is not a name that can be used here."),
        (("PLANT", "{{ constant.plant }}"), {}, "There is no constant “plant”. Add it below."),
        (("no such", "1"), {}, "There is no field “no such”"),
        (("PLANT", "1"), {"units": "C62"}, "Line 1 is not KEY=VALUE."),
        (("PLANT", "1"), {"units": "C62=PIECE"}, "C62: “PIECE” cannot be used here; see the examples."),
        (("PLANT", "1"), {"constants": "my plant=1"}, "my plant"),
    ],
)
def test_a_mistake_is_said_where_it_is_and_nothing_is_saved(
    admin_client: Client, row: tuple[str, str], others: dict[str, str], words: str
) -> None:
    connection = ConnectionFactory()
    answer = admin_client.post(address(connection), values(connection, row, _save="1", **others))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert "Nothing was saved: one thing below has to be corrected first." in answer.content.decode()
    assert stored(connection) == {}
    tried = admin_client.post(address(connection), values(connection, row, _try="1", **others))
    assert "Nothing was saved" not in tried.content.decode()


def test_rows_come_and_go_without_a_script_and_nothing_is_saved(admin_client: Client) -> None:
    connection = ConnectionFactory()
    typed = values(connection, ("A1", "one"), ("B2", "two"), _remove="0")
    form = admin_client.post(address(connection), typed).context["form"]
    assert [(row.field, row.results) for row in form.rows] == [("B2", ("two", "two"))]
    page = admin_client.post(address(connection), values(connection, ("A1", "one"), _add="1"))
    assert page.content.decode().count('class="mapping-row') == 2
    assert stored(connection) == {}


def test_the_script_gets_the_results_row_by_row(admin_client: Client) -> None:
    connection = ConnectionFactory()
    typed = values(connection, ("VENDORMAT", "{{ line.sku }}"), ("", ""), ("A", "{{ x }}"), units="nonsense")
    answer = admin_client.post(address(connection, "mapping_try"), typed).json()
    first, empty, wrong = answer["rows"]
    assert first["results"] == ["10-2030", "20-0001"]
    assert empty is None
    assert "“x”" in wrong["error"]
    assert answer["tables"]["units"]
    assert stored(connection) == {}


def test_a_change_is_shown_on_the_last_carts_before_it_is_saved(admin_client: Client) -> None:
    connection = with_returned_cart()
    before = ReturnedCart.objects.values().get()
    typed = values(connection, ("VENDORMAT", "X{{ line.sku }}"), _save="1")
    page = admin_client.post(address(connection), typed)
    text = page.content.decode()
    assert "would have been sent otherwise: 1 of 1." in text
    assert f"NEW_ITEM-VENDORMAT[1] = {SKU}" in text
    assert f"NEW_ITEM-VENDORMAT[1] = X{SKU}" in text
    assert stored(connection) == {}
    again = {name: [] for name, _value in page.context["again"]}
    for name, value in page.context["again"]:
        again[name].append(value)
    back = admin_client.post(address(connection), {**again, "_back": "1"})
    assert f"X{'{{ line.sku }}'}" in back.content.decode().replace("&#x27;", "'")
    assert stored(connection) == {}
    assert admin_client.post(address(connection), {**again, "_confirm": "1"}).status_code == 302
    assert stored(connection)["mapping"] == [{"field": "VENDORMAT", "expression": "X{{ line.sku }}"}]
    assert ReturnedCart.objects.values().get() == before


def test_a_change_that_changes_no_cart_is_saved_at_once(admin_client: Client) -> None:
    connection = with_returned_cart()
    typed = values(connection, ("VENDORMAT", "{{ line.sku }}"), _save="1")
    assert admin_client.post(address(connection), typed).status_code == 302
    assert stored(connection)["mapping"]


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(admin_client: Client) -> None:
    connection = ConnectionFactory()
    typed = values(connection, ("PLANT", "1"), _save="1")
    Connection.objects.update(options={"version": "5.0"})
    page = admin_client.post(address(connection), typed)
    assert "Somebody changed this connection meanwhile" in page.content.decode()
    assert stored(connection) == {"version": "5.0"}


def test_an_option_that_changes_carts_is_shown_before_it_is_saved_too(admin_client: Client) -> None:
    connection = with_returned_cart(mapping=[{"field": "PLANT", "expression": "1"}])
    change = reverse("admin:punchout_connection_change", args=[connection.pk])
    form = admin_client.get(change).context["adminform"].form
    typed = {}
    for bound in form:
        value = bound.field.prepare_value(bound.value())
        if value not in (None, False):
            typed[bound.html_name] = "on" if value is True else value
    typed |= {"option_vendor": "4711", "_continue": "1"}
    page = admin_client.post(change, typed)
    assert "NEW_ITEM-VENDOR[1]" not in page.content.decode() or page.status_code == 200
    typed |= {"option_decimal_sign": ","}
    page = admin_client.post(change, typed)
    assert "NEW_ITEM-PRICE[1] = 10,000" in page.content.decode()
    assert "decimal_sign" not in stored(connection)
    held = admin_client.post(change, {**typed, "_back": "1"})
    assert "Nothing was saved yet." in held.content.decode()
    assert "decimal_sign" not in stored(connection)
    assert admin_client.post(change, {**typed, "_confirm": "1"}).status_code == 302
    assert stored(connection)["decimal_sign"] == ","
    assert stored(connection)["mapping"] == [{"field": "PLANT", "expression": "1"}]


def test_who_may_only_look_or_is_nobody_gets_nothing(client: Client) -> None:
    connection = ConnectionFactory()
    for name in ("mapping", "mapping_try"):
        assert client.post(address(connection, name)).status_code == 302
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_connection"))
    client.force_login(viewer)
    typed = values(connection, ("PLANT", "1"), _save="1")
    for name in ("mapping", "mapping_try"):
        assert client.get(address(connection, name)).status_code in (403, 404)
        assert client.post(address(connection, name), typed).status_code == 403
    assert stored(connection) == {}


def test_a_protocol_that_is_not_installed_has_no_mapping(admin_client: Client) -> None:
    assert admin_client.get(address(ConnectionFactory(adapter="gone"))).status_code == 404


def test_old_material_groups_become_the_classification_table() -> None:
    from importlib import import_module

    from django.apps import apps

    moved = import_module("punchout.migrations.0005_material_groups")
    connection = ConnectionFactory(
        options={"material_groups": {"39": "E"}, "material_group": "X", "version": "5.0"}
    )
    moved.to_table(apps, None)
    assert stored(connection) == {"version": "5.0", "classifications": {"39": "E", "*": "X"}}
    moved.to_options(apps, None)
    assert stored(connection) == {"version": "5.0", "material_groups": {"39": "E"}, "material_group": "X"}


def test_rows_stand_where_they_belong_also_one_whose_field_nobody_knows(admin_client: Client) -> None:
    connection = ConnectionFactory(adapter="cxml", options={"dtd_version": "1.2.071", "components": True})
    typed = values(
        connection,
        ("UnitPrice", "{{ line.unit_price }}"),
        ("Header Totl", "1"),
        ("", ""),
        ("Part Description", "{{ part.name }}"),
        ("Header Tax", "{{ session.total }}"),
        place=["line", "cart", "line", "part", "line"],
    )
    page = admin_client.post(address(connection), {**typed, "_try": "1"})
    groups = page.context["groups"]
    assert [
        (group.place, [(index, row.field if row else "") for index, row in group.rows]) for group in groups
    ] == [
        ("cart", [(0, "Header Totl"), (1, "Header Tax"), (2, "")]),
        ("line", [(3, "UnitPrice"), (4, "")]),
        ("part", [(5, "Part Description"), (6, "")]),
    ]
    text = page.content.decode()
    assert "Is Header Total meant?" in text
    assert 'data-roots="constant customer launch session site"' in text
    assert "Mounting frame" in text
    # The button of a row takes that row away, whatever is empty above it.
    shown = [row for group in groups for _index, row in group.rows]
    again = values(
        connection,
        *((row.field, row.expression) if row else ("", "") for row in shown),
        place=[group.place for group in groups for _row in group.rows],
        _remove="3",
    )
    form = admin_client.post(address(connection), again).context["form"]
    assert [row.field for row in form.rows] == ["Header Totl", "Header Tax", "Part Description"]


def test_a_protocol_with_fields_of_lines_alone_has_one_table(admin_client: Client) -> None:
    page = admin_client.get(address(ConnectionFactory())).content.decode()
    assert "mapping-group" not in page
    assert 'id="add-row"' in page
