"""Staff launch any connection with its address and secret; nobody else does, and the secret stays sealed."""

import json
import re

import pytest
from django.db import connection as database
from django.test import Client

from punchout.models import PunchoutSession
from punchout.sandbox import calling
from punchout.sandbox.access import ENTRIES, entered, usual
from punchout.sandbox.models import SandboxRun
from punchout.sandbox.systems import SYSTEMS
from tests.factories import CANARY_SECRET, ConnectionFactory, PartyCredentialFactory
from tests.sandbox.in_process import into_the_shop

pytestmark = pytest.mark.django_db
CONNECT = "/sandbox/connect"


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "open_client", into_the_shop)


def typed(system: str, **changes: str) -> dict[str, str]:
    start = {"system": system, "secret": CANARY_SECRET, "language": "en", "display": "window"}
    return {**usual(SYSTEMS[system]), **start, **changes}


def latest() -> SandboxRun:
    return SandboxRun.objects.latest("pk")


def test_an_oci_connection_is_launched_with_what_was_typed_in(admin_client: Client) -> None:
    connection = ConnectionFactory(slug="acme-ifs", adapter="oci", username="acme", secret=CANARY_SECRET)
    values = typed("ifs", connection="https://shop.example/punchout/oci/acme-ifs", user="acme")
    answer = admin_client.post(CONNECT, values)
    assert answer["Location"] == f"/sandbox/run/{latest().public_id}/"
    page = admin_client.get(answer["Location"]).content.decode()
    assert f'action="http://testserver/punchout/oci/{connection.slug}"' in page
    assert f'name="PASSWORD" value="{CANARY_SECRET}"' in page


def test_a_cxml_connection_is_launched_with_its_own_identities(admin_client: Client) -> None:
    connection = ConnectionFactory(adapter="cxml", secret=CANARY_SECRET, return_origins="http://testserver")
    for party, identity in (("from", "123"), ("sender", "HUB"), ("to", "999")):
        PartyCredentialFactory(connection=connection, party=party, domain="DUNS", identity=identity)
    values = typed(
        "jaggaer", from_domain="DUNS", from_identity="123", sender_domain="DUNS", sender_identity="HUB",
        to_domain="DUNS", to_identity="999",
    )  # fmt: skip
    admin_client.post(CONNECT, values)
    run = latest()
    assert run.status == "launched", run.problem
    assert PunchoutSession.objects.get().connection == connection


def test_a_wrong_secret_is_refused_as_the_buyer_would_see_it(admin_client: Client) -> None:
    ConnectionFactory(slug="acme-oracle", adapter="oraclexml", username="acme", secret=CANARY_SECRET)
    admin_client.post(CONNECT, typed("oracle-xml", connection="acme-oracle", user="acme", secret="nonsense"))
    run = latest()
    assert run.status == "failed" and "700" in run.problem["title"]


def test_the_secret_is_stored_sealed_and_shown_only_where_the_browser_needs_it(admin_client: Client) -> None:
    for system in SYSTEMS.values():
        values = typed(system.slug, **dict.fromkeys(ENTRIES[system.protocol], "acme"))
        admin_client.post(CONNECT, values | {"secret": CANARY_SECRET})
        run = latest()
        with database.cursor() as cursor:
            cursor.execute("SELECT * FROM punchout_sandboxrun WHERE id = %s", [run.pk])
            assert CANARY_SECRET not in repr(cursor.fetchall())
        shown = f"{run.request_text}{run.response_text}{json.dumps(run.problem)}{json.dumps(run.state)}"
        assert CANARY_SECRET not in shown


def test_the_form_comes_back_without_the_secret(admin_client: Client) -> None:
    answer = admin_client.post(CONNECT, typed("ifs", connection="not an address!", user="acme"))
    page = answer.content.decode()
    assert "not the launch address of a connection" in page and 'value="acme"' in page
    assert CANARY_SECRET not in page
    assert not SandboxRun.objects.exists()


def test_the_address_may_fill_in_everything_but_the_secret(admin_client: Client) -> None:
    page = admin_client.get(
        f"{CONNECT}?system=basware&connection=acme&user=buyer&secret=leak"
    ).content.decode()
    assert 'value="acme"' in page and 'value="buyer"' in page and "leak" not in page


def test_only_this_shop_is_called_whatever_address_is_typed_in(admin_client: Client) -> None:
    values = typed("cebeo-erp", connection="https://evil.example/x/acme", user="a", customer_number="1")
    admin_client.post(CONNECT, values)
    page = admin_client.get(f"/sandbox/run/{latest().public_id}/").content.decode()
    assert 'action="http://testserver/punchout/cebeoxml/acme"' in page and "evil" not in page


