"""Launches as buyers' systems send them, and what the shop makes of each parameter."""

import re
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from punchout.models import PunchoutSession, WireMessage
from tests.factories import CANARY_SECRET
from tests.punchout.oci.launching import (
    FORM,
    GOOD,
    HOOK,
    PAYLOADS,
    get,
    launch,
    make_connection,
    notes,
    post,
    refused,
)

pytestmark = pytest.mark.django_db


# -- how it comes --------------------------------------------------------------------------------------------


def test_a_launch_by_get_is_sent_to_an_address_without_credentials() -> None:
    make_connection(return_origins="http://srm.example:8000")
    response = get((PAYLOADS / "launch_srm.query").read_text())
    assert response.status_code == 303
    assert re.fullmatch(r"http://testserver/start/[A-Za-z0-9_-]{43}", response["Location"])
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    session = PunchoutSession.objects.get()
    assert session.language == "nl"
    assert session.return_url == (
        "http://srm.example:8000/sap(bD1lbiZjPTEwMA==)/bc/gui/sap/its/bbpsc02/"
        "?~OkCode=ADDI&sap-client=100&text=50%25+off"
    )
    assert session.echo == {
        "its": [["~OkCode", "ADDI"], ["~Target", "_top"], ["~ForceTarget", "Yes"], ["~CALLER", "CTLG"]],
        "version": "4.0",
        "charset": "utf-8",
        "target": "_parent",
        "vendor": "",
        "cancel_url": "",
        "launch": {"LANGUAGE": "NL"},
    }
    record = WireMessage.objects.get()
    assert record.kind == "OCI launch"
    assert CANARY_SECRET not in record.path
    assert "PASSWORD=[redacted]&LANGUAGE=NL" in record.path


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_spelling_of_the_address_takes_a_launch(method: str, slash: str) -> None:
    make_connection()
    assert getattr(Client(), method)(f"/punchout/oci/srm{slash}", GOOD).status_code == 303


def test_names_are_matched_whatever_their_case_and_windows_characters_are_read() -> None:
    make_connection(options={"shopper_parameter": "uid", "shopper_name_parameter": "name"})
    response = post((PAYLOADS / "launch_windows_1252.form").read_bytes())
    assert response.status_code == 303
    session = PunchoutSession.objects.get()
    assert (session.person.identifier, session.person.name) == ("jm1", "Jürgen Müller")
    assert session.return_url == "https://buyer.example/m%C3%BCnchen?stra%DFe=1"
    assert "Windows-1252" in notes()


def test_a_charset_in_the_content_type_is_obeyed() -> None:
    make_connection(options={"shopper_parameter": "UID"})
    body = urlencode({**GOOD, "UID": "łukasz"}, encoding="iso-8859-2").encode()
    assert post(body, f"{FORM}; charset=iso-8859-2").status_code == 303
    assert PunchoutSession.objects.get().person.identifier == "łukasz"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_multipart_launch_is_read(encoding: str) -> None:
    make_connection(options={"shopper_parameter": "NAME"})
    body = (PAYLOADS / "launch_multipart.txt").read_bytes().decode().encode(encoding)
    assert post(body, "multipart/form-data; boundary=frontier").status_code == 303
    assert PunchoutSession.objects.get().person.identifier == "jürgen"
    record = WireMessage.objects.get()
    assert CANARY_SECRET not in record.body
    assert 'name="password"\r\n\r\n[redacted]\r\n' in record.body


def test_the_body_wins_over_the_query() -> None:
    make_connection()
    query = urlencode({"LANGUAGE": "DE", "PASSWORD": "old", "OCI_VERSION": "3.0"})
    response = post(urlencode({**GOOD, "language": "FR"}).encode(), query=query)
    assert response.status_code == 303
    session = PunchoutSession.objects.get()
    assert session.language == "fr"
    assert session.echo["version"] == "3.0"
    assert "old" not in WireMessage.objects.get().path


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"USERNAME": "buyer", "PASSWORD": "canary-5a1f-secret"}', "application/json"),
        (b"<cXML><SharedSecret>canary-5a1f-secret</SharedSecret></cXML>", "text/xml"),
        (b"--frontier\r\nPASSWORD canary-5a1f-secret", "multipart/form-data"),
        (b"PASSWORD canary-5a1f-secret", "text/plain"),
    ],
)
def test_a_body_that_is_no_form_is_refused_and_not_kept(body: bytes, content_type: str) -> None:
    make_connection()
    assert post(body, content_type).status_code == 400
    record = WireMessage.objects.get()
    assert CANARY_SECRET not in record.body
    assert record.body.startswith("[not kept: ")


def test_a_form_without_a_media_type_is_read_with_a_note() -> None:
    make_connection()
    assert post(urlencode(GOOD).encode(), "text/plain").status_code == 303
    assert "announced as text/plain" in notes()


