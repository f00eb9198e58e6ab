"""A document in a form field or among MIME parts is found, and no secret that came with it is kept."""

import base64
from urllib.parse import quote, urlencode

import pytest

from punchout.models import WireMessage
from tests.factories import CANARY_SECRET
from tests.punchout.cxml.buyer import MIME, fill, make_connection, notes, post, setup, status_code

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
MIXED = "multipart/mixed; boundary=edge"
RELATED = "multipart/related; boundary=edge"


def as_urlencoded(document: bytes) -> bytes:
    return urlencode({"submit": "1", "cXML-urlencoded": document}).encode()


def as_base64(document: bytes) -> bytes:
    return b"cxml-base64=" + quote(base64.b64encode(document)).encode()


def as_base64_with_bare_plus_signs(document: bytes) -> bytes:
    return b"cXML-base64=" + base64.b64encode(document)


def as_base64_for_addresses(document: bytes) -> bytes:
    padded = document + b"<!-- \xc3\xbf\xc3\xbe\xc3\xbf -->"
    encoded = base64.urlsafe_b64encode(padded)
    assert b"-" in encoded or b"_" in encoded
    return b"cXML-base64=" + encoded


def as_some_field(document: bytes) -> bytes:
    return urlencode({"action": "go", "theDocument": document}).encode()


def as_latin_1(document: bytes) -> bytes:
    text = document.decode().replace('encoding="UTF-8"', 'encoding="ISO-8859-15"').replace("Jan<", "Zoë<")
    return urlencode({"xml": text.encode("iso8859-15")}).encode()


@pytest.mark.parametrize(
    "encode",
    [
        as_urlencoded,
        as_base64,
        as_base64_with_bare_plus_signs,
        as_base64_for_addresses,
        as_some_field,
        as_latin_1,
    ],
)
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=x"]
)
def test_a_document_in_a_form_is_found_and_its_secret_is_not_logged(encode, kind: str) -> None:
    connection = make_connection()
    assert status_code(post(encode(fill("setup_request.xml", connection)), content_type=kind)) == 200
    record = WireMessage.objects.get()
    assert any("came in the form field" in note for note in record.notes)
    assert CANARY_SECRET not in record.body
    assert "<BuyerCookie>" in record.body


@pytest.mark.parametrize("encode", [as_urlencoded, as_base64, as_base64_with_bare_plus_signs])
def test_a_form_that_calls_itself_xml_is_recognised(encode) -> None:
    connection = make_connection()
    if encode is as_urlencoded:
        body = encode(fill("setup_request.xml", connection)).removeprefix(b"submit=1&")
    else:
        body = encode(fill("setup_request.xml", connection))
    assert status_code(post(body, content_type="text/xml")) == 200
    assert CANARY_SECRET not in WireMessage.objects.get().body


@pytest.mark.parametrize(
    "body",
    [b"cxml-base64=!!!", b"cxml-base64=%ff", b"a=b", b"cxml-urlencoded=", b"xml=%ff%fe%00", b"=&=", b"%%%=<"],
)
def test_a_form_without_a_document_is_not_acceptable(body: bytes) -> None:
    assert status_code(post(body, content_type="application/x-www-form-urlencoded")) == 406


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", RELATED),
        (b"--edge--", RELATED),
        (b"no parts", RELATED),
        (b"no parts", "multipart/related"),
        (b"--edge\r\n\r\nhello\r\n--edge--", RELATED),
        (
            b"--edge\r\nContent-Transfer-Encoding: base64\r\n\r\n\xff!!\r\n--edge--",
            "multipart/mixed; boundary=edge",
        ),
        (
            b"--edge\r\nContent-Type: multipart/mixed; boundary=e2\r\n\r\n" * 50,
            "multipart/mixed; boundary=edge",
        ),
        (b"--edge\r\n\r\nx\r\n" * 600 + b"--edge--", MIXED),
        (
            b"--edge\r\nContent-Type: \xff\xfe; name=\xff\r\n\r\n<\xff\r\n--edge--",
            'multipart/x; boundary="edge"',
        ),
    ],
)
def test_a_broken_message_in_parts_is_not_acceptable(body: bytes, kind: str) -> None:
    assert status_code(post(body, content_type=kind)) == 406
    assert WireMessage.objects.get().verdict == WireMessage.Verdict.REFUSED


def test_a_boundary_that_the_header_does_not_say_is_that_of_the_first_line() -> None:
    body = fill("lenient/multipart_related.mime", make_connection())
    assert status_code(post(body, content_type="multipart/related; type=text/xml")) == 200


def test_a_start_that_no_part_is_called_is_noted() -> None:
    body = fill("lenient/multipart_related.mime", make_connection())
    kind = 'multipart/related; boundary="edge"; start="<nowhere@buyer.example>"'
    assert status_code(post(body, content_type=kind)) == 200
    assert "No part is called <nowhere@buyer.example>, which is said to be the document." in notes()


def test_an_attachment_is_not_stored_for_it_may_hold_a_secret_of_its_own() -> None:
    connection = make_connection()
    body = fill("lenient/multipart_related.mime", connection)
    hidden = f"<cXML><SharedSecret>{CANARY_SECRET}</SharedSecret></cXML>".encode()
    body = body.replace(b"Content-Transfer-Encoding: base64\n\nJVBERi0xLjQK", b"\n" + hidden)
    assert status_code(post(body, content_type=MIME)) == 200
    assert CANARY_SECRET not in WireMessage.objects.get().body


def test_a_quoted_printable_document_is_decoded() -> None:
    connection = make_connection()
    body = fill("lenient/multipart_related.mime", connection).replace(b": 8bit", b": quoted-printable", 1)
    head, mark, rest = body.partition(b"<?xml")
    document, edge, tail = (mark + rest).partition(b"--edge")
    assert status_code(post(head + document.replace(b"=", b"=3D") + edge + tail, content_type=MIME)) == 200


def test_odd_characters_in_headers_and_field_names_are_not_stored() -> None:
    connection = make_connection()
    body = fill("lenient/multipart_related.mime", connection)
    body = body.replace(b'filename="drawing.pdf"', b'filename="a\x00b\xff\xed\xa0\x80.pdf"')
    body = body.replace(b"part2.drawing@", b"part\x00\xfe@")
    assert status_code(post(body, content_type=MIME)) == 200
    assert "attachment" in notes()[0]
    field = fill("setup_request.xml", connection)
    body = urlencode({b"odd\x00\xff name": field}).encode()
    assert status_code(post(body, content_type=FORM)) == 200
    assert "form field odd" in notes()[0]
    extra = "<Extrinsic name='x'><Attachment><URL>cid:%00%ED%A0%80</URL></Attachment></Extrinsic>"
    assert status_code(setup(connection, extra=extra)) == 200
    assert any("did not come along" in note for note in notes())
    assert not any("\x00" in note for record in WireMessage.objects.all() for note in record.notes)
