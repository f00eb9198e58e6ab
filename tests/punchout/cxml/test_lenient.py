"""Lenient in: what other systems get wrong is answered, and each thing forgiven is a note on the message.

One payload file for each, with exactly the notes that it must leave and no more: so notes mean something.
"""

import pytest
from lxml import etree

from punchout.models import PunchoutSession, WireMessage
from shop.models import CartLine
from tests.factories import CANARY_SECRET
from tests.punchout.cxml.buyer import (
    MIME,
    PAYLOADS,
    RETURN_URL,
    credential,
    explanation,
    fill,
    make_connection,
    notes,
    post,
    status_code,
)

pytestmark = pytest.mark.django_db
FORGIVEN: dict[str, tuple[str, ...]] = {
    "no_doctype.xml": ("There is no DOCTYPE.",),
    "doctype_of_another_root.xml": ("The DOCTYPE is for Request",),
    "doctype_in_lower_case.xml": ("The DOCTYPE is not written as XML has it.",),
    "doctype_without_blank.xml": ("The DOCTYPE is not written as XML has it.",),
    "names_in_lower_case.xml": ("Names in another case than cXML's: payloadid, header, from, credential",),
    "names_in_camel_case.xml": ("Names in another case than cXML's: PayloadId, header, Domain, Operation.",),
    "request_before_header.xml": ("The elements of cXML are not in the order",),
    "lower_case_root.xml": ("The root element is written cxml.",),
    "namespace.xml": ("The elements have a namespace",),
    "namespace_default.xml": ("The elements have a namespace",),
    "namespace_inside.xml": ("The elements have a namespace",),
    "prefix_not_declared.xml": (
        "Prefixes that the document does not declare: xsi, c.",
        "The elements have a namespace",
    ),
    "no_timestamp.xml": ("There is no timestamp.",),
    "timestamp_zulu.xml": ("The timestamp 2025-03-04T08:15:00Z is not",),
    "timestamp_without_offset.xml": ("is not ISO 8601",),
    "timestamp_offset_without_colon.xml": ("is not ISO 8601",),
    "timestamp_blank_before_offset.xml": ("is not ISO 8601",),
    "timestamp_sql.xml": ("is not ISO 8601",),
    "timestamp_american.xml": ("is not ISO 8601",),
    "timestamp_rfc822.xml": ("is not ISO 8601",),
    "timestamp_empty.xml": ("There is no timestamp.",),
    "timestamp_long_ago.xml": ("days ago.",),
    "timestamp_ahead.xml": ("days ahead.",),
    "timestamp_of_no_day.xml": (),
    "no_payload_id.xml": ("There is no payloadID",),
    "payload_id_without_host.xml": ("The payloadID has no @host",),
    "odd_language.xml": ("xml:lang is en_US.UTF-8",),
    "blanks_in_front.xml": ("Blanks in front",),
    "byte_order_mark.xml": ("Byte order mark",),
    "version_attribute.xml": (),
    "marketplace.xml": (),
    "no_user_agent.xml": ("Sender has no UserAgent.",),
    "empty_identity.xml": ("From has a Credential with an empty Identity",),
    "no_domain.xml": ("To has a Credential without a domain.", "To is none of"),
    "domain_on_identity.xml": ("The domain of From is on Identity", "The domain of To is on Identity"),
    "header_with_payload_id.xml": (
        "payloadID is on Header; it belongs on cXML.",
        "timestamp is on Header; it belongs on cXML.",
        "lang is on Header; it belongs on cXML.",
    ),
    "secret_in_from.xml": ("From has a SharedSecret; only that of Sender counts.",),
    "header_out_of_order.xml": ("The elements of Header are not in the order",),
    "children_out_of_order.xml": ("The elements of PunchOutSetupRequest are not in the order",),
    "unknown_elements.xml": ("cXML does not know: SessionToken.",),
    "nameless_extrinsic.xml": ("1 Extrinsic without a name",),
    "no_buyer_cookie.xml": ("There is no BuyerCookie",),
    "empty_buyer_cookie.xml": ("The BuyerCookie is empty.",),
    "two_buyer_cookies.xml": ("PunchOutSetupRequest has more than one BuyerCookie; the first was read.",),
    "no_operation.xml": ("There is no operation; create was assumed.",),
    "operation_in_capitals.xml": ("The operation is written CREATE.",),
    "edit_without_items.xml": ("There is no ItemOut to edit",),
    "edit_with_item_in.xml": ("ItemIn was read as ItemOut.",),
    "selected_item_without_item_id.xml": ("SelectedItem has no ItemID.", "A-1 is nothing we sell him"),
    "create_with_items.xml": ("1 ItemOut of a create request were ignored.",),
    "description_without_language.xml": ("1 Description without xml:lang.",),
    "items_out_of_order.xml": ("The elements of ItemOut are not in the order",),
    "quantity_too_fine.xml": ("was rounded to three decimals",),
    "quantity_zero.xml": ("ItemOut 1 (A-1): the quantity is zero, so it was left out.",),
    "quantity_with_commas.xml": ("written 1,000.5; it was read as 1000.5.",),
    "quantity_with_decimal_comma.xml": ("written 2,5; it was read as 2.5.",),
    "no_supplier_part_id.xml": ("ItemOut 1 has no SupplierPartID; the buyer is shown",),
    "empty_supplier_part_id.xml": ("ItemOut 1 has no SupplierPartID; the buyer is shown",),
    "one_article_on_two_lines.xml": (),
    "auxiliary_id_of_another_shop.xml": ("SupplierPartAuxiliaryID is not one of ours",),
    "mode_unknown.xml": ("deploymentMode is PROD",),
    "mode_misplaced.xml": ("deploymentMode belongs on the element Request",),
    "request_in_other_case.xml": ("The request is written PunchoutSetupRequest.",),
    "address_without_url_element.xml": ("The address of BrowserFormPost is not in an element URL.",),
    "address_with_fragment.xml": ("BrowserFormPost has a fragment",),
    "address_over_lines.xml": ("BrowserFormPost is broken over lines",),
    "address_escaped_twice.xml": ("The return address had &amp; where & is meant.",),
    "no_browser_form_post.xml": ("There is no BrowserFormPost",),
    "to_is_somebody_else.xml": ("To is none of",),
    "signed.xml": ("the signature was not verified",),
    "declared_as_another_charset.xml": (),
    "declared_as_utf_16.xml": ("The declaration says utf-16, which the document is not.",),
    "secret_with_blanks.xml": (),
    "unknown_ship_to.xml": ("The delivery address SITE-UNKNOWN is none of the customer's delivery sites",),
    "multipart_related.mime": ("An attachment came along: drawing.pdf (application/pdf, 9 bytes).",),
    "multipart_dangling.mime": ("drawing.pdf", "cid:nowhere@buyer.example is named but did not come along"),
    "multipart_second_part.mime": ("An attachment came along", "not the first part"),
    "multipart_form_data.mime": ("An attachment came along", "not the first part", "came in a form"),
}
CONTENT_TYPES = {
    "multipart_second_part.mime": "multipart/mixed; boundary=edge",
    "multipart_form_data.mime": "multipart/form-data; boundary=edge",
}


