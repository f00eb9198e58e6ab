"""Every message to an address of a protocol is recorded, and none is too much."""

from http import HTTPStatus

import pytest
from django.test import Client

from punchout.models import Connection, PunchoutSession, WireMessage

pytestmark = pytest.mark.django_db


def test_every_exchange_is_recorded_with_verdict_and_answer(connection: Connection, client: Client) -> None:
    client.post("/punchout/plain/plain-one/", b"hello", content_type="text/plain")
    client.post("/punchout/plain/unknown", b"hello", content_type="text/plain")
    client.post("/punchout/plain/plain-one", b"fault", content_type="text/plain")
    rows = list(WireMessage.objects.order_by("id"))
    assert [(row.verdict, row.answer_status) for row in rows] == [
        ("accepted", 200),
        ("refused", 400),
        ("failed", 500),
    ]
    assert rows[0].answer_body == "[start token]"
    assert rows[0].session == PunchoutSession.objects.get()
    assert "only the operator reads this" in rows[1].error
    assert all(row.duration_ms for row in rows)


def test_a_body_over_the_limit_is_refused_and_recorded(connection: Connection, client: Client) -> None:
    response = client.post("/punchout/plain/plain-one", b"x" * 3_000_000, content_type="text/plain")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert WireMessage.objects.get().verdict == WireMessage.Verdict.REFUSED


def test_a_gzip_bomb_is_refused(connection: Connection, client: Client) -> None:
    import gzip

    bomb = gzip.compress(b"\x00" * 50_000_000)
    response = client.post(
        "/punchout/plain/plain-one", bomb, content_type="text/plain", headers={"Content-Encoding": "gzip"}
    )
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert not PunchoutSession.objects.exists()


def test_an_unknown_protocol_is_not_found(client: Client) -> None:
    assert client.post("/punchout/nothing").status_code == HTTPStatus.NOT_FOUND
