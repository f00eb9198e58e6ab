"""The cart on its way back: schema order, lengths, numbers, and the price trap."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from punchout.adapters.ids.build import cart_form
from punchout.adapters.ids.options import IdsOptions
from punchout.documents import LineSurcharge, ReturnForm, ReturnLine, kept_lines
from punchout.errors import Conflict
from punchout.line_table import lines_of
from punchout.models import PunchoutSession, ReturnedCart
from punchout.sandbox.parse_ids import read_cart as read_as_client
from punchout.sandbox.systems import SYSTEMS
from tests.factories import (
    AgreementFactory,
    ListPriceFactory,
    MetalQuotationFactory,
    ProductFactory,
    ProductMetalFactory,
)
from tests.punchout.ids.client import (
    HOOK,
    NAMESPACE,
    ReadCart,
    enter,
    make_connection,
    read_cart,
    returned,
    send,
)

ECHO = {"version": "2.5", "target": "_top"}
LINE = ReturnLine(
    number=1,
    sku="CABLE-1",
    token="t1",
    quantity=Decimal(50),
    unit="MTR",
    name="Installationskabel NYM-J 3x1,5",
    description="Grau.\nRing zu 50 m.",
    language="de",
    price=Decimal("9000"),
    price_unit=1000,
    currency="EUR",
    total=Decimal("450.00"),
    lead_time_days=1,
    gtin="4012345678901",
    list_price=Decimal("10000"),
)
COPPER = LineSurcharge(
    kind="metal", code="CU", label="Copper", text="", amount=Decimal(1440), price_unit=1000,
    total=Decimal("72.00"), weight=Decimal(96), per=100, base=Decimal(150), quotation=Decimal(300),
    day="2026-11-20",
)  # fmt: skip
WITH_COPPER = replace(LINE, total=Decimal("522.00"), surcharges=(COPPER,))


def form(*lines: ReturnLine, echo: dict[str, Any] | None = None, **options: Any) -> ReturnForm:
    return cart_form(
        return_url=HOOK,
        echo={**ECHO, **(echo or {})},
        currency="EUR",
        lines=lines,
        options=IdsOptions(**options),
    )


def document(*lines: ReturnLine) -> ElementTree.Element:
    return ElementTree.fromstring(form(*lines).fields[0][1].encode())


def read(made: ReturnForm) -> ReadCart:
    ((_name, document),) = made.fields
    return ReadCart(ElementTree.fromstring(document.encode(made.charset)))


def value(name: str, line: ReturnLine = LINE, **options: Any) -> str | None:
    """One element of a cart of one line."""
    return read(form(line, **options)).column(name)[0]


# -- prices --------------------------------------------------------------------------------------------------


def test_net_price_is_the_total_of_the_line_with_its_metal() -> None:
    """50 m at 10,000 per 1000 m less 10 %; 96 kg of copper in 100 m, 150 in the price and 300 today."""
    item = document(WITH_COPPER).find("w:Order/w:OrderItem", NAMESPACE)
    assert item is not None
    values = {element.tag.rpartition("}")[2]: element.text for element in item.iter()}
    assert values["NetPrice"] == "522.0000"
    assert (values["OfferPrice"], values["PriceBasis"]) == ("10000.0000", "1000")
    share = item.find("{*}Rohstoffanteil")
    assert share is not None
    assert [(element.tag.rpartition("}")[2], element.text) for element in share] == [
        ("Rohstoff", "CU"),
        ("Gewichtsanteilswert", "96"),
        ("Gewichtsanteilseinheit", "KGM"),
        ("Basiswert", "100"),
        ("Basiseinheit", "MTR"),
        ("Basisnotierung", "150"),
        ("NotierungAktuell", "300"),
    ]


def test_a_metal_that_ids_connect_has_no_name_for_is_in_the_total_only() -> None:
    iron = replace(WITH_COPPER, surcharges=(replace(COPPER, code="FE"),))
    root = document(iron)
    assert root.findtext(".//{*}NetPrice") == "522.0000"
    assert root.find(".//{*}Rohstoffanteil") is None


@pytest.mark.django_db
def test_the_metal_of_a_real_cart_is_in_its_net_price() -> None:
    """The example of IDS-Connect once more, from the catalog to the form."""
    connection = make_connection()
    cable = ProductFactory(sku="CABLE-1", order_unit="MTR", price_unit=1000)
    ListPriceFactory(
        product=cable, price_list=connection.organisation.price_list, amount=Decimal(10000), price_unit=1000
    )
    AgreementFactory(organisation=connection.organisation, value=Decimal(10))
    ProductMetalFactory(product=cable)
    MetalQuotationFactory(amount=Decimal(300))
    browser, prefix = enter(send())
    browser.post(f"{prefix}/cart/add", {"sku": "CABLE-1", "quantity": "50"})
    cart = read_cart(returned(browser, prefix))
    assert cart.column("NetPrice") == ["522.0000"]
    assert cart.column("Rohstoffanteil/NotierungAktuell") == ["300"]


def test_without_metal_there_is_no_share_of_it() -> None:
    assert value("NetPrice") == "450.0000"
    assert value("Rohstoffanteil") is None


def test_an_article_without_a_list_price_offers_its_net_price() -> None:
    assert value("OfferPrice", replace(LINE, list_price=None)) == "9000.0000"


@pytest.mark.parametrize(
    ("listed", "per", "offer", "basis"),
    [
        ("0.0412", 1, "0.0412", "1"),
        ("0.04125", 1, "0.4125", "10"),
        ("1.234567", 100, "123.4567", "10000"),
        ("33.33333333333333", 3, "33.3333", "3"),
    ],
)
def test_a_list_price_with_more_than_four_decimals_is_offered_for_more(
    listed: str, per: int, offer: str, basis: str
) -> None:
    line = replace(LINE, list_price=Decimal(listed), price_unit=per)
    assert (value("OfferPrice", line), value("PriceBasis", line)) == (offer, basis)


def test_the_rate_of_vat_is_the_connections() -> None:
    assert value("VAT") == "21.00"
    assert value("VAT", vat="19") == "19.00"


# -- the document --------------------------------------------------------------------------------------------


def in_order(element: ElementTree.Element) -> Iterator[str]:
    return (child.tag.rpartition("}")[2] for child in element)


@pytest.mark.parametrize("version", ["2.0", "2.5"])
def test_elements_stand_in_the_order_of_the_schema(version: str) -> None:
    cart = read(form(LINE, echo={"version": version}))
    assert list(in_order(cart.root)) == ["WarenkorbInfo", "Order"]
    assert list(in_order(cart.root[0])) == ["Date", "Time", "RueckgabeKZ", "Version"]
    assert list(in_order(cart.root[1][0])) == ["ModeOfShipment", "Cur"]
    assert list(in_order(cart.items[0])) == [
        "ItemChara", "EAN", "ArtNo", "Qty", "QU", "Kurztext", "Langtext", "OfferPrice", "NetPrice",
        "PriceBasis", "VAT",
    ]  # fmt: skip
    assert cart.text("WarenkorbInfo/RueckgabeKZ") == "Warenkorbrückgabe"
    assert cart.text("WarenkorbInfo/Version") == version


def test_a_client_with_its_own_parser_minds_nothing() -> None:
    dialect = SYSTEMS["ids-erp"].ids
    assert dialect is not None
    made = form(LINE, replace(LINE, sku="X" * 15, name="Ü" * 200, gtin="", unit="C62"))
    cart = read_as_client(urlencode(made.fields).encode(), "application/x-www-form-urlencoded", dialect)
    assert cart.all_remarks == ()
    assert cart.total == Decimal(900)


def test_texts_are_cut_between_words_and_the_long_text_keeps_its_lines() -> None:
    line = replace(LINE, name="Wort " * 40, description="<p>eins</p><p>zwei</p>\x07")
    short = value("Kurztext", line)
    assert short is not None and len(short) == 99 and short.endswith("Wort")
    assert value("Langtext", line) == "eins\nzwei"
    assert value("Langtext", line, longtext=False) is None
    assert value("Kurztext", replace(LINE, name="")) == "CABLE-1"


@pytest.mark.parametrize(
    ("unit", "sent"),
    [("C62", "PCE"), ("H87", "PCE"), ("MTR", "MTR"), ("RO", "RO"), ("NPR", "PR"), ("KMT", "KTM")],
)
def test_units_are_those_of_the_code_list_and_others_go_as_they_are(unit: str, sent: str) -> None:
    assert value("QU", replace(LINE, unit=unit)) == sent


def test_a_unit_can_be_translated_for_one_buyer() -> None:
    assert value("QU", replace(LINE, unit="RO"), units={"RO": "ROLL"}) == "ROLL"


@pytest.mark.parametrize(
    ("gtin", "ean"),
    [("4012345678901", "4012345678901"), ("40123455", "0000040123455"), ("12345678901231", None), ("", None)],
)
def test_a_gtin_is_sent_in_the_thirteen_digits_of_ean(gtin: str, ean: str | None) -> None:
    assert value("EAN", replace(LINE, gtin=gtin)) == ean


def test_an_article_number_that_is_too_long_is_never_cut() -> None:
    line = replace(LINE, sku="SIXTEEN-LETTERS1")
    assert value("ArtNo", line) == "4012345678901"
    assert value("ArtNo", line, article_number_length=20) == "SIXTEEN-LETTERS1"
    with pytest.raises(Conflict, match="SIXTEEN-LETTERS1"):
        form(replace(line, gtin=""))


def test_a_quantity_keeps_two_decimals_and_is_never_rounded() -> None:
    assert value("Qty", replace(LINE, quantity=Decimal("2.500"))) == "2.50"
    with pytest.raises(Conflict, match=r"2\.125"):
        form(replace(LINE, quantity=Decimal("2.125")))


def test_an_empty_cart_is_valid_in_2_5_only() -> None:
    cart = read(form())
    assert cart.items == []
    assert cart.text("Order/OrderInfo/Cur") == "EUR"
    with pytest.raises(Conflict):
        form(echo={"version": "2.0"})


def test_a_charset_without_a_character_writes_it_as_xml_does() -> None:
    made = form(replace(LINE, name="10 Ω für 5 €"), charset="iso-8859-1")
    ((_name, document),) = made.fields
    assert "f\xfcr" in document and "&#937;" in document
    assert read(made).column("Kurztext") == ["10 Ω für 5 €"]
    assert made.charset == "iso-8859-1"


def test_a_frozen_line_keeps_its_list_price_or_that_it_has_none() -> None:
    for line in (LINE, replace(LINE, list_price=None)):
        assert ReturnLine.from_json(lines_of(kept_lines([line]))[0]) == line


# -- through the shop ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_cart_comes_back_with_list_and_net_price_as_a_multipart_form() -> None:
    connection = make_connection()
    organisation = connection.organisation
    cable = ProductFactory(sku="CABLE-1", order_unit="MTR", price_unit=100, name_en="Cable")
    ListPriceFactory(
        product=cable, price_list=organisation.price_list, amount=Decimal("86.65"), price_unit=100
    )
    AgreementFactory(organisation=organisation, value=Decimal(38))
    browser, prefix = enter(send(target="Kasse"))
    browser.post(f"{prefix}/cart/add", {"sku": "CABLE-1", "quantity": "250"})
    response = browser.post(f"{prefix}/return")
    assert b'enctype="multipart/form-data"' in response.content
    page = returned(browser, prefix)
    assert (page.action, page.target) == (HOOK, "Kasse")
    cart = read_cart(page)
    assert cart.column("OfferPrice") == ["86.6500"]
    assert cart.column("PriceBasis") == ["100"]
    assert cart.amounts("NetPrice") == [ReturnedCart.objects.get().total] == [Decimal("134.30")]


@pytest.mark.django_db
def test_a_system_that_cannot_read_multipart_gets_the_other_form() -> None:
    make_connection(options={"return_encoding": "application/x-www-form-urlencoded"})
    browser, prefix = enter(send())
    assert b'enctype="application/x-www-form-urlencoded"' in browser.post(f"{prefix}/leave").content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("version", "on_leave", "sent"),
    [("2.5", "version", True), ("2.0", "version", False), ("2.5", "nothing", False)],
)
def test_leaving_sends_an_empty_cart_only_where_there_is_one(version: str, on_leave: str, sent: bool) -> None:
    make_connection(options={"on_leave": on_leave})
    browser, prefix = enter(send(version=version))
    response = browser.post(f"{prefix}/leave")
    assert response.status_code == 200
    assert (b'name="warenkorb"' in response.content) is sent
    assert ReturnedCart.objects.get().outcome == ReturnedCart.Outcome.EMPTY


@pytest.mark.django_db
def test_a_cart_that_ids_connect_cannot_carry_stays_open_and_says_why() -> None:
    connection = make_connection()
    long = ProductFactory(sku="A-NUMBER-OF-TWENTY-1")
    ListPriceFactory(product=long, price_list=connection.organisation.price_list)
    browser, prefix = enter(send())
    browser.post(f"{prefix}/cart/add", {"sku": long.sku, "quantity": "1"})
    response = browser.post(f"{prefix}/return")
    assert response.status_code == 303
    assert f"“{long.sku}” is longer" in browser.get(f"{prefix}/cart").content.decode()
    assert PunchoutSession.objects.get().state == PunchoutSession.State.ACTIVE
    assert not ReturnedCart.objects.exists()
