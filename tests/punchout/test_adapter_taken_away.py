"""A protocol whose package was taken away while buyers were shopping: said clearly, and nothing is lost."""

import pytest
from django.test import Client

from punchout.adapters import override
from punchout.adapters.oci.adapter import OciAdapter
from punchout.models import Connection, PunchoutSession, WireMessage
from tests.factories import CANARY_SECRET, ConnectionFactory, ListPriceFactory, ProductFactory

pytestmark = pytest.mark.django_db


class VisitingAdapter(OciAdapter):
    slug = "visiting"


@pytest.fixture
def visit() -> tuple[Client, str, PunchoutSession]:
    """A buyer with a cart, over a protocol that is gone when the test begins."""
    connection = ConnectionFactory(adapter="visiting", secret=CANARY_SECRET)
    product = ProductFactory()
    ListPriceFactory(product=product, price_list=connection.organisation.price_list)
    client = Client()
    form = {"USERNAME": "buyer", "PASSWORD": CANARY_SECRET, "HOOK_URL": "https://buyer.example/return"}
    with override(VisitingAdapter):
        start = client.post(f"/punchout/visiting/{connection.slug}", form)["Location"]
        prefix = client.get(client.post(start)["Location"])["Location"].rstrip("/")
        assert client.post(f"{prefix}/cart/add", {"sku": product.sku, "quantity": "2"}).status_code == 303
    return client, prefix, PunchoutSession.objects.get()


@pytest.mark.parametrize("page", ["/", "/cart", "/search?q=a"])
def test_the_buyer_reads_that_the_shop_cannot_talk_to_his_system(
    visit: tuple[Client, str, PunchoutSession], page: str
) -> None:
    client, prefix, _session = visit
    answer = client.get(prefix + page)
    assert answer.status_code == 503
    assert "your cart is kept" in answer.content.decode()
    assert "frame-ancestors 'self' https://buyer.example" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("action", ["/return", "/leave", "/cart/update"])
def test_nothing_is_returned_or_lost(visit: tuple[Client, str, PunchoutSession], action: str) -> None:
    client, prefix, session = visit
    assert client.post(prefix + action).status_code == 503
    session.refresh_from_db()
    assert session.state == PunchoutSession.State.ACTIVE
    assert session.cart.lines.count() == 1


def test_when_the_package_is_back_the_buyer_goes_on(visit: tuple[Client, str, PunchoutSession]) -> None:
    client, prefix, _session = visit
    assert client.get(f"{prefix}/cart").status_code == 503
    with override(VisitingAdapter):
        assert client.get(f"{prefix}/cart").status_code == 200
        assert client.post(f"{prefix}/return").status_code == 200


def test_a_launch_over_it_is_not_found() -> None:
    connection = ConnectionFactory(adapter="visiting")
    assert Client().post(f"/punchout/visiting/{connection.slug}").status_code == 404


def test_the_operator_sees_what_is_missing_everywhere(
    visit: tuple[Client, str, PunchoutSession], admin_client: Client
) -> None:
    session = visit[2]
    message, connection = WireMessage.objects.get(), Connection.objects.get()
    for address in (
        f"/admin/punchout/punchoutsession/{session.pk}/change/",
        f"/admin/punchout/connection/{connection.pk}/change/",
        f"/admin/punchout/connection/{connection.pk}/test/",
    ):
        answer = admin_client.get(address)
        assert answer.status_code == 200, address
        assert "not installed" in answer.content.decode(), address
    again = admin_client.post(f"/admin/punchout/wiremessage/{message.pk}/replay/", follow=True)
    assert "“visiting” is not installed" in again.content.decode()
    for page in ("connection", "punchoutsession", "wiremessage", "returnedcart"):
        assert admin_client.get(f"/admin/punchout/{page}/").status_code == 200
    assert admin_client.get(f"/admin/punchout/connection/{connection.pk}/secrets/").status_code == 200
