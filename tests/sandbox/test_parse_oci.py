"""What SAP reads in a posted or captured OCI return."""

from decimal import Decimal
from pathlib import Path

import pytest

from punchout.sandbox.dialects import OciDialect
from punchout.sandbox.oci_fields import read_number
from punchout.sandbox.parse_oci import read_return
from punchout.sandbox.received import ReceivedCart, cart_from_json
from punchout.sandbox.systems import SYSTEMS

PAYLOADS = Path(__file__).parent / "payloads"
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "oci"
FORM = "application/x-www-form-urlencoded"
HOOK = {"sap-client": "100", "~OkCode": "ADDI", "sid": "f00d"}


def dialect(slug: str = "sap-srm") -> OciDialect:
    found = SYSTEMS[slug].oci
    assert found is not None
    return found


def read(name: str, slug: str = "sap-srm", **kwargs: dict[str, str]) -> ReceivedCart:
    return read_return((PAYLOADS / name).read_bytes(), FORM, dialect(slug), **kwargs)


def severities(cart: ReceivedCart, line: int) -> set[tuple[str, str]]:
    return {(remark.severity, remark.field) for remark in cart.lines[line - 1].remarks}


def test_a_good_return_is_read_without_a_remark() -> None:
    cart = read("oci_return_good.txt", hook_fields=HOOK, address_fields={})
    assert cart.outcome == "cart"
    assert cart.all_remarks == ()
    cable, socket = cart.lines
    assert (cable.part_id, cable.quantity, cable.unit) == ("XVB-3G2.5-GR", Decimal(250), "MTR")
    assert (cable.price, cable.price_unit, cable.currency) == (Decimal("84.500"), Decimal(100), "EUR")
    assert cable.amount == Decimal("211.25")
    assert cable.long_text.splitlines()[1] == "per rol van 100 m of op maat."
    assert cable.classifications == (("UNSPSC", "26121600"),)
    assert socket.description == "Prise de courant à encastrer, crème"
    assert cart.total == Decimal("227.05")


def test_each_bad_value_is_named_and_the_line_dropped_or_cut_as_sap_does() -> None:
    cart = read("oci_return_bad_values.txt")
    assert ("cut", "DESCRIPTION") in severities(cart, 1)
    assert cart.lines[0].description == "Leitungsschutzschalter B16 einpolig 6 kA"
    assert ("lost", "UNIT") in severities(cart, 2)
    assert ("lost", "UNIT") in severities(cart, 3)
    assert ("cut", "PRICE") in severities(cart, 4)
    assert cart.lines[3].price == Decimal("0.004")
    assert ("lost", "PRICE") in severities(cart, 5)
    assert cart.lines[4].price == Decimal("1234.56")
    assert ("lost", "QUANTITY") in severities(cart, 6)
    assert ("lost", "PRICEUNIT") in severities(cart, 7)
    assert ("lost", "CURRENCY") in severities(cart, 8)
    assert ("lost", "QUANTITY") in severities(cart, 9)
    assert ("lost", "DESCRIPTION") in severities(cart, 10)
    assert [line.number for line in cart.transferred_lines] == [1, 4]
    assert "authenticity_token" in {remark.field for remark in cart.remarks}


def test_a_return_without_items_is_a_cancel() -> None:
    assert read("oci_return_empty.txt", hook_fields=HOOK, address_fields={}).outcome == "cancelled"
    assert read_return(b"", FORM, dialect()).outcome == "cancelled"


def test_a_form_counted_from_zero_loses_its_first_line() -> None:
    cart = read("oci_return_zero_based.txt")
    assert [line.transferred for line in cart.lines] == [False, True]


def test_a_gap_in_the_index_loses_the_rest() -> None:
    cart = read("oci_return_gap.txt")
    assert [(line.number, line.transferred) for line in cart.lines] == [(1, True), (3, False)]


def test_long_texts_counted_from_zero_find_their_lines() -> None:
    cart = read("oci_return_long_texts_from_zero.txt")
    assert [line.long_text for line in cart.lines] == ["first", "second"]
    assert ("wrong", "LONGTEXT") in severities(cart, 1)


def test_wrongly_written_long_texts_are_read_and_remarked_on() -> None:
    cart = read("oci_return_long_text_forms.txt")
    assert [line.long_text for line in cart.lines] == ["one", "two", "three"]
    assert all(("wrong", "LONGTEXT") in severities(cart, number) for number in (1, 2, 3))


