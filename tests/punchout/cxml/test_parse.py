"""The envelope is read as charsets, blanks, names and order really come."""

from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from punchout.adapters.cxml.forgiven import review
from punchout.adapters.cxml.parse import (
    inner_xml,
    parse_document,
    read_envelope,
    set_inner_xml,
)
from punchout.adapters.xml import hardened_parser
from punchout.errors import MessageInvalid, OperationUnsupported, PunchoutError

DOCUMENT = (
    '<cXML payloadID="1@b" timestamp="2025-03-04T09:15:00+01:00"><Header><From><Credential domain="DUNS">'
    "<Identity>é€</Identity></Credential></From></Header><Request><ProfileRequest/></Request></cXML>"
)
DECLARED = '<?xml version="1.0" encoding="{}"?>' + DOCUMENT


def identity(body: bytes, content_type: str = "text/xml") -> str:
    root, notes = parse_document(body, content_type)
    return read_envelope(root, notes).buyer[0].identity


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (DOCUMENT.encode(), "text/xml"),
        (DOCUMENT.encode(), ""),
        (DOCUMENT.encode(), "text/xml; charset=us-ascii"),
        (DECLARED.format("ISO-8859-15").encode("iso-8859-15"), "application/xml"),
        (DECLARED.format("ISO-8859-1").encode("iso-8859-15"), "text/xml; charset=ISO-8859-15"),
        (DECLARED.format("ISO-8859-1").encode(), "text/xml; charset=UTF-8"),
        (DECLARED.format("UTF-8").encode(), 'text/xml; charset="utf-8"'),
        (DECLARED.format("windows-1252").encode("cp1252"), "text/xml"),
        (DECLARED.format("UTF-16").encode("utf-16"), "text/xml"),
        (DECLARED.format("UTF-16").encode("utf-16-be"), "text/xml"),
        (b"\xef\xbb\xbf" + DOCUMENT.encode(), "text/xml"),
        (b"\r\n  " + DECLARED.format("UTF-8").encode(), "text/xml"),
        (DOCUMENT.encode(), "text/xml; charset=unknown-9"),
        (DOCUMENT.encode(), "application/x-www-form-urlencoded"),
        (DOCUMENT.encode("utf-16-le"), "text/xml"),
        (DECLARED.format("utf-16").encode(), "text/xml"),
        (DECLARED.format("ISO-8859-1").encode("utf-16"), "text/xml; charset=utf-8"),
        (b"\xef\xbb\xbf" + DECLARED.format("UTF-8").encode(), "text/xml; charset=ISO-8859-1"),
        (b"\xef\xbb\xbf\xef\xbb\xbf" + DOCUMENT.encode(), "text/plain"),
        (DOCUMENT.encode("utf-16-be"), "text/xml; charset=utf-16be"),
    ],
)
def test_a_byte_order_mark_wins_then_the_mime_charset_then_the_declaration(
    body: bytes, content_type: str
) -> None:
    assert identity(body, content_type) == "é€"


@pytest.mark.parametrize(
    ("body", "content_type", "note"),
    [
        (b"\xef\xbb\xbf" + DOCUMENT.encode(), "text/xml; charset=ISO-8859-1", "the mark was believed"),
        (DECLARED.format("ISO-8859-1").encode(), "text/xml; charset=UTF-8", "the Content-Type counts"),
        (DECLARED.format("utf-16").encode(), "text/xml", "utf-16, which the document is not"),
        (DOCUMENT.encode(), "text/plain", "The Content-Type is text/plain"),
        (DOCUMENT.encode(), "", "There is no Content-Type"),
    ],
)
def test_what_was_said_of_a_document_and_is_not_so_is_noted(
    body: bytes, content_type: str, note: str
) -> None:
    _root, notes = parse_document(body, content_type)
    assert any(note in text for text in notes), notes


@pytest.mark.parametrize(
    "content_type", ["text/xml", "application/xml", "application/cxml+xml; charset=utf-8"]
)
def test_what_needs_no_forgiveness_is_not_noted(content_type: str) -> None:
    _root, notes = parse_document(DECLARED.format("UTF-8").encode(), content_type)
    assert notes == ["There is no DOCTYPE."]


def test_a_document_in_a_form_field_is_read_and_noted() -> None:
    body = urlencode({"other": "1", "XML": DOCUMENT}).encode()
    root, notes = parse_document(body, "application/x-www-form-urlencoded")
    assert read_envelope(root, notes).buyer[0].identity == "é€"
    assert any("form field" in note for note in notes)


