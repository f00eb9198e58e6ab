"""The setup requests that the played systems send."""

from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from punchout.sandbox.build_cxml import Setup, build_profile_request, build_setup_request
from punchout.sandbox.launching import Operation
from punchout.sandbox.parse_cxml import Expected, read_order_message
from punchout.sandbox.received import Line
from punchout.sandbox.systems import LANGUAGES, SYSTEMS
from punchout.sandbox.xml_reading import parse_xml

PAYLOADS = Path(__file__).parent / "payloads"
DTDS = Path(__file__).resolve().parents[3] / "shared" / "dtd"
CXML_SYSTEMS = [slug for slug, system in SYSTEMS.items() if system.cxml]


def build(slug: str, operation: Operation, lines: tuple[Line, ...] = (), **kwargs: str) -> bytes:
    dialect = SYSTEMS[slug].cxml
    assert dialect is not None
    values = {
        "buyer_cookie_xml": "COOKIE",
        "payload_id": "1.2@buyer.example",
        "return_url": "http://localhost:8000/sandbox/receive/x?a=1&b=2",
        **kwargs,
    }
    return build_setup_request(dialect, Setup(operation=operation, lines=lines, **values))  # type: ignore[arg-type]


def received_lines() -> tuple[Line, ...]:
    dialect = SYSTEMS["coupa"].cxml
    assert dialect is not None
    raw = (PAYLOADS / "order_message.xml").read_bytes()
    return read_order_message(raw, "text/xml", dialect, Expected()).lines


@pytest.mark.skipif(not DTDS.is_dir(), reason="the official DTDs are not at hand")
@pytest.mark.parametrize("version", ["1.2.014", "1.2.071"])
@pytest.mark.parametrize("operation", ["create", "edit", "inspect"])
@pytest.mark.parametrize("slug", [slug for slug in CXML_SYSTEMS if slug != "tradecentric"])
def test_every_request_is_valid(slug: str, operation: Operation, version: str) -> None:
    dtd = etree.DTD(str(DTDS / version / "cXML.dtd"))
    lines = () if operation == "create" else received_lines()
    raw = build(slug, operation, lines, selected_item="A-1", language="nl")
    assert raw.startswith(b"<?xml")
    assert dtd.validate(parse_xml(raw)), dtd.error_log.filter_from_errors()


def test_a_gateway_leaves_an_extrinsic_without_a_name_and_an_address_of_placeholders() -> None:
    request = parse_xml(build("tradecentric", "create")).find("Request/PunchOutSetupRequest")
    assert request is not None
    assert [extrinsic.get("name") for extrinsic in request.findall("Extrinsic")][:2] == [None, "UserEmail"]
    address = request.find("ShipTo/Address")
    assert address is not None and address.get("isoCountryCode") == "default_country"


@pytest.mark.skipif(not DTDS.is_dir(), reason="the official DTDs are not at hand")
@pytest.mark.parametrize("version", ["1.2.014", "1.2.071"])
@pytest.mark.parametrize("slug", CXML_SYSTEMS)
def test_every_question_for_the_profile_is_valid(slug: str, version: str) -> None:
    dialect = SYSTEMS[slug].cxml
    assert dialect is not None
    dtd = etree.DTD(str(DTDS / version / "cXML.dtd"))
    root = parse_xml(build_profile_request(dialect, "1.2@buyer.example", "nl"))
    assert dtd.validate(root), dtd.error_log.filter_from_errors()
    (asked,) = root.findall("Request/*")
    assert (asked.tag, len(asked), asked.text) == ("ProfileRequest", 0, None)


def test_items_of_the_earlier_cart_go_back_with_their_auxiliary_subtree() -> None:
    root = parse_xml(build("coupa", "edit", received_lines()))
    (item,) = root.findall("Request/PunchOutSetupRequest/ItemOut")
    assert (item.get("quantity"), item.get("lineNumber")) == ("250", "1")
    assert item.find("ItemID/SupplierPartAuxiliaryID/Extrinsic").text == "Q-77"
    assert item.find("ItemID/SupplierPartAuxiliaryID/Extrinsic").tail == " line 1"


def test_each_system_sends_its_own_identities_and_manners() -> None:
    ariba, oracle = parse_xml(build("ariba", "create")), parse_xml(build("oracle", "create"))
    assert ariba.findtext("Header/From/Credential/Identity") == "AN01000000001-T"
    assert ariba.findtext("Header/Sender/Credential/Identity") == "AN01000000087"
    assert ariba.find("Request/PunchOutSetupRequest/ShipTo") is not None
    assert "1.1.007" in oracle.getroottree().docinfo.system_url
    user = oracle.find("Request/PunchOutSetupRequest/Extrinsic[@name='User']")
    assert user is not None and user.text == "JANSEN- AN"


def test_the_timestamp_has_an_offset_and_the_language_is_the_buyers() -> None:
    root = parse_xml(build("coupa", "create", language="fr"))
    assert root.get("timestamp", "").endswith("+00:00")
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == LANGUAGES["fr"][1]


def test_a_buyer_cookie_that_is_a_subtree_is_sent_as_one() -> None:
    root = parse_xml(build("coupa", "create", buyer_cookie_xml='<Extrinsic name="s">1</Extrinsic>'))
    assert root.findtext("Request/PunchOutSetupRequest/BuyerCookie/Extrinsic") == "1"


def test_characters_that_xml_cannot_hold_do_not_break_the_request() -> None:
    line = Line(number=1, part_id="A\x0bB", quantity=Decimal("1.50"), auxiliary_id_xml="<broken")
    root = parse_xml(build("coupa", "edit", (line,)))
    item = root.find("Request/PunchOutSetupRequest/ItemOut")
    assert item is not None
    assert (item.findtext("ItemID/SupplierPartID"), item.get("quantity")) == ("AB", "1.50")
    assert item.find("ItemID/SupplierPartAuxiliaryID") is None
