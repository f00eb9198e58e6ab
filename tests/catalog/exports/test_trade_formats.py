"""BMEcat, Datanorm and DBF: what is written is read back as it was, by our own readers and by others'."""

import shutil
import zipfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import dbfread
import pytest
from django.conf import settings
from django.utils import timezone
from lxml import etree

import catalog.imports.formats  # noqa: F401  registers them
from catalog.exports import ExportRefused
from catalog.exports.formats import dbf_file
from catalog.imports.records import Action, CategoryLink, CategoryRecord, PriceKind, PriceRecord
from catalog.models import Agreement, MetalQuotation, Product, ProductLevy, ProductMedia, ProductMetal
from tests.catalog.exports.conftest import ORIGIN
from tests.catalog.imports.formats.reading import Read, read
from tests.factories import (
    AgreementFactory,
    CategoryFactory,
    CustomerArticleFactory,
    ListPriceFactory,
    ProductFactory,
)

pytestmark = pytest.mark.django_db
SCHEMAS = Path(settings.CORPUS) / "catalog" / "bmecat_schema"
XSD = SCHEMAS / "warappa__OpenTransSharp__bmecat_2005.xsd"
WITH_EXTENSIONS = SCHEMAS / "warappa__OpenTransSharp__bmecat_2005_any_udx_extension.xsd"


@pytest.fixture
def assortment(customer) -> None:
    """A cable with everything, a breaker with four decimals, one on request, one that cannot be ordered."""
    top = CategoryFactory(slug="cables", name_en="Cables", position=2)
    leaf = CategoryFactory(slug="ground", name_en="Ground & more", parent=top)
    successor = ProductFactory(sku="NEW/1", category=top)
    cable = ProductFactory(
        sku="NYM-3", gtin="5410000012345", name_en="Cable <NYM> 3x1,5 mm²; größer", order_unit="MTR",
        description_en="Long text.\nWith a line, and more words than forty characters hold at once",
        category=leaf, price_unit=100, minimum_quantity=50, quantity_step=50, unspsc="26121600",
        etim_class="EC000830", lead_time_days=3, status="run-out", successor=successor,
        brand__name="Kepler", manufacturer_part_number="K-3", discount_group="D14",
        content_quantity=1, content_unit="MTR",
    )  # fmt: skip
    ListPriceFactory(product=cable, price_list=customer.price_list, amount="120.00", price_unit=100)
    for value, bound in (("90.50", 0), ("80.25", 500)):
        AgreementFactory(
            organisation=customer, product=cable, kind=Agreement.Kind.NET, value=value, price_unit=100,
            minimum_quantity=bound,
        )  # fmt: skip
    CustomerArticleFactory(organisation=customer, product=cable, number="MAT1")
    ProductMedia.objects.create(product=cable, kind="picture", address="https://cdn.example/1.png")
    ProductMetal.objects.create(product=cable, metal="CU", weight="4.3", per=100, base=150)
    MetalQuotation.objects.create(metal="CU", day=timezone.localdate(), amount=800)
    ProductLevy.objects.create(product=cable, scheme="Recupel", amount="0.05")
    fine = ProductFactory(sku="FINE", category=top, name_en="Fine fuse")
    ListPriceFactory(product=fine, price_list=customer.price_list, amount="0.0412", price_unit=1)
    ProductFactory(sku="ASK", category=top, name_en="On request")
    ProductFactory(sku="OLD", category=top, status="discontinued")


@pytest.fixture
def back(export, tmp_path):
    """What our own reader makes of a file that was exported."""

    def make(
        slug: str, reader: str, name: str, *, reading: dict[str, Any] | None = None, **order: Any
    ) -> Read:
        file = tmp_path / name
        file.write_bytes(export(slug, **order))
        return read(reader, file, **(reading or {}))

    return make


def amounts(prices: Any, kind: PriceKind) -> list[tuple[Decimal, int | None, Decimal]]:
    return [(each.amount, each.price_unit, each.minimum_quantity) for each in prices if each.kind is kind]


