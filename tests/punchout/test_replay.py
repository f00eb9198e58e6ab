"""Running stored messages again: from the admin, from the command line, and never from outside."""

import io
import json
import threading
import zipfile
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.urls import reverse

from punchout.documents import InboundMessage
from punchout.models import Connection, PunchoutSession, Secret, WireMessage
from punchout.replay import ReplayImpossible, replay
from punchout.replay import service as replay_service
from punchout.replay.compare import MOST_LINES, difference, steadied
from punchout.replay.payload import PAYLOAD_SECRET
from tests.factories import CANARY_SECRET, ConnectionFactory, WireMessageFactory
from tests.punchout.cxml import buyer

HOOK = "https://buyer.example/return"
LIST = "/admin/punchout/wiremessage/"


def launched(connection: Connection | None = None, **fields: str) -> WireMessage:
    connection = connection or ConnectionFactory(secret=CANARY_SECRET)
    form = {"USERNAME": "buyer", "PASSWORD": CANARY_SECRET, "HOOK_URL": HOOK, **fields}
    Client().post(f"/punchout/oci/{connection.slug}", form)
    return WireMessage.objects.latest("id")


# -- who proves what -----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_secret_of_a_replay_opens_nothing_while_it_runs_nor_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection = ConnectionFactory(secret=CANARY_SECRET)
    message = launched(connection)
    lent: list[str] = []
    answers: list[int] = []

    def from_outside() -> None:
        try:
            form = {"USERNAME": "buyer", "PASSWORD": lent[0], "HOOK_URL": HOOK}
            answers.append(Client().post(f"/punchout/oci/{connection.slug}", form).status_code)
        finally:
            connections.close_all()

    outside = threading.Thread(target=from_outside)
    lend = replay_service._lend_secret

    def watched(stored: WireMessage) -> str:
        lent.append(lend(stored))
        outside.start()  # SQLite lets it write when the replay is over, PostgreSQL while it runs
        return lent[0]

    monkeypatch.setattr(replay_service, "_lend_secret", watched)
    assert replay(message).verdict == WireMessage.Verdict.ACCEPTED
    outside.join(30)
    assert answers == [401]
    assert launched(connection, PASSWORD=lent[0]).verdict == WireMessage.Verdict.REFUSED
    assert Secret.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["replayed", "replay", "REPLAYED", "record", "credentials_refused"])
