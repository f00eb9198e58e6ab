"""What a mapping reaches in IDS, Oracle, Peppol and configured carts: dates, metals, contracts, values."""

from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from punchout.adapters import get_adapter
from punchout.adapters.ids.build import cart_form
from punchout.adapters.ids.options import IdsOptions
from punchout.documents import LineSurcharge, ReturnForm, SetupRequest
from punchout.errors import Conflict
from punchout.findings import errors_of
from punchout.mapping.sample import sample_of
from punchout.mapping.trial import Row, try_rows
from punchout.models import Connection, PunchoutSession, WireMessage
from punchout.preflight import inspect
from punchout.sample_lines import SAMPLE_LINES
from punchout.services import return_cart, start_session
from shop.carts import add_to_cart, price_cart
from tests.factories import ConnectionFactory, ListPriceFactory, ProductFactory
from tests.punchout.oraclexml.buyer import order_lines
from tests.punchout.peppol.buyer import document, text

pytestmark = pytest.mark.django_db
COPPER = LineSurcharge(
    kind="metal", code="CU", label="Copper", text="", amount=Decimal(1), price_unit=100,
    total=Decimal("2.50"), weight=Decimal(12), per=100, base=Decimal(150), quotation=Decimal(300),
)  # fmt: skip


def visit(adapter: str, echo: dict[str, Any] | None = None, **rows: str) -> PunchoutSession:
    mapping = [{"field": name.replace("__", " "), "expression": text} for name, text in rows.items()]
    connection: Connection = ConnectionFactory(adapter=adapter, options={"mapping": mapping})
    setup = SetupRequest(connection=connection, return_url="https://buyer.example/return", echo=echo or {})
    session = start_session(setup=setup, message=WireMessage()).session
    product = ProductFactory(sku="A-1", unspsc="39121300")
    ListPriceFactory(product=product, price_list=connection.organisation.price_list, amount=Decimal("12.40"))
    add_to_cart(cart=session.cart, product=product, quantity=Decimal(2))
    return session


def returned(session: PunchoutSession) -> ReturnForm:
    form = return_cart(session=session, base_url="https://shop.example")
    assert form is not None
    return form


def stopped(session: PunchoutSession) -> list[tuple[str, str]]:
    found = inspect(price_cart(session.cart, session.organisation), session)
    return [(finding.code, finding.values["field"]) for finding in errors_of(found.findings)]


# -- IDS-Connect ---------------------------------------------------------------------------------------------


def ids_cart(session: PunchoutSession) -> etree._Element:
    return etree.fromstring(returned(session).fields[0][1].encode())


def test_dates_shipment_and_addresses_of_an_ids_cart_can_be_said_otherwise() -> None:
    sent = {
        "version": "2.5",
        "order": {"DeliveryDate": "2026-01-02"},
        "parties": {"CustomerInfo": {"City": "Gent"}},
    }
    cart = ids_cart(
        visit(
            "ids",
            sent,
            Date="2026-03-04",
            Time="05:06:07",
            DeliveryWeek="12",
            DeliveryYear="2027",
            ModeOfShipment="Abholung",
            CustomerInfo__IDNo="{{ customer.number }}",
            DeliveryPlaceInfo__Name1="Site {{ session.cart_id }}",
            ItemChara="provis",
            RefItems__Customer="01.{{ line.number }}",
        )
    )
    value = lambda path: cart.findtext(".//" + "/".join(f"{{*}}{name}" for name in path.split("/")))  # noqa: E731
    assert (value("WarenkorbInfo/Date"), value("WarenkorbInfo/Time")) == ("2026-03-04", "05:06:07")
    # The day that the client asked for makes room for the week.
    assert (value("DeliveryDate"), value("DeliveryWeek"), value("DeliveryYear")) == (None, "12", "2027")
    assert value("ModeOfShipment") == "Abholung"
    assert value("CustomerInfo/IDNo")
    assert value("CustomerInfo/Address/City") == "Gent"
    assert value("DeliveryPlaceInfo/Address/Name1").startswith("Site ")
    assert (value("ItemChara"), value("RefItems/Customer"), value("RefItems/Supplier")) == (
        "provis",
        "01.1",
        "1",
    )


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("DeliveryDate", "next week", "no date"),
        ("DeliveryDate", "2026-02-30", "no date"),
        ("ModeOfShipment", "Drohne", "choice"),
        ("ItemChara", "other", "choice"),
        ("Rohstoffanteil CU NotierungAktuell", "much", "no number"),
    ],
)
def test_what_an_ids_client_could_not_read_stops_the_cart(field: str, text: str, code: str) -> None:
    assert stopped(visit("ids", {"version": "2.5"}, **{field: text})) == [(code, field)]


