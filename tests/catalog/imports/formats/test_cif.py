"""Ariba CIF 3.0: headers as they come, units of two standards, languages that share a part number."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

import catalog.imports.formats  # noqa: F401  registers them
from catalog.imports.errors import FileRefused
from catalog.imports.records import Action, FeatureValue, PriceKind
from catalog.imports.registry import recognise
from catalog.imports.source import Source
from tests.catalog.imports.formats.reading import PAYLOADS, Read, read, reasons

CORPUS = Path(settings.CORPUS) / "catalog" / "cif"
FULL = PAYLOADS / "cif" / "full.cif"


@pytest.fixture
def full() -> Read:
    return read("cif", FULL)


def written(folder: Path, *lines: str) -> Path:
    file = folder / "catalog.cif"
    file.write_text("\n".join(lines))
    return file


def row(number: str = "A1", description: str = "Name", price: str = "1", unit: str = "EA") -> str:
    return f"1,{number},,{description},39121601,{price},{unit},,,,,"


def test_the_header_is_read_in_any_order_and_case(full):
    assert (full.header.full, full.header.currency, full.header.total) == (True, "EUR", 10)


def test_a_row_is_an_article_with_its_classes_parameters_and_validity(full):
    product = full.articles["A1"]
    assert product.names == {"en": "Switch", "fr": "Interrupteur"}
    assert product.descriptions == {"en": 'Switch, 1.2" wide'}
    assert (product.unspsc, product.etim_class, product.eclass) == ("39121601", "EC000042", "27141901")
    assert (product.order_unit, product.price_unit, product.lead_time_days) == ("C62", 100, 2)
    assert product.features == (
        FeatureValue("TYPE", "TYPE", value="IBM PC"),
        FeatureValue("SPEED", "SPEED", number=Decimal(33)),
    )
    dollars, euros = product.prices
    assert (dollars.amount, dollars.currency, dollars.price_unit) == (Decimal("12.50"), "USD", 100)
    assert (dollars.valid_from, dollars.valid_until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (euros.amount, euros.currency, euros.kind) == (Decimal(11), "EUR", PriceKind.LIST)
    assert [each.source for each in product.media] == ["https://cdn.example/a.png"]


def test_what_cannot_be_taken_is_refused_with_its_line(full):
    assert reasons(full.refused) == {
        ("A1", "Supplier Part Auxiliary ID"),
        ("A2", "Unit of Measure"),
        ("SHOP", "PunchOut Enabled"),
        ("ODD", "Unit of Measure"),
        ("ITAL", "Language"),
    }
    lines = FULL.read_text().splitlines()
    assert all(f",{each.record}," in lines[each.line - 1] for each in full.refused)


def test_units_of_ansi_x12_mean_what_they_mean_there(full):
    # A case here, a can in UN/CEFACT.
    assert full.articles["A3"].order_unit == "CS"
    assert [each.amount for each in full.articles["A3"].prices] == [Decimal("1.5")]


def test_rows_delete_and_items_of_a_punch_out_shop_have_no_price(full):
    assert full.articles["GONE"].action is Action.DELETE
    assert full.articles["ITEM"].prices == ()


def test_a_price_can_be_the_customers_and_the_market_price_the_list_price(tmp_path):
    file = written(tmp_path, "CIF_I_V3.0", "CURRENCY: EUR", "DATA", row() + ",2", "ENDOFDATA")
    file.write_text(file.read_text().replace(",,,,,,2", ",,,,,2"))
    options = {"unit_price": "net", "market_price": "list"}
    net, listed = read("cif", file, options=options, customer="100001").articles["A1"].prices
    assert (net.kind, net.customer, listed.kind, listed.amount) == (
        PriceKind.NET,
        "100001",
        PriceKind.LIST,
        Decimal(2),
    )
    assert ("A1", "Unit Price") in reasons(read("cif", file, options=options).refused)


def test_without_names_of_fields_the_twelve_of_the_specification_stand(tmp_path):
    file = written(tmp_path, "\ufeffCIF_I_V3.0", "DATA", row(unit="DZN"), "endofdata")
    found = read("cif", file, currency="EUR")
    assert (found.articles["A1"].order_unit, found.header.full) == ("DZN", True)
    assert not found.refused


NAMES = "Supplier ID,Supplier Part ID,Item Description,SPSC Code,Unit Price,Unit of Measure"
CELLS = 'S,A1,"Relay, 24 V",39122334,4.50,EA'
TABBED = "S\tA1\tRelay, 24 V\t39122334\t4.50\tEA"


@pytest.mark.parametrize(
    "lines",
    [
        # Saved by a spreadsheet: a comma after the colon, and commas to the end.
        ["CIF_I_V3.0,,", "LOADMODE:,I,", f"FIELDNAMES:,{NAMES},", "DATA,,", CELLS, "ENDOFDATA,"],
        [
            *("CIF_I_V3.0;;", "LOADMODE:;I;", f"FIELDNAMES:;{NAMES.replace(',', ';')};", "DATA;;"),
            *('S;A1;Relay, 24 V;39122334;4,50;EA', "ENDOFDATA;"),
        ],
        # The names in a line of their own, after a remark.
        ["CIF_I_V3.0", "LOADMODE: I", "COMMENTS: none", NAMES, "DATA", CELLS, "ENDOFDATA"],
        ["CIF_I_V3.0", "LOADMODE:,I", "FIELDNAMES:,,,", NAMES, "DATA", CELLS, "ENDOFDATA"],
        # The names as the first row, and tabs for commas.
        ["CIF_I_V3.0\t", "LOADMODE:\tI", "DATA", NAMES.replace(",", "\t"), TABBED, "ENDOFDATA"],
    ],
    ids=["commas", "semicolons", "after a remark", "on the next line", "tabs"],
)  # fmt: skip
def test_what_a_spreadsheet_made_of_a_file_is_read_and_noted(tmp_path, lines):
    lines.insert(2, "ITEMCOUNT:,1,,")
    found = read("cif", written(tmp_path, *lines), currency="EUR")
    assert not found.refused
    article = found.articles["A1"]
    assert (article.names, article.unspsc) == ({"en": "Relay, 24 V"}, "39122334")
    assert [price.amount for price in article.prices] == [Decimal("4.50")]
    assert (found.header.full, found.header.total) == (False, 1)
    assert found.header.notes


def test_a_clean_file_has_nothing_to_note(full):
    assert full.header.notes == ()


@pytest.mark.parametrize(
    ("said", "field"), [("UNSPSC_V13.5", "unspsc"), ("eCl@ss", "eclass"), ("", "unspsc")]
)
def test_a_classification_code_alone_is_one_of_the_files_own_system(tmp_path, said, field):
    names = "FIELDNAMES: Supplier Part ID,Item Description,Classification Codes,Unit of Measure"
    file = written(
        tmp_path, "CIF_I_V3.0", f"CODEFORMAT: {said}", names, "DATA", "A1,Relay,39121600,EA", "ENDOFDATA"
    )
    article = read("cif", file).articles["A1"]
    assert getattr(article, field) == "39121600"


def test_an_incremental_file_is_not_full_and_a_missing_end_is_said(tmp_path):
    file = written(tmp_path, "CIF_I_V3.0", "LOADMODE:Incremental", "DATA", row())
    found = read("cif", file, currency="EUR")
    assert not found.header.full
    assert reasons(found.refused) == {("", "ENDOFDATA")}


def test_a_price_without_any_currency_is_refused(tmp_path):
    found = read("cif", written(tmp_path, "CIF_I_V3.0", "DATA", row(), "ENDOFDATA"))
    assert reasons(found.refused) == {("A1", "Unit Price")}


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["CIF_I_V1.0", "DATA"], "CIF 3.0"),
        (["CIF_I_V3.0", "CHARSET: EBCDIC", "DATA"], "EBCDIC"),
        (["CIF_I_V3.0", "LOADMODE: F"], "no DATA"),
        (["CIF_I_V3.0", "what is this", "DATA"], "Neither"),
        (["CIF_I_V3.0", "DATA", '1,A1,,"never closed', *["x" * 1000] * 300], "no end"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(tmp_path, lines, reason):
    with pytest.raises(FileRefused, match=reason):
        read("cif", written(tmp_path, *lines))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of other people's catalogs is not here")
class TestOtherPeoplesFiles:
    @pytest.mark.parametrize("file", sorted(CORPUS.glob("*.cif")), ids=lambda file: file.stem[-30:])
    def test_every_catalog_is_recognised_and_read(self, file):
        chosen = recognise(Source(file))
        assert chosen is not None and chosen.slug == "cif"
        found = read("cif", file, currency="EUR")
        assert len(found.articles) == {"Catalog1": 4, "Catalog2": 8, "MinimalN": 4, "Multinat": 1}.get(
            file.stem.rpartition("__")[2][:8], 0
        )

    def test_one_part_in_three_languages_is_one_article_with_three_prices(self):
        (file,) = CORPUS.glob("*MultinationalExample.cif")
        shoes = read("cif", file).articles["2B"]
        assert shoes.names == {
            "en": "Men's black shoes",
            "fr": "Chaussures noires des hommes",
            "de": "Herrenschuhe schwarz",
        }
        assert [each.currency for each in shoes.prices] == ["USD", "FRF", "DEM"]
        assert shoes.order_unit == "PR"

    @pytest.mark.parametrize("file", sorted(CORPUS.glob("*.txt")), ids=lambda file: file.stem[-30:])
    def test_a_header_alone_is_refused(self, file):
        with pytest.raises(FileRefused, match="no DATA"):
            read("cif", file)


def test_a_price_of_another_unit_is_made_one_per_order_unit_or_left_out():
    found = read("cif", PAYLOADS / "odd" / "units_and_days.cif")
    (box,) = found.articles["BOX"].prices
    assert (box.amount, box.price_unit) == (Decimal("50.00"), 1)
    assert (box.valid_from, box.valid_until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert [(each.amount, each.price_unit) for each in found.articles["METRE"].prices] == [(5, 100)]
    assert found.articles["ROLL"].prices is found.articles["DAY"].prices is None
    assert "MAYBE" not in found.articles
    assert reasons(found.refused) == {
        ("ROLL", "Price Unit"),
        # Without its end the price would hold for ever.
        ("DAY", "Expiration Date"),
        ("MAYBE", "Delete"),
    }


def test_a_cif_saved_as_unicode_text_or_of_version_2_is_read(tmp_path):
    file = tmp_path / "catalog.txt"
    lines = [
        "CIF_I_V3.0",
        "LOADMODE:\tI",
        "DATA",
        NAMES.replace(",", "\t"),
        TABBED.replace("24", "±24"),
        "ENDOFDATA",
    ]
    file.write_text("\r\n".join(lines), "utf-16")
    chosen = recognise(Source(file))
    assert chosen is not None and chosen.slug == "cif"
    assert read("cif", file, language="en").articles["A1"].names == {"en": "Relay, ±24 V"}
    older = read(
        "cif", written(tmp_path, "CIF_I_V2.1", "DUNS: TRUE", "CURRENCY: EUR", "DATA", row(), "ENDOFDATA")
    )
    assert older.header.format == "Ariba CIF 2.1"
    assert [each.amount for each in older.articles["A1"].prices] == [1]
