"""The way into a session works once, and only for whom it was made."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from punchout.documents import Shopper
from punchout.models import Connection, PunchoutSession
from punchout.services import redeem_start_token
from tests.punchout.sessions.visiting import launch

pytestmark = pytest.mark.django_db


def test_the_start_token_is_not_stored(connection: Connection) -> None:
    session, token = launch(connection)
    assert len(token) == 43
    assert token not in str(PunchoutSession.objects.filter(pk=session.pk).values())


def test_looking_at_the_start_page_does_not_burn_the_token(connection: Connection, client: Client) -> None:
    _session, token = launch(connection)
    for method in (client.get, client.head, client.get):
        assert method(f"/start/{token}").status_code == HTTPStatus.OK
    assert client.post(f"/start/{token}").status_code == HTTPStatus.SEE_OTHER


def test_a_used_start_token_is_refused(connection: Connection, client: Client) -> None:
    _session, token = launch(connection)
    client.post(f"/start/{token}")
    assert client.post(f"/start/{token}").status_code == HTTPStatus.GONE
    assert client.get(f"/start/{token}").status_code == HTTPStatus.GONE


def test_used_expired_and_unknown_tokens_are_told_in_the_same_words(
    connection: Connection, client: Client
) -> None:
    _session, token = launch(connection)
    client.post(f"/start/{token}")
    expired, expired_token = launch(connection)
    PunchoutSession.objects.filter(pk=expired.pk).update(
        start_expires_at=timezone.now() - timedelta(seconds=1)
    )
    answers = [client.post(f"/start/{given}") for given in (token, expired_token, "A" * 43)]
    assert [answer.status_code for answer in answers] == [HTTPStatus.GONE] * 3
    texts = {answer.content.split(b"<main")[1].split(b"</main>")[0] for answer in answers}
    assert len(texts) == 1


def test_a_token_of_an_inactive_connection_is_refused(connection: Connection, client: Client) -> None:
    _session, token = launch(connection)
    Connection.objects.update(active=False)
    assert client.post(f"/start/{token}").status_code == HTTPStatus.GONE


@pytest.mark.django_db(transaction=True)
def test_of_fifty_threads_exactly_one_redeems_the_token(connection: Connection) -> None:
    _session, token = launch(connection)

    def redeem(_number: int) -> bool:
        try:
            return redeem_start_token(token=token) is not None
        finally:
            database.close()

    with ThreadPoolExecutor(max_workers=50) as pool:
        assert sum(pool.map(redeem, range(50))) == 1


def test_the_way_in_works_once(connection: Connection) -> None:
    _session, token = launch(connection)
    client = Client()
    entered = client.post(f"/start/{token}")["Location"]
    client.cookies.clear()
    assert client.get(entered).status_code == HTTPStatus.SEE_OTHER
    assert client.get(entered).status_code == HTTPStatus.GONE


@pytest.mark.django_db(transaction=True)
def test_many_first_launches_of_one_person_at_once_all_open(connection: Connection) -> None:
    def open_shop(_number: int) -> int | None:
        try:
            return launch(connection, shopper=Shopper("new@buyer.example", "New"))[0].person_id
        finally:
            database.close()

    with ThreadPoolExecutor(max_workers=10) as pool:
        assert len(set(pool.map(open_shop, range(10)))) == 1


def test_a_persons_identifier_that_grows_when_its_case_is_folded_still_fits(connection: Connection) -> None:
    session, _token = launch(connection, shopper=Shopper("ß" * 190))
    assert session.person is not None
    assert session.person.identifier == "s" * 190
