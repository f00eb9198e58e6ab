"""Launches as buyers' systems send them, and what the shop makes of each parameter."""

import re
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from punchout.models import Connection, PunchoutSession, WireMessage
from tests.factories import CANARY_SECRET, OrganisationFactory
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


# -- where to ------------------------------------------------------------------------------------------------


def test_a_launch_without_a_return_address_is_refused() -> None:
    make_connection()
    response = refused(HOOK_URL=" ")
    assert response.status_code == 400
    assert b"HOOK_URL" in response.content


def test_the_connections_own_return_address_stands_in() -> None:
    make_connection(default_return_url=HOOK)
    assert launch(HOOK_URL="").return_url == HOOK
    assert "No return address was sent" in notes()


@pytest.mark.parametrize("where", ["twice in the body", "query and body", "two names"])
def test_two_different_return_addresses_are_refused(where: str) -> None:
    make_connection()
    body, other = urlencode(GOOD), urlencode({"HOOK_URL": HOOK + "?2"})
    if where == "twice in the body":
        response = post(f"{body}&{other}".encode())
    elif where == "query and body":
        response = post(body.encode(), query=other)
    else:
        response = post(f"{body}&{other.replace('HOOK_URL', 'hookurl')}".encode())
    assert response.status_code == 400
    assert not PunchoutSession.objects.exists()


def test_the_same_return_address_twice_is_no_contradiction() -> None:
    make_connection()
    assert post(f"{urlencode(GOOD)}&{urlencode({'hook_url': HOOK})}".encode()).status_code == 303


@pytest.mark.parametrize("value", ["SAPEVENT:POST", "sapevent:post"])
def test_sapevent_is_taken_only_where_it_is_switched_on(value: str) -> None:
    connection = make_connection()
    assert refused(HOOK_URL=value).status_code == 400
    Connection.objects.filter(pk=connection.pk).update(options={"sapevent": True})
    assert launch(HOOK_URL=value).return_url == "SAPEVENT:POST"


@pytest.mark.parametrize("value", ["SAPEVENT:GET", "SAPEVENT:POST?x=1", "sapevent://POST", "SAPEVENT:POST "])
def test_sapevent_is_one_value_and_not_a_scheme(value: str) -> None:
    make_connection(options={"sapevent": True})
    if value.strip() == "SAPEVENT:POST":
        assert launch(HOOK_URL=value).return_url == "SAPEVENT:POST"
    else:
        assert refused(HOOK_URL=value).status_code == 400


def test_a_cancel_address_has_to_be_allowed_too() -> None:
    make_connection()
    assert (
        launch(OCICANCEL="https://buyer.example/cancel?id=1").echo["cancel_url"]
        == "https://buyer.example/cancel?id=1"
    )
    assert launch(OCICANCEL="https://evil.example/cancel").echo["cancel_url"] == ""
    assert "OCICANCEL is not used" in notes()


# -- in which manner -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "language"),
    [
        ("SAP-LANGUAGE", "DE", "de"),
        ("sap-language", "fr", "fr"),
        ("LANGUAGE", "N", "nl"),
        ("language", "D", "de"),
        ("LANGUAGE", "F", "fr"),
        ("LANGUAGE", "nl-BE", "nl"),
        ("LANGUAGE", "de_DE", "de"),
        ("LANG", "fr", "fr"),
        ("LANGUAGE", "ZH", "en"),
        ("LANGUAGE", "1", "en"),
    ],
)
def test_the_language_follows_the_launch(name: str, value: str, language: str) -> None:
    make_connection(organisation=OrganisationFactory(language="en"))
    assert launch(**{name: value}).language == language


@pytest.mark.parametrize(
    ("sent", "ceiling", "version"),
    [
        ("", "4.0", "4.0"),
        ("4.0", "5.0", "4.0"),
        ("5.0", "5.0", "5.0"),
        ("3.0", "4.0", "3.0"),
        ("2.0b", "4.0", "2.0"),
        ("3.5", "5.0", "4.0"),
        ("5.0", "4.0", "4.0"),
        ("9.9", "5.0", "5.0"),
    ],
)
def test_the_version_is_the_buyers_up_to_what_was_agreed(sent: str, ceiling: str, version: str) -> None:
    make_connection(options={"version": ceiling})
    assert launch(OCI_VERSION=sent).echo["version"] == version


def test_a_version_that_is_not_obeyed_is_noted() -> None:
    make_connection()
    launch(OCIVERSION="5.0")
    assert "this connection is set to 4.0" in notes()


@pytest.mark.parametrize(
    ("sent", "option", "charset"),
    [
        ("", "", "iso-8859-1"),
        ("utf-8", "", "utf-8"),
        ("UTF8", "", "utf-8"),
        ("ISO-8859-1", "", "iso-8859-1"),
        ("8859-1", "", "iso-8859-1"),
        ("1100", "", "iso-8859-1"),
        ("4110", "", "utf-8"),
        ("Windows-1252", "", "windows-1252"),
        ("utf-16", "", "iso-8859-1"),
        ("utf-7", "", "iso-8859-1"),
        ("nonsense", "", "iso-8859-1"),
        ("utf-8", "iso-8859-15", "iso-8859-15"),
    ],
)
def test_the_charset_is_the_buyers_unless_an_option_says_otherwise(
    sent: str, option: str, charset: str
) -> None:
    make_connection(options={"charset": option})
    assert launch(http_content_charset=sent).echo["charset"] == charset


@pytest.mark.parametrize(
    ("parameters", "option", "target"),
    [
        ({}, "", "_top"),
        ({"~target": "_parent"}, "", "_parent"),
        ({"~TARGET": "_parent", "returntarget": "main"}, "", "main"),
        ({"returntarget": "main"}, "_self", "_self"),
        ({"~TARGET": "a b<c>"}, "", "_top"),
    ],
)
def test_the_target_is_returntarget_then_its_target_then_top(
    parameters: dict[str, str], option: str, target: str
) -> None:
    make_connection(options={"target": option})
    assert launch(**parameters).echo["target"] == target


def test_an_unknown_function_is_a_normal_visit_with_a_note() -> None:
    make_connection()
    assert launch(FUNCTION="DANCE").landing == "/"
    assert "FUNCTION=DANCE" in notes()


@pytest.mark.parametrize(
    "function", ["DETAIL", "validate", "BACKGROUND_SEARCH", "DETAILADD", "QUANTITYCHECK", "DOWNLOADJSON"]
)
def test_a_function_that_is_not_offered_is_refused(function: str) -> None:
    make_connection(options={"functions": []})
    response = refused(FUNCTION=function)
    assert response.status_code == 400
    assert function.upper().encode() in response.content


def test_sourcing_opens_the_shop_on_that_search() -> None:
    make_connection()
    assert (
        launch(FUNCTION="SOURCING", SEARCHSTRING="kabel 3g2,5 & más").landing
        == "/search?q=kabel%203g2%2C5%20%26%20m%C3%A1s"
    )
    assert len(launch(FUNCTION="SOURCING", SEARCHSTRING="é" * 500).landing) <= 255
    assert launch(FUNCTION="SOURCING").landing == "/"


def test_the_email_is_who_is_shopping_when_no_user_is_sent() -> None:
    make_connection(options={"shopper_email_parameter": "EMAIL"})
    person = launch(EMAIL="An.Jansen@buyer.example").person
    assert (person.identifier, person.email) == ("an.jansen@buyer.example", "An.Jansen@buyer.example")
