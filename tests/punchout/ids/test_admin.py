"""An IDS-Connect connection is set up in the admin alone, and tried there."""

import pytest
from django.test import Client
from django.urls import reverse

from punchout.models import Connection, PunchoutSession, WireMessage
from tests.factories import CANARY_SECRET, OrganisationFactory
from tests.punchout.ids.client import make_connection

pytestmark = pytest.mark.django_db


def test_a_connection_is_made_with_its_options(admin_client: Client) -> None:
    add = reverse("admin:punchout_connection_add")
    form = admin_client.get(f"{add}?adapter=ids").context["adminform"].form
    values = {}
    for bound in form:
        value = bound.field.prepare_value(bound.value())
        if value not in (None, False):
            values[bound.html_name] = "on" if value is True else value
    changes = {
        "name": "Handwerk",
        "slug": "handwerk",
        "organisation": OrganisationFactory().pk,
        "buyer_system": "ERP",
        "username": "meister",
        "return_origins": "https://erp.buyer.example",
        "option_version": "2.0",
        "option_vat": "19",
    }
    admin_client.post(add, values | changes)
    connection = Connection.objects.get()
    assert connection.options == {"version": "2.0", "vat": "19"}
    page = admin_client.get(reverse("admin:punchout_connection_change", args=[connection.pk]))
    assert "/punchout/ids/handwerk" in page.content.decode()


def test_a_test_launch_plays_a_trade_erp(admin_client: Client) -> None:
    connection = make_connection(options={"version": "2.0", "customer_number": "77"})
    address = reverse("admin:punchout_connection_test", args=[connection.pk])
    page = admin_client.post(address, {"secret": CANARY_SECRET})
    trial = page.context["trial"]
    assert trial.good, (trial.title, trial.detail)
    assert WireMessage.objects.get(direction="in").kind == "IDS WKE"
    assert PunchoutSession.objects.get().state == PunchoutSession.State.CANCELLED
