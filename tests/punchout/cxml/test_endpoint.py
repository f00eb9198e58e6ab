"""Ping, profile, unknown requests, the wire log and the cost of a launch."""

import pytest
from django.conf import settings
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

from punchout.adapters.cxml import build, dtd
from punchout.adapters.cxml.redact import redact_xml, redacted_body, redacted_query
from punchout.adapters.cxml.requests import Exchange, handles, restored
from punchout.documents import Answer
from punchout.models import Connection, WireMessage
from tests.factories import CANARY_SECRET
from tests.punchout.cxml.buyer import (
    ENDPOINT,
    explanation,
    fill,
    identity_of,
    make_connection,
    post,
    setup,
    status_code,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", [ENDPOINT, ENDPOINT + "/", ENDPOINT + "/any-connection"])
def test_get_is_a_ping(path: str) -> None:
    response = Client().get(path)
    assert status_code(response) == 200
    assert explanation(response) == "Ping Response Message"
    assert etree.fromstring(response.content).find("Response/Status").get("text") == "OK"


def test_other_methods_are_not_implemented() -> None:
    assert status_code(Client().put(ENDPOINT, b"<cXML/>", content_type="text/xml")) == 450


def test_a_profile_lists_what_is_taken_and_where() -> None:
    connection = make_connection()
    response = post(fill("profile_request.xml", connection))
    transactions = {
        transaction.get("requestName"): {o.get("name"): o.text for o in transaction.iterfind("Option")}
        for transaction in etree.fromstring(response.content).iter("Transaction")
    }
    assert transactions["PunchOutSetupRequest"] == {"operationAllowed": "create inspect edit"}
    assert "ProfileRequest" in transactions
    assert {url.text for url in etree.fromstring(response.content).iter("URL")} == {
        "http://testserver/punchout/cxml"
    }


def test_a_profile_needs_the_secret_too() -> None:
    assert status_code(post(fill("profile_request.xml", make_connection(), secret="wrong"))) == 401


def test_every_answer_is_valid_for_both_versions() -> None:
    if not settings.CXML_DTD_DIR:
        pytest.skip("the official DTDs are not beside the project")
    connection = make_connection()
    answers = [
        Client().get(ENDPOINT),
        setup(connection),
        setup(connection, secret="wrong"),
        setup(connection, operation="source"),
        setup(connection, return_url="https://evil.example/\u00e9&lt;&amp;"),
        post(fill("profile_request.xml", connection)),
        post(b"no xml"),
        post(b"x" * 3_000_000),
    ]
    for answer in answers:
        root = etree.fromstring(answer.content)
        assert dtd.errors(root, "1.2.014", settings.CXML_DTD_DIR) == []
        assert b"/1.2.014/cXML.dtd" in answer.content
        assert not root.get("timestamp").endswith("Z")
        assert "@testserver" in root.get("payloadID")
    assert len({etree.fromstring(answer.content).get("payloadID") for answer in answers}) == len(answers)


def test_an_upper_room_registers_a_request_and_takes_it_back() -> None:
    connection = make_connection()
    body = fill("profile_request.xml", connection).replace(b"<ProfileRequest/>", b"<OrderRequest/>")
    with restored():

        @handles("OrderRequest", profile_options={"attachments": "No", "changes": "No"})
        def take_order(exchange: Exchange) -> Answer:
            assert exchange.connection == connection
            return build.answer(build.response(exchange.inbound, exchange.options, explanation="Taken"))

        assert explanation(post(body)) == "Taken"
        assert b"attachments" in post(fill("profile_request.xml", connection)).content
    assert status_code(post(body)) == 450


def test_a_fault_of_ours_is_a_status_500_without_details(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_exchange: Exchange) -> Answer:
        raise ZeroDivisionError("details of the fault")

    with restored():
        handles("ProfileRequest")(broken)
        response = post(fill("profile_request.xml", make_connection()))
    assert status_code(response) == 500
    assert b"details" not in response.content
    record = WireMessage.objects.get()
    assert record.verdict == WireMessage.Verdict.FAILED


def test_options_that_do_not_fit_any_more_are_a_fault_and_not_a_crash() -> None:
    connection = make_connection()
    Connection.objects.update(options={"dtd_version": "9"})
    assert status_code(setup(connection)) == 500


def test_the_wire_log_has_kind_id_and_notes_but_no_secret() -> None:
    connection = make_connection()
    setup(connection, payload_id="id-1@buyer.example")
    record = WireMessage.objects.get()
    assert (record.kind, record.payload_id) == ("PunchOutSetupRequest", "id-1@buyer.example")
    assert "<SharedSecret>[redacted]</SharedSecret>" in record.body
    assert identity_of(connection, "from") in record.body
    assert "/start/[redacted]" in record.answer_body


def test_a_launch_costs_a_fixed_small_number_of_queries() -> None:
    connection = make_connection()
    setup(connection)
    body = fill("setup_request.xml", connection)
    with CaptureQueriesContext(database) as queries:
        post(body)
    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    # wire log 2, connection with its secrets 1, the message's id 1, person, cart and session 3
    assert len(statements) == 7, statements


@pytest.mark.parametrize(
    "text",
    [
        f"<SharedSecret>{CANARY_SECRET}</SharedSecret>",
        f"<sharedsecret >{CANARY_SECRET}</SHAREDSECRET>",
        f"<SharedSecret a='>'>{CANARY_SECRET}</SharedSecret>",
        f"<SharedSecret a=/>{CANARY_SECRET}</SharedSecret>",
        f"<SharedSecret1>{CANARY_SECRET}</SharedSecret1>",
        f"<x:SharedSecret xmlns:x='y'>{CANARY_SECRET}</x:SharedSecret>",
        f"<SharedSecret><![CDATA[</SharedSecret>{CANARY_SECRET}]]></SharedSecret>",
        f"<SharedSecret><!-- </SharedSecret> -->{CANARY_SECRET}</SharedSecret>",
        f"<SharedSecret><b>{CANARY_SECRET}</b></SharedSecret>",
        f"<SharedSecret>{CANARY_SECRET}",
        f"<SharedSecret {CANARY_SECRET}",
        f"<!-- <SharedSecret>{CANARY_SECRET}</SharedSecret> -->",
        f"<SharedSecret/><SharedSecret>{CANARY_SECRET}</SharedSecret>",
        f'<CredentialMac type="a">{CANARY_SECRET}</CredentialMac>',
        f"<DigitalSignature>{CANARY_SECRET}</DigitalSignature>",
    ],
)
def test_a_secret_is_redacted_wherever_it_is(text: str) -> None:
    redacted = redact_xml(f"<a>before{text}<c>after</c></a>")
    assert CANARY_SECRET not in redacted
    assert redacted.startswith("<a>before")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (f"<SharedSecret>{CANARY_SECRET}</SharedSecret>".encode("utf-16"), "text/xml"),
        (f"é<SharedSecret>{CANARY_SECRET}</SharedSecret>".encode("latin-1"), "text/xml; charset=utf-8"),
        (
            f"xml=%3CSharedSecret%3E{CANARY_SECRET}%3C/SharedSecret%3E".encode(),
            "application/x-www-form-urlencoded",
        ),
        (f"a={CANARY_SECRET}&b=%ff".encode(), "application/x-www-form-urlencoded"),
        (f"<SharedSecret>{CANARY_SECRET}</SharedSecret>".encode("utf-7"), "text/xml; charset=utf-7"),
        (f"<SharedSecret>{CANARY_SECRET}</SharedSecret>".encode("cp037"), "text/xml; charset=cp037"),
    ],
)
def test_a_secret_is_redacted_in_any_charset(body: bytes, content_type: str) -> None:
    assert CANARY_SECRET not in redacted_body(body, content_type)


def test_a_secret_in_the_address_is_redacted() -> None:
    assert redacted_query("a=1&SharedSecret=x&b=2") == "a=1&SharedSecret=[redacted]&b=2"
    assert redacted_query("a=1") == "a=1"
