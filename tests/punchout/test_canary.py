"""A secret is nowhere but where it is compared: no table, log line, page, error or file has it.

Whatever its sender does wrong: launches that are right, wrong, cut off, called something else, sent to the
address of another protocol, or that end in a fault of ours.
"""

import io
import zipfile
from collections.abc import Iterator
from io import StringIO

import pytest
from django.test import Client

from punchout.adapters import all_adapters
from punchout.models import Connection, PunchoutSession, WireMessage
from punchout.replay import ReplayImpossible, replay
from punchout.replay.payload import payload_files
from punchout.secrets import rotate
from punchout.trace import trace_zip
from tests.contracts import canary
from tests.contracts.adapter_contract import AdapterContract, Launch
from tests.contracts.harness import AdapterHarness
from tests.factories import CANARY_SECRET, ConnectionFactory
from tests.punchout.cebeoxml import test_contract as cebeoxml
from tests.punchout.configurable import test_contract as configurable
from tests.punchout.cxml import test_contract as cxml
from tests.punchout.ids import test_contract as ids
from tests.punchout.oci import test_contract as oci
from tests.punchout.oraclexml import test_contract as oraclexml
from tests.punchout.peppol import test_contract as peppol

pytestmark = pytest.mark.django_db
SENDERS: list[type[AdapterContract]] = [
    oci.TestOciByPost, oci.TestOciByGet, cxml.TestCxmlContract, ids.TestIdsUrlencoded,
    ids.TestIdsMultipartFromAFile, oraclexml.TestOracleXmlByUserName,
    oraclexml.TestOracleXmlByAddressInAForm, peppol.TestPeppolByForm, peppol.TestPeppolByQuery,
    cebeoxml.TestCebeo, configurable.TestFormToFields, configurable.TestJsonToXml,
]  # fmt: skip


@pytest.fixture
def written() -> Iterator[StringIO]:
    yield from AdapterHarness.written_logs.__wrapped__(None)  # type: ignore[attr-defined]


