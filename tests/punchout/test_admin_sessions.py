"""Sessions and returned carts in the admin: the operator sees why a cart was refused."""

import io
import json
import zipfile
from decimal import Decimal

import pytest
from django.urls import reverse

from punchout.documents import SetupRequest
from punchout.models import PunchoutSession, ReturnedCart, SandboxRun
from punchout.services import return_cart, start_session
from shop.models import CartLine
from tests.factories import ConnectionFactory, ListPriceFactory, ProductFactory, WireMessageFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/punchout/punchoutsession/"


def visit(connection=None, quantity="3", **product):
    """A session with one article at 10.00 in its cart."""
    connection = connection or ConnectionFactory()
    message = WireMessageFactory(connection=connection, kind="OCI launch")
    setup = SetupRequest(connection=connection, return_url="https://buyer.example/return?session=private")
    session = start_session(setup=setup, message=message).session
    message.save()
    article = ProductFactory(**product)
    ListPriceFactory(product=article, price_list=connection.organisation.price_list)
    CartLine.objects.create(cart=session.cart, product=article, sku=article.sku, quantity=Decimal(quantity))
    return session


def page_of(session):
    return reverse("admin:punchout_punchoutsession_change", args=[session.pk])


def test_a_session_shows_its_cart_its_messages_and_where_the_cart_goes(admin_client):
    session = visit(sku="VLT-1")
    page = admin_client.get(page_of(session)).content.decode()
    for text in ("VLT-1", "30.00\u00a0€", "OCI launch", "https://buyer.example"):
        assert text in page
    assert "private" not in page


def test_the_operator_reads_why_a_cart_cannot_be_returned(admin_client):
    session = visit(sku="VLT-1", status="discontinued")
    page = admin_client.get(page_of(session)).content.decode()
    assert "VLT-1: This article cannot be ordered any more." in page
    PunchoutSession.objects.update(return_url="")
    assert "gave no address to return to" in admin_client.get(page_of(session)).content.decode()


def test_after_the_return_the_frozen_lines_are_shown(admin_client):
    session = visit(sku="VLT-1")
    return_cart(session=session, base_url="https://shop.example")
    returned = ReturnedCart.objects.get()
    for address in (page_of(session), reverse("admin:punchout_returnedcart_change", args=[returned.pk])):
        page = admin_client.get(address).content.decode()
        assert "VLT-1" in page
        assert "30.00" in page
    assert "30.00 EUR" in admin_client.get(LIST).content.decode()


def test_the_lists_make_a_fixed_number_of_queries(admin_client, django_assert_max_num_queries):
    returned = reverse("admin:punchout_returnedcart_changelist")
    return_cart(session=visit(), base_url="https://shop.example")
    for address in (LIST, returned):
        with django_assert_max_num_queries(14) as first:
            admin_client.get(address)
        for _number in range(5):
            return_cart(session=visit(), base_url="https://shop.example")
        with django_assert_max_num_queries(len(first.captured_queries)):
            admin_client.get(address)


def test_the_page_of_a_session_makes_as_many_queries_for_one_line_as_for_many(
    admin_client, django_assert_max_num_queries
):
    session = visit()
    with django_assert_max_num_queries(20) as first:
        admin_client.get(page_of(session))
    for number in range(20):
        article = ProductFactory()
        ListPriceFactory(product=article, price_list=session.organisation.price_list)
        CartLine.objects.create(
            cart=session.cart, product=article, sku=article.sku, quantity=1, position=number
        )
        WireMessageFactory(session=session, connection=session.connection)
    with django_assert_max_num_queries(len(first.captured_queries)):
        admin_client.get(page_of(session))


def test_a_session_is_found_by_an_article_in_its_cart(admin_client):
    session = visit(sku="VLT-1")
    other = visit(sku="OTHER")
    page = admin_client.get(LIST, {"q": "VLT-1"}).content.decode()
    assert session.key in page
    assert other.key not in page


def test_no_digest_of_a_session_is_on_its_page(admin_client):
    session = visit()
    page = admin_client.get(page_of(session)).content.decode()
    assert session.start_digest not in page


def test_hostile_names_in_a_cart_are_escaped(admin_client):
    hostile = "<script>alert(1)</script>"
    session = visit(name_en=hostile)
    assert hostile not in admin_client.get(page_of(session)).content.decode()
    return_cart(session=session, base_url="https://shop.example")
    for address in (
        page_of(session),
        reverse("admin:punchout_returnedcart_change", args=[ReturnedCart.objects.get().pk]),
    ):
        assert hostile not in admin_client.get(address).content.decode()


@pytest.mark.parametrize(
    "name", ["punchoutsession", "returnedcart", "secret", "seenmessage", "partycredential"]
)
def test_what_happened_cannot_be_added_to(admin_client, name):
    assert admin_client.get(f"/admin/punchout/{name}/add/").status_code == 403


def test_a_sandbox_run_shows_what_was_received_without_rendering_it(admin_client):
    run = SandboxRun.objects.create(
        system="sap-srm",
        operation="create",
        request_text="GET http://shop/",
        received_body=b"a=<script>alert(1)</script>",
        received_content_type="application/x-www-form-urlencoded",
    )
    page = admin_client.get(reverse("admin:punchout_sandboxrun_change", args=[run.pk])).content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page


def test_a_visit_is_exported_as_one_file_for_the_partner(admin_client):
    session = visit(sku="VLT-1")
    return_cart(session=session, base_url="https://shop.example")
    answer = admin_client.get(page_of(session).replace("/change/", "/trace/"))
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        summary = json.loads(archive.read("trace.json"))
        cart = json.loads(archive.read("returned-cart.json"))
    assert names[0] == "trace.json"
    assert [message["kind"] for message in summary["messages"]] == ["OCI launch", "cart return"]
    assert cart["lines"][0]["sku"] == "VLT-1"
    assert sum(name.startswith(("01-in-message", "02-out-message")) for name in names) == 2


def test_only_staff_exports_a_visit(client):
    session = visit()
    answer = client.get(page_of(session).replace("/change/", "/trace/"))
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]
