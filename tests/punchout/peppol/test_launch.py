"""Launches by form and by query, and what the shop makes of each parameter."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from punchout.models import WireMessage
from tests.factories import CANARY_SECRET
from tests.punchout.peppol import buyer

pytestmark = pytest.mark.django_db


def test_a_form_opens_a_session_in_the_buyers_language_and_keeps_his_reference() -> None:
    connection = buyer.make_connection()
    session = buyer.opened(buyer.send())
    assert session.connection == connection
    assert (session.return_url, session.language) == (buyer.RETURN_URL, "nl")
    assert session.echo == {"reference": "REQ-2026-0042", "launch": {}}
    assert session.person is None
    record = WireMessage.objects.get()
    assert record.kind == "Peppol launch"
    assert "password=[redacted]" in record.body and "REQ-2026-0042" in record.body


def test_a_query_does_too_and_its_password_is_not_kept() -> None:
    buyer.make_connection()
    response = Client().get(buyer.ADDRESS, buyer.good())
    assert buyer.opened(response)
    assert CANARY_SECRET not in WireMessage.objects.get().path


def test_the_names_of_the_parameters_are_options() -> None:
    names = {
        "username_parameter": "bruker",
        "password_parameter": "kode",
        "return_parameter": "tilbake",
        "reference_parameter": "saksnr",
        "language_parameter": "maal",
        "shopper_parameter": "hvem",
    }
    buyer.make_connection(options=names)
    sent = {
        "Bruker": "buyer",
        "KODE": CANARY_SECRET,
        "tilbake": buyer.RETURN_URL,
        "saksnr": "Sak 7/æ",
        "maal": "fr",
        "hvem": "kari@kommune.example",
    }
    session = buyer.opened(Client().post(buyer.ADDRESS, urlencode(sent), content_type=buyer.FORM))
    assert (session.language, session.echo["reference"]) == ("fr", "Sak 7/æ")
    assert session.person is not None and session.person.email == "kari@kommune.example"
    assert CANARY_SECRET not in WireMessage.objects.get().body


def test_a_launch_without_reference_is_accepted_and_noted() -> None:
    buyer.make_connection()
    buyer.opened(buyer.send(reference=""))
    assert "No reference" in buyer.notes()


def test_without_return_address_the_connections_own_is_used_or_the_launch_refused() -> None:
    connection = buyer.make_connection()
    assert "returnURL" in buyer.refused(buyer.send(returnURL=""), 400)
    connection.default_return_url = "https://buyer.example/back"
    connection.save()
    assert buyer.opened(buyer.send(returnURL="")).return_url == "https://buyer.example/back"
    assert "No return address" in buyer.notes()


def test_two_return_addresses_are_refused() -> None:
    buyer.make_connection()
    query = urlencode({"returnURL": "https://buyer.example/other"})
    response = Client().post(f"{buyer.ADDRESS}?{query}", urlencode(buyer.good()), content_type=buyer.FORM)
    assert "more than one" in buyer.refused(response, 400)


def test_the_operator_reads_what_was_wrong_and_the_buyer_does_not() -> None:
    buyer.make_connection()
    for changes in ({"password": "wrong"}, {"password": ""}, {"username": "nobody"}):
        page = buyer.refused(buyer.send(**changes), 401)
        assert "is not right" in page
    why = " ".join(WireMessage.objects.values_list("error", flat=True))
    for words in ("matches no secret", "No password", "not the connection's"):
        assert words in why


def test_another_method_and_a_body_that_is_no_form_are_refused() -> None:
    buyer.make_connection()
    assert Client().put(buyer.ADDRESS)["Allow"] == "GET, POST"
    response = Client().post(buyer.ADDRESS, b'{"password": "x"}', content_type="application/json")
    buyer.refused(response, 400)
    assert "not kept" in WireMessage.objects.latest("id").body
