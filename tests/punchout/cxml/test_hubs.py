"""A network that sends for many customers: one Sender and one secret, From tells the customers apart."""

import pytest
from django.db import connection as database
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from punchout.models import Connection, Hub, PunchoutSession, WireMessage
from punchout.secrets import rotate, set_secret
from tests.factories import CANARY_SECRET, ConnectionFactory, HubFactory, OrganisationFactory
from tests.punchout.cxml.buyer import (
    credential,
    explanation,
    fill,
    identity_of,
    make_connection,
    post,
    setup,
    status_code,
)

pytestmark = pytest.mark.django_db
SENDER = "AN01000000087"


@pytest.fixture
def hub() -> Hub:
    return HubFactory(sender=SENDER, secret=CANARY_SECRET)


def served(hub: Hub, buyer: str, **fields: object) -> Connection:
    """A customer of the network: only From is his own."""
    defaults = {"adapter": "cxml", "username": "", "return_origins": "https://buyer.example/procurement/"}
    connection = ConnectionFactory(hub=hub, **{**defaults, **fields})
    credential(connection, "from", "NetworkID", buyer)
    return connection


def launch(connection: Connection, **fields: str) -> int:
    return status_code(setup(connection, **{"sender": SENDER, **fields}))


def session_connection() -> Connection:
    return PunchoutSession.objects.latest("pk").connection


def test_each_customer_of_a_network_is_known_by_from(hub: Hub) -> None:
    customers = [served(hub, f"AN{number}") for number in range(3)]
    for connection in reversed(customers):
        assert launch(connection) == 200
        assert session_connection() == connection


def test_one_rotation_is_enough_for_all_its_customers(hub: Hub) -> None:
    first, second = served(hub, "AN1"), served(hub, "AN2")
    fresh = rotate(hub, readable=True)
    assert launch(first, secret=fresh) == launch(second, secret=fresh) == 200
    assert launch(first) == 200  # the old one, until its overlap ends
    hub.secrets.filter(valid_until__isnull=False).delete()
    assert launch(second) == 401


def test_the_use_of_a_networks_secret_is_remembered(hub: Hub) -> None:
    launch(served(hub, "AN1"))
    assert hub.secrets.get().last_used_at is not None


def test_a_customer_of_the_network_that_we_do_not_know_is_forbidden(hub: Hub) -> None:
    connection = served(hub, "AN1")
    assert launch(connection, buyer="AN-unknown") == 403
    assert launch(connection, buyer="AN-unknown", secret="wrong") == 401


def test_a_network_does_not_open_the_connections_of_others(hub: Hub) -> None:
    served(hub, "AN1")
    alone = make_connection(secret="its own secret")
    assert launch(alone) == 401
    other = HubFactory(sender="AN-OTHER", secret="other network")
    assert launch(served(hub, "AN2"), sender="AN-OTHER", secret="other network") == 401
    assert launch(served(other, "AN3"), secret=CANARY_SECRET) == 401


def test_two_networks_may_have_the_same_customer(hub: Hub) -> None:
    organisation = OrganisationFactory()
    other = HubFactory(sender="JAGGAER", secret="jaggaer secret")
    first = served(hub, "AN1", organisation=organisation)
    second = served(other, "AN1", organisation=organisation)
    assert launch(second, sender="JAGGAER", secret="jaggaer secret") == 200
    assert session_connection() == second
    assert launch(first) == 200
    assert session_connection() == first


def test_a_connection_may_have_a_sender_and_a_secret_of_its_own_beside_the_network(hub: Hub) -> None:
    connection = served(hub, "AN1")
    credential(connection, "sender", "NetworkID", "AN1")
    set_secret(connection, 1, "direct secret")
    assert launch(connection) == 200
    assert launch(connection, sender="AN1", secret="direct secret") == 200


def test_several_sender_credentials_of_a_network_are_one_sender(hub: Hub) -> None:
    hub.credentials.create(domain="AribaNetworkUserId", identity="sysadmin@ariba.com")
    connection = served(hub, "AN1")
    body_of = launch(connection, sender="sysadmin@ariba.com")
    assert body_of == 401  # that identity belongs to another domain
    hub.credentials.create(domain="NetworkID", identity="sysadmin@ariba.com")
    assert launch(connection, sender="sysadmin@ariba.com") == 200


def ask_for_profile(connection: Connection, **fields: str | None) -> HttpResponse:
    return post(fill("profile_request.xml", connection, sender=SENDER, **fields))


def test_a_network_that_asks_for_itself_gets_the_profile_and_nothing_else(hub: Hub) -> None:
    """It keeps the profile for all its customers, so From is nobody's but its own."""
    connection = served(hub, "AN1")
    answer = ask_for_profile(connection, buyer=SENDER)
    assert status_code(answer) == 200
    assert b'requestName="PunchOutSetupRequest"' in answer.content
    assert "From is none of our customers" in WireMessage.objects.latest("pk").notes[-1]
    assert launch(connection, buyer=SENDER) == 403
    assert status_code(ask_for_profile(connection, buyer=SENDER, secret="wrong")) == 401
    assert status_code(ask_for_profile(connection, buyer=SENDER, secret=None)) == 401


def test_a_customer_that_is_switched_off_gets_no_profile(hub: Hub) -> None:
    connection = served(hub, "AN1", active=False)
    assert status_code(ask_for_profile(connection)) == 403


def test_a_network_without_a_secret_lets_nobody_in() -> None:
    connection = served(HubFactory(sender=SENDER), "AN1")
    assert launch(connection) == 401
    answer = setup(connection, sender=SENDER, secret=None)
    assert status_code(answer) == 401
    assert "do not recognise" in explanation(answer)
    assert WireMessage.objects.latest("pk").connection == connection


def test_a_thousand_customers_of_a_network_cost_as_many_queries_as_one(hub: Hub) -> None:
    connection = served(hub, "AN1")
    launch(connection)
    with CaptureQueriesContext(database) as few:
        assert launch(connection) == 200
    organisation = OrganisationFactory()
    Connection.objects.bulk_create(
        Connection(slug=f"many-{n}", name=f"{n}", organisation=organisation, adapter="cxml", hub=hub)
        for n in range(1000)
    )
    with CaptureQueriesContext(database) as many:
        assert launch(connection) == 200
    assert len(many) == len(few)
    assert identity_of(connection, "from") == "AN1"
