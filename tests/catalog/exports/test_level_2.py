"""Level-2 catalogs: CIF 3.0 read back by a reader of its own, and the cXML Index against its DTD."""

import csv
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from lxml import etree

from catalog.exports import ExportOrder, ExportRefused, make_export
from catalog.exports.schedules import ask_for, path_of, write_file
from catalog.models import ExportSchedule, Product
from customers.keys import issue_key
from tests.catalog.exports.conftest import ORIGIN
from tests.factories import (
    AgreementFactory,
    ConnectionFactory,
    CustomerArticleFactory,
    ListPriceFactory,
    PartyCredentialFactory,
    ProductFactory,
)

pytestmark = pytest.mark.django_db
CORPUS = settings.CORPUS / "catalog" / "cif"
DTD = settings.SHARED / "dtd" / "1.2.071" / "cXML.dtd"
URL = "https://shop.example/punchout/cxml"


def read_cif(text):
    """Header and rows, as lenient as loaders are: any order of keys, with or without a blank."""
    magic, *lines = text.lstrip("\ufeff").splitlines()
    assert magic == "CIF_I_V3.0"
    begin = lines.index("DATA")
    header = {}
    for line in lines[:begin]:
        key, _colon, value = line.partition(":")
        header[key.strip().upper()] = value.strip()
    end = lines.index("ENDOFDATA")
    names = [name.strip() for name in header["FIELDNAMES"].split(",")]
    rows = list(csv.reader(lines[begin + 1 : end]))
    assert all(len(row) == len(names) for row in rows)
    assert not any(lines[end + 1 :])
    return header, [dict(zip(names, row, strict=True)) for row in rows]


def test_texts_with_quotes_stay_within_the_lengths_of_a_cif(networked, export):
    product = ProductFactory(
        name_en='19" rack ' * 8, description_en='1/2" and 3/4" ' * 200, unspsc="39121601"
    )
    ListPriceFactory(product=product, price_list=networked.price_list)
    _header, (row,) = read_cif(export("cif").decode())
    assert (len(row["Short Name"]), len(row["Item Description"])) == (50, 2000)


def test_a_cif_reads_back_as_a_punch_out_catalog(networked, export):
    product = ProductFactory(
        sku='A,1 "x"', name_en='Pipe 1.2" wide\nround', description_en="back\\slash, comma; 100 %",
        manufacturer_part_number="MPN,1", brand__name="Kepler", unspsc="39121601", price_unit=100,
        order_unit="MTR", lead_time_days=4,
    )  # fmt: skip
    ListPriceFactory(product=product, price_list=networked.price_list, amount="41.20", price_unit=1000)
    AgreementFactory(organisation=networked, value=Decimal(50), valid_until=timezone.localdate())
    header, (row,) = read_cif(export("cif").decode())
    assert header["LOADMODE"] == "F"
    assert header["SUPPLIERID_DOMAIN"] == "DUNS"
    assert (header["CHARSET"], header["CURRENCY"], header["ITEMCOUNT"]) == ("UTF-8", "EUR", "1")
    assert row == {
        "Supplier ID": "123456789",
        "Supplier Part ID": "A,1 ''x''",
        "Manufacturer Part ID": "MPN,1",
        "Item Description": "Pipe 1.2'' wide round. back/slash, comma; 100 %",
        "SPSC Code": "39121601",
        "Unit Price": "0.0206",
        "Unit of Measure": "MTR",
        "Lead Time": "4",
        "Manufacturer Name": "Kepler",
        "Supplier URL": URL,
        "Manufacturer URL": "",
        "Market Price": "0.0412",
        "Currency": "EUR",
        "Short Name": "Pipe 1.2'' wide round",
        "Language": "en_US",
        "Expiration Date": timezone.localdate().isoformat(),
        "Delete": "",
        "PunchOut Enabled": "TRUE",
        "PunchoutLevel": "product",
        "Image": "",
    }


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_the_header_and_the_first_fields_are_those_of_real_files(networked, export):
    ours, _rows = read_cif(export("cif").decode())
    real, _rows = read_cif((CORPUS / "olivere__altf4-cif__Catalog1.cif").read_text(encoding="iso-8859-1"))
    assert set(ours) <= set(real)
    assert ours["FIELDNAMES"].split(",")[:12] == real["FIELDNAMES"].split(",")[:12]
    named = {name.strip() for name in real["FIELDNAMES"].split(",")}
    assert set(ours["FIELDNAMES"].split(",")) - named == {"PunchoutLevel", "Image"}
    assert ours["SUPPLIERID_DOMAIN"] == real["SUPPLIERID_DOMAIN"]
    assert ours["LOADMODE"] == real["LOADMODE"]


def test_articles_that_can_no_longer_be_ordered_are_in_no_level_2_catalog(networked, export):
    ProductFactory(sku="OLD", status="discontinued")
    ProductFactory(sku="NOW")
    header, rows = read_cif(export("cif").decode())
    assert (header["ITEMCOUNT"], [row["Supplier Part ID"] for row in rows]) == ("1", ["NOW"])


def test_an_empty_cif_has_no_rows_and_an_end(networked, export):
    header, rows = read_cif(export("cif").decode())
    assert (header["ITEMCOUNT"], rows) == ("0", [])


