"""Shared secrets: compared without being shown, rotated with overlap."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from punchout import secrets
from punchout.models import Connection
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    return ConnectionFactory()


def matches(connection: Connection, presented: str) -> bool:
    return secrets.matching(connection.secrets.all(), presented) is not None


def test_a_generated_secret_matches_and_is_not_stored(connection: Connection) -> None:
    value = secrets.set_secret(connection, 1)
    row = connection.secrets.get()
    assert len(value) == 43
    assert value not in f"{row.digest}{row.sealed}"
    assert matches(connection, value)
    assert not matches(connection, value + "x")
    assert not matches(connection, "")


def test_an_agreed_secret_is_sealed_and_matches(connection: Connection) -> None:
    secrets.set_secret(connection, 1, "wir-haben-abgemacht-ü")
    assert "abgemacht" not in connection.secrets.get().sealed
    assert matches(connection, "wir-haben-abgemacht-ü")
    assert not matches(connection, "wir-haben-abgemacht-u")


def test_after_a_rotation_both_secrets_work_until_the_overlap_ends(connection: Connection) -> None:
    old = secrets.set_secret(connection, 1)
    new = secrets.rotate(connection)
    assert matches(connection, old)
    assert matches(connection, new)
    connection.secrets.filter(slot=1).update(valid_until=timezone.now() - timedelta(seconds=1))
    assert not matches(connection, old)
    assert matches(connection, new)
    third = secrets.rotate(connection)
    assert matches(connection, third)
    assert connection.secrets.count() == 2


def test_keys_can_be_rotated_without_touching_secrets(connection: Connection) -> None:
    with override_settings(SEALING_KEYS=["first-key"]):
        generated = secrets.set_secret(connection, 1)
        secrets.set_secret(connection, 2, "agreed")
    with override_settings(SEALING_KEYS=["second-key", "first-key"]):
        assert matches(connection, generated)
        assert matches(connection, "agreed")
    with override_settings(SEALING_KEYS=["second-key"]):
        assert not matches(connection, generated)
        assert not matches(connection, "agreed")


def test_no_secret_at_all_matches_nothing(connection: Connection) -> None:
    assert not matches(connection, "")
    assert not matches(connection, "anything")


@pytest.mark.parametrize("odd", ["\ud800", "ü" * 5000, "\x00"])
def test_an_odd_secret_is_refused_and_breaks_nothing(connection: Connection, odd: str) -> None:
    secrets.set_secret(connection, 1)
    secrets.set_secret(connection, 2, "agreed")
    assert not matches(connection, odd)
