"""A network is set up once in the admin: its Sender, its secret, and whom it sends for."""

import pytest
from django.urls import reverse

from punchout.admin.connection_checks import run_checks
from punchout.models import Connection, Hub, HubSecret, PunchoutSession
from punchout.secrets import matching, set_secret
from tests.factories import (
    CANARY_SECRET,
    ConnectionFactory,
    HubFactory,
    ListPriceFactory,
    PartyCredentialFactory,
)

pytestmark = pytest.mark.django_db
NO_ROWS = {"credentials-TOTAL_FORMS": "0", "credentials-INITIAL_FORMS": "0"}


def page_of(holder, name="change"):
    return reverse(f"admin:punchout_{holder._meta.model_name}_{name}", args=[holder.pk])


def hub_values(*credentials):
    values = {"name": "SAP Business Network", **NO_ROWS, "credentials-TOTAL_FORMS": str(len(credentials))}
    for number, (domain, identity) in enumerate(credentials):
        values |= {
            f"credentials-{number}-domain": domain,
            f"credentials-{number}-identity": identity,
        }
    return values


def served(hub):
    connection = ConnectionFactory(
        adapter="cxml", username="", hub=hub, return_origins="https://buyer.example"
    )
    PartyCredentialFactory(connection=connection, party="from", identity="AN1")
    PartyCredentialFactory(connection=connection, party="to", identity="999999999")
    ListPriceFactory(price_list=connection.organisation.price_list)
    return connection


def tones(connection):
    return {check.label: check.tone for check in run_checks(connection)}


def test_a_network_is_made_with_its_sender(admin_client):
    page = admin_client.post("/admin/punchout/hub/add/", hub_values(("NetworkId", "AN01000000087")))
    assert page.status_code == 302
    assert str(Hub.objects.get().credentials.get()) == "NetworkId AN01000000087"


def test_the_same_sender_in_another_spelling_is_refused(admin_client):
    values = hub_values(("NetworkId", "AN01"), ("networkid", " an01 "))
    page = admin_client.post("/admin/punchout/hub/add/", values)
    assert "This credential is there twice." in page.content.decode()
    assert not Hub.objects.exists()


def test_a_networks_secret_is_generated_shown_once_and_kept_so_that_it_can_be_a_key(admin_client):
    hub = HubFactory()
    page = admin_client.post(page_of(hub, "secrets"), {"action": "generate"}, follow=True)
    secret = page.context["new_secret"]
    assert matching(hub.secrets.all(), secret) is not None
    stored = HubSecret.objects.get()
    assert stored.sealed
    assert not stored.digest
    for name in ("secrets", "change", "history", "delete"):
        text = admin_client.get(page_of(hub, name)).content.decode()
        assert secret not in text
        assert stored.sealed not in text


def test_a_secret_waiting_to_be_shown_is_not_shown_for_another_holder(admin_client):
    hub = HubFactory()
    connection = ConnectionFactory(adapter="cxml")
    admin_client.post(page_of(hub, "secrets"), {"action": "generate"})
    assert not admin_client.get(page_of(connection, "secrets")).context["new_secret"]
    assert admin_client.get(page_of(hub, "secrets")).context["new_secret"]


def test_the_list_and_the_page_say_whom_the_network_sends_for(admin_client):
    hub = HubFactory(secret=CANARY_SECRET)
    connections = [served(hub) for _number in range(3)]
    listed = admin_client.get(reverse("admin:punchout_hub_changelist")).content.decode()
    assert f"?hub__id__exact={hub.pk}" in listed
    assert ">3</a>" in listed
    text = admin_client.get(page_of(hub)).content.decode()
    for connection in connections:
        assert page_of(connection) in text
    filtered = admin_client.get(
        reverse("admin:punchout_connection_changelist"), {"hub__id__exact": str(hub.pk)}
    )
    assert filtered.context["cl"].result_count == 3


def test_a_network_with_connections_cannot_be_deleted(admin_client):
    hub = HubFactory()
    served(hub)
    page = admin_client.post(page_of(hub, "delete"), {"post": "yes"})
    assert Hub.objects.exists()
    assert "protected" in page.content.decode()


def test_the_checks_of_a_connection_count_what_its_network_has(admin_client):
    hub = HubFactory(secret=CANARY_SECRET)
    connection = served(hub)
    found = tones(connection)
    assert found["Secret"] == "good"
    assert found["Who the buyer is: Sender"] == "good"
    assert "bad" not in found.values()
    hub.secrets.all().delete()
    assert tones(connection)["Secret"] == "bad"


def test_a_second_connection_behind_the_network_with_the_same_customer_is_a_rival():
    hub = HubFactory(secret=CANARY_SECRET)
    connection, other = served(hub), served(hub)
    texts = [check.text for check in run_checks(connection)]
    assert any(other.name in text for text in texts)


def test_a_test_launch_goes_out_as_the_network_would_send_it(admin_client):
    connection = served(HubFactory(secret=CANARY_SECRET))
    page = admin_client.post(page_of(connection, "test"), {"secret": CANARY_SECRET})
    assert page.context["trial"].good, page.context["trial"]
    assert PunchoutSession.objects.get().connection == connection


def test_direct_punch_out_with_a_digest_is_said_on_every_page_that_matters(admin_client):
    connection = served(None)
    PartyCredentialFactory(connection=connection, party="sender", identity="AN1")
    set_secret(connection, 1)
    addresses = [page_of(connection, name) for name in ("change", "secrets", "test")]
    warning = "kept as a digest"
    assert not any(warning in admin_client.get(each).content.decode() for each in addresses)
    Connection.objects.update(options={"direct": True})
    assert all(warning in admin_client.get(each).content.decode() for each in addresses)
    Connection.objects.update(hub=HubFactory(secret="a secret that can be read"))
    assert not any(warning in admin_client.get(each).content.decode() for each in addresses)
    Connection.objects.update(hub=None)
    admin_client.post(page_of(connection, "secrets"), {"action": "generate"})
    assert not any(warning in admin_client.get(each).content.decode() for each in addresses)


def test_a_protocol_without_networks_does_not_keep_one(admin_client):
    connection = served(HubFactory())
    values = {
        "name": "x", "slug": "x", "organisation": connection.organisation_id, "buyer_system": "S",
        "adapter": "oci", "options_of": "cxml", "username": "u", "hub": connection.hub_id,
        "active": "on", **NO_ROWS,
    }  # fmt: skip
    admin_client.post(page_of(connection), values)
    connection.refresh_from_db()
    assert (connection.adapter, connection.hub) == ("oci", None)
