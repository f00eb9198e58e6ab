"""Mapped fields of the whole cart and of the parts of sets: sent, checked, tried out and compared."""

from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from lxml import etree
from pytest_django import DjangoAssertNumQueries

from catalog.models import Attribute, Product, ProductAttribute, ProductReference
from punchout.adapters import get_adapter
from punchout.adapters.cxml import dtd
from punchout.documents import SetupRequest
from punchout.mapping.impact import impact_of
from punchout.mapping.sample import sample_of
from punchout.mapping.trial import Row, try_rows
from punchout.models import Connection, PunchoutSession, ReturnedCart, WireMessage
from punchout.preflight import inspect
from punchout.services import return_cart, start_session
from shop.carts import add_to_cart, price_cart
from tests.factories import ConnectionFactory, DeliverySiteFactory
from tests.punchout.cxml.buyer import make_connection
from tests.punchout.cxml.test_flows import article, document_of, visit

pytestmark = pytest.mark.django_db
OLD, NEW = "1.2.014", "1.2.071"


def mapping(**rows: str) -> list[dict[str, str]]:
    return [{"field": name.replace("__", " "), "expression": text} for name, text in rows.items()]


def a_set(connection: Connection) -> Product:
    whole = article(connection, "SET-1", amount="40.00")
    for position, (sku, quantity) in enumerate((("BOX-1", "1"), ("CLIP-1", "2.5"))):
        part = article(connection, sku, unspsc="39121300")
        kind = ProductReference.Kind.CONSISTS_OF
        ProductReference.objects.create(
            product=whole, target=part, kind=kind, quantity=Decimal(quantity), position=position
        )
    return whole


# -- cXML ----------------------------------------------------------------------------------------------------


def order_of(version: str, rows: dict[str, str], **options: Any) -> etree._Element:
    """The PunchOutOrderMessage of a cart with two of one article, through the whole request, valid."""
    connection = make_connection(
        options={
            "dtd_version": version,
            "constants": {"plant": "1000"},
            "mapping": [{"field": field, "expression": text} for field, text in rows.items()],
            **options,
        }
    )
    DeliverySiteFactory(organisation=connection.organisation, code="SITE-7", city="Gent", country="BE")
    address = '<ShipTo><Address addressID="SITE-7"><Name xml:lang="en">Site</Name></Address></ShipTo>'
    buyer = visit(connection, extra=address)
    add_to_cart(cart=buyer.session.cart, product=article(connection, "A-1"), quantity=Decimal(2))
    _page, document = document_of(buyer.post("/return"))
    if settings.CXML_DTD_DIR:
        assert dtd.errors(document, version, settings.CXML_DTD_DIR) == []
    return document.find("Message/PunchOutOrderMessage")


@pytest.mark.parametrize("version", [OLD, NEW])
def test_everything_in_the_header_can_be_said_otherwise(version: str) -> None:
    order = order_of(
        version,
        {
            "Header operationAllowed": "inspect",
            "Header quoteStatus": "pending",
            "Header SourcingStatus": "Quoted to {{ customer.name }}",
            "Header SourcingStatus action": "approve",
            "Header Total": "{{ session.total|decimals:2 }}00",
            "Header currency": "EUR",
            "Header ShipTo addressID": "{{ site.code }}",
            "Header ShipTo Name": "Plant {{ constant.plant }}",
            "Header ShipTo Street": "{{ site.street|default:'Kaai 1' }}",
            "Header ShipTo City": "{{ site.city }}",
            "Header ShipTo isoCountryCode": "{{ site.country }}",
            "Header ShipTo PostalCode": "9000",
            "Header Shipping": "7.50",
            "Header Shipping Description": "By van",
            "Header Tax": "5.21",
            "Header Tax Description": "BTW",
            "Header Tax category": "gst",
            "Header Tax percentageRate": "21",
            "Header SupplierOrderInfo orderID": "{{ session.cart_id }}",
        },
    )
    header = order.find("PunchOutOrderMessageHeader")
    assert dict(header.attrib) == {"operationAllowed": "inspect", "quoteStatus": "pending"}
    assert header.find("SourcingStatus").get("action") == "approve"
    assert header.findtext("SourcingStatus").startswith("Quoted to ")
    assert header.findtext("Total/Money") == "24.8000"
    address = header.find("ShipTo/Address")
    assert (address.get("addressID"), address.findtext("Name")) == ("SITE-7", "Plant 1000")
    postal = address.find("PostalAddress")
    assert (postal.findtext("City"), postal.findtext("PostalCode")) == ("Gent", "9000")
    assert postal.find("Country").get("isoCountryCode") == "BE"
    assert (header.findtext("Shipping/Money"), header.findtext("Shipping/Description")) == ("7.50", "By van")
    assert (header.findtext("Tax/Money"), header.findtext("Tax/Description")) == ("5.21", "BTW")
    detail = header.find("Tax/TaxDetail")
    assert (detail.get("category"), detail.get("percentageRate")) == ("gst", "21")
    assert (detail.findtext("TaxableAmount/Money"), detail.findtext("TaxAmount/Money")) == ("32.30", "5.21")
    assert header.find("SupplierOrderInfo").get("orderID").isdecimal()


