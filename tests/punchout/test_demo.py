"""The demo: published secrets, the loopback and nothing else, loaded as often as one likes."""

import json
from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from customers.demo import load as load_customers
from punchout import demo, origins
from punchout.adapters import get_adapter
from punchout.models import Connection, PartyCredential, PunchoutSession, Secret
from punchout.sandbox.systems import SYSTEMS
from punchout.secrets import matching
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    load_customers()
    demo.load()


def test_loading_twice_changes_nothing(loaded):
    before = [list(model.objects.order_by("pk").values()) for model in (Connection, PartyCredential, Secret)]
    demo.load()
    assert before == [
        list(model.objects.order_by("pk").values()) for model in (Connection, PartyCredential, Secret)
    ]


def test_what_was_changed_is_put_right(loaded):
    Connection.objects.filter(slug="demo-s4").update(active=False, return_origins="", options={"x": 1})
    PartyCredential.objects.filter(connection__slug="demo-ariba").delete()
    Secret.objects.all().delete()
    assert not demo.is_loaded()
    demo.load()
    assert demo.is_loaded()
    connection = Connection.objects.get(slug="demo-s4")
    assert connection.active
    assert get_adapter("oci").options(connection).version == "5.0"
    assert PartyCredential.objects.filter(connection__slug="demo-ariba").count() == 3


def test_every_connection_takes_carts_on_the_loopback_at_any_port_and_nowhere_else(loaded):
    for connection in Connection.objects.all():
        listed = origins.parse_return_origins(connection.return_origins)
        for host in ("localhost", "127.0.0.1", "[::1]"):
            for address in (f"http://{host}:8765/x?y=1", f"https://{host}/x", f"http://{host}/"):
                assert origins.allowed_address(address, listed)
        for address in ("http://localhost.evil.example/", "http://10.0.0.1/", "https://example.com/"):
            with pytest.raises(ValueError):
                origins.allowed_address(address, listed)
        assert all(origin.host in origins.LOOPBACK for origin in listed)
        assert all(
            origin.host in origins.LOOPBACK
            for origin in origins.parse_frame_origins(connection.frame_origins)
        )
        assert connection.test


def test_the_sandbox_knows_the_connections_as_they_are(loaded):
    for system in SYSTEMS.values():
        if system.oci is not None:
            connection = Connection.objects.get(slug=system.oci.connection)
            secret = system.oci.secret
            assert get_adapter("oci").options(connection).version == system.oci.version
        elif system.ids is not None:
            connection = Connection.objects.get(slug=system.ids.connection)
            secret = system.ids.secret
            assert (connection.username, connection.organisation.number) == (
                system.ids.user,
                system.ids.customer_number,
            )
            assert get_adapter("ids").options(connection).version == system.ids.version
        elif system.oracle is not None:
            connection = Connection.objects.get(slug=system.oracle.connection)
            secret = system.oracle.secret
            assert (connection.adapter, connection.username) == ("oraclexml", system.oracle.user)
        elif system.peppol is not None:
            connection = Connection.objects.get(slug=system.peppol.connection)
            secret = system.peppol.secret
            assert (connection.adapter, connection.username) == ("peppol", system.peppol.user)
        elif system.cebeo is not None:
            connection = Connection.objects.get(slug=system.cebeo.connection)
            secret = system.cebeo.secret
            assert (connection.username, connection.organisation.number) == (
                system.cebeo.user,
                system.cebeo.customer_number,
            )
        else:
            senders = PartyCredential.objects.filter(
                party="sender", domain=system.cxml.sender.domain, identity=system.cxml.sender.identity
            )
            connection = senders.get().connection
            secret = system.cxml.secret
            assert connection.credentials.filter(
                party="from", identity=system.cxml.from_party.identity
            ).exists()
        assert matching(connection.secrets.all(), secret) is not None


def test_all_options_are_valid(loaded):
    for connection in Connection.objects.all():
        get_adapter(connection.adapter).options(connection)


def test_removing_takes_the_demo_and_nothing_else(loaded, client):
    own = ConnectionFactory()
    client.post("/punchout/oci/demo-s4", _launch_fields())
    assert PunchoutSession.objects.count() == 1
    assert demo.remove() == len(demo.CONNECTIONS)
    assert list(Connection.objects.all()) == [own]
    assert not PunchoutSession.objects.exists()
    assert demo.remove() == 0


def _launch_fields():
    return {"USERNAME": "demo", "PASSWORD": demo.DEMO_SECRET, "HOOK_URL": "http://localhost:9999/back"}


# -- the command


@pytest.fixture
def quick(monkeypatch, settings, tmp_path):
    """The command without the catalog, which has tests of its own; counts how often that is loaded."""
    calls = []
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr("catalog.demo.load", lambda: calls.append("catalog"))
    return calls


def run(*arguments):
    out = StringIO()
    call_command("load_demo", *arguments, stdout=out)
    return out.getvalue()


def test_the_demo_is_only_loaded_when_it_is_switched_on(settings, quick):
    settings.DEMO = False
    with pytest.raises(CommandError):
        run()
    assert not Connection.objects.exists()
    assert not get_user_model().objects.exists()


def test_the_command_loads_everything_and_says_how_to_sign_in(quick, rf):
    said = run()
    assert "admin / demo-admin" in said
    assert demo.is_loaded()
    user = authenticate(rf.get("/"), username="admin", password="demo-admin")
    assert user.is_superuser


def test_a_second_run_loads_the_catalog_only_when_something_changed(quick):
    run()
    run()
    assert quick == ["catalog"]
    Connection.objects.get(slug="demo-s4").delete()
    run()
    assert Connection.objects.filter(slug="demo-s4").exists()
    run("--again")
    assert quick == ["catalog", "catalog"]


def test_a_lost_or_damaged_memory_only_costs_a_load(quick, settings):
    run()
    memory = settings.VAR_DIR / "demo.json"
    assert json.loads(memory.read_text())
    memory.write_text("nonsense")
    run()
    assert quick == ["catalog", "catalog"]


def test_it_loads_where_the_folder_of_the_shop_is_not_there_yet(quick, settings, tmp_path):
    settings.VAR_DIR = tmp_path / "not" / "there"
    run()
    run()
    assert quick == ["catalog"]


def test_remove_takes_the_connections_and_the_login_also_where_the_demo_is_off(quick, settings):
    run()
    settings.DEMO = False
    run("--remove")
    assert not Connection.objects.exists()
    assert not get_user_model().objects.filter(username="admin").exists()
