"""Lines that come back for editing: with a fault in them, or two of one article, to the cart and home."""

from decimal import Decimal

import pytest
from django.test import Client

from punchout.models import Connection, PunchoutSession, ReturnedCart, WireMessage
from shop.models import CartLine
from tests.contracts.pages import read_return_page
from tests.factories import CustomerArticleFactory, ListPriceFactory, ProductFactory
from tests.punchout.cxml.buyer import (
    fill,
    lines_of,
    make_connection,
    order_message,
    post,
    setup,
    start_url,
    status_code,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    return make_connection()


def article(connection: Connection, sku: str, amount: str = "12.40", **fields: object):
    product = ProductFactory(sku=sku, **fields)
    ListPriceFactory(
        product=product, price_list=connection.organisation.price_list, amount=Decimal(amount), price_unit=1
    )
    return product


def item(sku: str, quantity: str = "1", token: str = "", more: str = "") -> str:
    auxiliary = f"<SupplierPartAuxiliaryID>{token}</SupplierPartAuxiliaryID>" if token else ""
    number = f"<SupplierPartID>{sku}</SupplierPartID>" if sku else ""
    return f'<ItemOut quantity="{quantity}"><ItemID>{number}{auxiliary}{more}</ItemID></ItemOut>'


class Visit:
    def __init__(self, response) -> None:
        assert status_code(response) == 200
        self.client = Client()
        self.client.get(self.client.post(start_url(response))["Location"])
        self.session = PunchoutSession.objects.latest("started_at")
        self.prefix = f"/s/{self.session.key}"

    def returned(self):
        response = self.client.post(f"{self.prefix}/return")
        assert response.status_code == 200, response
        return order_message(tuple(read_return_page(response).fields))


def edit(connection: Connection, *items: str) -> Visit:
    return Visit(setup(connection, operation="edit", items="".join(items)))


def identities(document) -> list[str]:
    return ["".join(found.itertext()) for found in document.iter("SupplierPartAuxiliaryID")]


def test_a_line_of_quantity_zero_is_left_out_and_the_others_come_home(connection: Connection) -> None:
    for sku in ("A-1", "B-2"):
        article(connection, sku)
    visit = Visit(post(fill("lenient/quantity_zero.xml", connection)))
    assert [(line.sku, line.quantity) for line in lines_of(visit.returned())] == [("B-2", 2)]


def test_a_quantity_with_commas_is_the_number_that_is_meant(connection: Connection) -> None:
    article(connection, "A-1", amount="2.00", quantity_step=Decimal("0.5"))
    visit = Visit(post(fill("lenient/quantity_with_commas.xml", connection)))
    (line,) = lines_of(visit.returned())
    assert (line.quantity, line.total) == (Decimal("1000.5"), Decimal("2001.00"))


def test_a_line_without_our_number_is_found_by_the_buyers_own(connection: Connection) -> None:
    product = article(connection, "A-1")
    CustomerArticleFactory(organisation=connection.organisation, product=product, number="4711")
    visit = edit(connection, item("", "3", "aux-1", more="<BuyerPartID>4711</BuyerPartID>"))
    assert "BuyerPartID 4711 is our A-1." in WireMessage.objects.earliest("pk").notes[-1]
    document = visit.returned()
    assert [(line.sku, line.quantity) for line in lines_of(document)] == [("A-1", 3)]
    assert identities(document) == ["aux-1"]


def test_a_number_of_another_customer_finds_nothing(connection: Connection) -> None:
    product = article(connection, "A-1")
    CustomerArticleFactory(organisation=make_connection().organisation, product=product, number="4711")
    edit(connection, item("", "3", more="<BuyerPartID>4711</BuyerPartID>"))
    assert CartLine.objects.get().product is None


def test_a_line_without_any_number_of_ours_is_shown_kept_and_stops_the_return_until_it_is_removed(
    connection: Connection,
) -> None:
    for sku in ("A-1", "4711"):
        article(connection, sku)
    visit = edit(connection, item("A-1"), item("", more="<BuyerPartID>4711</BuyerPartID>"))
    unknown = CartLine.objects.get(product=None)  # and not our article that has the same number
    page = visit.client.get(f"{visit.prefix}/cart").content.decode()
    assert "4711" in page
    assert visit.client.post(f"{visit.prefix}/return").status_code == 303
    visit.client.post(f"{visit.prefix}/cart/remove", {"line": unknown.pk})
    assert [line.sku for line in lines_of(visit.returned())] == ["A-1"]


def test_an_unknown_article_is_shown_with_its_short_name_before_the_rest(connection: Connection) -> None:
    described = "<Description xml:lang='en'><ShortName>Brake cleaner</ShortName>can of 5 l</Description>"
    line = item("X-9").replace("</ItemOut>", f"<ItemDetail>{described}</ItemDetail></ItemOut>")
    edit(connection, line)
    assert CartLine.objects.get().description == "Brake cleaner can of 5 l"


def test_an_auxiliary_id_of_any_length_is_not_ours_and_keeps_nobody_from_editing(
    connection: Connection,
) -> None:
    article(connection, "A-1")
    visit = edit(connection, item("A-1", "2", "x" * 70_000, more="<IdReference domain='x' identifier='y'/>"))
    assert "is not one of ours" in WireMessage.objects.earliest("pk").notes[-1]
    (identity,) = identities(visit.returned())
    assert 0 < len(identity) < 255


def test_two_lines_of_one_article_stay_two_with_identities_of_their_own(connection: Connection) -> None:
    article(connection, "A-1")
    article(connection, "B-2", amount="1.00")
    visit = edit(
        connection, item("A-1", "2", "site-north"), item("B-2", "1", "b"), item("A-1", "3", "site-south")
    )
    assert CartLine.objects.filter(sku="A-1").count() == 1
    document = visit.returned()
    assert [(line.sku, line.quantity, line.total) for line in lines_of(document)] == [
        ("A-1", 2, Decimal("24.80")),
        ("A-1", 3, Decimal("37.20")),
        ("B-2", 1, Decimal("1.00")),
    ]
    assert identities(document) == ["site-north", "site-south", "b"]
    returned = ReturnedCart.objects.get()
    assert [(line["number"], line["sku"], line["token"]) for line in returned.lines] == [
        (1, "A-1", "site-north"),
        (2, "A-1", "site-south"),
        (3, "B-2", "b"),
    ]
    assert returned.total == Decimal("63.00")


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("1", [("one", 1)]),
        ("2", [("one", 2)]),
        ("4", [("one", 2), ("two", 2)]),
        ("9", [("one", 2), ("two", 3), ("one", 4)]),
    ],
)
def test_a_changed_quantity_is_spread_over_the_lines_in_their_order(
    connection: Connection, quantity: str, expected: list[tuple[str, int]]
) -> None:
    """Two of the three have the same identity, as in a requisition that was copied."""
    article(connection, "A-1")
    visit = edit(connection, item("A-1", "2", "one"), item("A-1", "3", "two"), item("A-1", "1", "one"))
    CartLine.objects.filter(sku="A-1").update(quantity=Decimal(quantity))
    document = visit.returned()
    found = zip(identities(document), (int(line.quantity) for line in lines_of(document)), strict=True)
    assert list(found) == expected


def test_prices_of_parted_lines_add_up_to_that_of_the_line_in_the_shop(connection: Connection) -> None:
    article(connection, "A-1", amount="0.335", quantity_step=Decimal("0.001"))
    visit = edit(connection, item("A-1", "1", "one"), item("A-1", "1", "two"), item("A-1", "1", "three"))
    visit.returned()
    returned = ReturnedCart.objects.get()
    assert sum(Decimal(line["total"]) for line in returned.lines) == returned.total == Decimal("1.01")


def test_what_stops_one_of_the_lines_is_said_at_the_line_of_the_shop(connection: Connection) -> None:
    connection.options = {"required_fields": ["gtin"]}
    connection.save()
    article(connection, "A-1", gtin="05412345678908")
    article(connection, "B-2", gtin="")
    visit = edit(connection, item("A-1", "1", "one"), item("A-1", "1", "two"), item("B-2", "1", "b"))
    page = visit.client.get(f"{visit.prefix}/cart").content.decode()
    wrong = CartLine.objects.get(sku="B-2")
    assert f'id="line-{wrong.pk}" class="cart-line-wrong"' in page
    assert page.count('class="cart-line-wrong"') == 1
    assert visit.client.post(f"{visit.prefix}/return").status_code == 303
