"""The shopping cart that goes back: every element, by the rules of transaction T77."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.utils import timezone
from pydantic import ValidationError

from punchout.adapters.peppol import identifiers
from punchout.adapters.peppol.build import cart_form
from punchout.adapters.peppol.options import PeppolOptions
from punchout.documents import ReturnLine
from punchout.errors import Conflict
from punchout.models import PunchoutSession
from shop.carts import add_to_cart
from tests.contracts.pages import read_return_page
from tests.factories import (
    AgreementFactory,
    BrandFactory,
    CustomerArticleFactory,
    ListPriceFactory,
    ProductFactory,
)
from tests.punchout.peppol import buyer
from tests.punchout.peppol.buyer import attribute, text
from tests.punchout.peppol.rules import violations

EXAMPLE = settings.CORPUS / "peppol" / "release-2026.5" / "PunchOut_Example.xml"
LINE = ReturnLine(
    number=1,
    sku="CAB-3G25",
    token="t1",
    quantity=Decimal("12.500"),
    unit="MTR",
    name="Cable 3G2,5",
    description="",
    language="nl",
    price=Decimal("41.2345"),
    price_unit=100,
    currency="NOK",
    total=Decimal("5.15"),
    lead_time_days=0,
)


def cart_of(*lines: ReturnLine, reference: str = "R1", **options: Any) -> ElementTree.Element:
    """The document of a cart, valid by every rule."""
    form = cart_form(
        return_url=buyer.RETURN_URL,
        cart_id="cart-1",
        echo={"reference": reference},
        receiver_name="Kommune",
        lines=lines,
        options=PeppolOptions.model_validate(options),
    )
    return ElementTree.fromstring(buyer.document(form.fields, str(options.get("cart_field", "punchout"))))


def line_of(line: ReturnLine, **options: Any) -> ElementTree.Element:
    (found,) = cart_of(line, **options).findall("cac:CatalogueLine", buyer.NAMESPACES)
    return found


@pytest.mark.skipif(not EXAMPLE.is_file(), reason="the public Peppol examples are not here")
def test_the_published_example_keeps_our_rules() -> None:
    assert violations(EXAMPLE.read_bytes()) == []


def test_our_rules_find_what_a_receiver_would_refuse() -> None:
    found = " | ".join(violations((buyer.PAYLOADS / "every_rule_broken.xml").read_bytes()))
    for rule in (f"R{number:03}" for number in range(1, 11)):
        assert rule in found, (rule, found)
    for words in ("the order is", "is empty", "must not contain", "has no cac.TaxScheme", "unit RO"):
        assert words in found


@pytest.mark.django_db
def test_a_cart_goes_back_with_all_that_peppol_knows() -> None:
    options = {
        "provider": "0208:0123456749",
        "provider_id": "0088:5790000435951",
        "receiver": "0192:987654325",
        "receiver_name": "Trondheim kommune",
        "pictures": True,
    }
    connection = buyer.make_connection(options=options)
    product = ProductFactory(
        sku="CAB-3G25",
        name_en="Cable 3G2,5",
        description_en="Ring of 100 m",
        order_unit="RO",
        price_unit=1,
        unspsc="26121600",
        brand=BrandFactory(name="Nexans"),
        manufacturer_part_number="10193524",
        gtin="5413736000014",
        lead_time_days=3,
    )
    ListPriceFactory(product=product, price_list=connection.organisation.price_list, amount=Decimal("41.20"))
    CustomerArticleFactory(organisation=connection.organisation, product=product, number="MAT-9")
    AgreementFactory(organisation=connection.organisation, reference="RAM-77", value=Decimal(50))
    browser, prefix = buyer.enter(buyer.send())
    session = PunchoutSession.objects.get()
    add_to_cart(cart=session.cart, product=product, quantity=Decimal(3))
    page = buyer.returned(browser, prefix)
    assert page.action == buyer.RETURN_URL
    assert (page.method, page.target, page.charset) == ("post", "_top", "utf-8")
    root = ElementTree.fromstring(buyer.document(tuple(page.fields)))
    today = timezone.localtime()
    expected = {
        "cbc:ID": session.key,
        "cbc:ActionCode": "false",
        "cbc:IssueDate": f"{today:%Y-%m-%d}",
        "cac:ValidityPeriod/cbc:EndDate": f"{today + timedelta(days=30):%Y-%m-%d}",
        "cac:ReferencedContract/cbc:ID": "RAM-77",
        "cac:ProviderParty/cbc:EndpointID": "0123456749",
        "cac:ProviderParty/cac:PartyIdentification/cbc:ID": "5790000435951",
        "cac:ProviderParty/cac:PartyLegalEntity/cbc:RegistrationName": "Voltara Electrical Supply",
        "cac:ReceiverParty/cbc:EndpointID": "987654325",
        "cac:ReceiverParty/cac:PartyLegalEntity/cbc:RegistrationName": "Trondheim kommune",
        "cac:ReceiverParty/cac:Contact/cbc:ID": "REQ-2026-0042",
    }
    assert {path: text(root, path) for path in expected} == expected
    assert attribute(root, "cac:ProviderParty/cbc:EndpointID", "schemeID") == "0208"
    (line,) = root.findall("cac:CatalogueLine", buyer.NAMESPACES)
    item = {
        "cbc:ID": "1",
        "cac:RequiredItemLocationQuantity/cbc:LeadTimeMeasure": "3",
        f"{buyer.PRICE}/cbc:BaseQuantity": "1",
        buyer.QUANTITY: "3",
        "cac:Item/cbc:Name": "Cable 3G2,5",
        "cac:Item/cbc:Description": "Ring of 100 m",
        "cac:Item/cac:BuyersItemIdentification/cbc:ID": "MAT-9",
        "cac:Item/cac:SellersItemIdentification/cbc:ID": "CAB-3G25",
        "cac:Item/cac:ManufacturersItemIdentification/cbc:ID": "10193524",
        "cac:Item/cac:StandardItemIdentification/cbc:ID": "5413736000014",
        "cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode": "26121600",
        "cac:Item/cac:ClassifiedTaxCategory/cbc:ID": "S",
        "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent": "21",
        "cac:Item/cac:ManufacturerParty/cac:PartyName/cbc:Name": "Nexans",
    }
    assert {path: text(line, path) for path in item} == item
    assert Decimal(text(line, f"{buyer.PRICE}/cbc:PriceAmount") or "") == Decimal("20.6")
    assert attribute(line, f"{buyer.PRICE}/cbc:PriceAmount", "currencyID") == "EUR"
    assert attribute(line, buyer.QUANTITY, "unitCode") == "XRO"


@pytest.mark.django_db
def test_a_cancelled_cart_has_no_message() -> None:
    buyer.make_connection()
    browser, prefix = buyer.enter(buyer.send())
    response = browser.post(f"{prefix}/leave")
    assert response.status_code == 200
    assert read_return_page(response).fields == []
    with pytest.raises(Conflict):
        cart_of()


@pytest.mark.parametrize(
    ("of_cart", "of_line", "stopped"),
    [
        ({"EndDate": "2026-01-30", "IssueDate": "2026-01-31"}, {}, True),  # R001
        ({"EndDate": "2026-01-31", "IssueDate": "2026-01-31"}, {}, False),
        ({}, {"TaxPercent": "0.00"}, True),  # R009
        ({}, {"TaxPercent": "0", "TaxCategory": "Z"}, False),
        ({}, {"TaxPercent": "6"}, False),
    ],
)
def test_a_mapping_that_breaks_a_rule_of_the_whole_stops_the_cart(
    of_cart: dict[str, str], of_line: dict[str, str], stopped: bool
) -> None:
    def sent() -> ElementTree.Element:
        form = cart_form(
            return_url=buyer.RETURN_URL,
            cart_id="cart-1",
            echo={},
            receiver_name="Kommune",
            lines=(replace(LINE, mapped=of_line),),
            options=PeppolOptions.model_validate({}),
            mapped=of_cart,
        )
        return ElementTree.fromstring(buyer.document(form.fields, "punchout"))

    if stopped:
        with pytest.raises(Conflict):
            sent()
    else:
        assert violations(ElementTree.tostring(sent())) == []


def test_the_price_keeps_its_price_unit() -> None:
    line = line_of(LINE)
    assert text(line, f"{buyer.PRICE}/cbc:PriceAmount") == "41.2345"
    assert text(line, f"{buyer.PRICE}/cbc:BaseQuantity") == "100"
    assert text(line, buyer.QUANTITY) == "12.5"
    assert buyer.total_of(line) == LINE.total
    assert attribute(line, f"{buyer.PRICE}/cbc:BaseQuantity", "unitCode") == "MTR"


@pytest.mark.parametrize(
    ("unit", "sent"),
    [
        ("C62", "C62"),
        ("MTR", "MTR"),
        ("RO", "XRO"),
        ("PK", "XPK"),
        ("BX", "XBX"),
        ("PR", "PR"),
        ("SET", "SET"),
    ],
)
def test_packaging_gets_the_x_of_recommendation_21_and_the_rest_stays(unit: str, sent: str) -> None:
    assert attribute(line_of(replace(LINE, unit=unit)), buyer.QUANTITY, "unitCode") == sent


def test_the_connections_units_win() -> None:
    line = line_of(replace(LINE, unit="C62"), units={"C62": "H87"})
    assert attribute(line, buyer.QUANTITY, "unitCode") == "H87"


def test_no_empty_element_is_sent_for_what_an_article_does_not_have() -> None:
    root = cart_of(LINE, reference="")
    assert root.find("cac:ReceiverParty/cac:Contact", buyer.NAMESPACES) is None
    assert root.find("cac:ReferencedContract", buyer.NAMESPACES) is None
    (item,) = root.findall("cac:CatalogueLine/cac:Item", buyer.NAMESPACES)
    names = [child.tag.partition("}")[2] for child in item]
    assert names == ["Name", "SellersItemIdentification", "ClassifiedTaxCategory"]


def test_one_picture_is_the_main_image_when_the_connection_wants_it() -> None:
    line = replace(LINE, picture_url="https://shop.example/p/1.jpg")
    path = "cac:Item/cac:ItemSpecificationDocumentReference"
    assert line_of(line).find(path, buyer.NAMESPACES) is None
    found = line_of(line, pictures=True)
    assert text(found, f"{path}/cbc:DocumentTypeCode") == "PRODUCT_IMAGE"
    assert text(found, f"{path}/cac:Attachment/cac:ExternalReference/cbc:URI") == line.picture_url


def test_a_contract_is_named_when_all_lines_share_it() -> None:
    first, second = replace(LINE, agreement="A1"), replace(LINE, number=2, agreement="A2")
    path = "cac:ReferencedContract/cbc:ID"
    assert text(cart_of(first, replace(second, agreement="A1")), path) == "A1"
    assert text(cart_of(first, second), path) is None
    assert text(cart_of(first, second, contract="FRAME"), path) == "FRAME"


@pytest.mark.parametrize(("category", "percent"), [("S", "25"), ("Z", "0"), ("O", "0"), ("AE", "0")])
def test_only_the_standard_rate_has_a_rate(category: str, percent: str) -> None:
    line = line_of(LINE, tax_category=category, tax_percent="25.00")
    assert text(line, "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent") == percent


def test_the_field_its_encoding_the_action_code_and_the_validity_are_options() -> None:
    root = cart_of(LINE, cart_field="cart", cart_encoding="plain", whole_cart_only=True, validity_days=0)
    assert text(root, "cbc:ActionCode") == "true"
    assert text(root, "cac:ValidityPeriod/cbc:EndDate") == text(root, "cbc:IssueDate")


@pytest.mark.parametrize(
    "options",
    [
        {"tax_category": "S", "tax_percent": 0},
        {"provider": "0123456749"},
        {"provider": "0208:0123456789"},
        {"receiver": "0192:987654321"},
        {"receiver_id": "0088:5790000435950"},
        {"receiver_id": "0088:579 0000435951"},
        {"target": "a b"},
    ],
)
def test_options_that_would_make_an_invalid_cart_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PeppolOptions.model_validate(options)


@pytest.mark.parametrize(
    "identifier",
    ["0208:0123456749", "0192:987654325", "0192:123456785", "0088:5790000435944", "9925:BE0123456749"],
)
def test_right_participant_identifiers_are_taken_apart(identifier: str) -> None:
    assert ":".join(identifiers.split(identifier)) == identifier


def test_a_character_that_xml_cannot_hold_is_left_out() -> None:
    line = line_of(replace(LINE, sku="CAB\x02-1"))
    assert text(line, "cac:Item/cac:SellersItemIdentification/cbc:ID") == "CAB-1"
