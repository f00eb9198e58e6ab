"""A customer with a key, and clients that send it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from customers.keys import issue_key
from customers.models import Organisation
from tests.factories import OrganisationFactory


@pytest.fixture(autouse=True)
def fresh_counters() -> Iterator[None]:
    """Throttling counts in the cache, which no rollback empties."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def customer(db: None) -> Organisation:
    return OrganisationFactory(language="en")


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """A client with a new key of a customer."""

    def make(organisation: Organisation, **key: Any) -> Client:
        _row, shown = issue_key(organisation=organisation, name="ERP", **key)
        return Client(headers={"Authorization": f"Bearer {shown}"})

    return make


@pytest.fixture
def api(customer: Organisation, client_of: Callable[..., Client]) -> Client:
    return client_of(customer)


@pytest.fixture
def ask(api: Client) -> Callable[..., Any]:
    """Sends a body of JSON, and gives the answer."""

    def post(path: str, body: Any, client: Client = api) -> Any:
        return client.post(path, body, content_type="application/json")

    return post
