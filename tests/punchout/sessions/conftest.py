"""A protocol without quirks, and a connection of it."""

from collections.abc import Iterator

import pytest

from punchout.adapters import override
from punchout.models import Connection
from tests.factories import ConnectionFactory
from tests.punchout.plain_adapter import PlainAdapter


@pytest.fixture(autouse=True)
def plain_adapter() -> Iterator[None]:
    with override(PlainAdapter):
        yield


@pytest.fixture
def connection() -> Connection:
    return ConnectionFactory(
        adapter="plain",
        slug="plain-one",
        buyer_system="SAP Test",
        return_origins="https://buyer.example",
        frame_origins="https://buyer.example",
        cookieless=True,
    )
