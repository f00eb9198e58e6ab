"""Login requests as Oracle sends them, and what the shop makes of each element."""

from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from customers.models import DeliverySite
from punchout.models import WireMessage
from punchout.secrets import set_secret
from tests.factories import CANARY_SECRET, ConnectionFactory
from tests.punchout.oraclexml import buyer

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("path", [buyer.ENDPOINT, f"{buyer.ENDPOINT}/", f"{buyer.ENDPOINT}/oracle"])
def test_a_login_request_opens_a_session(path: str) -> None:
    connection = buyer.make_connection()
    site = DeliverySite.objects.create(organisation=connection.organisation, code="Gent-01", name="Ghent")
    session = buyer.opened(buyer.post(buyer.document(), path=path))
    assert session.connection == connection
    assert session.delivery_site == site
    assert session.return_url == buyer.RETURN_URL
    assert session.language == "en"
    assert session.person is not None
    assert (session.person.identifier, session.person.name) == ("ivermeersch", "Ilse Vermeersch")
    assert session.person.email == "ilse.vermeersch@buyer.example"
    record = WireMessage.objects.get()
    assert record.connection == connection
    assert "<password>[redacted]</password>" in record.body
    assert "ivermeersch" in record.body.lower()
    assert buyer.notes() == ""


@pytest.mark.parametrize("name", ["loginRequest", "LOGINREQUEST"])
def test_the_document_may_come_in_a_form_field(name: str) -> None:
    buyer.make_connection()
    body = urlencode({name: buyer.document().decode(), "catalogUrl": "x"}).encode()
    assert buyer.opened(buyer.post(body, FORM))
    assert CANARY_SECRET not in WireMessage.objects.get().body


def test_a_form_without_the_document_is_refused() -> None:
    buyer.make_connection()
    for body in (b"login=x", b"loginRequest=", b"loginRequest=%3Ca/%3E&loginRequest=%3Ca/%3E"):
        assert "loginRequest" in buyer.refused(buyer.post(body, FORM), "400")


def test_order_case_namespace_blanks_and_charset_do_not_matter() -> None:
    buyer.make_connection()
    body = (buyer.PAYLOADS / "login_request_indented.xml").read_bytes()
    session = buyer.opened(buyer.post(body, "text/xml"))
    assert session.return_url.endswith("OAFunc=ICX_CAT_PUNCHOUT_CALLBACK&transactionid=15")
    assert session.person is not None and session.person.identifier == "josé muñoz"
    assert "ordering" in buyer.notes()
    assert CANARY_SECRET not in WireMessage.objects.get().body


@pytest.mark.parametrize(
    ("language", "name", "expected"),
    [
        ("NL", "", "nl"),
        ("F", "", "fr"),
        ("D", "", "de"),
        ("", "DUTCH", "nl"),
        ("ZHS", "French", "fr"),
        ("nl-BE", "", "nl"),
        ("", "", "en"),
        ("ZHS", "CHINESE", "en"),
    ],
)
def test_oracles_language_codes_are_understood(language: str, name: str, expected: str) -> None:
    buyer.make_connection()
    assert buyer.opened(buyer.login(language=language, language_name=name)).language == expected


def test_search_keywords_open_the_shop_on_their_results() -> None:
    buyer.make_connection()
    session = buyer.opened(buyer.login(keywords="cable 3G2,5 & more"))
    assert session.landing == "/search?q=cable%203G2%2C5%20%26%20more"
    assert len(buyer.opened(buyer.login(keywords=quote("é" * 300))).landing) <= 255


def test_another_currency_of_the_buyer_is_noted() -> None:
    buyer.make_connection()
    buyer.opened(buyer.login(currency="USD"))
    assert "USD" in buyer.notes() and "EUR" in buyer.notes()


def test_the_person_can_be_known_by_another_element() -> None:
    buyer.make_connection(options={"shopper": "userEmail"})
    session = buyer.opened(buyer.login())
    assert session.person is not None
    assert session.person.identifier == "ilse.vermeersch@buyer.example"


