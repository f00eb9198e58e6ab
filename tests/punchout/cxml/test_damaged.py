"""Damaged messages of every shape: read or refused, never a fault of ours, and no secret in the wire log."""

import base64
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from punchout.adapters.cxml.forgiven import review
from punchout.adapters.cxml.parse import parse_document, read_envelope
from punchout.adapters.cxml.parts import missing_attachments, unpack
from punchout.adapters.cxml.redact import redacted_body
from punchout.errors import MessageUnreadable, PunchoutError
from tests.factories import CANARY_SECRET

DOCUMENT = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.014/cXML.dtd">
<cXML payloadID="1@b" timestamp="2025-03-04T09:15:00+01:00" xml:lang="en-US"><Header>
<From><Credential domain="NetworkID"><Identity>AN1</Identity></Credential></From>
<To><Credential domain="DUNS"><Identity>1</Identity></Credential></To>
<Sender><Credential domain="NetworkID"><Identity>AN1</Identity>
<SharedSecret>{CANARY_SECRET}</SharedSecret></Credential><UserAgent>x</UserAgent></Sender></Header>
<Request><PunchOutSetupRequest operation="edit"><BuyerCookie>1</BuyerCookie>
<ItemOut quantity="1"><ItemID><SupplierPartID>A</SupplierPartID></ItemID></ItemOut>
</PunchOutSetupRequest></Request></cXML>"""
PARTS = f"""--edge\r\nContent-Type: text/xml; charset=UTF-8\r\nContent-ID: <a@b>\r\n\r\n{DOCUMENT}\r\n--edge\r
Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--edge--\r\n"""
FORM = "application/x-www-form-urlencoded"
RELATED = 'multipart/related; boundary="edge"; start="<a@b>"'
SHAPES = {
    "document": (DOCUMENT, "text/xml; charset=UTF-8"),
    "parts": (PARTS, RELATED),
    "form": ("cXML-urlencoded=" + quote_plus(DOCUMENT), FORM),
    "base64": ("cXML-base64=" + base64.b64encode(DOCUMENT.encode()).decode(), FORM),
}


def read(body: bytes, content_type: str) -> bool:
    """Whether a message can be read; a fault is not caught."""
    try:
        package = unpack(body, content_type)
        root, notes = parse_document(package.body, package.content_type)
        envelope = read_envelope(root, notes, package.attachments)
        list(review(root, envelope.request))
        missing_attachments(envelope.request, package.attachments)
    except PunchoutError:
        return False
    return True


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("<BuyerCookie>1<", "<BuyerCookie>a=1&b=2<", "an & that is not written &amp; (line 8)"),
        ("<BuyerCookie>1<", "<BuyerCookie>R & D<", "an & or a < that is not written &amp; or &lt; (line 8)"),
        ("</Header>", "", "an element is closed that is not the one opened last (line 10)"),
        ("</PunchOutSetupRequest></Request></cXML>", "", "it ends before its elements are closed (line 10)"),
        ("<UserAgent>x", "<UserAgent>&copy;", "an entity that nobody declared (line 7)"),
    ],
)
def test_what_is_not_well_formed_is_said_in_words_and_where(right: str, wrong: str, said: str) -> None:
    with pytest.raises(MessageUnreadable) as refused:
        parse_document(DOCUMENT.replace(right, wrong).encode(), "text/xml")
    assert said in refused.value.message


@pytest.mark.parametrize("shape", SHAPES)
def test_whole_it_is_read_and_its_secret_is_not_logged(shape: str) -> None:
    body, content_type = SHAPES[shape]
    assert read(body.encode(), content_type)
    logged = redacted_body(body.encode(), content_type)
    assert CANARY_SECRET not in logged
    assert "PunchOutSetupRequest" in logged


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=150)
@given(data=st.data())
def test_damaged_it_is_read_or_refused(shape: str, data: st.DataObject) -> None:
    body, content_type = SHAPES[shape]
    damaged = bytearray(body.encode())
    for _number in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        length = data.draw(st.integers(0, 40))
        damaged[at : at + length] = data.draw(st.binary(max_size=12))
    declared = data.draw(st.sampled_from([content_type, "text/xml", RELATED, FORM, "", "multipart/mixed"]))
    read(bytes(damaged), declared)
    redacted_body(bytes(damaged), declared)


@settings(max_examples=150)
@given(
    header=st.text(st.characters(codec="latin-1"), max_size=80),
    body=st.binary(max_size=200),
    kind=st.sampled_from(["multipart/related; ", "multipart/form-data;", "multipart/", "text/xml; charset="]),
)
def test_any_content_type_is_survived(header: str, body: bytes, kind: str) -> None:
    read(body, kind + header)
    redacted_body(body, kind + header)


@pytest.mark.parametrize("shape", ["document", "parts", "form"])
def test_cut_off_at_any_place_the_secret_is_not_logged(shape: str) -> None:
    body, content_type = SHAPES[shape]
    for end in range(0, len(body), 7):
        assert CANARY_SECRET not in redacted_body(body[:end].encode(), content_type), end


@pytest.mark.parametrize("shape", ["form", "base64"])
@pytest.mark.parametrize("content_type", ["text/xml", "", "application/octet-stream", RELATED])
@pytest.mark.parametrize("prefix", ["", "strange_", "a=b&"])
def test_escaped_and_misdeclared_it_is_not_logged_either(shape: str, content_type: str, prefix: str) -> None:
    logged = redacted_body((prefix + SHAPES[shape][0]).encode(), content_type)
    assert CANARY_SECRET not in logged
    assert quote_plus(CANARY_SECRET) not in logged
    assert "SharedSecret%3E" not in logged
