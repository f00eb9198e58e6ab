"""What is sent: valid for 1.2.014 and 1.2.071, exact to the cent, readable in us-ascii and base64."""

import base64
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from customers.models import Organisation
from punchout.adapters.cxml import dtd
from punchout.adapters.cxml.options import CxmlOptions
from punchout.adapters.cxml.order_message import Outcome, order_form
from punchout.adapters.cxml.wording import price_text, shorten
from punchout.documents import ReturnLine
from punchout.models import Connection, PunchoutSession
from tests.punchout.cxml.buyer import lines_of
from tests.punchout.cxml.buyer import order_message as read

ECHO = {
    "buyer_cookie": "c",
    "buyer": [["NetworkID", "AN1"], ["SystemID", "S4"]],
    "supplier": [["DUNS", "999999999"]],
    "in_reply_to": "1@b",
    "host": "shop.example",
}


def session(**echo: object) -> PunchoutSession:
    organisation = Organisation(currency="EUR")
    connection = Connection(adapter="cxml", organisation=organisation)
    return PunchoutSession(
        connection=connection,
        organisation=organisation,
        key="k" * 22,
        return_url="https://buyer.example/return",
        echo={**ECHO, **echo},
    )


def line(number: int = 1, **fields: object) -> ReturnLine:
    defaults: dict[str, object] = {
        "number": number,
        "sku": f"SKU-{number}",
        "token": "abc-123_X",
        "quantity": Decimal(2),
        "unit": "C62",
        "name": "Cable 3G1,5 mm² – grey",
        "description": "Halogen-free, 100 m",
        "language": "nl",
        "price": Decimal("12.40"),
        "price_unit": 1,
        "currency": "EUR",
        "total": Decimal("24.80"),
        "lead_time_days": 3,
        "brand": "Voltix",
        "manufacturer_part_number": "VX 1",
        "gtin": "5412345678908",
        "category": "Cables",
    }
    return ReturnLine(**{**defaults, **fields})  # type: ignore[arg-type]


def made(
    options: CxmlOptions, *lines: ReturnLine, outcome: Outcome = "cart", **echo: object
) -> etree._Element:
    """The document as it is sent, which the official DTDs find valid."""
    document = read(order_form(session(**echo), options, lines, outcome).fields)
    if settings.CXML_DTD_DIR:
        assert dtd.errors(document, options.dtd_version, settings.CXML_DTD_DIR) == []
    return document


def item_of(options: CxmlOptions, **fields: object) -> etree._Element:
    return made(options, line(**fields)).find("Message/PunchOutOrderMessage/ItemIn")


def test_a_line_says_everything_the_buyer_needs() -> None:
    item = item_of(CxmlOptions())
    detail = item.find("ItemDetail")
    assert item.get("quantity") == "2"
    assert item.findtext("ItemID/SupplierPartAuxiliaryID") == "abc-123_X"
    assert detail.findtext("UnitPrice/Money") == "12.40"
    assert detail.find("UnitPrice/Money").get("currency") == "EUR"
    assert detail.findtext("UnitOfMeasure") == "EA"
    assert detail.findtext("Description") == "Cable 3G1,5 mm² – grey. Halogen-free, 100 m"
    assert detail.find("Description").get("{http://www.w3.org/XML/1998/namespace}lang") == "nl"
    assert (detail.findtext("ManufacturerPartID"), detail.findtext("ManufacturerName")) == ("VX 1", "Voltix")
    assert detail.findtext("LeadTime") == "3"