def nowhere(secret: str, written: StringIO) -> None:
    assert canary.tables_with(secret) == []
    assert [line for line in written.getvalue().splitlines() if secret in line] == []


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.__name__)
def test_the_secret_of_a_broken_launch_is_nowhere(
    sender: type[AdapterContract], written: StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    harness = sender()
    connection = harness.make_connection()
    for launch in canary.broken(harness.launch(connection), CANARY_SECRET):
        for path in (launch.path, launch.path.replace(connection.slug, "nobody")):
            sent = Launch(path, launch.method, launch.body, launch.content_type, launch.headers)
            assert CANARY_SECRET.encode() not in harness.send(sent).serialize(), launch
    assert WireMessage.objects.count() > 20
    leaking = [m for m in WireMessage.objects.all() if CANARY_SECRET in f"{m.body}{m.path}{m.error}{m.notes}"]
    assert [(m.headers.get("Content-Type"), m.body[-300:], m.path, m.error) for m in leaking] == []
    nowhere(CANARY_SECRET, written)
    assert CANARY_SECRET not in "".join(capfd.readouterr())


# Where an operator chose the password's name, nobody knows it at another address.
NAMED_BY_PROTOCOL = [
    sender for sender in SENDERS if not issubclass(sender, configurable.ConfigurableContract)
]


@pytest.mark.parametrize("sender", NAMED_BY_PROTOCOL, ids=lambda sender: sender.__name__)
def test_the_secret_of_a_launch_at_the_wrong_address_is_nowhere(
    sender: type[AdapterContract], written: StringIO
) -> None:
    harness = sender()
    launch = harness.launch(harness.make_connection())
    _path, _mark, query = launch.path.partition("?")
    for adapter in all_adapters():
        other = ConnectionFactory(adapter=adapter.slug, options={})
        for path in (f"/punchout/{adapter.slug}", f"/punchout/{adapter.slug}/{other.slug}"):
            for kind in (launch.content_type, "text/xml", "application/x-www-form-urlencoded"):
                address = f"{path}?{query}" if query else path
                sent = Launch(address, launch.method, launch.body, kind, launch.headers)
                assert CANARY_SECRET.encode() not in harness.send(sent).serialize()
    leaking = [m for m in WireMessage.objects.all() if CANARY_SECRET in f"{m.body}{m.path}{m.error}{m.notes}"]
    assert [(m.adapter, m.headers.get("Content-Type"), m.body[-300:], m.path) for m in leaking] == []
    nowhere(CANARY_SECRET, written)


@pytest.mark.django_db(transaction=True)  # what fails rolls back all that it did
@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.__name__)
def test_a_fault_of_ours_gives_no_secret_away(
    sender: type[AdapterContract], written: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness = sender()
    launch = harness.launch(harness.make_connection())

    def broken(record: object) -> None:
        raise RuntimeError("a fault of the test")

    monkeypatch.setattr("punchout.services.insert_row", broken)
    response = harness.send(launch)
    assert CANARY_SECRET.encode() not in response.serialize()
    record = WireMessage.objects.latest("id")
    assert (record.verdict, record.error) == (WireMessage.Verdict.FAILED, "RuntimeError")
    assert "a fault of the test" in written.getvalue()
    nowhere(CANARY_SECRET, written)


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.__name__)
def test_what_can_be_taken_out_of_the_shop_holds_no_secret(
    sender: type[AdapterContract], written: StringIO, admin_client: Client
) -> None:
    """Pages of the admin, the trace, the payload of a test, a replay; of secrets that we made as well."""
    harness = sender()
    connection = harness.make_connection()
    made = rotate(connection)
    for secret in (CANARY_SECRET, made):
        harness.send(harness.launch(connection, secret=secret))
        harness.send(harness.launch(connection, secret=f"{secret}-almost"))
    given: list[bytes] = []
    for model in ("connection", "secret", "partycredential", "seenmessage", "wiremessage", "punchoutsession"):
        given.append(admin_client.get(f"/admin/punchout/{model}/").content)
    for page in ("change", "secrets", "test", "history"):
        given.append(admin_client.get(f"/admin/punchout/connection/{connection.pk}/{page}/").content)
    for session in PunchoutSession.objects.all():
        given.append(admin_client.get(f"/admin/punchout/punchoutsession/{session.pk}/change/").content)
        with zipfile.ZipFile(io.BytesIO(trace_zip(session))) as archive:
            given += [archive.read(name) for name in archive.namelist()]
    for message in WireMessage.objects.all():
        given.append(admin_client.get(f"/admin/punchout/wiremessage/{message.pk}/change/").content)
        try:
            given.append(repr(replay(message)).encode())
            given += payload_files(message).values()
        except ReplayImpossible:
            continue
    for secret in (CANARY_SECRET, made):
        assert secret.encode() not in b"".join(given)
        nowhere(secret, written)


def test_a_secret_that_is_typed_into_the_admin_is_nowhere(written: StringIO, admin_client: Client) -> None:
    connection = ConnectionFactory()
    address = f"/admin/punchout/connection/{connection.pk}"
    form = {"slot": "1", "secret": CANARY_SECRET, "again": CANARY_SECRET, "action": "set", "do": "set"}
    answers = [
        admin_client.post(f"{address}/secrets/", form, follow=True),
        admin_client.post(f"{address}/secrets/", {**form, "again": f"{CANARY_SECRET}?"}),
        admin_client.post(f"{address}/test/", {"secret": CANARY_SECRET}),
        Client().post("/admin/login/", {"username": "admin", "password": CANARY_SECRET}),
        Client().post("/admin/login/", {"username": "nobody", "password": CANARY_SECRET, "next": "/admin/"}),
    ]
    for answer in answers:
        assert CANARY_SECRET.encode() not in answer.content
    nowhere(CANARY_SECRET, written)
    assert Connection.objects.get().secrets.count() <= 1


def test_the_search_finds_a_word_wherever_it_is() -> None:
    """What the tests above look with, looks everywhere."""
    ConnectionFactory(options={"deep": {"inside": ["a canary here"]}})
    WireMessage.objects.create(direction="in", body="x canary y", notes=["canary"])
    found = canary.tables_with("canary")
    assert {"punchout_connection.options", "punchout_wiremessage.body", "punchout_wiremessage.notes"} <= set(
        found
    )
