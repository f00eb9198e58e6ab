"""Where a launch says that the cart goes: one address, and one that was allowed."""

from urllib.parse import urlencode

import pytest

from punchout.models import Connection, PunchoutSession
from tests.punchout.oci.launching import (
    GOOD,
    HOOK,
    launch,
    make_connection,
    notes,
    post,
    refused,
)

pytestmark = pytest.mark.django_db


def test_a_launch_without_a_return_address_is_refused() -> None:
    make_connection()
    response = refused(HOOK_URL=" ")
    assert response.status_code == 400
    assert b"HOOK_URL" in response.content


def test_the_connections_own_return_address_stands_in() -> None:
    make_connection(default_return_url=HOOK)
    assert launch(HOOK_URL="").return_url == HOOK
    assert "No return address was sent" in notes()


@pytest.mark.parametrize("where", ["twice in the body", "query and body", "two names"])
def test_two_different_return_addresses_are_refused(where: str) -> None:
    make_connection()
    body, other = urlencode(GOOD), urlencode({"HOOK_URL": HOOK + "?2"})
    if where == "twice in the body":
        response = post(f"{body}&{other}".encode())
    elif where == "query and body":
        response = post(body.encode(), query=other)
    else:
        response = post(f"{body}&{other.replace('HOOK_URL', 'hookurl')}".encode())
    assert response.status_code == 400
    assert not PunchoutSession.objects.exists()


def test_the_same_return_address_twice_is_no_contradiction() -> None:
    make_connection()
    assert post(f"{urlencode(GOOD)}&{urlencode({'hook_url': HOOK})}".encode()).status_code == 303


@pytest.mark.parametrize("value", ["SAPEVENT:POST", "sapevent:post"])
def test_sapevent_is_taken_only_where_it_is_switched_on(value: str) -> None:
    connection = make_connection()
    assert refused(HOOK_URL=value).status_code == 400
    Connection.objects.filter(pk=connection.pk).update(options={"sapevent": True})
    assert launch(HOOK_URL=value).return_url == "SAPEVENT:POST"


@pytest.mark.parametrize("value", ["SAPEVENT:GET", "SAPEVENT:POST?x=1", "sapevent://POST", "SAPEVENT:POST "])
def test_sapevent_is_one_value_and_not_a_scheme(value: str) -> None:
    make_connection(options={"sapevent": True})
    if value.strip() == "SAPEVENT:POST":
        assert launch(HOOK_URL=value).return_url == "SAPEVENT:POST"
    else:
        assert refused(HOOK_URL=value).status_code == 400


def test_an_address_that_was_escaped_for_html_once_too_often_is_the_one_that_is_meant() -> None:
    make_connection()
    session = launch(HOOK_URL="https://buyer.example/return?sid=1&amp;step=2&amp;amp;x=3")
    assert session.return_url == "https://buyer.example/return?sid=1&step=2&x=3"
    assert "had &amp; where & is meant" in notes()


def test_a_cancel_address_has_to_be_allowed_too() -> None:
    make_connection()
    assert (
        launch(OCICANCEL="https://buyer.example/cancel?id=1").echo["cancel_url"]
        == launch(OCI_CANCEL="https://buyer.example/cancel?id=1").echo["cancel_url"]
        == "https://buyer.example/cancel?id=1"
    )
    assert launch(OCICANCEL="https://evil.example/cancel").echo["cancel_url"] == ""
    assert "OCICANCEL is not used" in notes()
