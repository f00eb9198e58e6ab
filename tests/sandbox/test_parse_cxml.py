"""What a cXML procurement system reads in answers and returned carts."""

import base64
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import pytest
from lxml import etree

from punchout.sandbox.dialects import CxmlDialect
from punchout.sandbox.parse_cxml import Expected, read_order_message, read_setup_answer
from punchout.sandbox.received import ReceivedCart, cart_from_json
from punchout.sandbox.systems import SYSTEMS
from punchout.sandbox.xml_reading import canonical_content, parse_xml

PAYLOADS = Path(__file__).parent / "payloads"
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "cxml"
FORM = "application/x-www-form-urlencoded"


def dialect(slug: str = "coupa") -> CxmlDialect:
    found = SYSTEMS[slug].cxml
    assert found is not None
    return found


def expected(operation: str = "create", cookie: str = "COOKIE") -> Expected:
    element = parse_xml(f"<BuyerCookie>{cookie}</BuyerCookie>".encode())
    return Expected(operation=operation, buyer_cookie=canonical_content(element), language="en")


def read(name: str, operation: str = "create", slug: str = "coupa") -> ReceivedCart:
    raw = (PAYLOADS / name).read_bytes()
    return read_order_message(raw, "text/xml", dialect(slug), expected(operation))


def test_a_good_message_is_read_completely_and_without_a_remark() -> None:
    cart = read("order_message.xml")
    assert (cart.outcome, cart.all_remarks, cart.operation_allowed) == ("cart", (), "edit")
    (line,) = cart.lines
    assert (line.part_id, line.quantity, line.unit) == ("XVB-3G2.5-GR", Decimal(250), "MTR")
    assert (line.price, line.price_unit, line.currency) == (Decimal("84.50"), Decimal(100), "EUR")
    assert line.amount == cart.stated_total == Decimal("211.25")
    assert line.description == "Installation cable XVB 3G2.5 grey €"
    assert line.classifications == (("UNSPSC", "26121600"),)
    assert (line.manufacturer, line.manufacturer_part_id, line.lead_time) == ("Kopra", "10073", "2")
    assert line.fields == (("stock", "1200"),)
    auxiliary = etree.fromstring(line.auxiliary_id_xml)
    assert auxiliary.find("Extrinsic").text == "Q-77"


@pytest.mark.parametrize("name", ["cXML-base64", "cxml-BASE64"])
def test_base64_is_read_whatever_the_case_of_its_name(name: str) -> None:
    document = (PAYLOADS / "order_message.xml").read_bytes()
    body = urlencode({name: base64.encodebytes(document).decode()}).encode()
    cart = read_order_message(body, FORM, dialect(), expected())
    assert (cart.encoding, cart.all_remarks, len(cart.lines)) == ("cXML-base64", (), 1)


def test_urlencoded_is_read_as_us_ascii() -> None:
    document = (PAYLOADS / "order_message.xml").read_text()
    good = read_order_message(urlencode({"CXML-urlencoded": document}).encode(), FORM, dialect(), expected())
    assert (good.encoding, good.all_remarks) == ("cXML-urlencoded", ())
    assert good.lines[0].description.endswith("€")
    raw = document.replace("&#8364;", "€").replace("UTF-8", "ISO-8859-15")
    odd = read_order_message(urlencode({"cXML-urlencoded": raw}).encode(), FORM, dialect(), expected())
    assert odd.lines[0].description.endswith("€")
    assert "cXML-urlencoded" in {remark.field for remark in odd.remarks}


def test_base64_is_looked_for_first() -> None:
    document = (PAYLOADS / "order_message.xml").read_bytes()
    fields = {"cXML-urlencoded": "<broken", "cXML-base64": base64.b64encode(document).decode()}
    cart = read_order_message(urlencode(fields).encode(), FORM, dialect(), expected())
    assert cart.outcome == "cart"


@pytest.mark.parametrize(
    ("name", "operation", "outcome"),
    [
        ("order_message_empty.xml", "create", "cancelled"),
        ("order_message_empty.xml", "edit", "emptied"),
        ("order_message_empty.xml", "inspect", "inspected"),
        ("order_message_204.xml", "edit", "unchanged"),
        ("order_message_204.xml", "create", "cancelled"),
        ("order_message.xml", "edit", "cart"),
        ("order_message.xml", "inspect", "inspected"),
    ],
)
def test_an_empty_cart_means_what_the_guide_says(name: str, operation: str, outcome: str) -> None:
    assert read(name, operation).outcome == outcome