def test_a_bmecat_catalog_is_read_back_as_it_was(assortment, back):
    found = back("bmecat", "bmecat", "catalog.xml")
    assert not found.refused
    assert (found.header.format, found.header.customer) == ("BMEcat 2005, new catalog", "100001")
    assert set(found.articles) == {"NYM-3", "NEW/1", "FINE", "ASK"}
    cable = found.articles["NYM-3"]
    product = Product.objects.get(sku="NYM-3")
    assert cable.names == {"en": product.name_en}
    assert cable.descriptions["en"] == " ".join(product.description_en.split())
    for field in (
        "gtin", "manufacturer_part_number", "order_unit", "price_unit", "minimum_quantity", "quantity_step",
        "unspsc", "etim_class", "lead_time_days", "status", "discount_group", "content_unit",
    ):  # fmt: skip
        assert getattr(cable, field) == getattr(product, field), field
    assert (cable.brand, cable.successor, cable.customer_number) == ("Kepler", "NEW/1", "MAT1")
    assert [each.source for each in cable.media] == ["https://cdn.example/1.png"]
    assert [(each.metal, each.weight, each.base) for each in cable.metals] == [("CU", Decimal("0.043"), 150)]
    assert amounts(cable.prices, PriceKind.LIST) == [(120, 100, 0)]
    assert amounts(cable.prices, PriceKind.NET) == [
        (Decimal("90.5"), 100, 0),
        (Decimal("80.25"), 100, 500),
    ]
    assert found.articles["ASK"].prices == ()
    assert ("ground", "cables") in {(each.code, each.parent) for each in found.of(CategoryRecord)}
    assert ("NYM-3", "ground") in {(each.sku, each.category) for each in found.of(CategoryLink)}


def test_a_bmecat_update_names_what_went_and_its_number(assortment, back):
    since = timezone.now() - timedelta(hours=1)
    found = back("bmecat", "bmecat", "update.xml", since=since, updates_before=4)
    assert (found.header.full, found.header.previous_version) == (False, 4)
    assert found.articles["OLD"].action is Action.DELETE
    assert found.articles["NYM-3"].action is Action.REPLACE


def test_a_bmecat_price_update_changes_prices_only(assortment, back):
    found = back("bmecat-prices", "bmecat", "prices.xml", updates_before=1)
    assert found.header.previous_version == 1
    cable = found.articles["NYM-3"]
    assert (cable.action, cable.names) == (Action.CHANGE, {})
    # The price quantity is that of the catalog before.
    assert amounts(cable.prices, PriceKind.LIST) == [(120, None, 0)]


@pytest.fixture(scope="module")
def schema(tmp_path_factory) -> etree.XMLSchema:
    if not XSD.is_file():
        pytest.skip("the official schemas are not here")
    folder = tmp_path_factory.mktemp("schema")
    shutil.copy(XSD, folder / "bmecat_2005.xsd")
    shutil.copy(WITH_EXTENSIONS, folder / "extended.xsd")
    return etree.XMLSchema(etree.parse(folder / "extended.xsd"))


@pytest.mark.parametrize("since", [None, timedelta(hours=1)], ids=["catalog", "update"])
@pytest.mark.parametrize("slug", ["bmecat", "bmecat-prices"])
@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_every_bmecat_is_valid(assortment, export, schema, slug, since, language):
    content = export(slug, language=language, since=since and timezone.now() - since)
    schema.assertValid(etree.fromstring(content))


