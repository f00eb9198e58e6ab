"""A customer with a connection that says who we are, and readers of what is exported."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from catalog.exports import ExportOrder, make_export
from customers.models import Organisation
from tests.factories import ConnectionFactory, OrganisationFactory, PartyCredentialFactory

ORIGIN = "https://shop.example"


@pytest.fixture
def customer(db: None) -> Organisation:
    return OrganisationFactory(language="en", number="100001")


@pytest.fixture
def networked(customer: Organisation) -> Organisation:
    """The customer, known to a network that knows us as DUNS 123456789."""
    connection = ConnectionFactory(organisation=customer, adapter="cxml", options={})
    PartyCredentialFactory(connection=connection, party="to", domain="DUNS", identity="123456789")
    return customer


@pytest.fixture
def export(customer: Organisation) -> Callable[..., bytes]:
    """The whole file; what is given by name changes the order."""

    def make(slug: str, **order: Any) -> bytes:
        asked = replace(ExportOrder(organisation=customer, origin=ORIGIN), **order)
        return b"".join(make_export(slug=slug, order=asked).content)

    return make


@pytest.fixture
def read_csv(export: Callable[..., bytes]) -> Callable[..., list[dict[str, str]]]:
    def read(**order: Any) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(export("csv", **order).decode()), delimiter=";"))

    return read