def test_a_foreign_buyer_cookie_is_refused() -> None:
    raw = (PAYLOADS / "order_message.xml").read_bytes()
    cart = read_order_message(raw, "text/xml", dialect(), expected(cookie="OTHER"))
    assert ("lost", "BuyerCookie") in {(remark.severity, remark.field) for remark in cart.remarks}


def test_a_buyer_cookie_may_be_a_subtree() -> None:
    raw = (
        (PAYLOADS / "order_message.xml")
        .read_bytes()
        .replace(b"COOKIE", b'<Extrinsic  name="a">1</Extrinsic>')
    )
    cart = read_order_message(
        raw, "text/xml", dialect(), expected(cookie='<Extrinsic name="a">1</Extrinsic>')
    )
    assert cart.all_remarks == ()


def test_a_message_from_somebody_else_is_remarked_on() -> None:
    cart = read("order_message.xml", slug="oracle")
    assert "To" in {remark.field for remark in cart.remarks}


def test_lines_that_the_system_cannot_store_are_named() -> None:
    cart = read("order_message_two_problems.xml")
    assert [line.transferred for line in cart.lines] == [False, False]
    assert {"UnitOfMeasure", "Classification"} <= {remark.field for remark in cart.lines[0].remarks}
    assert "quantity" in {remark.field for remark in cart.lines[1].remarks}
    assert "Total" in {remark.field for remark in cart.remarks}


def test_declared_entities_are_refused_and_not_expanded() -> None:
    cart = read("order_message_entity.xml")
    assert (cart.outcome, cart.lines) == ("unreadable", ())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"cXML-base64=%%%",
        b"cXML-base64=AAAA",
        b"cXML-base64=%C3%A9",
        b"cXML-urlencoded=",
        b"cXML-urlencoded=%3CcXML%2F%3E",
        b"<a><b></a>",
        b"\xff\xfe\0",
        b"other=1",
    ],
)
def test_garbage_never_raises(body: bytes) -> None:
    assert read_order_message(body, FORM, dialect(), expected()).outcome == "unreadable"


def test_a_setup_answer_gives_its_start_page() -> None:
    answer = read_setup_answer((PAYLOADS / "setup_response.xml").read_bytes())
    assert (answer.granted, answer.code) == (True, "200")
    assert answer.start_url.startswith("http://testserver/start/")


def test_a_refusal_keeps_its_explanation() -> None:
    answer = read_setup_answer((PAYLOADS / "setup_refused.xml").read_bytes())
    assert (answer.granted, answer.code, answer.detail) == (False, "401", "The sender is not known here.")


@pytest.mark.parametrize("raw", [b"", b"<html/>", b"Internal error"])
def test_an_answer_that_is_no_cxml_is_a_transport_error(raw: bytes) -> None:
    assert read_setup_answer(raw).flaw


def test_a_success_without_a_usable_address_is_no_success() -> None:
    assert not read_setup_answer((PAYLOADS / "setup_without_url.xml").read_bytes()).granted
    raw = (PAYLOADS / "setup_response.xml").read_bytes().replace(b"http://testserver", b"javascript:")
    assert not read_setup_answer(raw).granted


def messages() -> list[Path]:
    return sorted(path for path in CORPUS.glob("*.xml") if b"<PunchOutOrderMessage>" in path.read_bytes())


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the sample documents are not at hand")
def test_every_order_message_of_the_world_is_read() -> None:
    found = messages()
    assert len(found) >= 10
    for path in found:
        raw = path.read_bytes()
        cart = read_order_message(raw, "text/xml; charset=UTF-8", dialect("ariba"))
        assert cart.outcome in {"cart", "cancelled"}, path.name
        assert len(cart.lines) == raw.count(b"<ItemIn "), path.name
        assert all(line.amount is not None for line in cart.lines), path.name
        assert cart_from_json(cart.as_json()) == cart