@pytest.mark.parametrize("version", [OLD, NEW])
def test_tax_and_freight_of_a_line_can_be_said_otherwise_and_are_summed_up(version: str) -> None:
    order = order_of(
        version,
        {
            "Tax": "{% if line.quantity > 1 %}3.00{% endif %}",
            "Tax Description": "BTW {{ line.tax_rate }}",
            "Tax percentageRate": "12",
            "Shipping": "1.25",
            "Shipping Description": "Reel {{ line.sku }}",
            "SupplierID DUNS": "999999999",
        },
        tax="lines",
        tax_rate="21",
    )
    item = order.find("ItemIn")
    assert (item.findtext("Tax/Money"), item.find("Tax/TaxDetail").get("percentageRate")) == ("3.00", "12")
    assert (item.findtext("Shipping/Money"), item.findtext("Shipping/Description")) == ("1.25", "Reel A-1")
    assert (item.find("SupplierID").get("domain"), item.findtext("SupplierID")) == ("DUNS", "999999999")
    assert order.findtext("PunchOutOrderMessageHeader/Tax/Money") == "3.00"


def test_an_empty_expression_leaves_tax_and_freight_out() -> None:
    rows = {"Header Tax": "", "Tax": "", "Header Shipping": ""}
    order = order_of(OLD, rows, tax="lines", tax_rate="21", freight="5.00")
    assert order.find(".//Tax") is None
    assert order.find(".//Shipping") is None


def test_an_address_that_cannot_be_whole_is_sent_without_its_streets() -> None:
    order = order_of(OLD, {"Header ShipTo addressID": "7", "Header ShipTo City": "Gent"})
    address = order.find("PunchOutOrderMessageHeader/ShipTo/Address")
    assert (address.findtext("Name"), address.find("PostalAddress")) == ("7", None)


def test_the_parts_of_a_set_can_be_said_otherwise() -> None:
    rows = mapping(
        Part__SupplierPartID="{{ part.number }}/{{ part.sku }}",
        Part__quantity="{{ part.quantity }}",
        Part__Description="{{ part.name|upper }} of {{ line.sku }}",
        Part__UnitOfMeasure="{{ part.unit }}",
        Part__BuyerPartID="{{ product.status }}",
        Part__Classification__ETIM="{{ part.unspsc }}",
        Part__Extrinsic__perSet="{{ part.per_set }}",
    )
    connection = make_connection(options={"dtd_version": NEW, "components": True, "mapping": rows})
    buyer = visit(connection)
    add_to_cart(cart=buyer.session.cart, product=a_set(connection), quantity=Decimal(2))
    _page, document = document_of(buyer.post("/return"))
    if settings.CXML_DTD_DIR:
        assert dtd.errors(document, NEW, settings.CXML_DTD_DIR) == []
    _whole, box, clip = document.iter("ItemIn")
    assert [item.findtext("ItemID/SupplierPartID") for item in (box, clip)] == ["1/BOX-1", "2/CLIP-1"]
    assert [item.get("quantity") for item in (box, clip)] == ["2", "5"]
    assert clip.findtext("ItemDetail/Description").endswith(" of SET-1")
    assert clip.findtext("ItemID/BuyerPartID") == "active"
    assert clip.findtext("ItemDetail/Classification[@domain='ETIM']") == "39121300"
    assert clip.findtext("ItemDetail/Extrinsic[@name='perSet']") == "2.5"
    assert clip.get("parentLineNumber") == "1"


# -- OCI -----------------------------------------------------------------------------------------------------


def oci_visit(**options: Any) -> PunchoutSession:
    connection = ConnectionFactory(options={"version": "5.0", "components": True, **options})
    setup = SetupRequest(
        connection=connection, return_url="https://buyer.example/return", echo={"version": "5.0"}
    )
    session = start_session(setup=setup, message=WireMessage()).session
    add_to_cart(cart=session.cart, product=a_set(connection), quantity=Decimal(2))
    return session


def test_the_parts_of_a_package_have_their_own_fields() -> None:
    attribute = Attribute.objects.create(code="colour", kind="number", name_en="Colour", unit="K")
    rows = mapping(
        Part__VENDORMAT="P-{{ part.sku }}",
        Part__CUST_FIELD1="{{ attribute.colour }}",
        Part__CUST_FIELD6="{{ line.sku }}",
        Part__PRICE="",
        VENDORMAT="S-{{ line.sku }}",
    )
    session = oci_visit(mapping=rows)
    ProductAttribute.objects.create(product=Product.objects.get(sku="CLIP-1"), attribute=attribute, number=40)
    form = return_cart(session=session, base_url="https://shop.example")
    assert form is not None
    fields = dict(form.fields)
    assert [fields[f"NEW_ITEM-VENDORMAT[{n}]"] for n in (1, 2, 3)] == ["S-SET-1", "P-BOX-1", "P-CLIP-1"]
    assert (fields.get("NEW_ITEM-CUST_FIELD1[2]"), fields["NEW_ITEM-CUST_FIELD1[3]"]) == (None, "40 K")
    assert fields["NEW_ITEM-CUST_FIELD6[3]"] == "SET-1"
    # Without a price there is nothing that a price unit could be of.
    assert "NEW_ITEM-PRICE[2]" not in fields
    assert "NEW_ITEM-PRICEUNIT[2]" not in fields
    assert fields["NEW_ITEM-PRICE[1]"] == "40.000"


