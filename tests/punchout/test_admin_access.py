"""Who may see the operators' pages, and that no other site can show them."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from tests.factories import ConnectionFactory, HubFactory, WireMessageFactory

pytestmark = pytest.mark.django_db

ROOMS = ("customers", "catalog", "shop", "punchout", "trading")
# Edited as part of what they belong to.
INLINE_ONLY = {
    "catalog.CategoryAttribute",
    "catalog.CategoryMapping",
    "punchout.HubCredential",
    "punchout.PendingOrigin",
    "shop.CartLine",
    "trading.OrderNotice",
    "trading.OrderStep",
    # A number, raised by every order.
    "trading.OrderCounter",
}


def lists():
    """The list page of every model of ours."""
    return [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
        if model._meta.app_label in ROOMS
    ]


def test_every_model_can_be_found():
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            assert model in admin.site._registry or model._meta.label in INLINE_ONLY, model


def test_every_list_opens_and_can_be_searched(admin_client):
    for address in lists():
        for query in ("", "?q=x", "?q=%00%F0%9F%94%8C"):
            assert admin_client.get(address + query).status_code == 200, address + query


def private_pages():
    connection = ConnectionFactory()
    message = WireMessageFactory()
    hub = HubFactory()
    return [
        *lists(),
        *(
            reverse(f"admin:punchout_connection_{name}", args=[connection.pk])
            for name in ("change", "secrets", "test")
        ),
        *(reverse(f"admin:punchout_hub_{name}", args=[hub.pk]) for name in ("change", "secrets")),
        reverse("admin:punchout_wiremessage_change", args=[message.pk]),
        reverse("admin:punchout_wiremessage_raw", args=[message.pk, "message"]),
    ]


def test_a_stranger_is_sent_to_the_login(client):
    for address in private_pages():
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith("/admin/login/")


def test_somebody_who_is_not_staff_sees_nothing(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("buyer", password="long enough 123"))
    for address in private_pages():
        assert client.get(address).status_code == 302, address


def test_staff_without_a_right_sees_nothing_of_it(client, django_user_model):
    clerk = django_user_model.objects.create_user("clerk", password="long enough 123", is_staff=True)
    client.force_login(clerk)
    for address in private_pages():
        assert client.get(address).status_code == 403, address


def test_no_site_may_show_the_admin_in_a_frame(admin_client, client):
    for answer in (admin_client.get("/admin/"), client.get("/admin/login/"), admin_client.get(lists()[0])):
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_no_page_needs_what_the_content_policy_forbids(admin_client):
    for address in ["/admin/", *private_pages()]:
        page = admin_client.get(address).content.decode()
        assert ' style="' not in page, address
        assert " onclick=" not in page
        assert "<script>" not in page


def test_the_admin_says_whose_it_is(client, settings):
    page = client.get("/admin/login/").content.decode()
    assert f"{settings.SUPPLIER_NAME} – operations" in page


def test_the_groups_stand_in_the_order_of_the_house(admin_client):
    labels = [group["app_label"] for group in admin_client.get("/admin/").context["app_list"]]
    assert labels[: len(ROOMS)] == ["trading", "punchout", "shop", "catalog", "customers"]