def shares(**mapped: str) -> list[dict[str, str]]:
    line = SAMPLE_LINES[0].changed(
        surcharges=(COPPER,), mapped={name.replace("__", " "): text for name, text in mapped.items()}
    )
    form = cart_form(
        return_url="https://buyer.example/r", echo={}, currency="EUR", lines=(line,), options=IdsOptions()
    )
    found = etree.fromstring(form.fields[0][1].encode()).iterfind(".//{*}Rohstoffanteil")
    return [{etree.QName(part).localname: part.text or "" for part in share} for share in found]


def test_a_metal_share_can_be_said_otherwise_added_and_left_out() -> None:
    (own,) = shares()
    assert (own["Rohstoff"], own["NotierungAktuell"], own["Basiseinheit"]) == ("CU", "300", "MTR")
    (other,) = shares(Rohstoffanteil__CU__NotierungAktuell="310.5", Rohstoffanteil__CU__Basiseinheit="KMT")
    assert other == {**own, "NotierungAktuell": "310.5", "Basiseinheit": "KMT"}
    assert list(other) == list(own)
    _copper, lead = shares(
        Rohstoffanteil__PB__Gewichtsanteilswert="3", Rohstoffanteil__PB__Basisnotierung="90"
    )
    assert lead == {
        "Rohstoff": "PB", "Gewichtsanteilswert": "3", "Gewichtsanteilseinheit": "KGM", "Basiswert": "0",
        "Basiseinheit": "MTR", "Basisnotierung": "90", "NotierungAktuell": "0",
    }  # fmt: skip
    assert shares(Rohstoffanteil__CU__Gewichtsanteilswert="") == []


# -- Oracle XML ----------------------------------------------------------------------------------------------


def oracle_line(**rows: str) -> etree._Element:
    (line,) = order_lines(returned(visit("oraclexml", **rows)).fields)
    return line


def test_catalog_type_and_hazard_class_of_oracle_can_be_said() -> None:
    line = oracle_line(catalogType="CATALOG", hazardClass="9", lineType="SERVICES", supplierUOMQuantity="100")
    assert line.findtext("contract/catalogType") == "CATALOG"
    item = line.find("item")
    assert [child.tag for child in item] == ["itemNumber", "itemDescription", "unitOfMeasure", "hazardClass"]
    assert (item.get("lineType"), item.findtext("hazardClass")) == ("SERVICES", "9")
    assert item.findtext("unitOfMeasure/supplierUnitOfMeasure/supplierUOMQuantity") == "100"


def test_a_contract_that_is_mapped_has_its_line_and_who_supplies_it() -> None:
    line = oracle_line(contractNumber="C-1", buyerContractLineNumber="7", supplierDUNS="999999999")
    contract = line.find("contract")
    assert contract.findtext("buyerContract/contractNumber") == "C-1"
    assert contract.findtext("buyerContract/buyerContractLineNumber") == "7"
    assert contract.findtext("catalogType") == "CONTRACTED"
    assert line.findtext("supplier/supplierDUNS") == "999999999"


def test_a_code_as_trading_partner_stands_in_place_of_the_number() -> None:
    coded = oracle_line(supplierDUNS="999999999", supplierTradingPartnerCode="VOLT")
    assert [child.tag for child in coded.find("supplier")] == ["supplierTradingPartnerCode", "supplierName"]


def test_a_catalog_type_that_oracle_does_not_know_stops_the_cart() -> None:
    assert stopped(visit("oraclexml", catalogType="PUNCHOUT")) == [("choice", "catalogType")]


# -- Peppol --------------------------------------------------------------------------------------------------


