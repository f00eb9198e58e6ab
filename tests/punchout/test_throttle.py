"""Guessing at secrets: the attacker is not heard any more, the partner is."""

import pytest
from django.test import Client
from pytest_django import Settings

from punchout.models import Connection, PunchoutSession, WireMessage
from tests.factories import CANARY_SECRET, ConnectionFactory
from tests.punchout.cxml import buyer

pytestmark = pytest.mark.django_db
HOOK = "https://buyer.example/return"
ATTACKER, PARTNER = "203.0.113.9", "198.51.100.7"


@pytest.fixture(autouse=True)
def few_attempts(settings: Settings) -> None:
    settings.MOST_FAILED_ATTEMPTS = 3


def launch(connection: Connection, password: str, address: str) -> int:
    form = {"USERNAME": "buyer", "PASSWORD": password, "HOOK_URL": HOOK}
    return Client(REMOTE_ADDR=address).post(f"/punchout/oci/{connection.slug}", form).status_code


def setup(connection: Connection, secret: str, address: str) -> int:
    body = buyer.fill("setup_request.xml", connection, secret=secret)
    client = Client(REMOTE_ADDR=address)
    return buyer.status_code(client.generic("POST", buyer.ENDPOINT, body, content_type="text/xml"))


def test_whoever_guesses_at_an_oci_password_is_not_heard_even_when_he_gets_it_right() -> None:
    connection = ConnectionFactory(secret=CANARY_SECRET)
    assert [launch(connection, f"guess {n}", ATTACKER) for n in range(4)] == [401, 401, 401, 429]
    assert launch(connection, CANARY_SECRET, ATTACKER) == 429
    assert not PunchoutSession.objects.exists()
    record = WireMessage.objects.latest("id")
    assert (record.verdict, record.connection) == ("refused", connection)
    assert ATTACKER in record.error


def test_the_partner_and_other_connections_go_on_while_somebody_guesses() -> None:
    connection, other = ConnectionFactory(secret=CANARY_SECRET), ConnectionFactory(secret=CANARY_SECRET)
    for number in range(5):
        launch(connection, f"guess {number}", ATTACKER)
    assert launch(connection, CANARY_SECRET, PARTNER) == 303
    assert launch(other, CANARY_SECRET, ATTACKER) == 303


def test_whoever_guesses_at_a_shared_secret_of_cxml_is_told_to_come_back_later() -> None:
    """560: a client may repeat after 5xx only (cXML Reference Guide 1.2.051, p. 34)."""
    connection, other = buyer.make_connection(), buyer.make_connection()
    assert [setup(connection, f"guess {n}", ATTACKER) for n in range(4)] == [401, 401, 401, 560]
    assert setup(connection, CANARY_SECRET, ATTACKER) == 560
    assert setup(connection, CANARY_SECRET, PARTNER) == 200
    # A network sends for many customers from one address.
    assert setup(other, CANARY_SECRET, ATTACKER) == 200


def test_a_secret_cannot_be_tried_out_with_a_made_up_customer() -> None:
    connection = buyer.make_connection()
    answers = []
    for number in range(5):
        secret = CANARY_SECRET if number == 4 else f"guess {number}"
        body = buyer.fill("setup_request.xml", connection, secret=secret, buyer="nobody")
        client = Client(REMOTE_ADDR=ATTACKER)
        response = client.generic("POST", buyer.ENDPOINT, body, content_type="text/xml")
        answers.append(buyer.status_code(response))
    assert answers == [401, 401, 401, 560, 560]
    assert setup(connection, CANARY_SECRET, ATTACKER) == 200


def test_what_is_wrong_with_a_launch_that_proved_itself_is_no_guess() -> None:
    connection = ConnectionFactory(secret=CANARY_SECRET)
    form = {"USERNAME": "buyer", "PASSWORD": CANARY_SECRET, "HOOK_URL": "https://evil.example/"}
    answers = [Client().post(f"/punchout/oci/{connection.slug}", form).status_code for _count in range(6)]
    assert answers == [400] * 6
