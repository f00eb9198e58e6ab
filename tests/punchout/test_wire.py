"""What reaches the wire log, however it was sent."""

import gzip
import zlib
from io import BytesIO

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from punchout.models import PunchoutSession, WireMessage
from tests.factories import CANARY_SECRET, ConnectionFactory
from tests.punchout.cxml import buyer

pytestmark = pytest.mark.django_db


def send_in_chunks(body: bytes) -> HttpResponse:
    """``Transfer-Encoding: chunked`` as granian passes it on: no length, and a stream that ends."""
    extra = {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    return Client(headers={"Transfer-Encoding": "chunked"}).generic(
        "POST", buyer.ENDPOINT, b"", content_type="text/xml", **extra
    )


def test_a_message_that_is_sent_in_chunks_is_read_whole() -> None:
    body = buyer.fill("setup_request.xml", buyer.make_connection())
    assert buyer.status_code(send_in_chunks(body)) == 200
    assert "PunchOutSetupRequest" in WireMessage.objects.get().body


def test_a_message_that_is_sent_in_chunks_has_the_same_limit(settings: Settings) -> None:
    settings.MESSAGE_LIMIT = 1000
    assert buyer.status_code(send_in_chunks(b" " * 1001)) == 499


def deflated_without_header(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "pack", "note"),
    [
        ("gzip", gzip.compress, ""),
        ("X-GZIP", gzip.compress, ""),
        ("deflate", zlib.compress, ""),
        ("deflate", deflated_without_header, ""),
        ("identity", bytes, ""),
        ("", gzip.compress, "The body is gzip, and no Content-Encoding says so."),
        ("UTF-8", bytes, "The Content-Encoding is utf-8, which is a charset; it was not read."),
    ],
)
@pytest.mark.parametrize("protocol", ["cxml", "oci"])
def test_a_message_is_unzipped_as_it_was_meant(protocol: str, encoding: str, pack, note: str) -> None:
    if protocol == "cxml":
        path, kind = buyer.ENDPOINT, "text/xml"
        body = buyer.fill("setup_request.xml", buyer.make_connection())
    else:
        connection = ConnectionFactory(secret=CANARY_SECRET)
        path, kind = f"/punchout/oci/{connection.slug}", "application/x-www-form-urlencoded"
        form = f"USERNAME=buyer&PASSWORD={CANARY_SECRET}&HOOK_URL=https://buyer.example/return"
        body = form.encode()
    headers = {"Content-Encoding": encoding} if encoding else {}
    Client().generic("POST", path, pack(body), content_type=kind, headers=headers)
    record = WireMessage.objects.get()
    assert record.verdict == WireMessage.Verdict.ACCEPTED, record.error
    assert record.notes == ([note] if note else [])
    assert CANARY_SECRET not in record.body


@pytest.mark.parametrize("encoding", ["br", "gzip", "deflate", "gzip, gzip", "chunked"])
def test_a_body_that_is_not_packed_as_it_says_is_not_acceptable(encoding: str) -> None:
    body = buyer.fill("setup_request.xml", buyer.make_connection())
    answer = Client().generic(
        "POST", buyer.ENDPOINT, body, content_type="text/xml", headers={"Content-Encoding": encoding}
    )
    assert buyer.status_code(answer) == 406
    assert not PunchoutSession.objects.exists()


def test_a_method_of_any_length_is_answered_and_recorded() -> None:
    response = Client().generic("MKWORKSPACE-AND-MORE", buyer.ENDPOINT)
    assert buyer.status_code(response) == 450
    assert WireMessage.objects.get().method == "MKWORKSP"


def test_the_session_of_a_page_of_ours_that_linked_here_is_not_stored() -> None:
    secret = "A" * 43
    Client().get(buyer.ENDPOINT, headers={"Referer": f"https://shop.example/s/{secret}/cart?q=1"})
    assert WireMessage.objects.get().headers["Referer"] == "https://shop.example/s/…/cart"


def test_of_a_launch_to_a_wrong_address_no_parameter_is_kept_that_may_be_the_password() -> None:
    ConnectionFactory(slug="srm", options={"password_parameter": "CODE"}, secret=CANARY_SECRET)
    form = {"USERNAME": "buyer", "CODE": CANARY_SECRET, "HOOK_URL": "https://buyer.example/return"}
    assert Client().post("/punchout/oci/smr", form).status_code == 401
    assert Client().get("/punchout/oci/smr", form).status_code == 401
    assert Client().get("/punchout/oci/smr", {"~CALLER": "CTLG", "CODE": CANARY_SECRET}).status_code == 401
    for record in WireMessage.objects.all():
        assert CANARY_SECRET not in record.path + record.body
    assert "~CALLER=CTLG" in WireMessage.objects.latest("id").path


@pytest.mark.parametrize("protocol", ["oci", "ids"])
@pytest.mark.parametrize("charset", ["unicode_escape", "raw-unicode-escape", "utf-7", "rot13", "idna"])
def test_a_charset_that_makes_half_characters_is_not_obeyed(protocol: str, charset: str) -> None:
    connection = ConnectionFactory(adapter=protocol, secret=CANARY_SECRET)
    # Both protocols' credentials; each reads its own.
    fields = (
        f"USERNAME=buyer&PASSWORD={CANARY_SECRET}&HOOK_URL=https://buyer.example/return"
        f"&kndnr={connection.organisation.number}&name_kunde=buyer&pw_kunde={CANARY_SECRET}"
        "&hookurl=https://buyer.example/return&action=AS&~CALLER=%E9\\ud800&searchterm=%E9\\ud800"
    )
    response = Client().generic(
        "POST",
        f"/punchout/{protocol}/{connection.slug}",
        fields.encode(),
        content_type=f"application/x-www-form-urlencoded; charset={charset}",
    )
    assert response.status_code == 303, response.content
    session = PunchoutSession.objects.get()
    f"{session.echo}{session.landing}".encode()
