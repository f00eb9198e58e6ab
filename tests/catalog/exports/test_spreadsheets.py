"""CSV and XLSX: hostile cells, odd characters, numbers, and how much a sheet holds."""

import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from catalog.exports.columns import COLUMNS
from catalog.exports.formats import xlsx
from catalog.exports.text import cell
from tests.factories import (
    AgreementFactory,
    BrandFactory,
    CustomerArticleFactory,
    ListPriceFactory,
    ProductFactory,
)

pytestmark = pytest.mark.django_db
HOSTILE = ("=HYPERLINK(1)", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "  =1+1")


@pytest.fixture
def read_xlsx(export):
    def read(**order):
        sheet = load_workbook(io.BytesIO(export("xlsx", **order))).active
        header, *rows = sheet.iter_rows()
        names = [each.value for each in header]
        return [dict(zip(names, row, strict=True)) for row in rows]

    return read


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_looks_like_a_formula_is_none(read_csv, read_xlsx, customer, text):
    product = ProductFactory(
        sku=f"{text}S", name_en=text, description_en=text, manufacturer_part_number=text,
        brand=BrandFactory(name=text),
    )  # fmt: skip
    CustomerArticleFactory(organisation=customer, product=product, number=text)
    columns = ("name", "description", "manufacturer_number", "manufacturer", "customer_article_number")
    (row,) = read_csv()
    (cells,) = read_xlsx()
    for name in columns:
        assert row[name].startswith("'"), name
        assert cells[name].value == row[name]
        assert cells[name].data_type == "s"


@pytest.mark.parametrize("text", ["-5", "+32", "-12.5", "-12,5", "16 A", "", "A=B", "3-phase"])
def test_numbers_and_ordinary_texts_stay_as_they_are(text):
    assert cell(text) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('12" pipe; "best"', '12" pipe; "best"'),
        ("two\r\nlines", "two lines"),
        ("nul\x00\x0b\x1bbell", "nul bell"),
        ("µ Ω é ß 漢 😀", "µ Ω é ß 漢 😀"),
        ("\ufffe\u2028x", "x"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
)
def test_odd_characters_arrive(read_csv, read_xlsx, text, written):
    if "\x00" in text:  # PostgreSQL keeps none
        text = text.replace("\x00", "\x01")
    ProductFactory(name_en=text)
    assert read_csv()[0]["name"] == written
    assert read_xlsx()[0]["name"].value == written


def test_numbers_are_numbers_in_a_sheet_and_numbers_of_articles_are_texts(read_xlsx, customer):
    product = ProductFactory(sku="0012", gtin="05410000012345")
    ListPriceFactory(product=product, price_list=customer.price_list, amount="0.0412", price_unit=100)
    (row,) = read_xlsx()
    assert list(row) == list(COLUMNS)
    assert (row["net_price"].value, row["net_price"].data_type) == (0.0412, "n")
    assert (row["price_quantity"].value, row["price_quantity"].data_type) == (100, "n")
    assert (row["gtin"].value, row["article_number"].value) == ("05410000012345", "0012")


def test_csv_has_a_byte_order_mark_and_a_decimal_comma_when_asked(export, customer):
    product = ListPriceFactory(price_list=customer.price_list, amount="12.40").product
    AgreementFactory(organisation=customer, product=product, value=Decimal("12.5"))
    plain = export("csv")
    assert not plain.startswith(b"\xef\xbb\xbf")
    assert b";12.4;10.85;" in plain
    asked = export("csv", byte_order_mark=True, decimal_comma=True)
    assert asked.startswith(b"\xef\xbb\xbfarticle_number;")
    assert b";12,4;10,85;" in asked
    assert asked.count(b"\xef\xbb\xbf") == 1


def test_what_one_sheet_cannot_hold_goes_on_in_the_next_under_the_same_header(export, monkeypatch):
    monkeypatch.setattr(xlsx, "MOST_ROWS", 2)
    skus = [ProductFactory().sku for _turn in range(4)]
    book = load_workbook(io.BytesIO(export("xlsx")))
    assert book.sheetnames == ["Articles", "Articles 2"]
    skus.append(ProductFactory().sku)
    book = load_workbook(io.BytesIO(export("xlsx")))
    assert book.sheetnames == ["Articles", "Articles 2", "Articles 3"]
    found = []
    for sheet in book:
        header, *rows = sheet.iter_rows(values_only=True)
        assert header == COLUMNS
        assert sheet.freeze_panes == "A2"
        found += [row[0] for row in rows]
    assert found == skus
