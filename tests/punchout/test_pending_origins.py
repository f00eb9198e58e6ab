"""An operator allows with one click what a test launch named; the contract has how it is remembered."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from punchout.models import Connection, PendingOrigin, WireMessage
from punchout.pending_origins import MOST
from punchout.replay import replay
from tests.factories import CANARY_SECRET, ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    return ConnectionFactory(secret=CANARY_SECRET, test=True)


def launch(connection: Connection, hook: str) -> int:
    values = {"USERNAME": "buyer", "PASSWORD": CANARY_SECRET, "HOOK_URL": hook}
    return Client().post(f"/punchout/oci/{connection.slug}", values).status_code


def decide(client: Client, pending: PendingOrigin, action: str):
    address = reverse("admin:punchout_connection_origins", args=[pending.connection_id])
    return client.post(address, {"pending": pending.pk, "action": action}, follow=True)


def test_one_click_allows_an_origin_and_the_history_says_who(admin_client, connection) -> None:
    assert launch(connection, "https://sap.new.example/sap/bc?x=1") == 400
    page = admin_client.get(reverse("admin:punchout_connection_change", args=[connection.pk]))
    assert "https://sap.new.example" in page.content.decode()
    answer = decide(admin_client, PendingOrigin.objects.get(), "allow")
    assert "Carts may go to https://sap.new.example from now on." in answer.content.decode()
    connection.refresh_from_db()
    assert connection.return_origins.splitlines() == ["https://buyer.example", "https://sap.new.example"]
    assert not PendingOrigin.objects.exists()
    assert "https://sap.new.example" in LogEntry.objects.latest("pk").change_message
    assert launch(connection, "https://sap.new.example/sap/bc?x=1") == 303


def test_an_origin_that_is_forgotten_stays_refused(admin_client, connection) -> None:
    launch(connection, "https://sap.new.example/")
    decide(admin_client, PendingOrigin.objects.get(), "forget")
    connection.refresh_from_db()
    assert connection.return_origins == "https://buyer.example"
    assert "did not allow" in LogEntry.objects.latest("pk").change_message
    assert launch(connection, "https://sap.new.example/") == 400


def test_what_was_decided_in_another_tab_does_no_harm(admin_client, connection) -> None:
    launch(connection, "https://sap.new.example/")
    pending = PendingOrigin.objects.get()
    decide(admin_client, pending, "forget")
    pending.pk = pending.pk or 1
    assert decide(admin_client, pending, "allow").status_code == 200
    connection.refresh_from_db()
    assert connection.return_origins == "https://buyer.example"


def test_only_who_may_change_connections_decides(client, django_user_model, connection) -> None:
    launch(connection, "https://sap.new.example/")
    viewer = django_user_model.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_connection"))
    client.force_login(viewer)
    assert decide(client, PendingOrigin.objects.get(), "allow").status_code == 403
    page = client.get(reverse("admin:punchout_connection_change", args=[connection.pk])).content.decode()
    assert "https://sap.new.example" in page
    assert 'value="allow"' not in page
    assert PendingOrigin.objects.exists()


@pytest.mark.parametrize(
    "hook", ["https://user@sap.new.example/", "javascript:alert(1)", "https://a\\@b.example/"]
)
def test_an_address_that_no_list_could_have_is_not_offered(connection, hook) -> None:
    assert launch(connection, hook) == 400
    assert not PendingOrigin.objects.exists()


def test_there_is_an_end_to_what_a_test_can_fill(connection) -> None:
    for number in range(MOST + 3):
        launch(connection, f"https://host{number}.example/")
    assert PendingOrigin.objects.count() == MOST


def test_running_a_message_again_remembers_nothing(connection) -> None:
    launch(connection, "https://sap.new.example/")
    PendingOrigin.objects.all().delete()
    assert replay(WireMessage.objects.get()).verdict == "refused"
    assert not PendingOrigin.objects.exists()