@pytest.mark.parametrize("version", [4, 5])
def test_a_datanorm_is_read_back_as_it_was(assortment, back, version):
    reading = {"options": {"encoding": "cp850"}, "language": "en"}
    found = back(f"datanorm-{version}", "datanorm", "datanorm.zip", reading=reading)
    assert [each for each in found.refused if each.fatal] == []
    assert not found.refused
    assert found.header.customer == "100001"
    assert set(found.articles) == {"NYM-3", "NEW/1", "FINE", "ASK"}
    cable = found.articles["NYM-3"]
    # A semicolon would end the field.
    assert cable.names == {"en": "Cable <NYM> 3x1,5 mm², größer"}
    assert " ".join(cable.descriptions["en"].split()) == (
        "Long text. With a line, and more words than forty characters hold at once"
    )
    assert (cable.order_unit, cable.price_unit, cable.gtin) == ("MTR", 100, "5410000012345")
    assert cable.discount_group == "D14"
    (place,) = cable.categories
    assert {each.code: each.names["en"] for each in found.of(CategoryRecord)}[place] == "Ground & more"
    assert amounts(cable.prices, PriceKind.LIST) == [(120, 100, 0)]
    net = [each for each in found.of(PriceRecord) if each.sku == "NYM-3"]
    assert {each.customer for each in net} == {"100001"}
    # Version 4 leaves the price unit to the article.
    unit = None if version == 4 else 100
    assert amounts(net, PriceKind.NET) == [
        (Decimal("90.5"), unit, Decimal(0)),
        (Decimal("80.25"), unit, Decimal(500)),
    ]
    # 4.12 cents for one is 4.12 for a hundred: no digit is lost.
    assert amounts(found.articles["FINE"].prices, PriceKind.LIST) == [(Decimal("4.12"), 100, 0)]
    assert found.articles["ASK"].prices in (None, ())
    assert not [each for each in found.of(PriceRecord) if each.sku == "ASK"]


@pytest.mark.parametrize("version", [4, 5])
def test_a_name_that_fills_a_line_of_a_datanorm_keeps_its_blank(customer, back, version):
    # The first three words have forty characters.
    name = "Durchgangsklemme 10 mm² Schraubanschluss blau"
    ListPriceFactory(product=ProductFactory(sku="PI", name_en=name), price_list=customer.price_list)
    reading = {"options": {"encoding": "cp850"}, "language": "en"}
    found = back(f"datanorm-{version}", "datanorm", "datanorm.zip", reading=reading)
    assert found.articles["PI"].names == {"en": name}


def test_a_price_from_part_of_a_unit_on_holds_from_the_next_whole_one_in_a_datanorm(customer, back):
    listed = ListPriceFactory(product__sku="PI", price_list=customer.price_list, amount=9)
    for value, bound in ((8, "5"), (7, "12.5"), (6, "13")):
        AgreementFactory(
            organisation=customer, product=listed.product, kind=Agreement.Kind.NET, value=value,
            minimum_quantity=bound,
        )  # fmt: skip
    found = back("datanorm-5", "datanorm", "datanorm.zip", reading={"options": {"encoding": "cp850"}})
    net = [each for each in found.of(PriceRecord) if each.sku == "PI"]
    assert [row[::2] for row in amounts(net, PriceKind.NET)] == [(9, 0), (8, 5), (6, 13)]


@pytest.mark.parametrize("version", [4, 5])
def test_a_datanorm_has_the_files_and_the_header_of_its_version(assortment, export, tmp_path, version):
    (tmp_path / "x.zip").write_bytes(export(f"datanorm-{version}"))
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert archive.namelist() == ["DATANORM.001", "DATANORM.WRG", "DATPREIS.001"]
        for name in archive.namelist():
            content = archive.read(name)
            assert content.endswith(b"\r\n\x1a")
            first, second, *_rest = content.decode("cp850").split("\r\n")
            if version == 4:
                assert (len(first), first[123:]) == (128, "04EUR")
                assert second.startswith("K;;100001;")
            else:
                kind = {"DATANORM.001": "A", "DATANORM.WRG": "S", "DATPREIS.001": "P"}[name]
                assert first.startswith(f"V;050;{kind};{timezone.localdate():%Y%m%d};EUR;")
                assert second.startswith("K;100001;")


@pytest.mark.parametrize("version", [4, 5])
def test_net_prices_come_alone_and_only_for_their_customer(assortment, back, version):
    reading = {"options": {"encoding": "cp850"}}
    found = back(f"datpreis-{version}", "datanorm", "DATPREIS.001", reading=reading)
    assert not found.refused and not found.articles
    assert {each.sku for each in found.of(PriceRecord)} == {"NYM-3", "FINE"}