def test_characters_outside_the_asked_charset_are_remarked_on() -> None:
    for cart in (
        read("oci_return_euro_in_latin1.txt"),
        read_return(b"NEW_ITEM-DESCRIPTION%5B1%5D=5+%80", FORM, dialect()),
    ):
        assert "http_content_charset" in {remark.field for remark in cart.remarks}


def test_parameters_of_the_return_address_must_come_back() -> None:
    body = b"~OkCode=ADDI&~CALLER=CTLG&NEW_ITEM-MATNR[1]=4711&NEW_ITEM-QUANTITY[1]=1"
    missing = read_return(body, FORM, dialect(), HOOK, {})
    assert {"sap-client", "sid"} <= {remark.field for remark in missing.remarks}
    in_address = read_return(body, FORM, dialect(), HOOK, HOOK)
    assert {"sap-client", "sid"} <= {remark.field for remark in in_address.remarks}
    # S/4HANA's address may keep its query.
    tolerant = read_return(body, FORM, dialect("sap-s4"), HOOK, HOOK)
    assert not {"sap-client", "sid"} & {remark.field for remark in tolerant.remarks}


def test_lengths_follow_the_version() -> None:
    body = b"NEW_ITEM-DESCRIPTION[1]=x&NEW_ITEM-QUANTITY[1]=1&NEW_ITEM-UNIT[1]=PCE&NEW_ITEM-ITEM_TYPE[1]=R"
    remarks = [read_return(body, FORM, dialect(slug)).lines[0].remarks for slug in ("sap-srm", "sap-s4")]
    assert ["ITEM_TYPE" in str(found) for found in remarks] == [True, False]


def test_a_multipart_return_is_read_like_any_other() -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="NEW_ITEM-MATNR[1]"\r\n\r\n4711\r\n'
        b'--x\r\nContent-Disposition: form-data; name="NEW_ITEM-QUANTITY[1]"\r\n\r\n2.000\r\n--x--\r\n'
    )
    cart = read_return(body, "multipart/form-data; boundary=x", dialect())
    assert (cart.lines[0].description, cart.lines[0].quantity) == ("4711", Decimal(2))


def test_five_hundred_lines_of_twenty_fields_are_read() -> None:
    fields = [f"NEW_ITEM-CUST_FIELD{field}[{line}]=x" for line in range(1, 501) for field in range(1, 21)]
    assert len(read_return("&".join(fields).encode(), FORM, dialect()).lines) == 500


@pytest.mark.parametrize("body", [b"\xff\xfe%%%&&=&[", b"<html>", b"HTTP/1.1 200 OK\r\n\r\n", b"\0" * 100])
def test_garbage_never_raises(body: bytes) -> None:
    assert read_return(body, FORM, dialect()).outcome in {"cancelled", "unreadable"}


@pytest.mark.parametrize(
    ("text", "value", "flaw"),
    [
        ("10.000", "10", None),
        ("1,5", "1.5", "comma"),
        ("1.234,56", "1234.56", "thousands"),
        ("1,234.56", "1234.56", "thousands"),
        ("-2", "-2", "sign"),
        (" 2", "2", "blanks"),
        ("0.00412", "0.00412", "decimals"),
        ("00000001730.900", "1730.9", "padded"),
        ("123456789012", "123456789012", "digits"),
        ("1e3", None, "unreadable"),
        ("NaN", None, "unreadable"),
        ("9" * 400, None, "unreadable"),
        ("", None, "empty"),
    ],
)
def test_a_number_is_understood_and_its_flaw_named(text: str, value: str | None, flaw: str | None) -> None:
    number = read_number(text)
    assert number.value == (None if value is None else Decimal(value))
    assert flaw in number.flaws if flaw else not number.flaws


@pytest.mark.parametrize(
    ("name", "lines", "first"),
    [
        ("meplato_real_world.html", 10, "491901E"),
        ("meplato_extensions.html", 10, "491901E"),
        ("return_ceratizit.html", 1, "10000001"),
    ],
)
def test_captured_carts_are_read(name: str, lines: int, first: str) -> None:
    path = CORPUS / name
    if not path.exists():
        pytest.skip("the sample documents are not at hand")
    cart = read_return(path.read_bytes(), "text/html", dialect())
    assert (cart.outcome, len(cart.lines), cart.lines[0].part_id) == ("cart", lines, first)
    assert all(line.transferred and line.long_text and line.amount for line in cart.lines)
    assert "Ã" not in cart.document
    assert cart_from_json(cart.as_json()) == cart
