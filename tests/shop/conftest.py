"""A buyer with a session, without the punch-out room: a source that knows one key a customer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client

from customers.models import Organisation
from shop import context
from shop.context import ShoppingContext
from shop.models import Cart
from tests.factories import OrganisationFactory

KEY = "testtesttesttest"
CSRF_SECRET = "s" * 32


@dataclass
class Buyer:
    """One customer's browser; addresses are those inside his session."""

    client: Client
    shopping: ShoppingContext
    key: str

    @property
    def organisation(self) -> Organisation:
        assert self.shopping.organisation is not None
        return self.shopping.organisation

    @property
    def cart(self) -> Cart:
        assert self.shopping.cart is not None
        return self.shopping.cart

    def get(self, address: str, data: dict[str, Any] | None = None, **extra: Any) -> Any:
        return self.client.get(f"/s/{self.key}{address}", data, **extra)

    def post(self, address: str, data: dict[str, Any] | None = None, **extra: Any) -> Any:
        return self.client.post(f"/s/{self.key}{address}", data, **extra)

    def htmx(self, address: str, data: dict[str, Any] | None = None, target: str = "") -> Any:
        return self.post(address, data, headers={"HX-Request": "true", "HX-Target": target})


MakeBuyer = Callable[..., Buyer]


@pytest.fixture
def make_buyer(db: None) -> Iterator[MakeBuyer]:
    """Makes buyers; keyword arguments go into their shopping context."""
    known: dict[str, Buyer] = {}

    def source(request: HttpRequest, key: str) -> ShoppingContext:
        return known[key].shopping

    def make(organisation: Organisation | None = None, **changes: Any) -> Buyer:
        organisation = organisation or OrganisationFactory()
        key = f"{KEY}{len(known)}"
        shopping = ShoppingContext(
            organisation=organisation,
            cart=Cart.objects.create(organisation=organisation),
            prefix=f"/s/{key}",
            person="Ann Peeters",
            buyer_system="SAP SRM",
            return_host="srm.buyer.example",
            csrf_secret=CSRF_SECRET,
        )
        known[key] = Buyer(Client(), replace(shopping, **changes), key)
        return known[key]

    context.register_source(source)
    cache.clear()
    yield make
    context.unregister_source(source)


@pytest.fixture
def buyer(make_buyer: MakeBuyer) -> Buyer:
    return make_buyer()