def test_a_price_that_is_gone_is_on_request_in_the_next_prices_of_version_5(assortment, export, back):
    since = timezone.now() - timedelta(hours=1)
    text = export("datpreis-5", since=since).decode("cp850")
    assert "\r\nP;ASK;9;1;0;;;;;;;;;\r\n" in text
    assert "P;OLD;" not in text
    assert "P;ASK;" not in export("datpreis-5").decode("cp850")
    found = back("datpreis-5", "datanorm", "x.001", reading={"options": {"encoding": "cp850"}}, since=since)
    assert not found.refused
    assert "ASK" not in {each.sku for each in found.of(PriceRecord)}


def test_what_went_is_deleted_in_an_incremental_datanorm(assortment, back):
    since = timezone.now() - timedelta(hours=1)
    for version in (4, 5):
        reading = {"options": {"encoding": "cp850"}}
        found = back(f"datanorm-{version}", "datanorm", "x.zip", reading=reading, since=since)
        assert found.articles["OLD"].action is Action.DELETE


def test_a_dbf_is_read_by_another_program_with_numbers_and_days(assortment, export, tmp_path):
    until = timezone.localdate() + timedelta(days=9)
    Agreement.objects.update(valid_until=until)
    file = tmp_path / "articles.dbf"
    file.write_bytes(export("dbf", with_stock=True))
    table = dbfread.DBF(str(file), char_decode_errors="strict")
    assert table.encoding == "cp1252"
    assert all(len(name) <= 10 and name == name.upper() for name in table.field_names)
    assert len(set(table.field_names)) == len(dbf_file.FIELDS)
    found = {row["ARTNO"]: row for row in table}
    cable = found["NYM-3"]
    assert cable["NAME"] == "Cable <NYM> 3x1,5 mm²; größer"
    assert (cable["LISTPRICE"], cable["NETPRICE"], cable["PRICEQTY"]) == (120.0, 90.5, 100)
    assert (cable["SCALE1QTY"], cable["SCALE1PRC"], cable["SCALE2QTY"]) == (500.0, 80.25, None)
    assert (cable["VALIDTO"], cable["METAL"], cable["METALKG"]) == (until, "CU", 4.3)
    assert (cable["ECOTAX"], cable["CUSTNO"], cable["SUCCESSOR"]) == (0.05, "MAT1", "NEW/1")
    assert found["ASK"]["NETPRICE"] is None
    assert found["FINE"]["NETPRICE"] == 0.0412


@pytest.mark.parametrize(
    ("number", "fitted"),
    [("12.5000", "12.5000"), ("12345678.1234", "12345678.123"), ("12345678901.25", "12345678901"),
     ("1234567890123.5", "*" * 12)],
)  # fmt: skip
def test_a_number_too_wide_for_its_field_loses_decimals_and_never_its_size(number, fitted):
    assert dbf_file.fitted(number, 12) == fitted


def test_an_odd_text_does_not_move_the_fields_behind_it_in_a_dbf(customer, export, tmp_path):
    ProductFactory(sku="ODD", name_en="Ω ≥ 5\n漢字 " + "x" * 140, description_en="é" * 400, brand__name="Ünï")
    ProductFactory(sku="NEXT")
    file = tmp_path / "articles.dbf"
    file.write_bytes(export("dbf"))
    odd, following = dbfread.DBF(str(file), char_decode_errors="strict")
    assert (odd["ARTNO"], odd["MAKER"], following["ARTNO"]) == ("ODD", "Ünï", "NEXT")
    assert odd["NAME"].startswith("? ? 5 ?? x")
    assert odd["DESCRIPT"] == "é" * 254


def test_more_rows_than_a_dbf_holds_are_refused(assortment, export, monkeypatch):
    monkeypatch.setattr(dbf_file, "MOST_ROWS", 2)
    with pytest.raises(ExportRefused, match="2 at most"):
        export("dbf")


@pytest.mark.parametrize("slug", ["bmecat", "bmecat-prices", "datanorm-4", "datanorm-5", "datpreis-4", "dbf"])
def test_an_assortment_without_articles_is_still_a_file(customer, export, slug):
    assert export(slug, origin=ORIGIN)
