"""A payloadID is acted on once: the same bytes get the same answer, others a conflict."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from punchout.models import Connection, PunchoutSession, SeenMessage, WireMessage
from tests.punchout.cxml.buyer import fill, make_connection, post, setup, start_url, status_code


@pytest.fixture
def connection(db: None) -> Connection:
    return make_connection()


@pytest.fixture
def body(connection: Connection) -> bytes:
    return fill("setup_request.xml", connection, payload_id="fixed@buyer.example")


def test_a_repetition_gets_the_same_bytes_and_opens_nothing(body: bytes) -> None:
    first, second = post(body), post(body)
    assert second.content == first.content
    assert PunchoutSession.objects.count() == 1
    repeated = WireMessage.objects.order_by("-pk")[0]
    assert repeated.verdict == WireMessage.Verdict.DUPLICATE
    assert repeated.session == PunchoutSession.objects.get()
    token = start_url(first).rpartition("/")[2]
    assert token not in repeated.answer_body


def test_a_repetition_in_other_boundaries_is_the_same_message(connection: Connection) -> None:
    """Whoever repeats a message in parts makes its boundaries anew."""
    parts = fill("lenient/multipart_related.mime", connection, payload_id="fixed@buyer.example")
    kind = "multipart/related; boundary={}"
    first = post(parts, content_type=kind.format("edge"))
    again = post(parts.replace(b"--edge", b"--other"), content_type=kind.format("other"))
    assert status_code(first) == 200
    assert again.content == first.content
    changed = parts.replace(b"JVBERi0xLjQK", b"JVBERi0xLjUK")
    assert changed != parts
    assert status_code(post(changed, content_type=kind.format("edge"))) == 409
    assert PunchoutSession.objects.count() == 1


def test_the_stored_answer_is_sealed(body: bytes) -> None:
    token = start_url(post(body)).rpartition("/")[2]
    assert token not in SeenMessage.objects.get().answer


def test_after_the_start_address_was_used_a_repetition_is_a_conflict(body: bytes) -> None:
    Client().post(start_url(post(body)))
    assert status_code(post(body)) == 409
    assert PunchoutSession.objects.count() == 1


def test_after_the_start_address_ran_out_a_repetition_is_a_conflict(body: bytes) -> None:
    post(body)
    PunchoutSession.objects.update(start_expires_at=timezone.now() - timedelta(seconds=1))
    assert status_code(post(body)) == 409


def test_another_body_with_the_same_id_is_a_conflict(body: bytes) -> None:
    post(body)
    assert status_code(post(body + b"\n")) == 409
    assert PunchoutSession.objects.count() == 1


def test_the_same_id_from_two_customers_is_no_conflict(db: None) -> None:
    for connection in (make_connection(), make_connection()):
        assert status_code(setup(connection, payload_id="same")) == 200
    assert PunchoutSession.objects.count() == 2


def test_a_refused_message_may_come_again_corrected(connection: Connection) -> None:
    assert status_code(setup(connection, payload_id="same", return_url="https://evil.example/")) == 400
    assert status_code(setup(connection, payload_id="same", secret="wrong")) == 401
    assert status_code(setup(connection, payload_id="same")) == 200


def test_without_an_id_every_message_counts(connection: Connection) -> None:
    body = fill("setup_request.xml", connection, payload_id="")
    assert start_url(post(body)) != start_url(post(body))
    assert not SeenMessage.objects.exists()
    assert any("no payloadID" in note for note in WireMessage.objects.order_by("-pk")[0].notes)


def test_an_id_longer_than_the_column_still_tells_messages_apart(connection: Connection) -> None:
    first = fill("setup_request.xml", connection, payload_id="x" * 400 + "1")
    second = fill("setup_request.xml", connection, payload_id="x" * 400 + "2")
    assert start_url(post(first)) != start_url(post(second))
    assert post(first).content == post(first).content


@pytest.fixture
def closing() -> Iterator[None]:
    yield
    database.close()


@pytest.mark.django_db(transaction=True)
def test_of_fifty_at_once_one_opens_a_session_and_all_get_its_answer(closing: None) -> None:
    body = fill("setup_request.xml", make_connection(), payload_id="at-once@buyer.example")

    def send(_number: int) -> bytes:
        try:
            return post(body).content
        finally:
            database.close()

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(send, range(50)))
    assert len(set(answers)) == 1
    assert b"/start/" in answers[0]
    assert PunchoutSession.objects.count() == 1
    verdicts = sorted(WireMessage.objects.values_list("verdict", flat=True))
    assert verdicts == ["accepted", *["duplicate"] * 49]
    session = PunchoutSession.objects.get()
    assert set(WireMessage.objects.values_list("session", flat=True)) == {session.pk}
