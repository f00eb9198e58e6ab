"""Launches as trade ERPs send them, and what the shop makes of each field."""

from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest
from django.test import Client

from punchout.models import Connection, PunchoutSession, WireMessage
from tests.contracts.pages import read_return_page
from tests.factories import CANARY_SECRET, ProductFactory
from tests.punchout.ids.client import (
    FORM,
    HOOK,
    MULTIPART,
    enter,
    good,
    launch,
    launched,
    make_connection,
    multipart,
    notes,
    post,
    refused,
    send,
)

pytestmark = pytest.mark.django_db


# -- how it comes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_multipart_form_from_a_local_file_opens_a_session(slash: str) -> None:
    make_connection()
    headers = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}
    response = Client(enforce_csrf_checks=True).post(
        f"/punchout/ids/erp{slash}", multipart(good()), content_type=MULTIPART, headers=headers
    )
    session = launched(response)
    assert session.return_url == HOOK
    assert session.echo == {"action": "WKE", "version": "2.5", "target": "_top"}
    assert session.person is not None and session.person.identifier == "buyer"
    record = WireMessage.objects.get()
    assert record.kind == "IDS WKE"
    assert 'name="pw_kunde"\r\n\r\n[redacted]\r\n' in record.body
    assert 'name="kndnr"\r\n\r\n4711\r\n' in record.body


def test_names_are_matched_whatever_their_case_and_the_media_type_may_be_missing() -> None:
    make_connection()
    fields = {name.upper(): value for name, value in good().items()}
    launched(post(urlencode(fields).encode(), ""))
    launched(post(urlencode(fields).encode(), "text/plain"))


def test_values_in_windows_1252_are_read_although_nobody_says_so() -> None:
    make_connection(username="Jürgen")
    body = urlencode(good(name_kunde="Jürgen"), encoding="cp1252").encode()
    session = launched(post(body))
    assert session.person is not None and session.person.identifier == "jürgen"
    assert "Windows-1252" in notes()


def test_a_form_that_is_none_is_refused_and_not_kept() -> None:
    make_connection()
    for content_type in ("application/json", "multipart/form-data"):
        assert post(b'{"pw_kunde": "x"}', content_type).status_code == 400
        assert "not kept" in WireMessage.objects.latest("id").body


def test_get_is_refused_with_the_method_that_is_allowed() -> None:
    make_connection()
    response = Client().get("/punchout/ids/erp", good())
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert CANARY_SECRET not in WireMessage.objects.get().path
    assert not PunchoutSession.objects.exists()


def test_get_is_accepted_where_the_connection_says_so() -> None:
    make_connection(options={"accept_get": True})
    launched(Client().get("/punchout/ids/erp", good()))
    assert CANARY_SECRET not in repr(WireMessage.objects.values_list("path", "body"))


@pytest.mark.parametrize("method", ["put", "delete", "options", "head"])
def test_other_methods_are_refused(method: str) -> None:
    make_connection(options={"accept_get": True})
    assert getattr(Client(), method)("/punchout/ids/erp").status_code == 405


# -- who -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["4712", "", "04711"])
def test_the_customer_number_must_be_the_connections(number: str) -> None:
    make_connection()
    refused(401, kndnr=number)
    assert "kndnr" in WireMessage.objects.get().error


def test_a_customer_number_of_the_buyers_own_can_be_agreed() -> None:
    make_connection(options={"customer_number": "D-99"})
    refused(401)
    launch(kndnr="d-99")


def test_without_the_obligation_a_customer_number_may_be_left_out_but_not_be_wrong() -> None:
    make_connection(options={"customer_number_required": False})
    refused(401, kndnr="4712")
    launch(kndnr="")


def test_all_that_can_be_wrong_with_credentials_is_answered_alike() -> None:
    make_connection()
    texts = set()
    for changes in ({"kndnr": "1"}, {"name_kunde": "x"}, {"pw_kunde": "x"}, {"pw_kunde": ""}):
        texts.add(refused(401, **changes).partition("<h1")[2].partition("<dl")[0])
    assert len(texts) == 1 and "customer number" in texts.pop()


# -- what ----------------------------------------------------------------------------------------------------


def test_an_unknown_action_is_refused_with_those_we_know() -> None:
    make_connection()
    page = refused(400, action="XYZ")
    assert "XYZ" in page and "WKE, WKS, ADL, AS, LI, SV" in page


def test_a_heating_label_is_refused_in_plain_words() -> None:
    make_connection()
    assert "heating" in refused(400, action="HLS", heatinglabel="<x/>")


def test_a_missing_action_is_concluded_from_the_cart() -> None:
    make_connection()
    assert launch(action="").echo["action"] == "WKE"
    assert "No action" in notes()
    cart = "<Warenkorb><Order/></Warenkorb>"
    assert launch(action="", warenkorb=cart).echo["action"] == "WKS"


def test_a_cart_that_comes_with_another_action_is_noted_and_not_read() -> None:
    make_connection()
    assert not launch(warenkorb="<Warenkorb").cart.lines.exists()
    assert "only read with WKS" in notes()


@pytest.mark.parametrize(
    ("sent", "ceiling", "expected"),
    [
        ("2.5", "2.5", "2.5"),
        ("2.5.1", "2.5", "2.5"),
        ("2.5", "2.0", "2.0"),
        ("2.0", "2.5", "2.0"),
        ("2.3", "2.5", "2.0"),
        ("1.3", "2.5", "2.0"),
        ("", "2.5", "2.0"),
        ("9.9", "2.5", "2.5"),
        ("9.9", "2.0", "2.0"),
    ],
)
def test_the_version_is_the_launches_up_to_the_connections(sent: str, ceiling: str, expected: str) -> None:
    make_connection(options={"version": ceiling})
    assert launch(version=sent).echo["version"] == expected
    assert bool(notes()) == (sent != expected)