def content_type(name: str) -> str:
    return CONTENT_TYPES.get(name, MIME if name.endswith(".mime") else "text/xml")


def test_every_payload_is_in_the_table() -> None:
    assert {path.name for path in (PAYLOADS / "lenient").iterdir()} == set(FORGIVEN)


@pytest.mark.parametrize("name", FORGIVEN)
def test_it_is_forgiven_and_noted(name: str) -> None:
    connection = make_connection()
    response = post(fill(f"lenient/{name}", connection), content_type=content_type(name))
    assert status_code(response) == 200, explanation(response)
    assert PunchoutSession.objects.get().connection == connection
    found = notes()
    assert len(found) == len(FORGIVEN[name]), found
    for note, expected in zip(found, FORGIVEN[name], strict=True):
        assert expected in note
    record = WireMessage.objects.get()
    assert CANARY_SECRET not in record.body
    assert "PunchOutSetupRequest" in record.body or name == "request_in_other_case.xml"
    assert record.verdict == WireMessage.Verdict.ACCEPTED


@pytest.mark.parametrize("name", sorted(name for name in FORGIVEN if name.endswith(".xml")))
def test_with_a_wrong_secret_it_is_not_forgiven(name: str) -> None:
    body = fill(f"lenient/{name}", make_connection(), secret="not the secret")
    assert status_code(post(body, content_type="text/xml")) == 401
    assert not PunchoutSession.objects.exists()


@pytest.mark.parametrize(
    "name", ["names_in_lower_case.xml", "names_in_camel_case.xml", "edit_with_item_in.xml"]
)
def test_what_is_called_otherwise_is_read_like_the_rest(name: str) -> None:
    connection = make_connection()
    body = fill(f"lenient/{name}", connection, buyer_cookie="<v><from>7</from></v>", payload_id="odd@buyer")
    assert status_code(post(body)) == 200
    session = PunchoutSession.objects.get()
    assert session.echo["buyer_cookie"] == "<v><from>7</from></v>"  # the buyer's own names stay
    assert session.echo["in_reply_to"] == WireMessage.objects.get().payload_id == "odd@buyer"
    assert session.person is not None
    assert session.person.email == "jan.peeters@buyer.example"
    if name == "edit_with_item_in.xml":
        line = CartLine.objects.get()
        assert (line.sku, line.quantity, line.token) == ("A-1", 3, "line-1")


@pytest.mark.parametrize(
    "name",
    [
        "address_without_url_element.xml",
        "address_with_fragment.xml",
        "address_escaped_twice.xml",
        "address_over_lines.xml",
    ],
)
def test_an_oddly_written_return_address_is_the_one_that_is_meant(name: str) -> None:
    assert status_code(post(fill(f"lenient/{name}", make_connection()))) == 200
    assert PunchoutSession.objects.get().return_url == RETURN_URL


def test_what_is_not_cxml_at_all_leaves_no_notes_of_forgiveness() -> None:
    connection = make_connection()
    document = etree.fromstring(fill("setup_request.xml", connection))
    etree.SubElement(document.find("Request"), "PunchOutSetupRequest")
    assert status_code(post(etree.tostring(document))) == 406


def test_sender_with_several_credentials_needs_only_one_with_the_secret() -> None:
    connection = make_connection()
    credential(connection, "sender", "DUNS", "555")
    body = fill("setup_request.xml", connection).decode()
    more = '<Sender><Credential domain="DUNS"><Identity>555</Identity></Credential>'
    assert status_code(post(body.replace("<Sender>", more).encode())) == 200


@pytest.mark.parametrize("name", ["namespace_default.xml", "namespace_inside.xml", "no_doctype.xml"])
def test_a_namespace_of_the_buyers_own_cookie_stays(name: str) -> None:
    connection = make_connection()
    cookie = '<v:visit xmlns:v="urn:buyer">7</v:visit>'
    body = fill(f"lenient/{name}", connection).decode()
    body = body.replace("<BuyerCookie>cookie-1", f"<BuyerCookie>{cookie}")
    assert status_code(post(body.encode())) == 200
    kept = etree.fromstring(PunchoutSession.objects.get().echo["buyer_cookie"])
    assert (kept.tag, kept.text) == ("{urn:buyer}visit", "7")