@pytest.mark.parametrize(
    ("document", "note"),
    [
        (DOCUMENT, "There is no DOCTYPE."),
        (DOCUMENT.replace("cXML", "cxml"), "The root element is written cxml."),
        (DOCUMENT.replace("+01:00", "Z"), "is not ISO 8601"),
        (DOCUMENT.replace("2025-03-04T09:15:00+01:00", "3/30/2015 11:56:16 AM"), "is not ISO 8601"),
        (DOCUMENT.replace("2025-03-04T09:15:00+01:00", ""), "There is no timestamp."),
        (DOCUMENT.replace("1@b", " "), "There is no payloadID"),
        ("\n" + DOCUMENT, "Blanks in front"),
        ("\ufeff" + DOCUMENT, "Byte order mark"),
        (DOCUMENT.replace("<cXML ", '<cXML xmlns="urn:x" '), "namespace"),
        (DOCUMENT.replace("</From>", "</From><Sender/>"), "no UserAgent"),
    ],
)
def test_what_is_forgiven_is_noted(document: str, note: str) -> None:
    root, notes = parse_document(document.encode(), "text/xml")
    envelope = read_envelope(root, notes)
    assert envelope.kind == "ProfileRequest"
    noted = [*envelope.notes, *review(root, envelope.request)]
    assert any(note in text for text in noted), noted


def test_comments_and_instructions_anywhere_change_nothing() -> None:
    commented = "<!-- a --><?b c?><!-- <!DOCTYPE x [<!ENTITY a 'b'>]> -->" + DOCUMENT.replace(
        "é€", "é<!-- in between -->€"
    ).replace("<ProfileRequest/>", "<?p?><ProfileRequest/><!-- end -->")
    assert identity(commented.encode()) == "é€"


def test_a_message_is_told_that_this_address_takes_requests() -> None:
    root, notes = parse_document(b"<cXML><Message><PunchOutOrderMessage/></Message></cXML>", "text/xml")
    with pytest.raises(OperationUnsupported):
        read_envelope(root, notes)


@pytest.mark.parametrize(
    "inner",
    [
        "plain",
        " kept blanks ",
        "a &amp; b &lt;c&gt;",
        "<Session><Id>1</Id>tail</Session>",
        'text <a b="1 &amp; 2"/> between <c>d</c> end',
        '<x:a xmlns:x="urn:x"><x:b/></x:a>',
        "line&#13;feed",
        "",
    ],
)
def test_a_subtree_is_given_back_as_it_came(inner: str) -> None:
    came = etree.fromstring(f"<BuyerCookie>{inner}</BuyerCookie>", hardened_parser())
    back = etree.Element("BuyerCookie")
    set_inner_xml(back, inner_xml(came))
    assert etree.tostring(back, method="c14n") == etree.tostring(came, method="c14n")


def test_a_text_that_only_looks_like_xml_is_given_back_as_text() -> None:
    element = etree.Element("SupplierPartAuxiliaryID")
    set_inner_xml(element, "<cut off")
    assert element.text == "<cut off"


def test_a_monstrous_buyer_cookie_is_refused() -> None:
    element = etree.Element("BuyerCookie")
    element.text = "x" * 70_000
    with pytest.raises(MessageInvalid):
        inner_xml(element)


PIECES = (
    b"<cXML > </cXML> <Request> </Request> <ProfileRequest/> <Header/> <!DOCTYPE|cXML| [ ] &a; <!-- --> "
    b"<!ENTITY|a|'b'> <?xml| encoding='utf-16' ?> <![CDATA[ ]]> \x00 \xff\xfe xmlns='x' payloadID='1' xml="
)
fragments = st.lists(
    st.sampled_from([piece.replace(b"|", b" ") for piece in PIECES.split(b" ")]),
    max_size=30,
).map(b"".join)


@settings(max_examples=300)
@given(body=st.one_of(st.binary(max_size=400), fragments, st.text(max_size=200).map(str.encode)))
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    for content_type in ("text/xml", "application/x-www-form-urlencoded", "text/xml; charset=utf-16"):
        try:
            root, notes = parse_document(body, content_type)
            read_envelope(root, notes)
        except PunchoutError:
            continue


@settings(max_examples=150)
@given(position=st.integers(0, 400), noise=st.binary(max_size=6), cut=st.integers(0, 8))
def test_a_damaged_request_is_read_or_refused(position: int, noise: bytes, cut: int) -> None:
    body = DECLARED.format("UTF-8").encode()
    damaged = body[:position] + noise + body[position + cut :]
    try:
        root, notes = parse_document(damaged, "text/xml")
        read_envelope(root, notes)
    except PunchoutError:
        pass


@given(text=st.text(max_size=60))
def test_any_text_survives_as_subtree(text: str) -> None:
    source = etree.Element("a")
    try:
        source.text = text
    except ValueError:
        return
    target = etree.Element("a")
    set_inner_xml(target, inner_xml(source))
    assert (target.text or "") == text