def test_the_header_and_the_lines_of_a_catalogue_can_be_said_otherwise_by_every_rule() -> None:
    form = returned(
        visit(
            "peppol",
            ID="CART-{{ session.cart_id }}",
            ActionCode="true",
            EndDate="2099-12-31",
            EndTime="12:00:00",
            ProviderEndpointID="0208:0123456749",
            ReceiverID="0088:5412345678908",
            ProviderName="Voltara",
            LineID="L{{ line.number }}",
            LineValidityPeriod="2099-06-30",
            PriceType="CT",
            OriginCountry="BE",
            TransactionConditions="CT",
            DocumentURI="https://shop.example/{{ line.sku }}.jpg",
            currencyID="SEK",
        )
    )
    root = etree.fromstring(document(form.fields))
    line = root.find("{*}CatalogueLine")
    assert text(root, "cbc:ID").startswith("CART-")
    assert (text(root, "cbc:ActionCode"), text(root, "cac:ValidityPeriod/cbc:EndDate")) == (
        "true",
        "2099-12-31",
    )
    assert text(root, "cac:ProviderParty/cbc:EndpointID") == "0123456749"
    assert text(root, "cac:ReceiverParty/cac:PartyIdentification/cbc:ID") == "5412345678908"
    assert (text(line, "cbc:ID"), text(line, "cac:LineValidityPeriod/cbc:EndDate")) == ("L1", "2099-06-30")
    assert text(line, "cac:Item/cac:OriginCountry/cbc:IdentificationCode") == "BE"
    assert text(line, "cac:Item/cac:TransactionConditions/cbc:ActionCode") == "CT"
    assert root.find(".//{*}PriceAmount").get("currencyID") == "SEK"
    assert root.findtext(".//{*}URI") == "https://shop.example/A-1.jpg"


def test_an_identifier_without_a_scheme_stops_the_cart_in_plain_words() -> None:
    session = visit("peppol", ReceiverID="4711")
    with pytest.raises(Conflict, match="0208:0123456749"):
        return_cart(session=session, base_url="https://shop.example")


# -- configurable --------------------------------------------------------------------------------------------


def configured(rows: dict[str, str], **options: Any) -> PunchoutSession:
    session = visit("configurable")
    mapping = [{"field": field, "expression": text} for field, text in rows.items()]
    session.connection.options = {**options, "mapping": mapping}
    session.connection.save()
    return session


def test_fields_that_the_options_name_are_said_otherwise_left_out_and_added() -> None:
    rows = {
        "items[{n}][sku]": "V-{{ line.sku }}",
        "items[{n}][name]": "",
        "items[{n}][plant]": "{{ customer.number }}-{{ line.number }}",
        "total": "{{ session.total|comma }}",
        "cart_no": "{{ session.cart_id }}",
    }
    session = configured(rows)
    fields = dict(returned(session).fields)
    assert (fields["items[1][sku]"], fields["items[1][quantity]"]) == ("V-A-1", "2")
    assert "items[1][name]" not in fields
    assert fields["items[1][plant]"].endswith("-1")
    assert (fields["total"], fields["cart_no"]) == ("24,80", str(session.cart_id))


@pytest.mark.parametrize("return_as", ["document", "body"])
def test_the_values_of_a_document_are_said_otherwise(return_as: str) -> None:
    rows = {
        "document line.sku": "{{ line.sku }} & Co",
        "document line.price": "13",
        "document total": "26.00",
    }
    form = returned(configured(rows, return_as=return_as))
    written = dict(form.fields)["cart"] if return_as == "document" else "=".join(form.fields[0])
    root = etree.fromstring(written.encode())
    assert (root.get("total"), root.findtext("line/article")) == ("26.00", "A-1 & Co")
    assert root.findtext("line/price") == "13"


def test_only_what_a_document_speaks_of_can_be_mapped_and_its_numbers_stay_numbers() -> None:
    assert stopped(configured({"document line.price": "dear"}, return_as="document")) == [
        ("no number", "document line.price")
    ]
    (row,) = try_rows_of({"document line.gtin": "1"}, return_as="document")
    assert "There is no field" in row.error


def try_rows_of(rows: dict[str, str], **options: Any) -> list[Row]:
    connection = ConnectionFactory(adapter="configurable", options=options)
    adapter = get_adapter("configurable")
    return try_rows(adapter, adapter.options(connection), sample_of(connection), list(rows.items()))


def test_a_sample_of_a_mechanism_shows_what_the_mapping_makes_of_it() -> None:
    rows = [{"field": "items[{n}][sku]", "expression": "V-{{ line.sku }}"}]
    connection = ConnectionFactory(adapter="configurable", options={"mapping": rows})
    assert "items[1][sku]=V-10-2030" in get_adapter("configurable").sample(connection)