def test_a_classification_is_always_there() -> None:
    def classifications(options: CxmlOptions, **fields: object) -> list[tuple[str, str]]:
        return [(e.get("domain"), e.text) for e in item_of(options, **fields).iter("Classification")]

    assert classifications(CxmlOptions(), unspsc="26121600") == [("UNSPSC", "26121600")]
    assert classifications(CxmlOptions()) == [("custom", "Cables")]
    assert classifications(CxmlOptions(), category="") == [("custom", "SKU-1")]
    assert classifications(CxmlOptions(default_unspsc="39120000")) == [("UNSPSC", "39120000")]
    assert classifications(
        CxmlOptions(classification="all"), unspsc="26121600", etim_class="EC003248", eclass="27060000"
    ) == [("UNSPSC", "26121600"), ("ECLASS", "27060000"), ("ETIM", "EC003248")]


def test_options_change_units_extrinsics_and_the_short_name() -> None:
    options = CxmlOptions(
        units={"MTR": "M"}, extrinsics={"EAN": "gtin", "Contract": "agreement"}, short_name=True
    )
    item = item_of(options, unit="MTR", name="x" * 60 + " end")
    assert item.findtext("ItemDetail/UnitOfMeasure") == "M"
    assert [(e.get("name"), e.text) for e in item.iter("Extrinsic")] == [("EAN", "5412345678908")]
    assert len(item.findtext("ItemDetail/Description/ShortName")) == 50


@pytest.mark.parametrize(("version", "sent"), [("1.2.014", None), ("1.2.037", "for plant 7")])
def test_remarks_and_short_name_are_what_the_mapping_says(version: str, sent: str | None) -> None:
    options = CxmlOptions(dtd_version=version, comments="delivery", short_name=True)
    item = item_of(options, mapped={"Comments": "for plant 7", "ShortName": "Grey cable"})
    assert item.findtext("Comments") == sent
    assert item.findtext("ItemDetail/Description/ShortName") == "Grey cable"
    bare = item_of(options, mapped={"Comments": "", "ShortName": ""})
    assert bare.find("Comments") is None
    assert bare.find(".//ShortName") is None


def test_an_extrinsic_of_an_unknown_value_is_refused() -> None:
    with pytest.raises(ValueError, match="possible: gtin"):
        CxmlOptions(extrinsics={"A": "secret"})


@pytest.mark.parametrize(
    ("version", "sent"), [("1.2.014", False), ("1.2.020", False), ("1.2.021", True), ("1.2.071", True)]
)
def test_a_price_basis_is_sent_only_to_those_who_know_it(version: str, sent: bool) -> None:
    options = CxmlOptions(price_basis=True, dtd_version=version)
    item = item_of(options, price=Decimal("41.2345"), price_unit=100, quantity=Decimal(250))
    assert (item.find("ItemDetail/PriceBasisQuantity") is not None) is sent
    assert item.findtext("ItemDetail/UnitPrice/Money") == ("41.2345" if sent else "0.412345")


@pytest.mark.parametrize(
    ("version", "number"),
    [("1.2.014", None), ("1.2.036", None), ("1.2.037", "MAT-0815"), ("1.2.071", "MAT-0815")],
)
def test_the_customers_own_number_is_sent_only_to_those_who_know_it(version: str, number: str | None) -> None:
    item = item_of(CxmlOptions(dtd_version=version), buyer_part_number="MAT-0815")
    assert item.findtext("ItemID/BuyerPartID") == number


@given(
    price=st.decimals("0.0001", "99999.9999", places=4),
    price_unit=st.sampled_from([1, 3, 10, 12, 100, 144, 1000]),
    quantity=st.decimals("0.001", "99999.999", places=3),
    based=st.booleans(),
)
def test_price_times_quantity_is_the_line_total(
    price: Decimal, price_unit: int, quantity: Decimal, based: bool
) -> None:
    total = (price * quantity / price_unit).quantize(Decimal("0.01"), ROUND_HALF_UP)
    options = CxmlOptions(price_basis=based, dtd_version="1.2.071")
    returned = line(price=price, price_unit=price_unit, quantity=quantity, total=total)
    (read_line,) = lines_of(made(options, returned))
    assert abs(read_line.total - total) <= (
        Decimal(0) if price_unit in (1, 10, 100, 1000) or based else Decimal("0.01")
    )