def test_the_place_of_the_login_url_is_an_option() -> None:
    buyer.make_connection(options={"login_url": "loginInfo"})
    assert "/start/" in buyer.login_url(buyer.login(), "body/loginInfo/loginURL")


def test_a_login_without_return_address_goes_back_to_the_connections_own() -> None:
    connection = buyer.make_connection()
    assert "returnURL" in buyer.refused(buyer.login(return_url=""), "400")
    connection.default_return_url = "https://buyer.example/back"
    connection.save()
    assert buyer.opened(buyer.login(return_url=" ")).return_url == "https://buyer.example/back"
    assert "No return address" in buyer.notes()


def test_two_return_addresses_are_refused() -> None:
    buyer.make_connection()
    body = buyer.document().replace(
        b"<partySiteId>", b"<returnURL>https://buyer.example/2</returnURL><partySiteId>"
    )
    assert "more than one" in buyer.refused(buyer.post(body), "400")


# -- who ---------------------------------------------------------------------------------------------------


def test_one_user_name_of_two_connections_is_told_apart_by_the_password() -> None:
    first = buyer.make_connection()
    second = ConnectionFactory(adapter="oraclexml", username="BUYER")
    secret = set_secret(second, 1)
    assert buyer.opened(buyer.login()).connection == first
    assert buyer.opened(buyer.login(password=secret)).connection == second


def test_two_connections_with_one_user_name_and_password_are_refused_and_the_operator_reads_which() -> None:
    buyer.make_connection()
    ConnectionFactory(adapter="oraclexml", slug="twin", username="buyer", secret=CANARY_SECRET)
    buyer.refused(buyer.login(), "A")
    assert "oracle, twin" in WireMessage.objects.get().error
    session = buyer.opened(buyer.post(buyer.document(), path=f"{buyer.ENDPOINT}/twin"))
    assert session.connection.slug == "twin"


def test_a_connection_without_user_name_is_reached_by_its_address_only() -> None:
    buyer.make_connection(username="")
    buyer.refused(buyer.login(), "A")
    buyer.refused(buyer.login(username=""), "A")
    assert buyer.opened(buyer.post(buyer.document(), path="/punchout/oraclexml/oracle"))


def test_a_user_of_another_protocol_does_not_come_in() -> None:
    ConnectionFactory(adapter="oci", username="buyer", secret=CANARY_SECRET)
    buyer.refused(buyer.login(), "A")


def test_the_operator_reads_what_was_wrong_and_the_buyer_does_not() -> None:
    buyer.make_connection()
    answers = {
        buyer.login(password="wrong").content,
        buyer.login(password="").content,
        buyer.login(username="nobody").content,
        buyer.post(buyer.document(username="nobody"), path="/punchout/oraclexml/oracle").content,
    }
    assert len(answers) == 1
    why = " ".join(WireMessage.objects.values_list("error", flat=True))
    for words in ("matches no secret", "No password", "none with this user name", "not the connection's"):
        assert words in why


# -- what is no login request ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["external_entity.xml", "billion_laughs.xml", "broken.xml", "cdata_not_finished.xml"]
)
def test_a_hostile_or_broken_document_is_refused_without_its_password_in_the_log(name: str) -> None:
    buyer.make_connection()
    buyer.refused(buyer.post(buyer.document(name)), "400")
    record = WireMessage.objects.get()
    assert CANARY_SECRET not in record.body + record.error + record.answer_body


@pytest.mark.parametrize("body", [b"", b" ", b"hello", b"<cXML/>", b"<request/", b"\xff\xfe\x00<", b"{}"])
def test_what_is_no_login_request_is_refused_in_xml(body: bytes) -> None:
    buyer.make_connection()
    assert buyer.refused(buyer.post(body), "400").startswith("400: ")


def test_a_visitor_without_a_message_is_told_in_xml() -> None:
    assert "POST" in buyer.refused(Client().get(buyer.ENDPOINT), "400")


def test_a_password_in_the_query_is_not_kept() -> None:
    buyer.make_connection()
    buyer.post(buyer.document(), path=f"{buyer.ENDPOINT}?password={CANARY_SECRET}&x=1")
    assert CANARY_SECRET not in WireMessage.objects.get().path
