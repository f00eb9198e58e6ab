"""No page, endpoint, file or index shows one customer another's price; new addresses are found by themselves.

Two customers pay amounts of their own for the same article. Every address there is is asked for by a visitor
and by both of them, by GET and by POST. Whoever sees an amount must be the one who pays it, and no cache on
the way may keep that answer.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from catalog.exports import ExportOrder, make_export
from catalog.exports.registry import format_slugs
from catalog.models import Product
from customers.keys import issue_key
from customers.models import Organisation, PriceList
from tests.factories import (
    CANARY_SECRET,
    AgreementFactory,
    ConnectionFactory,
    ListPriceFactory,
    OrganisationFactory,
    PartyCredentialFactory,
    PriceListFactory,
    ProductFactory,
)
from tests.shop.conftest import MakeBuyer

pytestmark = pytest.mark.django_db

SKU, NAME = "CANARY-1", "Canary article"
ROUTE_PART = re.compile(r"<(?:[a-z_]+:)?(\w+)>")
# What an address is asked with; those that do not know a parameter refuse it.
QUERIES: tuple[dict[str, str], ...] = ({}, {"q": NAME}, {"sku": SKU})
BODIES: tuple[Any, ...] = (
    {"items": [{"sku": SKU, "quantity": "1"}]},
    {"skus": [SKU]},
)
FORM = {"sku": SKU, "quantity": "1"}


@dataclass
class Actor:
    """Somebody who asks: by which clients, below which addresses, and the amount that only he may see."""

    name: str
    prefix: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    amount: re.Pattern[str] | None = None
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    seen: dict[str, HttpResponseBase] = field(default_factory=dict)


def written(amount: str) -> re.Pattern[str]:
    """The amount with any sign for thousands and decimals, or none."""
    whole, cents = amount.split(".")
    return re.compile(rf"{whole[0]}[^0-9]{{0,8}}{whole[1:]}[.,]?{cents}")


def addresses(patterns: Any, values: dict[str, str], before: str = "") -> Iterator[str]:
    """Every address of the shop once, its parameters filled in."""
    for each in patterns:
        route = getattr(each.pattern, "_route", None)
        if route is not None:
            text = ROUTE_PART.sub(lambda part: values.get(part[1], "1"), str(route))
        else:
            ((form, names), *_more) = normalize(each.pattern._regex)
            text = form % {name: values.get(name, "1") for name in names}
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, values, before + text)
        elif isinstance(each, URLPattern):
            yield before + text


def text_of(response: HttpResponseBase) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    return content.decode("utf-8", "replace")


@pytest.fixture
def price_list() -> PriceList:
    return PriceListFactory(code="std", currency="EUR", public=True)


@pytest.fixture
def product(price_list: PriceList) -> Product:
    product = ProductFactory(sku=SKU, name_en=NAME)
    ListPriceFactory(product=product, price_list=price_list, amount=Decimal("5000"))
    return product


def customer(price_list: PriceList, product: Product, amount: str) -> Organisation:
    organisation = OrganisationFactory(price_list=price_list, language="en")
    AgreementFactory(organisation=organisation, product=product, kind="net", value=Decimal(amount))
    return organisation


@pytest.fixture
def actors(make_buyer: MakeBuyer, price_list: PriceList, product: Product) -> list[Actor]:
    found = [Actor("visitor")]
    for name, amount in (("A", "4711.93"), ("B", "4222.67")):
        organisation = customer(price_list, product, amount)
        buyer = make_buyer(organisation)
        buyer.cart.lines.create(product=product, sku=SKU, quantity=1, position=1)
        _key, shown = issue_key(organisation=organisation, name=name)
        headers = {"Authorization": f"Bearer {shown}"}
        found.append(Actor(name, f"/s/{buyer.key}", headers, written(amount)))
    return found


def ask(actor: Actor, path: str) -> Iterator[tuple[str, HttpResponseBase]]:
    """Everything that an address answers to; the admin sends strangers away before it reads anything."""
    if path.startswith("/admin/"):
        yield f"GET {path}", actor.client.get(path, {"q": NAME})
        return
    headers = actor.headers if path.startswith("/api/") else {}
    for query in QUERIES:
        yield f"GET {path} {query}", actor.client.get(path, query, headers=headers)
    if path.startswith("/api/"):
        for body in BODIES:
            sent = actor.client.post(path, body, content_type="application/json", headers=headers)
            yield f"POST {path} {body}", sent
    else:
        yield f"POST {path}", actor.client.post(path, FORM)


def test_whoever_sees_a_price_pays_it_and_no_cache_keeps_it(actors: list[Actor], product: Product) -> None:
    values = {
        "sku": SKU, "slug": product.category.slug, "format_slug": "csv", "adapter": "oci",
        "connection": "nobody", "token": "x" * 22, "key": "testtesttesttest0", "handover": "z" * 16,
        "object_id": str(product.pk),
    }  # fmt: skip
    outside = {f"/{path}" for path in addresses(get_resolver().url_patterns, values)}
    # The way into a session is the punch-out room's, and no buyer of this test came by it.
    outside = {path for path in outside if not path.startswith("/s/")}
    inside = {f"/{path}" for path in addresses(get_resolver("shop.session_urls").url_patterns, values)}
    # These end a session, and with it what could be looked at.
    inside = {path for path in inside if not path.startswith(("/return", "/leave"))}
    assert len(outside) > 50 and {"/cart", f"/p/{SKU}", "/search"} <= inside
    assert {"/api/v1/prices", "/api/v1/exports/csv"} <= outside
    for actor in actors:
        paths = sorted(outside) + ([actor.prefix + path for path in sorted(inside)] if actor.prefix else [])
        for path in paths:
            for asked, response in ask(actor, path):
                text = text_of(response)
                for other in actors:
                    if other.amount is None or not other.amount.search(text):
                        continue
                    assert other is actor, f"{actor.name} saw the price of {other.name}: {asked}"
                    actor.seen[asked] = response
    for actor in actors[1:]:
        places = " ".join(actor.seen)
        # The test sees what is there to be seen.
        for expected in ("/p/", "/search", "/cart", "/api/v1/prices", "/api/v1/exports/"):
            assert expected in places, f"{actor.name} never saw his own price at {expected}"
        for asked, response in actor.seen.items():
            cached = response.headers.get("Cache-Control", "")
            assert "private" in cached or "no-store" in cached, (asked, cached)
            assert "public" not in cached and "s-maxage" not in cached, (asked, cached)
            if "/api/" in asked:
                assert "Authorization" in response.headers.get("Vary", ""), asked


def test_two_customers_never_share_an_etag(actors: list[Actor]) -> None:
    for path in ("/api/v1/prices", "/api/v1/exports/csv"):
        tags = [
            actor.client.get(
                path, {"sku": SKU} if "prices" in path else {}, headers=actor.headers
            ).headers.get("ETag")
            for actor in actors[1:]
        ]
        assert None in tags or tags[0] != tags[1], path


def test_another_customers_etag_does_not_answer_not_modified(actors: list[Actor]) -> None:
    _visitor, first, second = actors
    tag = first.client.get("/api/v1/prices", {"sku": SKU}, headers=first.headers).headers["ETag"]
    headers = {**second.headers, "If-None-Match": tag}
    response = second.client.get("/api/v1/prices", {"sku": SKU}, headers=headers)
    assert response.status_code == 200
    assert second.amount is not None and second.amount.search(text_of(response))


def test_every_kind_of_file_has_the_prices_of_its_customer_alone(
    price_list: PriceList, product: Product
) -> None:
    first = customer(price_list, product, "4711.93")
    second = customer(price_list, product, "4222.67")
    for organisation in (first, second):
        made = ConnectionFactory(organisation=organisation, adapter="cxml", options={})
        PartyCredentialFactory(connection=made, party="to", domain="DUNS", identity="123456789")
    assert len(format_slugs()) >= 4
    for slug in format_slugs():
        for organisation, own, other in ((first, "4711.93", "4222.67"), (second, "4222.67", "4711.93")):
            order = ExportOrder(organisation=organisation, origin="https://shop.example")
            content = b"".join(make_export(slug=slug, order=order).content)
            if content[:4] == b"PK\x03\x04":
                with zipfile.ZipFile(io.BytesIO(content)) as packed:
                    content = b"\n".join(packed.read(name) for name in packed.namelist())
            text = content.decode("latin-1")
            assert not written(other).search(text), slug
            assert written(own).search(text), slug


@pytest.mark.parametrize("function", ["BACKGROUND_SEARCH", "DOWNLOADJSON", "VALIDATE"])
def test_a_function_of_a_launch_knows_its_own_customers_price_only(
    price_list: PriceList, product: Product, function: str
) -> None:
    texts = []
    for slug, amount in (("first", "4711.93"), ("second", "4222.67")):
        organisation = customer(price_list, product, amount)
        ConnectionFactory(organisation=organisation, slug=slug, secret=CANARY_SECRET, username=slug)
        asked = {
            "USERNAME": slug, "PASSWORD": CANARY_SECRET, "FUNCTION": function, "SEARCHSTRING": NAME,
            "PRODUCTID": SKU, "HOOK_URL": "https://buyer.example/return",
        }  # fmt: skip
        response = Client().post(f"/punchout/oci/{slug}", asked)
        assert response.status_code == 200, response.content
        texts.append(text_of(response))
        assert "no-store" in response.headers.get("Cache-Control", "")
    assert written("4711.93").search(texts[0]) and not written("4222.67").search(texts[0])
    assert written("4222.67").search(texts[1]) and not written("4711.93").search(texts[1])


def test_a_price_is_no_word_that_the_index_finds(actors: list[Actor]) -> None:
    for actor in actors:
        for asked in ("4711.93", "4711,93", "471193", "4222.67"):
            assert SKU not in text_of(actor.client.get(f"{actor.prefix}/search", {"q": asked}))
        assert SKU in text_of(actor.client.get(f"{actor.prefix}/search", {"q": NAME}))