def test_a_part_that_the_buyer_would_not_take_stops_the_cart_at_the_sets_line() -> None:
    session = oci_visit(
        mapping=mapping(Part__QUANTITY="{{ part.name }}", Part__CUST_FIELD1="longer than ten")
    )
    found = inspect(price_cart(session.cart, session.organisation), session)
    assert {(finding.code, finding.lines) for finding in found.findings} == {
        ("no number", (1,)),
        ("left out", (1,)),
    }
    assert not found.cart.returnable


def test_parts_are_asked_for_once_and_only_if_they_are_spoken_of(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    session = oci_visit(mapping=mapping(Part__VENDORMAT="P-{{ part.sku }}"))
    session = PunchoutSession.objects.select_related("connection", "organisation", "cart").get(pk=session.pk)
    priced = price_cart(session.cart, session.organisation)
    with django_assert_num_queries(3):  # the customer's numbers, pictures, and the parts
        found = inspect(priced, session)
    with django_assert_num_queries(0):
        get_adapter("oci").return_form(session, found.mapped.onto(session))


# -- checked, tried out, compared ----------------------------------------------------------------------------


def tried(adapter: str, *rows: tuple[str, str], **options: Any) -> list[Row]:
    connection = ConnectionFactory(adapter=adapter, options=options)
    port = get_adapter(adapter)
    return try_rows(port, port.options(connection), sample_of(connection), rows)


def test_a_row_of_each_place_is_tried_out_on_what_it_speaks_of() -> None:
    rows = tried(
        "cxml",
        ("Header Total", "{{ session.total }}"),
        ("Tax", "{{ line.total }}"),
        ("Part Description", "{{ part.name }} x {{ part.quantity }} of {{ line.sku }}"),
        ("Part Extrinsic set", "{{ part.per_set }}"),
        dtd_version=NEW,
        components=True,
    )
    assert [(row.of, row.results, row.error) for row in rows] == [
        ("cart", ("140.20",), ""),
        ("line", ("103.00", "37.20"), ""),
        ("part", ("Mounting frame x 500 of 10-2030",), ""),
        ("part", ("2",), ""),
    ]


@pytest.mark.parametrize(
    ("field", "expression", "words"),
    [
        ("Header Total", "{{ line.total }}", "Header Total is a field of the whole cart; line is of a line."),
        ("Header Total", "{{ part.sku }}", "part is of a line."),
        ("Tax", "{{ part.quantity }}", "Tax is a field of a line; part is of an article in a set."),
        ("Header quoteStatus", "open", "Header quoteStatus can be pending, final."),
        ("Header Tax", "{{ customer.name }}", "Header Tax has to be a number."),
        ("Part Description", "x", "There is no field “Part Description”"),
    ],
)
def test_a_name_in_the_wrong_place_is_said_at_its_row(field: str, expression: str, words: str) -> None:
    (row,) = tried("cxml", (field, expression))
    assert words in row.error


def test_a_header_that_the_buyer_would_not_take_stops_the_cart() -> None:
    rows = mapping(
        Header__quoteStatus="{{ customer.name }}", Header__Tax="{{ customer.name }}", Header__Total=""
    )
    connection = make_connection(options={"mapping": rows})
    buyer = visit(connection)
    add_to_cart(cart=buyer.session.cart, product=article(connection, "A-1"), quantity=Decimal(2))
    session = PunchoutSession.objects.get(pk=buyer.session.pk)
    found = inspect(price_cart(session.cart, session.organisation), session)
    assert {(finding.code, finding.values["field"]) for finding in found.findings} == {
        ("choice", "Header quoteStatus"),
        ("no number", "Header Tax"),
        ("whole cart", "Header Total"),
    }
    assert buyer.post("/return").status_code == 303
    assert not ReturnedCart.objects.exists()
    page = buyer.client.get(f"{buyer.prefix}/cart").content.decode()
    assert "Header Tax has to be a number" in page


def test_a_change_to_header_and_parts_is_shown_before_it_is_saved() -> None:
    session = oci_visit()
    return_cart(session=session, base_url="https://shop.example")
    new = {**session.connection.options, "mapping": mapping(Part__VENDORMAT="P-{{ part.sku }}")}
    (cart,) = impact_of(session.connection, session.connection.options, new).changed
    now = [text for mark, text in cart.difference.lines if mark == "+"]
    assert [text.partition("P-")[2] for text in now] == ["BOX-1", "CLIP-1"]