def test_no_request_from_outside_is_taken_for_a_replay(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it says in its address, form, headers or cookies."""
    from punchout.adapters.oci.adapter import OciAdapter

    seen: list[InboundMessage] = []
    handle = OciAdapter.handle
    monkeypatch.setattr(
        OciAdapter, "handle", lambda self, inbound: seen.append(inbound) or handle(self, inbound)
    )
    connection = ConnectionFactory(secret=CANARY_SECRET)
    client = Client(headers={f"X-{name}": "1", name: "1"})
    client.cookies[name] = "1"
    form = {"USERNAME": "buyer", "PASSWORD": "[redacted]", "HOOK_URL": HOOK, name: "1"}
    answer = client.post(f"/punchout/oci/{connection.slug}?{name}=1&{name}=true", form)
    assert answer.status_code == 401
    assert [inbound.replayed for inbound in seen] == [False]
    assert not PunchoutSession.objects.exists()


@pytest.mark.django_db
def test_a_message_that_failed_before_it_was_known_whose_it_is_can_succeed_today() -> None:
    connection = buyer.make_connection()
    body = buyer.fill("setup_request.xml", connection, operation="sell")
    Client().generic("POST", buyer.ENDPOINT, body, content_type="text/xml")
    message = WireMessage.objects.latest("id")
    assert (message.verdict, message.credentials_refused) == ("refused", False)
    WireMessage.objects.update(body=message.body.replace('"sell"', '"create"'), connection=None)
    again = replay(WireMessage.objects.get())
    assert again.verdict == WireMessage.Verdict.ACCEPTED
    assert not again.same


@pytest.mark.django_db
def test_a_duplicate_is_run_as_the_message_it_repeats() -> None:
    body = buyer.fill("setup_request.xml", buyer.make_connection(), payload_id="1@buyer.example")
    for _time in range(2):
        Client().generic("POST", buyer.ENDPOINT, body, content_type="text/xml")
    duplicate = WireMessage.objects.latest("id")
    assert duplicate.verdict == WireMessage.Verdict.DUPLICATE
    assert replay(duplicate).same


@pytest.mark.django_db
def test_a_message_in_latin_1_is_read_as_it_was() -> None:
    body = buyer.fill("setup_request.xml", buyer.make_connection(), buyer_cookie="Müller")
    sent = body.decode().replace("UTF-8", "ISO-8859-1").encode("latin-1")
    Client().generic("POST", buyer.ENDPOINT, sent, content_type="text/xml")
    again = replay(WireMessage.objects.get())
    assert again.same, again.differences
    assert PunchoutSession.objects.get().echo["buyer_cookie"] == "Müller"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"body": "[not kept: 12 bytes of text/plain, not a form]", "adapter": "oci"},
        {"body": "[12 bytes not stored: The charset UTF-7 is not accepted; send UTF-8.]", "adapter": "cxml"},
        {"adapter": "taken-away"},
        {"path": "/somewhere/else"},
        {"direction": "out"},
    ],
)
def test_what_cannot_be_run_again_says_why(fields: dict[str, str]) -> None:
    with pytest.raises(ReplayImpossible) as told:
        replay(WireMessageFactory(**fields))
    assert len(str(told.value)) > 20


@pytest.mark.django_db
def test_a_fault_of_todays_code_is_a_difference_and_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    message = launched()
    sessions = PunchoutSession.objects.count()

    def broken(**kwargs: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("punchout.adapters.oci.adapter.start_session", broken)
    again = replay(message)
    assert (again.verdict, again.same) == (WireMessage.Verdict.FAILED, False)
    assert PunchoutSession.objects.count() == sessions


# -- what is compared ----------------------------------------------------------------------------------------


def test_a_difference_shows_what_was_and_what_is_with_a_few_lines_around() -> None:
    before = [f"line {number}" for number in range(100)]
    now = [*before[:50], "another", *before[51:]]
    assert difference("Answer", before, now).lines == (
        ("…", ""),
        (" ", "line 47"), (" ", "line 48"), (" ", "line 49"),
        ("-", "line 50"), ("+", "another"),
        (" ", "line 51"), (" ", "line 52"), (" ", "line 53"),
    )  # fmt: skip
    assert difference("Answer", before, list(before)).same


def test_two_long_answers_are_compared_as_far_as_is_bearable() -> None:
    found = difference("Answer", ["a"] * (MOST_LINES + 1), ["b"] * (MOST_LINES + 1))
    assert found.cut
    assert len(found.lines) == 2 * MOST_LINES


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('<cXML payloadID="1.2@a" x="1">', '<cXML payloadID="3.4@a" x="1">'),
        ("at 2026-11-21T10:11:12+01:00", "at 2026-11-20 09:08:07.123456Z"),
        ("https://s.example/start/abcdefghijklmnopqrstuvwxyz", "https://s.example/start/…"),
    ],
)
def test_what_no_two_answers_share_is_no_difference(one: str, other: str) -> None:
    from datetime import date

    day = date(2026, 11, 21)
    assert steadied(one, day=day) == steadied(other, day=day)
    assert steadied("2026-11-21 2026-12-24", day=day) == "[today] 2026-12-24"


# -- the admin and the command -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_operator_runs_a_message_again_from_its_page(admin_client: Client) -> None:
    message = launched()
    page = admin_client.get(reverse("admin:punchout_wiremessage_change", args=[message.pk])).content.decode()
    address = reverse("admin:punchout_wiremessage_replay", args=[message.pk])
    assert address in page
    assert "as it was" in admin_client.post(address).content.decode()
    Connection.objects.update(active=False)
    shown = admin_client.post(address).content.decode()
    assert "different today" in shown
    assert "switched off" in shown
    assert WireMessage.objects.count() == 1


@pytest.mark.django_db
def test_looking_at_the_address_of_a_replay_runs_nothing(admin_client: Client) -> None:
    address = reverse("admin:punchout_wiremessage_replay", args=[launched().pk])
    assert admin_client.get(address).status_code == 302


@pytest.mark.django_db
def test_nobody_without_the_permission_runs_or_saves_a_message(
    client: Client, django_user_model: type
) -> None:
    message = launched()
    clerk = django_user_model.objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    for page in ("replay", "payload"):
        address = reverse(f"admin:punchout_wiremessage_{page}", args=[message.pk])
        assert client.post(address).status_code == 403
        assert Client().post(address).status_code == 302
    clerk.user_permissions.add(Permission.objects.get(codename="view_wiremessage"))
    assert client.post(reverse("admin:punchout_wiremessage_replay", args=[message.pk])).status_code == 200


@pytest.mark.django_db
def test_a_message_is_saved_as_a_test_payload_without_its_secret(admin_client: Client) -> None:
    message = launched()
    answer = admin_client.get(reverse("admin:punchout_wiremessage_payload", args=[message.pk]))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert set(files) == {"message.json", "body.txt", "expected.json", "expected-body.txt"}
    assert CANARY_SECRET.encode() not in b"".join(files.values())
    assert PAYLOAD_SECRET.encode() in files["body.txt"]
    about = json.loads(files["message.json"])
    assert about["connection"]["return_origins"] == "https://buyer.example"
    assert json.loads(files["expected.json"])["status"] == 303


@pytest.mark.django_db
def test_the_command_runs_a_connections_messages_and_fails_when_one_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = ConnectionFactory(secret=CANARY_SECRET)
    launched(connection)
    launched(connection, PASSWORD="wrong")
    call_command("replay", connection=connection.slug, save=tmp_path)
    assert "2 messages, 0 with differences." in capsys.readouterr().out
    assert len(list(tmp_path.glob("*/message.json"))) == 2
    Connection.objects.update(return_origins="https://other.example")
    with pytest.raises(SystemExit):
        call_command("replay", connection=connection.slug)
    told = capsys.readouterr().out
    assert "1 with differences" in told
    assert "+ refused" in told
