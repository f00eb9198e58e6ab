"""The edges of the shop: who comes in without a CSRF token, what costs the same, what GET may do."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from punchout import secrets
from punchout.models import PunchoutSession
from shop.models import CartLine
from tests.contracts.adapter_contract import RETURN_URL, AdapterContract, Launch
from tests.factories import CANARY_SECRET, ConnectionFactory, ListPriceFactory, ProductFactory
from tests.punchout.cebeoxml import test_contract as cebeoxml
from tests.punchout.configurable import test_contract as configurable
from tests.punchout.cxml import test_contract as cxml
from tests.punchout.ids import test_contract as ids
from tests.punchout.oci import test_contract as oci
from tests.punchout.oraclexml import test_contract as oraclexml
from tests.punchout.peppol import test_contract as peppol

pytestmark = pytest.mark.django_db
HOOK = "https://buyer.example/return"
SENDERS: list[type[AdapterContract]] = [
    oci.TestOciByPost, cxml.TestCxmlContract, ids.TestIdsUrlencoded, oraclexml.TestOracleXmlByUserName,
    peppol.TestPeppolByForm, cebeoxml.TestCebeo, configurable.TestFormToFields,
]  # fmt: skip


def views(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern), pattern.callback


def test_only_protocol_addresses_take_a_post_without_a_csrf_token() -> None:
    """Messages of other systems, the start address (its token is the authority), keys of web services."""
    exempt = {
        f"{view.__module__}.{view.__qualname__}"  # type: ignore[attr-defined]
        for urlconf in (settings.ROOT_URLCONF, settings.SESSION_URLCONF)
        for _address, view in views(get_resolver(urlconf).url_patterns)
        if getattr(view, "csrf_exempt", False)
    }
    from_outside = {"punchout.endpoint.receive", "punchout.views.start", "punchout.sandbox.views.receive"}
    assert {
        name for name in exempt if not name.startswith(("catalog.api.", "drf_spectacular."))
    } == from_outside


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.__name__)
def test_an_unknown_customer_costs_as_many_comparisons_as_a_wrong_secret(
    sender: type[AdapterContract], monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    compare = secrets.hmac.compare_digest

    def counted(one: bytes | str, other: bytes | str) -> bool:
        compared.append(1)
        return bool(compare(one, other))  # type: ignore[arg-type]

    harness = sender()
    connection = harness.make_connection()
    monkeypatch.setattr("punchout.secrets.hmac.compare_digest", counted)
    costs = []
    for launch in (harness.launch(connection, secret="wrong"), harness.unknown(connection)):
        compared.clear()
        harness.send(launch)
        costs.append(len(compared))
    assert costs[0] >= 2
    assert abs(costs[0] - costs[1]) <= 2, costs  # a user name and a customer number may be compared too


@pytest.fixture
def inside() -> tuple[Client, str, str]:
    """A buyer's browser, the address of his session, and an article in his cart."""
    connection = ConnectionFactory(secret=CANARY_SECRET)
    product = ProductFactory()
    ListPriceFactory(product=product, price_list=connection.organisation.price_list)
    client = Client()
    form = {"USERNAME": "buyer", "PASSWORD": CANARY_SECRET, "HOOK_URL": HOOK}
    started = client.post(f"/punchout/oci/{connection.slug}", form)["Location"]
    prefix = client.get(client.post(started)["Location"])["Location"].rstrip("/")
    client.post(f"{prefix}/cart/add", {"sku": product.sku, "quantity": "1"})
    return client, prefix, product.sku


@pytest.mark.parametrize("address", ["/cart/add", "/cart/update", "/cart/remove", "/return", "/leave"])
def test_nothing_changes_by_get(inside: tuple[Client, str, str], address: str) -> None:
    client, prefix, sku = inside
    line = CartLine.objects.get()
    asked = {"sku": sku, "quantity": "9", "line": line.pk, f"quantity-{line.pk}": "9"}
    assert client.get(prefix + address, asked).status_code in (303, 405)
    assert CartLine.objects.get().quantity == 1
    assert PunchoutSession.objects.get().state == PunchoutSession.State.ACTIVE