@pytest.mark.parametrize(
    ("price", "text"),
    [
        ("12", "12.00"),
        ("12.4", "12.40"),
        ("12.4000", "12.40"),
        ("0.412345", "0.412345"),
        ("1E+3", "1000.00"),
        ("1E-7", "0.0000001"),
    ],
)
def test_a_price_has_two_decimals_or_as_many_as_it_needs(price: str, text: str) -> None:
    assert price_text(Decimal(price)) == text


def test_the_urlencoded_field_is_pure_ascii_and_loses_nothing() -> None:
    ((name, value),) = order_form(session(), CxmlOptions(), (line(name="Ω ≤ 😀 €"),), "cart").fields
    assert name == "cXML-urlencoded"
    assert value.isascii()
    assert value.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE cXML SYSTEM')
    assert read(((name, value),)).findtext(".//Description").startswith("Ω ≤ 😀 €")


def test_the_base64_field_is_the_document_in_utf_8() -> None:
    options = CxmlOptions(return_encoding="cXML-base64", dtd_version="1.2.036")
    ((name, value),) = order_form(session(), options, (line(),), "cart").fields
    assert name == "cXML-base64"
    document = base64.b64decode(value, validate=True)
    assert b"/1.2.036/cXML.dtd" in document
    assert "mm²" in document.decode("utf-8")


def test_what_xml_cannot_hold_is_left_out() -> None:
    odd = "a\x00b\x07c\ud800d\ufffe\u202ee <b>f</b> ]]> &lt;"
    item = item_of(CxmlOptions(), name=odd, description="", sku="S\x01", token="t\x02", brand="B\x03")
    assert item.findtext("ItemDetail/Description") == "abcde f ]]> <"
    assert item.findtext("ItemID/SupplierPartID") == "S"


def test_a_session_that_knows_nobody_still_makes_a_valid_document() -> None:
    document = made(CxmlOptions(), outcome="empty", buyer=[], supplier=[], in_reply_to="")
    assert document.findtext("Header/To/Credential/Identity") == "unknown"


@pytest.mark.parametrize(("version", "asked"), [("1.1.010", 1), ("1.2.014", 1), ("1.2.023", 0), ("", 0)])
def test_a_version_that_is_not_at_hand_is_held_against_the_next_newer_one(version: str, asked: int) -> None:
    """Comments of a line are in 1.2.071 and not in 1.2.014."""
    if not settings.CXML_DTD_DIR:
        pytest.skip("the official DTDs are not beside the project")
    options = CxmlOptions(dtd_version="1.2.071", comments="delivery")
    document = made(options, line())
    wrong = dtd.errors(document, version, settings.CXML_DTD_DIR)
    assert {text.partition(":")[0] for text in wrong} == ({"1.2.014"} if asked else set())


@pytest.mark.invalid_cxml
def test_an_invalid_document_is_an_error_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    if not settings.CXML_DTD_DIR:
        pytest.skip("the official DTDs are not beside the project")
    logged: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(dtd.log, "error", lambda event, **context: logged.append((event, context)))
    document = etree.tostring(made(CxmlOptions(), line()), encoding="unicode")
    dtd.check(document, "1.2.014")
    assert logged == []
    dtd.check(document.replace("</Message>", "<Nonsense/></Message>"), "1.2.014")
    dtd.check(document.replace("</Message>", ""), "1.2.014")
    assert [event for event, _context in logged] == ["cxml_invalid", "cxml_invalid"]
    assert any("1.2.014" in text for text in logged[0][1]["errors"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "length", "cut"),
    [
        ("short", 10, "short"),
        ("one two three", 9, "one two…"),
        ("abcdefghijkl", 6, "abcde…"),
        ("ab, cd ef", 5, "ab…"),
    ],
)
def test_a_text_is_cut_between_words(text: str, length: int, cut: str) -> None:
    assert shorten(text, length) == cut
    assert len(cut) <= length
