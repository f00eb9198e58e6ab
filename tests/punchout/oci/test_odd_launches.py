"""Launches as odd as real systems send them, to the end: what goes back is read by a strict receiver."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from punchout.documents import ReturnForm
from punchout.models import Connection, PunchoutSession, WireMessage
from punchout.services import return_cart
from shop.models import CartLine
from tests.contracts.pages import read_return_page
from tests.factories import CANARY_SECRET, CustomerArticleFactory
from tests.punchout.oci import strict
from tests.punchout.oci.launching import HOOK, PAYLOADS, article, call, make_connection, notes

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    made = make_connection(options={"version": "5.0"})
    article(
        "4711",
        name_en="Cable <b>H07V-K</b> 2,5 mm² € Ω « blue », 100 m on a drum, halogen-free",
        amount="10.00",
    )
    article("0815-" + "X" * 30, name_en="Ferrule", amount="0.0041", price_unit=1, lead_time_days=12)
    known = article("007", name_en="Known to the buyer", amount="12345.6789")
    CustomerArticleFactory(organisation=made.organisation, product=known, number="MAT-1")
    return made


def sent(name: str) -> PunchoutSession:
    """The session that the request in that file opens."""
    head, _blank, body = (PAYLOADS / "odd" / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
    lines = head.decode().replace("SECRET", CANARY_SECRET).split("\r\n")
    method, path = lines[0].split(" ")
    headers = dict(line.split(": ", 1) for line in lines[1:])
    response = Client().generic(
        method,
        path,
        body.replace(b"SECRET", CANARY_SECRET.encode()),
        content_type=headers.pop("Content-Type", ""),
        headers=headers,
    )
    assert response.status_code == 303, response.content.decode()
    return PunchoutSession.objects.latest("id")


def returned(session: PunchoutSession) -> ReturnForm:
    skus = session.organisation.price_list.prices.order_by("pk").values_list("product__sku", "product")
    for position, (sku, product) in enumerate(skus):
        CartLine.objects.create(
            cart=session.cart, product_id=product, sku=sku, quantity=Decimal(position + 1), position=position
        )
    form = return_cart(session=session, base_url="https://shop.example")
    assert form is not None
    return form


# What becomes of each: action and target of the form, charset, version and language, what stands before the
# items, what a mapping may speak of, and what was forgiven.
ODD: dict[str, dict[str, Any]] = {
    "get_everything": {
        "action": "https://buyer.example/sap(bD1lbiZjPTEwMA==)/bbp_its/!",
        "target": "_parent",
        "charset": "iso-8859-1",
        "version": "4.0",
        "before": [
            ("~OkCode", "ADDI"), ("sap-client", "100"), ("text", "50% off"), ("flag", ""), ("empty", ""),
            ("~TARGET", "_top"), ("~CALLER", "CTLG"), ("~ForceTarget", "Yes"),
        ],
        "launch": {"KOSTL": "4711-A", "SY-UNAME": "MUELLER"},
    },
    "query_and_body": {
        "target": "_blank", "charset": "utf-8", "language": "de", "before": [("~CALLER", "ctlg")],
        "launch": {"SAP-LANGUAGE": "DE"},
    },
    "polluted": {"version": "3.0", "before": [("~CALLER", "CTLG")]},
    "mixed_case": {
        "target": "WorkAreaFrame1",
        "charset": "iso-8859-15",
        "version": "4.0",
        "language": "nl",
        "before": [
            ("~okcode", "ADDI"), ("~Target", "WorkAreaFrame1"), ("~caller", "CTLG"), ("~forcetarget", "Yes"),
        ],
        "launch": {"sap-Language": "nl"},
    },
    "hook_with_everything": {
        "action": "https://buyer.example/return;jsessionid=AB12",
        "charset": "utf-8",
        "before": [
            ("ctx", "a&b=c"), ("next", "https://x.example/?q=1"), ("name", "été"), ("plus", "1+1"),
            ("sp", "a b"), ("x", "1"), ("x", "2"),
        ],
    },
    "hook_encoded_twice": {
        "before": [("uniqueid", "4711"), ("back", "a&b")],
        "notes": "The return address was encoded more than once",
    },
    "windows_1252_to_latin_9": {
        "charset": "iso-8859-15", "version": "3.0", "language": "de",
        "launch": {"NAME": "Müller €", "SAP-LANGUAGE": "D"},
        "notes": "Some values are not UTF-8",
    },
    "multipart_with_file": {
        "charset": "windows-1252", "before": [("sid", "1"), ("~CALLER", "CTLG")],
    },
    "blank_values": {"before": [("~TARGET", ""), ("~OkCode", "")]},
    "parted_as_in_html": {
        "before": [("sid", "1"), ("x", "2")], "notes": "were parted by &amp; as in HTML",
    },
    "sent_as_text": {"version": "4.0", "notes": "The target of the return is not the name of a window"},
}  # fmt: skip
USUAL: dict[str, Any] = {
    "action": HOOK,
    "target": "_top",
    "charset": "iso-8859-1",
    "version": "5.0",
    "language": "en",
    "before": [],
    "launch": {},
}


@pytest.mark.parametrize("name", ODD)
def test_a_cart_from_an_odd_launch_is_read_by_a_strict_receiver(connection: Connection, name: str) -> None:
    expected = {**USUAL, **ODD[name]}
    session = sent(name)
    forgiven = notes()
    assert expected.pop("notes", "") in forgiven
    form = returned(session)
    before, items = strict.read(form.fields, expected["version"], expected["charset"])
    found = {
        "action": form.action,
        "target": form.target,
        "charset": form.charset,
        "version": session.echo["version"],
        "language": session.language,
        "before": before,
        "launch": session.echo["launch"],
    }
    assert found == expected
    assert (form.method, form.enctype) == ("post", "")
    assert [item["QUANTITY"] for item in items] == ["1.000", "2.000", "3.000"]
    assert [(item["PRICE"], item["PRICEUNIT"]) for item in items] == [
        ("10.000", "1"), ("0.041", "10"), ("123456.789", "10"),
    ]  # fmt: skip
    assert items[2]["MATNR"] == "MAT-1"


def test_the_password_of_an_odd_launch_is_kept_nowhere(connection: Connection) -> None:
    for name in ODD:
        session = sent(name)
        record = WireMessage.objects.filter(direction="in").latest("id")
        kept = [str(getattr(record, field.attname)) for field in WireMessage._meta.concrete_fields]
        assert not [text for text in (*kept, str(session.echo)) if CANARY_SECRET in text], name


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        ("VALIDATE", {"PRODUCTID": "4711", "QUANTITY": "2.000"}),
        ("VALIDATE", {"PRODUCTID": "007", "QUANTITY": "3"}),
        ("BACKGROUND_SEARCH", {"SEARCHSTRING": "*cable*", "VENDOR": "0000100"}),
        ("BACKGROUND_SEARCH", {"SEARCHSTRING": "known", "NEW_ITEM-VENDOR": "0000100"}),
    ],
)
@pytest.mark.parametrize(
    ("version", "charset"),
    [("2.0", "iso-8859-1"), ("3.0", "iso-8859-9"), ("4.0", "windows-1251"), ("5.0", "utf-8")],
)
def test_an_answer_to_a_function_is_read_by_a_strict_receiver(
    connection: Connection, function: str, parameters: dict[str, str], charset: str, version: str
) -> None:
    response = call(function, **parameters, http_content_charset=charset, OCI_VERSION=version)
    page = read_return_page(response)
    assert (page.forms, page.charset, page.buttons) == (1, charset, [])
    _before, items = strict.read(page.fields, version, charset)
    (item,) = items
    assert ("VENDOR" in item) == (function == "BACKGROUND_SEARCH")
