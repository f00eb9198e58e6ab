"""Who may ask the web service, what it refuses, and what the wire log keeps of it."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.test import Client

from punchout.models import Secret, WireMessage
from tests.factories import CANARY_SECRET, OrganisationFactory
from tests.punchout.cebeoxml.client import (
    ADDRESS,
    PAYLOADS,
    answer,
    code,
    last_message,
    make_connection,
    payload,
    post,
    text,
)

pytestmark = pytest.mark.django_db
NAMED = f"{ADDRESS}/erp"


def asked(**values: str) -> bytes:
    return payload("order_get_open.xml", **values)


@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}/", NAMED])
def test_customer_number_user_name_and_password_open_the_service(address: str) -> None:
    connection = make_connection()
    assert code(post(asked(), address)) == "0"
    record = last_message()
    assert (record.connection, record.verdict) == (connection, WireMessage.Verdict.ACCEPTED)
    assert record.kind == "cebeoXML Order/Get"
    assert Secret.objects.get().last_used_at is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong"},
        {"password": ""},
        {"password": f" {CANARY_SECRET}"},
        {"password": CANARY_SECRET.upper()},
        {"user": "nobody"},
        {"user": ""},
        {"number": "4712"},
        {"number": ""},
    ],
)
@pytest.mark.parametrize("address", [ADDRESS, NAMED, f"{ADDRESS}/nobody"])
def test_whatever_is_wrong_in_the_credentials_is_answered_alike(address: str, wrong: dict[str, str]) -> None:
    make_connection()
    first = post(asked(password="entirely wrong"), address)
    second = post(asked(**wrong), address)
    assert code(second) == "1"
    assert second.content == first.content
    assert last_message().verdict == WireMessage.Verdict.REFUSED


def test_the_same_user_name_at_two_customers_is_told_apart_by_the_number() -> None:
    make_connection()
    other = make_connection(slug="other", organisation=OrganisationFactory(number="9999"))
    assert code(post(asked(number="9999"))) == "0"
    assert last_message().connection == other


def test_the_address_of_another_connection_is_refused() -> None:
    make_connection()
    make_connection(slug="other", organisation=OrganisationFactory(number="9999"))
    assert code(post(asked(), f"{ADDRESS}/other")) == "1"


@pytest.mark.parametrize("closed", [{"active": False}, {"organisation__active": False}])
def test_right_credentials_of_a_closed_access_have_a_code_of_their_own(closed: dict[str, bool]) -> None:
    make_connection(**closed)
    assert code(post(asked())) == "3"


def test_an_active_connection_goes_before_the_closed_one_it_replaces() -> None:
    closed = make_connection(active=False)
    make_connection(slug="new", organisation=closed.organisation)
    assert code(post(asked())) == "0"


def test_the_customer_number_can_be_the_one_of_the_options() -> None:
    make_connection(options={"customer_number": "K-77"})
    assert code(post(asked(number="k-77"))) == "0"
    assert code(post(asked())) == "1"


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("hostile_*.xml")), ids=lambda path: path.stem)
def test_a_hostile_document_is_refused_as_unreadable(path: Path) -> None:
    make_connection()
    assert code(post(path.read_bytes())) == "10"
    assert last_message().verdict == WireMessage.Verdict.REFUSED


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"<",
        b"<cebeoXML>",
        b"<other/>",
        b"\xff\xfe\x00",
        b"<?xml version='1.0' encoding='utf-7'?><cebeoXML/>",
        b"<cebeoXML>" + b"<a>" * 5000,
        "<cebeoXML>é</cebeoXML>".encode("latin-1"),
    ],
)
def test_what_is_no_cebeoxml_is_refused_as_unreadable(body: bytes) -> None:
    assert code(post(body, content_type="text/xml")) == "10"


@pytest.mark.parametrize("body", [b"<cebeoXML/>", b"<cebeoXML><Request/></cebeoXML>"])
def test_a_request_without_credentials_is_refused_before_it_is_read(body: bytes) -> None:
    make_connection()
    assert code(post(body)) == "1"


def test_a_request_that_asks_for_nothing_says_so() -> None:
    make_connection()
    response = post(payload("nothing_asked.xml"))
    assert code(response) == "11"
    assert "neither an Article nor an Order" in text(answer(response))


def test_an_unknown_response_type_is_refused() -> None:
    make_connection()
    assert code(post(payload("article_get.xml", type="Everything", sku="A", other="B"))) == "11"


def test_a_document_over_the_limit_is_refused() -> None:
    make_connection()
    assert code(post(asked() + b" " * 3_000_000)) == "13"


def test_a_document_in_latin_1_that_says_so_is_read() -> None:
    make_connection(username="bébé")
    body = asked(user="bébé").decode().replace("UTF-8", "ISO-8859-1").encode("latin-1")
    assert code(post(body, content_type="text/xml; charset=iso-8859-1")) == "0"


def test_a_document_that_came_without_a_media_type_is_read() -> None:
    make_connection()
    assert code(post(asked(), content_type="application/x-www-form-urlencoded")) == "0"


def test_a_fault_of_ours_is_answered_in_the_terms_of_the_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    make_connection()

    def broken(*args: object) -> None:
        raise RuntimeError("words of a fault")

    monkeypatch.setattr("punchout.adapters.cebeoxml.adapter.open_order", broken)
    response = post(asked())
    assert code(response) == "99"
    assert b"words of a fault" not in response.content
    assert last_message().verdict == WireMessage.Verdict.FAILED


def test_the_password_is_kept_nowhere() -> None:
    make_connection()
    bodies = [
        asked(),
        asked(password=CANARY_SECRET + "-almost"),
        asked().replace(b"Password>", b"pASSWORD >"),
        asked().replace(b"Password", b"c:Password"),
        asked()[: asked().index(b"</Password")],
        payload("hostile_password.xml"),
        asked().replace(b"</Request>", b""),
        asked() + b"\xe9",
    ]
    for body in bodies:
        for media_type in ("text/xml", "application/x-www-form-urlencoded", "text/plain"):
            post(body, content_type=media_type)
    Client().post(f"{ADDRESS}?Password={CANARY_SECRET}", {"Password": CANARY_SECRET})
    Client().post(ADDRESS, {"xml": asked().decode()})
    post(urlencode({"xml": asked().decode()}).encode(), content_type="application/x-www-form-urlencoded")
    post(b"x=" + asked(), content_type="text/plain")
    assert WireMessage.objects.count() == 3 * len(bodies) + 4
    for record in WireMessage.objects.all():
        kept = (record.path, record.headers, record.body, record.error, record.notes, record.answer_body)
        assert CANARY_SECRET not in repr(kept), record.body
    assert "<UserName>buyer</UserName>" in WireMessage.objects.earliest("id").body


def test_a_document_by_get_is_no_way_in() -> None:
    response = Client().generic("GET", ADDRESS, asked(), content_type="text/xml")
    assert code(response) == "11"


@pytest.mark.parametrize(
    "tail", ["<Password><![CDATA[{secret}", "<Password>{secret}", "<Password x='1'>{secret}</Pass"]
)
def test_a_document_that_breaks_off_in_its_password_gives_it_away_nowhere(
    tail: str, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "canary-in-a-broken-document"
    response = post(f"<cebeoXML><Request><Customer>{tail.format(secret=secret)}".encode())
    record = last_message()
    for kept in (record.body, record.error, record.answer_body, response.content.decode(), caplog.text):
        assert secret not in kept
