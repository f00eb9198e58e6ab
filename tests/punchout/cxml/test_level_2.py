"""What our level-2 catalogs list is what a launch opens: each entry, sent as SelectedItem, lands on it."""

import csv
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from django.conf import settings
from django.core.management import call_command
from lxml import etree

from catalog.exports import ExportOrder, make_export
from punchout.models import Connection
from tests.factories import CategoryFactory, ProductFactory
from tests.punchout.cxml.buyer import make_connection
from tests.punchout.cxml.test_flows import visit

pytestmark = pytest.mark.django_db
DTD = settings.SHARED / "dtd" / "1.2.071" / "cXML.dtd"
LANDINGS = {
    ("store", "store"): "/",
    ("cables", "aisle"): "/c/cables/",
    ("round-cables", "shelf"): "/c/round-cables/",
    ("cables", ""): "/p/cables",
    ("A/1 & <2>", ""): "/p/A/1%20%26%20%3C2%3E",
}


@pytest.fixture
def connection() -> Connection:
    """A customer with an aisle, a shelf, an empty shelf, and an article named like the aisle."""
    aisle = CategoryFactory(slug="cables", name_en="Cables")
    shelf = CategoryFactory(slug="round-cables", parent=aisle)
    CategoryFactory(slug="empty", parent=aisle)
    for sku in ("cables", "A/1 & <2>"):
        ProductFactory(sku=sku, category=shelf)
    return make_connection(organisation__language="en")


def export(connection: Connection, slug: str, **order: object) -> bytes:
    asked = ExportOrder(
        organisation=connection.organisation, origin="https://shop.example", **{"with_levels": True, **order}
    )
    return b"".join(make_export(slug=slug, order=asked).content)


def landed(connection: Connection, number: str, level: str) -> str:
    auxiliary = f"<SupplierPartAuxiliaryID>{escape(level)}</SupplierPartAuxiliaryID>" if level else ""
    item = f"<ItemID><SupplierPartID>{escape(number)}</SupplierPartID>{auxiliary}</ItemID>"
    buyer = visit(connection, extra=f"<SelectedItem>{item}</SelectedItem>")
    assert buyer.client.get(buyer.prefix + buyer.landed).status_code == 200
    return buyer.landed


def test_every_entry_of_an_index_opens_what_it_names(connection: Connection) -> None:
    root = etree.fromstring(export(connection, "cxml-index"))
    if DTD.is_file():
        with DTD.open("rb") as file:
            schema = etree.DTD(file)
        assert schema.validate(root), schema.error_log
    found = {}
    for item in root.iter("IndexItemPunchout"):
        number = item.findtext("ItemID/SupplierPartID")
        auxiliary = item.findtext("ItemID/SupplierPartAuxiliaryID") or ""
        assert item.find("PunchoutDetail").get("punchoutLevel") == (auxiliary or "product")
        assert item.findtext("PunchoutDetail/URL") == "https://shop.example/punchout/cxml"
        found[number, auxiliary] = landed(connection, number, auxiliary)
    assert found == LANDINGS


def test_every_entry_of_a_cif_opens_what_it_names(connection: Connection) -> None:
    lines = export(connection, "cif").decode().split("\r\n")
    header = dict(line.split(": ", 1) for line in lines[1 : lines.index("DATA")])
    names = header["FIELDNAMES"].split(",")
    rows = [
        dict(zip(names, row, strict=True))
        for row in csv.reader(lines[lines.index("DATA") + 1 : lines.index("ENDOFDATA")])
    ]
    assert int(header["ITEMCOUNT"]) == len(rows)
    found = {}
    for row in rows:
        number, auxiliary = row["Supplier Part ID"], row["Supplier Part Auxiliary ID"]
        assert row["PunchoutLevel"] == (auxiliary or "product")
        found[number, auxiliary] = landed(connection, number, auxiliary)
    assert found == LANDINGS


@pytest.mark.parametrize("slug", ["cif", "cxml-index"])
def test_levels_are_only_in_a_whole_catalog_that_asks_for_them(connection: Connection, slug: str) -> None:
    assert b"shelf" in export(connection, slug)
    assert b"shelf" not in export(connection, slug, with_levels=False)
    part = export(connection, slug, categories=("round-cables",))
    assert b"store" not in part
    assert b"aisle" in part  # the way to the shelf
    assert b"empty" not in part


def test_the_command_writes_them(connection: Connection, tmp_path: Path) -> None:
    target = tmp_path / "index.xml"
    call_command(
        "export_articles", customer=connection.organisation.number, format="cxml-index",
        output=str(target), origin="https://shop.example", levels=True,
    )  # fmt: skip
    levels = [each.get("punchoutLevel") for each in etree.parse(target).iter("PunchoutDetail")]
    assert sorted(levels) == ["aisle", "product", "product", "shelf", "store"]