@pytest.mark.parametrize("method", ["head", "put", "delete", "options", "patch"])
def test_other_methods_open_nothing(method: str) -> None:
    make_connection()
    response = getattr(Client(), method)(f"/punchout/oci/srm?{urlencode(GOOD)}")
    assert response.status_code == 405
    assert response["Allow"] == "GET, POST"
    assert not PunchoutSession.objects.exists()


def test_a_launch_by_get_is_refused_where_post_was_agreed() -> None:
    make_connection(options={"accept_get": False})
    response = Client().get("/punchout/oci/srm", GOOD)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert not PunchoutSession.objects.exists()
    record = WireMessage.objects.get()
    assert record.verdict == WireMessage.Verdict.REFUSED
    assert CANARY_SECRET not in record.path
    assert Client().post("/punchout/oci/srm", GOOD).status_code == 303


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"NAME": "buyer", "PASSWORD": CANARY_SECRET}, "No user name was sent (parameter USERNAME)."),
        ({"USERNAME": "buyer", "PASS": CANARY_SECRET}, "No password was sent (parameter PASSWORD)."),
        ({"USERNAME": "nobody", "PASSWORD": CANARY_SECRET}, "The user name is not the connection's."),
    ],
)
def test_the_log_says_which_parameter_was_missed_and_the_buyer_the_same_of_all(
    sent: dict[str, str], said: str
) -> None:
    make_connection()
    response = post(urlencode({**sent, "HOOK_URL": HOOK}).encode())
    assert response.status_code == 401
    assert "parameter USERNAME" not in response.content.decode()
    record = WireMessage.objects.get()
    assert record.error.endswith(said)
    assert CANARY_SECRET not in record.body


def test_control_characters_in_parameters_do_no_harm() -> None:
    make_connection(options={"shopper_parameter": "UID"})
    odd = "a\x00b\x1f\u2028\U0001f600"
    session = launch(**{"UID": odd, "~OkCode": odd, "~CALLER": odd, "FUNCTION": odd, "NEW_ITEM-VENDOR": odd})
    assert session.echo["its"][0] == ["~OkCode", odd.replace("\x00", "")]


def test_thousands_of_parameters_are_refused() -> None:
    make_connection()
    assert post("&".join(f"p{n}=1" for n in range(2000)).encode()).status_code == 400


def test_a_launch_makes_a_fixed_number_of_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    make_connection()
    body = urlencode(GOOD).encode()
    post(body)
    # connection, secrets, message, savepoint, cart, session, release, secret used, message finished
    with django_assert_max_num_queries(9):
        post(body)


# -- who it is -----------------------------------------------------------------------------------------------


def test_the_user_name_is_compared_without_its_case() -> None:
    make_connection(username="Buyer-ÄÖ")
    launch(USERNAME=" buyer-äö ")


def test_another_user_name_is_refused() -> None:
    make_connection()
    assert refused(USERNAME="somebody").status_code == 401


def test_the_parameters_can_be_called_as_the_buyer_likes() -> None:
    make_connection(options={"username_parameter": "login[name]", "password_parameter": "KENNUNG"})
    body = urlencode({"login[name]": "buyer", "Kennung": CANARY_SECRET, "MM_HOOK_URL": HOOK}).encode()
    assert post(body).status_code == 303
    assert "Kennung=[redacted]" in WireMessage.objects.get().body


@pytest.mark.parametrize(
    "name", ["PASSWORD", "passwd", "Kennwort", "pw", "PWD", "my_secret", "access_token", "%50assword"]
)
def test_whatever_is_called_like_a_secret_is_redacted(name: str) -> None:
    make_connection()
    get(f"{name}=canary&USERNAME=buyer")
    record = WireMessage.objects.get()
    assert "canary" not in record.path
    assert "USERNAME=buyer" in record.path


def test_a_refusal_says_what_to_do_and_whom_to_ask() -> None:
    make_connection()
    response = refused(PASSWORD="wrong")
    text = response.content.decode()
    assert response.status_code == 401
    assert settings.SUPPLIER_EMAIL in text
    assert f"<dd>{WireMessage.objects.get().pk}</dd>" in text
    assert "wrong" not in text
    assert "frame-ancestors 'self' https://buyer.example" in response["Content-Security-Policy"]
    assert "password matches no secret" in WireMessage.objects.get().error


def test_a_refusal_speaks_the_browsers_language_or_english() -> None:
    make_connection()
    assert get("", **{"Accept-Language": "de"})["Content-Language"] == "de"


def test_a_fault_of_ours_is_a_page_with_a_reference() -> None:
    make_connection(options={"no such option": 1})
    response = post(urlencode(GOOD).encode())
    assert response.status_code == 500
    assert str(WireMessage.objects.get().pk) in response.content.decode()
    assert WireMessage.objects.get().verdict == WireMessage.Verdict.FAILED
