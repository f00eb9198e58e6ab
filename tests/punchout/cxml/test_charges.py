"""Freight, tax, remarks, decimals, sets and the path of a line: as agreed, never above the DTD ceiling."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.conf import settings
from lxml import etree

from catalog.models import Product, ProductReference
from customers.models import Organisation
from punchout.adapters.cxml import dtd
from punchout.adapters.cxml.options import CxmlOptions
from punchout.documents import ReturnLine
from punchout.models import Connection
from shop.carts import add_to_cart
from tests.factories import ProductFactory
from tests.punchout.cxml.buyer import fill, lines_of, make_connection, post, setup, status_code
from tests.punchout.cxml.test_flows import Visit, article, document_of, visit
from tests.punchout.cxml.test_order_message import item_of, line, made

OLD, NEW = "1.2.014", "1.2.071"
ITEM = (
    '<ItemOut quantity="{quantity}" lineNumber="{number}"{more}><ItemID>'
    "<SupplierPartID>{sku}</SupplierPartID><SupplierPartAuxiliaryID>{token}</SupplierPartAuxiliaryID></ItemID>{path}</ItemOut>"
)


def message(options: CxmlOptions, *lines: ReturnLine) -> etree._Element:
    return made(options, *lines).find("Message/PunchOutOrderMessage")


@pytest.mark.parametrize("version", [OLD, NEW])
def test_freight_is_said_beside_the_total_and_not_in_it(version: str) -> None:
    options = CxmlOptions(freight=Decimal("12.50"), freight_free_from=Decimal(250), dtd_version=version)
    header = message(options, line()).find("PunchOutOrderMessageHeader")
    assert header.findtext("Total/Money") == "24.80"
    assert header.findtext("Shipping/Money") == "12.50"
    rich = message(options, line(total=Decimal(250))).find("PunchOutOrderMessageHeader")
    assert rich.findtext("Shipping/Money") == "0.00"
    assert message(CxmlOptions(), line()).find(".//Shipping") is None


@pytest.mark.parametrize("version", [OLD, NEW])
def test_the_tax_of_the_cart_is_that_of_goods_and_freight(version: str) -> None:
    options = CxmlOptions(tax="cart", tax_rate=Decimal(21), freight=Decimal(10), dtd_version=version)
    order = message(options, line(total=Decimal("24.80")), line(2, total=Decimal("0.05")))
    tax = order.find("PunchOutOrderMessageHeader/Tax")
    details = {
        detail.get("purpose"): (detail.findtext("TaxableAmount/Money"), detail.findtext("TaxAmount/Money"))
        for detail in tax.iterfind("TaxDetail")
    }
    assert details == {"tax": ("24.85", "5.22"), "shippingTax": ("10.00", "2.10")}
    assert tax.findtext("Money") == "7.32"
    assert tax.find("TaxDetail").get("percentageRate") == "21"
    assert order.find("ItemIn/Tax") is None


def test_the_tax_of_the_lines_adds_up_to_that_of_the_cart() -> None:
    options = CxmlOptions(tax="lines", tax_rate=Decimal("5.5"))
    lines = [line(number, total=Decimal("0.13")) for number in range(1, 8)]
    order = message(options, *lines)
    taxes = [Decimal(item.findtext("Tax/Money")) for item in order.iterfind("ItemIn")]
    assert taxes == [Decimal("0.01")] * 7
    assert Decimal(order.findtext("PunchOutOrderMessageHeader/Tax/Money")) == sum(taxes)


def test_a_cart_without_lines_costs_no_freight_and_no_tax() -> None:
    options = CxmlOptions(freight=Decimal(10), tax="cart")
    document = made(options, outcome="empty")
    assert document.find(".//Shipping") is None
    assert document.find(".//Tax") is None


@pytest.mark.parametrize(
    ("version", "sent"), [(OLD, False), ("1.2.020", False), ("1.2.021", True), (NEW, True)]
)
def test_remarks_are_sent_only_to_those_who_know_them(version: str, sent: bool) -> None:
    options = CxmlOptions(comments="price", dtd_version=version)
    item = item_of(options, agreement="FR-7", list_price=Decimal("20.00"))
    text = "Agreement FR-7. List price 20.00 EUR per 1."
    assert item.findtext("Comments") == (text if sent else None)


def test_remarks_say_the_delivery_time_or_nothing() -> None:
    options = CxmlOptions(comments="delivery", dtd_version=NEW)
    assert "3 working days" in item_of(options).findtext("Comments")
    assert item_of(options, lead_time_days=0).find("Comments") is None
    options = CxmlOptions(comments="price", dtd_version=NEW)
    assert item_of(options, list_price=Decimal("12.40")).find("Comments") is None


@pytest.mark.parametrize(
    ("version", "price", "price_unit", "sent", "basis"),
    [
        (OLD, "12.40", 1, "12.40", None),
        (OLD, "41.2345", 100, "0.4123", None),
        (NEW, "41.2345", 100, "41.2345", "100"),
        (NEW, "41.23", 100, "0.4123", None),
        (NEW, "10", 3, "10.00", "3"),
        (OLD, "0.00125", 1, "0.0013", None),
    ],
)
def test_a_price_has_no_more_decimals_than_the_buyers_system_keeps(
    version: str, price: str, price_unit: int, sent: str, basis: str | None
) -> None:
    options = CxmlOptions(price_decimals=4, dtd_version=version)
    item = item_of(options, price=Decimal(price), price_unit=price_unit, quantity=Decimal(250))
    assert item.findtext("ItemDetail/UnitPrice/Money") == sent
    found = item.find("ItemDetail/PriceBasisQuantity")
    assert (found.get("quantity") if found is not None else None) == basis


def test_the_total_of_rounded_prices_is_what_the_buyers_system_calculates() -> None:
    options = CxmlOptions(price_decimals=4)
    returned = line(
        price=Decimal("41.2345"), price_unit=100, quantity=Decimal(2500), total=Decimal("1030.86")
    )
    document = made(options, returned)
    (read,) = lines_of(document)
    assert read.total == Decimal("1030.75")
    assert document.findtext(".//Total/Money") == "1030.75"
    exact = (Decimal(2500) * Decimal("0.4123")).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert exact == read.total


# -- sets


@pytest.fixture
def connection(db: None) -> Connection:
    return make_connection(options={"components": True, "dtd_version": NEW})


def make_set(connection: Connection) -> tuple[Product, Product, Product]:
    parent = article(connection, "SET-1", "100.00", name_en="Charging point, complete")
    first = ProductFactory(sku="PART-1", name_en="Box", order_unit="C62")
    second = ProductFactory(sku="PART-2", name_en="Cable", order_unit="MTR", unspsc="26121600")
    hidden = ProductFactory(sku="PART-3", status="hidden")
    for position, (part, quantity) in enumerate(((first, None), (second, Decimal("2.5")), (hidden, None))):
        ProductReference.objects.create(
            product=parent, target=part, kind="consists of", quantity=quantity, position=position
        )
    ProductReference.objects.create(product=parent, target=second, kind="accessory")
    return parent, first, second


def returned(buyer: Visit) -> etree._Element:
    _page, document = document_of(buyer.post("/return"))
    if settings.CXML_DTD_DIR:
        assert dtd.errors(document, NEW, settings.CXML_DTD_DIR) == []
    return document


def test_a_set_goes_as_one_priced_line_with_its_parts(connection: Connection) -> None:
    parent, _first, _second = make_set(connection)
    buyer = visit(connection)
    add_to_cart(cart=buyer.session.cart, product=article(connection, "A-1"), quantity=Decimal(1))
    add_to_cart(cart=buyer.session.cart, product=parent, quantity=Decimal(2))
    document = returned(buyer)
    items = [
        (
            item.findtext("ItemID/SupplierPartID"), item.get("lineNumber"), item.get("itemType"),
            item.get("parentLineNumber"), item.get("quantity"), item.findtext("ItemDetail/UnitPrice/Money"),
        )
        for item in document.iter("ItemIn")
    ]  # fmt: skip
    assert items == [
        ("A-1", "1", None, None, "1", "12.40"),
        ("SET-1", "2", "composite", None, "2", "100.00"),
        ("PART-1", "3", "item", "2", "2", "0.00"),
        ("PART-2", "4", "item", "2", "5", "0.00"),
    ]
    assert document.find(".//ItemIn[@itemType='composite']").get("compositeItemType") == "groupLevel"
    assert document.findtext(".//Total/Money") == "212.40"


@pytest.mark.parametrize("version", [OLD, "1.2.020", "1.2.036"])
def test_to_an_older_version_a_set_is_one_line(connection: Connection, version: str) -> None:
    Connection.objects.update(options={"components": True, "dtd_version": version})
    parent, _first, _second = make_set(connection)
    buyer = visit(connection)
    add_to_cart(cart=buyer.session.cart, product=parent, quantity=Decimal(2))
    _page, document = document_of(buyer.post("/return"))
    (item,) = document.iter("ItemIn")
    assert set(item.keys()) == {"quantity"}


def test_an_edited_set_comes_back_as_one_line_and_goes_as_before(connection: Connection) -> None:
    make_set(connection)
    items = (
        ITEM.format(sku="SET-1", number=1, quantity=2, token="t-1", path="", more=' itemType="composite"')
        + ITEM.format(sku="part-1", number=2, quantity=2, token="", path="", more=' parentLineNumber="1"')
        + ITEM.format(sku="PART-2", number=3, quantity=5, token="", path="", more=' parentLineNumber="1"')
    )
    buyer = visit(connection, operation="edit", items=items)
    assert [(line.sku, line.quantity) for line in buyer.cart()] == [("SET-1", 2)]
    assert len(list(returned(buyer).iter("ItemIn"))) == 3


def test_a_part_of_a_set_that_is_none_of_ours_is_kept(connection: Connection) -> None:
    article(connection, "A-1")
    article(connection, "B-1")
    items = ITEM.format(sku="A-1", number=1, quantity=1, token="t", path="", more=' itemType="composite"')
    items += ITEM.format(sku="B-1", number=2, quantity=3, token="u", path="", more=' parentLineNumber="1"')
    buyer = visit(connection, operation="edit", items=items)
    assert [(line.sku, line.quantity) for line in buyer.cart()] == [("A-1", 1), ("B-1", 3)]


# -- the path of a line through marketplaces

PATH = (
    '<Path><Node type="copy"><Credential domain="NetworkId"><Identity>AN-MARKET</Identity>'
    "<SharedSecret>do not show</SharedSecret></Credential></Node>"
    '<Node type="route" itemDetailsRequired="yes"><Credential domain="DUNS"><Identity>42</Identity>'
    "</Credential></Node><Node type='odd'/></Path>"
)


def test_the_path_of_an_edited_line_goes_back_without_secrets(connection: Connection) -> None:
    article(connection, "A-1")
    items = ITEM.format(sku="A-1", number=1, quantity=1, token="t-1", path=PATH, more="")
    buyer = visit(connection, operation="edit", items=items)
    add_to_cart(cart=buyer.session.cart, product=article(connection, "A-2"), quantity=Decimal(1))
    assert "do not show" not in str(buyer.session.echo)
    document = returned(buyer)
    first, second = document.iter("ItemIn")
    nodes = [(n.get("type"), n.findtext("Credential/Identity")) for n in first.iterfind("Path/Node")]
    assert nodes == [("copy", "AN-MARKET"), ("route", "42")]
    assert second.find("Path") is None
    assert document.find(".//SharedSecret") is None


def test_a_header_with_a_path_and_its_original_document_is_read(connection: Connection) -> None:
    path = "<Path><Node type='route'><Credential domain='d'><Identity>i</Identity></Credential></Node></Path>"
    body = fill("setup_request.xml", connection).decode()
    body = body.replace("</Sender>", f"</Sender>{path}<OriginalDocument payloadID='1@a'/>")
    assert status_code(post(body.encode())) == 200
    assert status_code(setup(connection)) == 200
    assert Organisation.objects.exists()