def test_visitors_of_the_demo_may_not_and_see_no_such_run(admin_client: Client, client: Client) -> None:
    client = Client()
    ConnectionFactory(slug="acme", adapter="oci", username="acme", secret=CANARY_SECRET)
    for answer in (
        client.get(CONNECT),
        client.post(CONNECT, typed("sap-s4", connection="acme", user="acme")),
    ):
        assert "/login/" in answer["Location"]
    assert not SandboxRun.objects.exists()
    assert "connect" not in client.get("/sandbox/").content.decode()
    admin_client.post(CONNECT, typed("sap-s4", connection="acme", user="acme"))
    run = latest()
    for path in ("", "status", "report"):
        assert client.get(f"/sandbox/run/{run.public_id}/{path}").status_code == 404
    assert client.post(f"/sandbox/run/{run.public_id}/launch", {"operation": "create"}).status_code == 404
    assert run.public_id not in client.get("/sandbox/").content.decode()
    assert run.public_id in admin_client.get("/sandbox/").content.decode()


def test_a_new_cart_of_the_same_buyer_needs_no_secret_again(admin_client: Client) -> None:
    ConnectionFactory(slug="acme", adapter="oci", username="acme", secret=CANARY_SECRET)
    admin_client.post(CONNECT, typed("sap-s4", connection="acme", user="acme"))
    first = latest()
    admin_client.post(f"/sandbox/run/{first.public_id}/launch", {"operation": "create"})
    again = latest()
    assert again != first
    page = admin_client.get(f"/sandbox/run/{again.public_id}/").content.decode()
    assert CANARY_SECRET in page and "/punchout/oci/acme" in page


def test_a_function_is_called_with_the_same_credentials(admin_client: Client) -> None:
    ConnectionFactory(
        slug="acme",
        adapter="oci",
        username="acme",
        secret=CANARY_SECRET,
        options={"functions": ["DOWNLOADJSON"]},
    )
    admin_client.post(CONNECT, typed("sap-s4", connection="acme", user="acme"))
    admin_client.post(f"/sandbox/run/{latest().public_id}/call", {"function": "DOWNLOADJSON"})
    run = latest()
    assert (run.status, run.state["call"]["function"]) == ("received", "DOWNLOADJSON")


def test_outside_the_demo_the_page_needs_the_switch_and_staff(admin_client: Client, settings) -> None:
    settings.DEMO = settings.DEBUG = False
    assert admin_client.get(CONNECT).status_code == 200
    settings.SANDBOX = False
    assert admin_client.get(CONNECT).status_code == 404


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=lambda system: system.slug)
def test_every_system_can_be_entered_with_other_credentials(system) -> None:
    access = {name: f"new-{name}" for name in ENTRIES[system.protocol]}
    assert "secret" in access
    changed = entered(system, access)
    assert changed.dialect.secret == "new-secret"
    assert changed.dialect != system.dialect
    assert "secret" not in usual(system)


def test_the_launch_of_a_run_holds_what_the_shop_needs(admin_client: Client) -> None:
    admin_client.post(CONNECT, typed("peppol", connection="acme", user="acme", cart_field="cart"))
    page = admin_client.get(f"/sandbox/run/{latest().public_id}/").content.decode()
    assert 'name="returnURL"' in page and "acme" in page


def test_the_connections_page_leads_here_with_everything_but_the_secret(admin_client: Client) -> None:
    oci = ConnectionFactory(
        slug="acme", adapter="oci", username="acme-user", buyer_system="Basware", secret=CANARY_SECRET,
        options={"username_parameter": "login"},
    )  # fmt: skip
    page = admin_client.get(f"/admin/punchout/connection/{oci.pk}/change/").content.decode()
    (link,) = re.findall(r'href="(/sandbox/connect\?[^"]*)"', page)
    assert link.startswith("/sandbox/connect?system=basware&amp;connection=acme&amp;user=acme-user")
    assert "user_name=login" in link and CANARY_SECRET not in link
    cxml = ConnectionFactory(adapter="cxml", buyer_system="JAGGAER")
    PartyCredentialFactory(connection=cxml, party="from", domain="DUNS", identity="123")
    page = admin_client.get(f"/admin/punchout/connection/{cxml.pk}/change/").content.decode()
    assert "system=jaggaer&amp;from_domain=DUNS&amp;from_identity=123" in page
    plain = ConnectionFactory(adapter="configurable")
    page = admin_client.get(f"/admin/punchout/connection/{plain.pk}/change/").content.decode()
    assert "/sandbox/connect" not in page
