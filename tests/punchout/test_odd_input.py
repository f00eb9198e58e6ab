"""What a curious person types into addresses and forms of a session: refused or ignored, never a fault."""

import pytest
from django.test import Client

from punchout.models import PunchoutSession
from shop.models import CartLine
from tests.factories import CANARY_SECRET, ConnectionFactory, ListPriceFactory, ProductFactory

pytestmark = pytest.mark.django_db
NUL = "%00"


@pytest.fixture
def inside() -> tuple[Client, str]:
    """A buyer's browser, and the address of his session."""
    connection = ConnectionFactory(secret=CANARY_SECRET)
    form = {"USERNAME": "buyer", "PASSWORD": CANARY_SECRET, "HOOK_URL": "https://buyer.example/return"}
    client = Client()
    started = client.post(f"/punchout/oci/{connection.slug}", form)["Location"]
    entered = client.get(client.post(started)["Location"])
    return client, entered["Location"].rstrip("/")


@pytest.mark.parametrize(
    "address",
    [
        f"/p/{NUL}",
        f"/p/A{NUL}B",
        f"/search?q={NUL}",
        f"/search?q=a&brand={NUL}&category={NUL}&sort={NUL}&stock={NUL}",
        f"/search?q=a&attr_{NUL}={NUL}&page={NUL}",
        f"/suggest?q={NUL}",
        f"/cart?added={NUL}",
        "/search?q=%ED%A0%80",
        "/p/%ED%A0%80",
    ],
)
def test_no_character_in_an_address_is_a_fault(inside: tuple[Client, str], address: str) -> None:
    client, prefix = inside
    assert client.get(prefix + address).status_code in (200, 303, 404)


@pytest.mark.parametrize("sku", ["\x00", "A\x00B", "\ud800", "x" * 5000, "", "../.."])
def test_no_article_number_in_a_form_is_a_fault(inside: tuple[Client, str], sku: str) -> None:
    client, prefix = inside
    body = b"quantity=1&sku=" + sku.encode("utf-8", "surrogatepass")
    answer = client.post(f"{prefix}/cart/add", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 404
    assert not CartLine.objects.exists()


@pytest.mark.parametrize("line", ["\x00", "-1", "99999999999999999999999", "x", "1e3", ""])
def test_no_line_number_in_a_form_is_a_fault(inside: tuple[Client, str], line: str) -> None:
    client, prefix = inside
    for action, data in (("remove", {"line": line}), ("update", {f"quantity-{line}": "1", "line": line})):
        assert client.post(f"{prefix}/cart/{action}", data).status_code < 500


@pytest.mark.parametrize("page", ["return", "leave"])
def test_looking_at_the_address_of_the_return_changes_nothing_and_leads_to_the_cart(
    inside: tuple[Client, str], page: str
) -> None:
    client, prefix = inside
    answer = client.get(f"{prefix}/{page}")
    assert (answer.status_code, answer["Location"]) == (303, f"{prefix}/cart")
    assert PunchoutSession.objects.get().state == PunchoutSession.State.ACTIVE


def test_a_total_that_no_document_can_hold_is_refused_and_the_cart_stays(inside: tuple[Client, str]) -> None:
    client, prefix = inside
    session = PunchoutSession.objects.get()
    for _count in range(2):
        product = ProductFactory()
        ListPriceFactory(product=product, price_list=session.organisation.price_list, amount="900000.00")
        form = {"sku": product.sku, "quantity": "99999999"}
        assert client.post(f"{prefix}/cart/add", form).status_code == 303
    answer = client.post(f"{prefix}/return")
    assert answer.status_code == 409
    session.refresh_from_db()
    assert session.state == PunchoutSession.State.ACTIVE
    assert client.get(f"{prefix}/cart").status_code == 200
