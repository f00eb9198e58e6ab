"""The measurements on one database. In-process through Django's whole request stack, without a network."""

import gc
import json
import statistics
import sys
from collections.abc import Callable

from django.core.management import call_command
from django.test import Client
from django.test.utils import override_settings

import shop.wsgi  # noqa: F401  loads and freezes everything, as a server does
from bench import assortment, filling, floors, searches
from bench.figures import limit, memory, most_memory, say, timed
from bench.protocols import PROTOCOLS, connect_others
from catalog.models import Product
from customers.keys import issue_key
from customers.models import Organisation
from shop.models import CartLine

LAUNCHES = 200
# Two warm up. Of a dozen the slowest would be the one in twenty.
RETURNS = 62
PAGES = 150


def compare(name: str, action: Callable[[], object], floor: Callable[[], object], most: float) -> bool:
    """Measures both in turns, so that a busy machine slows both; True when the ratio is kept."""
    for _warm in range(20):
        action(), floor()
    own, bare = [], []
    for _turn in range(LAUNCHES):
        own.append(timed(action))
        bare.append(timed(floor))
    mine, bottom = statistics.median(own), statistics.median(bare)
    ratio = mine / bottom
    say(
        name,
        f"× {ratio:.2f} {1000 / mine:6.0f} /s  {mine:6.2f} ms",
        f"floor {1000 / bottom:6.0f} /s  {bottom:6.2f} ms",
        f"× ≤ {most}",
        ratio <= most,
    )
    return ratio <= most


def launches() -> bool:
    client, kept = Client(), True
    for protocol in PROTOCOLS:
        kept &= compare(
            f"launch, {protocol.name}",
            lambda protocol=protocol: protocol.launch(client),  # type: ignore[misc]
            lambda protocol=protocol: floors.launch(client, protocol.body(), also=protocol.also),  # type: ignore[misc]
            1.5,
        )
    return kept


def pages() -> bool:
    client, prefix, _session = PROTOCOLS[0].visit()
    floor = statistics.median(timed(lambda: client.get("/healthz")) for _turn in range(PAGES))
    beside = f"floor (empty page) {floor:.2f} ms"
    kept = True
    for name, path in (("page, 50 results with prices", "/search?q=kabel"), ("page, article", None)):
        address = prefix + (path or f"/p/{Product.objects.filter(status='active').first().sku}")  # type: ignore[union-attr]
        client.get(address)
        kept &= limit(
            name, [timed(lambda address=address: client.get(address)) for _turn in range(PAGES)], 60, beside
        )  # type: ignore[misc]
    return kept


def cart_return() -> bool:
    products = list(Product.objects.filter(status="active", list_prices__isnull=False).distinct()[:500])
    kept = True
    for protocol in PROTOCOLS:
        values = []
        for _turn in range(RETURNS):
            client, prefix, session = protocol.visit()
            CartLine.objects.filter(cart=session.cart).delete()  # an open order goes on with the last one
            CartLine.objects.bulk_create(
                CartLine(
                    cart=session.cart, product=product, sku=product.sku, position=number,
                    quantity=max(product.minimum_quantity, product.quantity_step),
                )
                for number, product in enumerate(products, start=1)
            )  # fmt: skip

            def send(client: Client = client, prefix: str = prefix) -> None:
                response = client.post(f"{prefix}/return")
                if response.status_code != 200:
                    raise SystemExit(f"the cart was not returned: {response.status_code}")

            values.append(timed(send))
        kept &= limit(f"return of {len(products)} lines, {protocol.name}", values[2:], 100)
    return kept


def web_services() -> bool:
    """500 articles in one request, each with its own quantity, explained."""
    _key, shown = issue_key(organisation=Organisation.objects.get(number="100001"), name="bench")
    client = Client(headers={"Authorization": f"Bearer {shown}"})
    skus = list(Product.objects.filter(status="active").order_by("id").values_list("sku", flat=True)[:500])
    # As it comes from a client: to write the question is no work of the service.
    body = json.dumps(
        {"items": [{"sku": sku, "quantity": str(10 + turn % 90)} for turn, sku in enumerate(skus)]}
    )

    def prices() -> None:
        response = client.post("/api/v1/prices", body, content_type="application/json")
        if response.status_code != 200 or response.content.count(b'"total"') < len(skus) * 0.9:
            raise SystemExit(f"the prices were not answered: {response.status_code}")

    prices()
    return limit("API, prices of 500 articles", [timed(prices) for _turn in range(PAGES)], 50)


def main() -> int:
    call_command("migrate", verbosity=0)
    filling.fill(assortment.wanted())
    connect_others()
    # As shop.wsgi does it.
    gc.collect()
    gc.freeze()
    with override_settings(ALLOWED_HOSTS=["*"], API_REQUESTS_PER_MINUTE=1_000_000):
        results = [searches.build(), launches(), searches.searching(), pages(), cart_return(), web_services()]
    results.append(memory("memory of a process of the shop", most_memory()))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
