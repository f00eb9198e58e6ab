"""What real senders do to files: other cases and signs, marks, remarks, letters in the zip."""

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

import catalog.imports.formats  # noqa: F401  registers them
from catalog.imports import services
from catalog.imports.errors import FileRefused
from catalog.imports.formats.table.options import CsvOptions
from catalog.imports.formats.table.rows import csv_rows
from catalog.imports.preview import guess
from catalog.imports.records import Action, PriceKind, PriceRecord
from catalog.imports.registry import recognise
from catalog.imports.source import Source
from catalog.models import ImportProfile, ImportRun, Product
from tests.catalog.imports.formats.reading import PAYLOADS, read, reasons

ODD = PAYLOADS / "odd"
TABLE = {"columns": {"nr": "sku", "prijs": "price", "geldig": "valid_from", "naam": "name_nl"}}


def packed(path: Path, *files: Path, **written: str) -> Path:
    """A zip of these files, and of texts by their names (``_txt`` for ``.txt``)."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in written.items():
            archive.writestr(name.replace("_", "."), text)
        for file in files:
            archive.write(file, file.name)
    return path


def test_a_price_for_who_knows_how_many_is_no_price() -> None:
    """PRICE_QUANTITY ``1,000``: a thousand for some, one for others."""
    found = read("bmecat", ODD / "spellings.xml")
    assert found.articles["THOUSAND"].prices is None
    assert ("THOUSAND", "PRICE_QUANTITY") in reasons(found.refused)
    updated = read("bmecat", ODD / "prices_unclear.xml")
    assert list(updated.articles) == ["CLEAR"]
    assert reasons(updated.refused) == {("UNCLEAR", "PRICE_QUANTITY")}
    listed = read("cif", ODD / "remarks.cif")
    assert listed.articles["SCREW"].prices is None
    assert listed.articles["CABLE"].prices[0].price_unit == 100


def test_bmecat_is_read_in_whatever_case_its_words_are() -> None:
    article = read("bmecat", ODD / "spellings.xml").articles["CASES"]
    assert article.names == {"fr": "Disjoncteur", "nl": "Automaat"}
    assert (article.gtin, article.order_unit, article.status) == (None, "C62", "run-out")
    (price,) = article.prices
    assert (price.kind, price.amount) == (PriceKind.LIST, Decimal("18.40"))
    assert price.valid_from == date(2026, 12, 1)
    assert [each.kind for each in article.references] == ["accessory"]
    updated = read("bmecat", ODD / "modes.xml")
    assert {sku: each.action for sku, each in updated.articles.items()} == {
        "GONE": Action.DELETE,
        "NEW": Action.REPLACE,
    }
    assert reasons(updated.refused) == {("ODD", "mode")}


def test_etims_codes_tell_pictures_from_documents_and_logos_come_last() -> None:
    media = read("bmecat", ODD / "spellings.xml").articles["CASES"].media
    assert [(each.source[-1], each.kind) for each in sorted(media, key=lambda each: each.position)] == [
        ("1", "picture"),
        ("3", "document"),
        ("2", "picture"),
    ]


def test_a_cif_has_its_fields_in_any_order_and_remarks_over_several_lines() -> None:
    found = read("cif", ODD / "remarks.cif")
    assert (found.header.full, found.header.currency) == (False, "EUR")
    assert found.articles["CABLE"].names == {"en": 'Cable, 3 x 2.5 "heavy"'}
    assert found.articles["CABLE"].lead_time_days == 3
    assert found.articles["LAMP"].prices[0].price_unit == 1
    assert reasons(found.refused) == {("SCREW", "Price Unit Quantity"), ("SCREW", "Lead Time")}


def test_a_cif_that_counts_its_items_otherwise_is_taken_with_a_remark(tmp_path: Path) -> None:
    file = tmp_path / "a.cif"
    text = (ODD / "remarks.cif").read_bytes()
    for said, remarks in ((b"3", set()), (b"003", set()), (b"4", {("", "ITEMCOUNT")})):
        file.write_bytes(text.replace(b"LOADMODE: I", b"LOADMODE: I\r\nITEMCOUNT: " + said))
        found = read("cif", file)
        assert {each for each in reasons(found.refused) if not each[0]} == remarks
        assert len(found.articles) == 3


def test_a_datanorm_may_have_a_mark_in_front_and_small_letters() -> None:
    file = ODD / "mark.001"
    assert recognise(Source(file)).slug == "datanorm"
    article = read("datanorm", file, options={"encoding": "utf-8"}, language="de").articles["A1"]
    assert (article.names, article.gtin) == ({"de": "Kabel für außen 3x2,5"}, "4012345678901")
    assert article.prices[0].amount == Decimal("123.45")


def test_a_letter_in_the_zip_is_no_datanorm(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", ODD / "mark.001", LIESMICH_TXT="Guten Tag", DATANORM_HTM="<p>")
    source = Source(file)
    found = read("datanorm", file, options={"encoding": "utf-8"}, language="de")
    assert list(found.articles) == ["A1"]
    assert [part.name for part in source.parts] == ["LIESMICH.TXT", "DATANORM.HTM", "mark.001"]


def test_the_largest_file_of_a_zip_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    source = Source(packed(tmp_path / "a.zip", ODD / "spellings.xml", LIESMICH_txt="Hallo", b_csv="x;y"))
    assert recognise(source).slug == "bmecat"
    assert source.unread() == []
    with source.open() as file:
        file.read()
    assert [part.name for part in source.unread()] == ["LIESMICH.txt", "b.csv"]


def test_what_excel_writes_is_read(tmp_path: Path) -> None:
    found = read("csv", ODD / "excel.csv", options=TABLE, currency="EUR", language="nl")
    assert found.refused == []
    prices = [(each.sku, each.amount, each.valid_from) for each in found.of(PriceRecord)]
    assert prices == [
        ("A-1", Decimal("1234.50"), date(2026, 12, 1)),
        ("A-2", Decimal("1234.5"), date(2026, 2, 1)),
    ]
    assert found.articles["A-2"].names == {"nl": 'Buis 3/4"'}
    options = guess(Source(ODD / "excel.csv"), CsvOptions)
    assert (options["delimiter"], options["columns"]["prijs"]) == (";", "price")


@pytest.mark.parametrize("first", ["sep=;\n", '"sep=;"\r\n'])
def test_the_line_that_names_the_separator_is_no_row(tmp_path: Path, first: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"{first}nr;sep=x\nA;1\n", newline="")
    assert [row.cells for row in csv_rows(Source(file), CsvOptions())] == [["nr", "sep=x"], ["A", "1"]]


@pytest.mark.django_db
def test_a_file_of_the_zip_that_was_not_read_is_among_what_was_refused(
    tmp_path: Path, profile: ImportProfile
) -> None:
    profile.format = "csv"
    profile.options = {"columns": {"nr": "sku", "naam": "name_en"}}
    profile.save()
    file = packed(tmp_path / "a.zip", LEESMIJ_txt="Dag", a_csv="nr;naam\nA-1;Kabel\nA-2;Lamp\n")
    run = services.start_import(profile=profile, file_name="a.zip", path=file, background=False)
    services.run(run)
    assert (run.state, Product.objects.count()) == (ImportRun.State.DONE, 2)
    (refusal,) = run.refusals.all()
    assert (refusal.field, refusal.fatal) == ("LEESMIJ.txt", False)


def test_characters_that_html_names_are_read_and_no_entity_of_the_file_is() -> None:
    found = read("bmecat", ODD / "entities.xml")
    assert found.articles["A1"].names == {"fr": "Câble 3 G×2,5 <rigide> & noir"}
    (note,) = found.refused
    assert (note.value, note.fatal) == ("0 / 2", False)


def test_a_whole_catalog_that_was_cut_off_is_refused_and_one_of_changes_is_taken(tmp_path: Path) -> None:
    """What it does not have any more would be gone."""
    text = (ODD / "remarks.cif").read_bytes().removesuffix(b"ENDOFDATA")
    file = tmp_path / "a.cif"
    file.write_bytes(text)
    assert ("", "ENDOFDATA") in reasons(read("cif", file).refused)
    file.write_bytes(text.replace(b"LOADMODE: I", b"LOADMODE: F"))
    with pytest.raises(FileRefused, match="ENDOFDATA"):
        read("cif", file)
    five = (PAYLOADS / "datanorm5" / "DATANORM.001").read_bytes().split(b"\nE;")[0]
    file.write_bytes(five)
    assert ("", "E") in reasons(read("datanorm", file, language="de").refused)
    with pytest.raises(FileRefused, match="end record"):
        read("datanorm", file, options={"full": True}, language="de")


def test_rows_and_columns_of_a_sheet_count_from_its_first(tmp_path: Path) -> None:
    """A table that begins at B3 of the second sheet, below a row that is none of it."""
    book = Workbook()
    book.active.append(["Beste klant"])
    sheet = book.create_sheet("Prijzen")
    for cell, value in {
        "B3": "Prijslijst", "B4": "nr", "C4": "prijs", "B5": "007", "C5": 0.1 + 0.2, "C6": 2, "B8": "A",
        "C8": "x",
    }.items():  # fmt: skip
        sheet[cell] = value
    file = tmp_path / "a.xlsx"
    book.save(file)
    for columns in ({"nr": "sku", "prijs": "price"}, {"#2": "sku", "#3": "price"}):
        options = {"columns": columns, "sheet": "Prijzen", "header_row": 4}
        found = read("xlsx", file, options=options, currency="EUR")
        assert [(each.line, each.sku, each.amount) for each in found.of(PriceRecord)] == [
            (5, "007", Decimal("0.3"))
        ]
        assert [(each.line, each.record) for each in found.refused] == [(6, ""), (8, "A")]


def test_a_prefix_that_nobody_declared_is_read_and_told(tmp_path: Path) -> None:
    file = ODD / "prefixes.xml"
    chosen = recognise(Source(file))
    assert chosen is not None and chosen.slug == "bmecat"
    found = read("bmecat", file, language="nl")
    assert found.articles["KP-1"].names == {"nl": "Automaat"}
    assert [each.amount for each in found.articles["KP-1"].prices] == [Decimal("18.40")]
    assert "does not declare" in found.header.notes[0] and not found.refused
    # Further down than the header it is told with its line; what is broken beside it is still broken.
    late = tmp_path / "late.xml"
    written = (ODD / "beside.xml").read_text().replace("<T_NEW_CATALOG>", f"<T_NEW_CATALOG>{' ' * 70_000}")
    late.write_text(written.replace("<SUPPLIER_PID>CABLE", '<SUPPLIER_PID xsi:nil="false">CABLE'))
    (told,) = [each for each in read("bmecat", late).refused if each.field == "xmlns"]
    assert late.read_text().splitlines()[told.line - 1].endswith("CABLE</SUPPLIER_PID>")
    late.write_text(file.read_text().replace("</bme:T_NEW_CATALOG>", ""))
    with pytest.raises(FileRefused, match="tag mismatch"):
        read("bmecat", late)


def test_what_makes_another_price_or_article_of_what_is_read_is_told() -> None:
    found = read("bmecat", ODD / "beside.xml", customer="100001", territory="BE")
    assert [(each.kind, each.amount) for each in found.articles["BOX"].prices] == [
        (PriceKind.LIST, Decimal("10.00"))
    ]
    assert reasons(found.refused) == {
        ("BOX", "ALLOWANCE_OR_CHARGES_FIX"),
        ("BOX", "VARIANTS"),
        ("BOX", "UDX.EDXF.SURCHARGE"),
        ("CABLE", "PRICE_FORMULA"),
    }
    assert {each.value for each in found.refused} >= {"-R rood, -B blauw", "packaging 0.05"}