@pytest.mark.parametrize("address", ["/cart/add", "/cart/update", "/cart/remove", "/return", "/leave"])
def test_a_page_of_another_site_changes_nothing(inside: tuple[Client, str, str], address: str) -> None:
    """The session's cookie goes with it (SameSite=None), the token of its pages does not."""
    client, prefix, sku = inside
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    line = CartLine.objects.get()
    form = {"sku": sku, "quantity": "9", "line": line.pk, f"quantity-{line.pk}": "9"}
    answer = strict.post(prefix + address, form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert CartLine.objects.get().quantity == 1
    assert PunchoutSession.objects.get().state == PunchoutSession.State.ACTIVE


def test_a_cookie_that_was_planted_is_replaced_and_opens_nothing() -> None:
    connection = ConnectionFactory(secret=CANARY_SECRET)
    client = Client()
    form = {"USERNAME": "buyer", "PASSWORD": CANARY_SECRET, "HOOK_URL": HOOK}
    started = client.post(f"/punchout/oci/{connection.slug}", form)["Location"]
    key = PunchoutSession.objects.get().key
    name = f"__Secure-shop-{key[:8]}"
    client.cookies[name] = "planted"
    entered = client.post(started)
    assert entered.cookies[name].value != "planted"
    attacker = Client()
    attacker.cookies[name] = "planted"
    assert attacker.get(f"/s/{key}/cart").status_code == 404


@pytest.mark.parametrize(
    "address", ["/admin/", "/admin/login/", "/admin/punchout/wiremessage/retention/", "/admin/nothing/here/"]
)
def test_no_site_shows_the_admin_in_a_frame_whatever_a_connection_allows(
    admin_client: Client, address: str
) -> None:
    ConnectionFactory(frame_origins="https://buyer.example")
    for client in (admin_client, Client()):
        answer = client.get(
            address, headers={"Referer": "https://buyer.example/", "Sec-Fetch-Dest": "iframe"}
        )
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert admin_client.cookies[settings.SESSION_COOKIE_NAME].key
    assert (settings.SESSION_COOKIE_SAMESITE, settings.SESSION_COOKIE_HTTPONLY) == ("Strict", True)


BY_FORM: list[type[AdapterContract]] = [
    oci.TestOciByPost, ids.TestIdsUrlencoded, peppol.TestPeppolByForm, configurable.TestFormToFields,
]  # fmt: skip


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("sender", BY_FORM, ids=lambda sender: sender.__name__)
def test_two_return_addresses_in_a_form_are_refused(sender: type[AdapterContract], first: bool) -> None:
    """Whichever of the two a parser in between would take."""
    harness = sender()
    connection = harness.make_connection()
    launch = harness.launch(connection)
    pairs = parse_qsl(launch.body.decode())
    (name,) = [name for name, value in pairs if value == RETURN_URL]
    second = (name, "https://buyer.example/procurement/elsewhere")
    body = urlencode([second, *pairs] if first else [*pairs, second]).encode()
    response = harness.send(Launch(launch.path, "POST", body, launch.content_type))
    harness.assert_refused(response, "parameters")


@pytest.mark.parametrize("sender", BY_FORM, ids=lambda sender: sender.__name__)
def test_of_two_passwords_the_first_counts_and_the_body_goes_before_the_address(
    sender: type[AdapterContract],
) -> None:
    """A second one is not another try, wherever it stands."""
    harness = sender()
    launch = harness.launch(harness.make_connection())
    pairs = parse_qsl(launch.body.decode())
    (name,) = [name for name, value in pairs if value == CANARY_SECRET]
    wrong = [(found, "wrong" if found == name else value) for found, value in pairs]
    twice = urlencode([*wrong, (name, CANARY_SECRET)]).encode()
    address = f"{launch.path}?{urlencode({name: CANARY_SECRET})}"
    for path, body in ((launch.path, twice), (address, urlencode(wrong).encode())):
        response = harness.send(Launch(path, "POST", body, launch.content_type))
        harness.assert_refused(response, "credentials")
    right = urlencode([*pairs, (name, "wrong")]).encode()
    response = harness.send(Launch(f"{launch.path}?{name}=wrong", "POST", right, launch.content_type))
    assert harness.start_url_of(response)


def test_a_password_that_is_sent_twice_is_redacted_twice() -> None:
    from punchout.models import WireMessage

    connection = ConnectionFactory(secret=CANARY_SECRET)
    body = f"USERNAME=buyer&PASSWORD=wrong-{CANARY_SECRET}&PASSWORD={CANARY_SECRET}&HOOK_URL={HOOK}"
    address = f"/punchout/oci/{connection.slug}?PASSWORD={CANARY_SECRET}"
    answer = Client().post(address, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 401  # the first one counts, as it is the one that is checked
    record = WireMessage.objects.get()
    assert CANARY_SECRET not in record.body + record.path
    assert (record.body + record.path).count("[redacted]") == 3