def test_an_incremental_cif_deletes_what_went(networked, export):
    ProductFactory(sku="OLD", status="discontinued")
    ProductFactory(sku="NOW")
    header, rows = read_cif(export("cif", since=timezone.now() - timedelta(days=1)).decode())
    assert (header["LOADMODE"], header["ITEMCOUNT"]) == ("I", "2")
    assert [(row["Supplier Part ID"], row["Delete"]) for row in rows] == [("OLD", "TRUE"), ("NOW", "")]


@pytest.fixture
def read_index(export):
    """The root of an Index that is valid, where the DTD is at hand."""

    def read(**order):
        root = etree.fromstring(export("cxml-index", **order))
        assert root.getroottree().docinfo.system_url.endswith("/1.2.071/cXML.dtd")
        if DTD.is_file():
            with DTD.open("rb") as file:
                schema = etree.DTD(file)
            assert schema.validate(root), schema.error_log
        return root

    return read


def test_an_index_is_valid_and_its_items_can_be_selected(networked, read_index):
    product = ProductFactory(
        sku="A&1", name_en="Pipe <1>", description_en="long\x0b& round", unspsc="39121601",
        gtin="5410000012345", etim_class="EC000042", price_unit=100, lead_time_days=4,
    )  # fmt: skip
    ListPriceFactory(
        product=product, price_list=networked.price_list, amount="41.20", price_unit=100,
        valid_until=date(2099, 12, 31),
    )  # fmt: skip
    CustomerArticleFactory(organisation=networked, product=product, number="MAT1")
    ProductFactory(manufacturer_part_number="")
    root = read_index()
    assert root.get("loadmode") == "Full"
    assert (root.findtext("SupplierID"), root.find("SupplierID").get("domain")) == ("123456789", "DUNS")
    first, second = root.iter("IndexItemPunchout")
    assert first.findtext("ItemID/SupplierPartID") == "A&1"
    assert first.findtext("ItemID/BuyerPartID") == "MAT1"
    detail = first.find("PunchoutDetail")
    assert detail.get("punchoutLevel") == "product"
    assert detail.findtext("URL") == URL
    assert detail.findtext("Description/ShortName") == "Pipe <1>"
    assert detail.find("Description/ShortName").tail == "long & round"
    assert [(each.get("domain"), each.text) for each in detail.iter("Classification")] == [
        ("UNSPSC", "39121601"),
        ("ETIM", "EC000042"),
    ]
    assert (detail.findtext("UnitPrice/Money"), detail.find("UnitPrice/Money").get("currency")) == (
        "0.412",
        "EUR",
    )
    assert detail.findtext("ExpirationDate").startswith("2099-12-31T23:59:59")
    # On request, and without a code: in our own category.
    assert second.find("PunchoutDetail/UnitPrice") is None
    assert second.find("PunchoutDetail/Classification").get("domain") == "custom"


def test_an_incremental_index_deletes_what_went(networked, read_index):
    for number, status in enumerate(("active", "hidden", "discontinued", "active")):
        ProductFactory(sku=f"S{number}", status=status)
    root = read_index(since=timezone.now() - timedelta(days=1))
    assert root.get("loadmode") == "Incremental"
    assert [each.tag for each in root.find("IndexItem")] == ["IndexItemPunchout"]
    assert [each.findtext("ItemID/SupplierPartID") for each in root.iter("IndexItemDelete")] == ["S1", "S2"]


def test_an_index_of_nothing_is_refused(networked, export):
    Product.objects.all().delete()
    with pytest.raises(ExportRefused, match="nothing"):
        export("cxml-index")


@pytest.mark.parametrize("slug", ["cif", "cxml-index"])
def test_a_level_2_catalog_needs_to_know_who_we_are_and_where(customer, export, slug):
    ProductFactory()
    with pytest.raises(ExportRefused, match="To credential"):
        export(slug)
    connection = ConnectionFactory(organisation=customer, adapter="cxml", active=False, options={})
    PartyCredentialFactory(connection=connection, party="to", domain="DUNS", identity="1")
    with pytest.raises(ExportRefused, match="To credential"):
        export(slug)
    connection.active = True
    connection.save()
    with pytest.raises(ExportRefused, match="PUBLIC_URL"):
        make_export(slug=slug, order=ExportOrder(organisation=customer))


def test_units_and_the_default_code_are_those_of_the_connection(networked, export):
    connection = networked.connections.get()
    connection.options = {"default_unspsc": "39120000", "units": {"C62": "EA"}}
    connection.save()
    ProductFactory()
    _header, (row,) = read_cif(export("cif").decode())
    assert (row["SPSC Code"], row["Unit of Measure"]) == ("39120000", "EA")


def test_a_schedule_and_the_web_service_choose_the_levels(networked, tmp_path, settings):
    settings.EXPORT_DIR, settings.PUBLIC_URL = tmp_path, ORIGIN
    ListPriceFactory(price_list=networked.price_list)
    schedule = ExportSchedule.objects.create(name="x", organisation=networked, format="cif", with_levels=True)
    file = ask_for(schedule=schedule)
    write_file(file_id=file.pk)
    assert b'"shelf"' in path_of(file).read_bytes()
    _key, shown = issue_key(organisation=networked, name="x")
    client = Client(headers={"Authorization": f"Bearer {shown}"})
    assert b'"shelf"' in client.get("/api/v1/exports/cif?levels=true").getvalue()
    assert b'"shelf"' not in client.get("/api/v1/exports/cif").getvalue()