# -- where to ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["WKE", "WKS"])
def test_an_action_that_returns_a_cart_needs_an_address(action: str) -> None:
    make_connection()
    assert "hookurl" in refused(400, action=action, hookurl="", warenkorb="<Warenkorb/>")


def test_the_address_of_the_connection_stands_in_for_a_missing_one() -> None:
    make_connection(default_return_url="https://buyer.example/standing")
    assert launch(hookurl="").return_url == "https://buyer.example/standing"


def test_gc_onlines_name_of_the_address_is_understood() -> None:
    make_connection()
    assert launch(hookurl="", rueckurl=HOOK).return_url == HOOK
    assert launch(hookurl="", HOOK_URL=HOOK).return_url == HOOK


def test_an_address_that_was_escaped_for_html_once_too_often_is_the_one_that_is_meant() -> None:
    make_connection()
    assert launch(hookurl=f"{HOOK}&amp;user=7").return_url == f"{HOOK}&user=7"


def test_two_different_addresses_are_refused() -> None:
    make_connection()
    body = urlencode([*good().items(), ("HOOKURL", "https://buyer.example/other")]).encode()
    assert post(body).status_code == 400


@pytest.mark.parametrize(
    ("sent", "option", "expected"),
    [
        ("TOP", "", "_top"),
        ("", "", "_top"),
        ("top", "", "_top"),
        ("_parent", "", "_parent"),
        ("IDSFenster", "", "IDSFenster"),
        ('x" onload="y', "", "_top"),
        ("TOP", "erp", "erp"),
    ],
)
def test_the_target_is_obeyed(sent: str, option: str, expected: str) -> None:
    make_connection(options={"target": option})
    assert launch(target=sent).echo["target"] == expected


def test_more_than_one_return_is_noted_as_not_offered() -> None:
    make_connection()
    launch(multipleResult="true", hookURLTimeout="600")
    assert "multipleResult" in notes() and "hookURLTimeout" in notes()


# -- articles and searches -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["LAMP 1/A", "lamp 1/a", "4012345678901", "04012345678901"])
def test_an_article_is_opened_by_its_number_or_gtin(number: str) -> None:
    make_connection()
    ProductFactory(sku="LAMP 1/A", gtin="4012345678901")
    response = send(action="ADL", ghnummer=number)
    browser, prefix = enter(response)
    page = browser.get(prefix + PunchoutSession.objects.get().landing)
    assert page.status_code == 200
    assert b"LAMP 1/A" in page.content


def test_an_article_we_do_not_have_opens_a_search_for_it() -> None:
    make_connection()
    ProductFactory(sku="HIDDEN-1", status="hidden")
    assert launch(action="ADL", ghnummer="HIDDEN-1").landing == "/search?q=HIDDEN-1"
    assert "HIDDEN-1" in notes()


def test_a_gtin_of_two_articles_means_neither() -> None:
    make_connection()
    ProductFactory.create_batch(2, gtin="4012345678901")
    assert launch(action="ADL", ghnummer="4012345678901").landing.startswith("/search")


def test_a_deep_link_without_an_article_is_refused() -> None:
    make_connection()
    assert "ghnummer" in refused(400, action="ADL")


def test_a_search_opens_the_shop_on_its_words() -> None:
    make_connection()
    assert launch(action="AS", searchterm="NYM-J 3x1,5 Ü").landing == f"/search?q={quote('NYM-J 3x1,5 Ü')}"
    assert launch(action="AS").landing == "/"
    assert len(launch(action="AS", searchterm="ö" * 300).landing) <= 255


@pytest.mark.parametrize("action", ["ADL", "AS"])
def test_looking_without_an_address_offers_no_return(action: str) -> None:
    make_connection()
    product = ProductFactory(sku="LOOK-1")
    browser, prefix = enter(send(action=action, ghnummer="LOOK-1", hookurl=""))
    page = browser.get(f"{prefix}/p/{product.sku}")
    assert page.status_code == 200
    assert f"{prefix}/return".encode() not in browser.get(f"{prefix}/cart").content


# -- questions without a login -------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_which_credentials_are_wanted_is_answered_without_a_login(method: str) -> None:
    make_connection(options={"customer_number_required": False})
    response = getattr(Client(), method)("/punchout/ids/erp", {"ACTION": "li"})
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/xml")
    root = ElementTree.fromstring(response.content)
    assert root.tag == "Logininformationen"
    assert [(child.tag, child.text) for child in root] == [
        ("Kundennummer_erforderlich", "false"),
        ("Benutzername_erforderlich", "true"),
        ("Passwort_erforderlich", "true"),
    ]
    assert not PunchoutSession.objects.exists()
    assert WireMessage.objects.get().kind == "IDS LI"


@pytest.mark.parametrize(("ceiling", "versions"), [("2.5", ["2.0", "2.5"]), ("2.0", ["2.0"])])
def test_which_versions_we_speak_is_answered_without_a_login(ceiling: str, versions: list[str]) -> None:
    make_connection(options={"version": ceiling})
    root = ElementTree.fromstring(post(b"action=SV", FORM).content)
    assert root.tag == "Schnittstellenversionen"
    assert [child.text for child in root] == versions


def test_questions_to_nobody_or_to_a_closed_connection_are_answered_alike() -> None:
    make_connection()
    Connection.objects.update(active=False)
    closed = Client().post("/punchout/ids/erp", {"action": "SV"})
    nobody = Client().post("/punchout/ids/nobody", {"action": "SV"})
    assert closed.status_code == nobody.status_code == 401
    assert read_return_page(closed).forms == 0
