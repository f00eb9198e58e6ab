"""CSV and XLSX: what a row becomes, and what of it is refused."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from catalog.imports import formats  # noqa: F401  registers them
from catalog.imports.errors import FileRefused
from catalog.imports.formats.table.columns import propose
from catalog.imports.formats.table.options import CsvOptions, XlsxOptions
from catalog.imports.preview import guess
from catalog.imports.records import (
    Action,
    ArticleRecord,
    PriceKind,
    PriceRecord,
    Record,
    Refusal,
    StockRecord,
)
from catalog.imports.registry import Reading, find_format, recognise
from catalog.imports.source import Source

Read = Callable[..., list[Record]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def do(
        content: str | bytes, columns: dict[str, str], format: str = "csv", **options: Any
    ) -> list[Record]:
        path = tmp_path / f"file.{format}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        found = find_format(format)
        reading = Reading(
            options=found.options.model_validate({"columns": columns, **options}),
            language="nl",
            currency="EUR",
        )
        _header, records = found.read(Source(path), reading)
        return list(records)

    return do


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_row_becomes_an_article_and_its_prices(read: Read) -> None:
    found = read(
        "Nr;Naam;Eenheid;Bruto;Per;Netto;Vanaf\nA-1;Kabel;m;1.234,50;100;0,95;10\n",
        {
            "Nr": "sku", "Naam": "name_nl", "Eenheid": "order_unit", "Bruto": "price", "Per": "price_unit",
            "Netto": "net_price", "Vanaf": "from_quantity",
        },
    )  # fmt: skip
    article, listed, net = found
    assert isinstance(article, ArticleRecord)
    assert (article.line, article.sku, article.action, article.names) == (
        2,
        "A-1",
        Action.CHANGE,
        {"nl": "Kabel"},
    )
    assert (article.order_unit, article.price_unit) == ("MTR", 100)
    assert listed == PriceRecord(2, "A-1", Decimal("1234.50"), "EUR", 100)
    assert net == PriceRecord(
        2, "A-1", Decimal("0.95"), "EUR", 100, PriceKind.NET, minimum_quantity=Decimal(10)
    )


def test_a_price_file_says_nothing_about_articles(read: Read) -> None:
    found = read(
        "A-1,10.50,C1,2026-01-31\n",
        {"#1": "sku", "#2": "net_price", "#3": "customer", "#4": "valid_from"},
        delimiter=",", decimal_sign=".", header_row=0, day_format="%Y-%m-%d",
    )  # fmt: skip
    begins = date(2026, 1, 31)
    assert found == [
        PriceRecord(1, "A-1", Decimal("10.50"), "EUR", None, PriceKind.NET, valid_from=begins, customer="C1")
    ]


def test_a_stock_file_gives_stock_and_refuses_words(read: Read) -> None:
    found = read(
        "art;stock;site\nA-1;12;BRU\nA-2;veel;BRU\n;3;BRU\n", {"art": "sku", "stock": "stock", "site": "site"}
    )
    assert found[0] == StockRecord(2, "A-1", "BRU", Decimal(12))
    assert [(each.line, each.field, each.value) for each in found[1:] if isinstance(each, Refusal)] == [
        (3, "stock", "veel"),
        (4, "art", ""),
    ]


@pytest.mark.parametrize(
    ("text", "sign", "number"),
    [
        ("1.234,5", ",", "1234.5"),
        ("1 234,5", ",", "1234.5"),
        ("1'234.50", ".", "1234.50"),
        ("12,5", ",", "12.5"),
        ("1.5", ",", None),
        ("1,234.5", ",", None),
        ("5,41E+12", ",", None),
        ("12,5 EUR", ",", "12.5"),
        ("€ 1.234,50", ",", "1234.50"),
        ("12 USD", ",", None),
        ("1.5 €", ",", None),
        ("NaN", ".", None),
        ("1" * 40, ".", None),
    ],
)
def test_a_number_is_read_with_the_sign_that_was_chosen_and_no_other(
    read: Read, text: str, sign: str, number: str | None
) -> None:
    found = read(f'sku;p\nA-1;"{text}"\n', {"sku": "sku", "p": "price"}, decimal_sign=sign)
    if number is None:
        assert [type(each) for each in found] == [Refusal]
    else:
        assert found == [PriceRecord(2, "A-1", Decimal(number), "EUR", None)]


def test_scale_prices_stand_beside_each_other(read: Read) -> None:
    found = read(
        "sku;n1;q2;n2;q3;n3\nA;10;5;9,5;50;9\nB;1;;;;\n",
        {
            "sku": "sku", "n1": "net_price", "q2": "from_quantity_2", "n2": "net_price_2",
            "q3": "from_quantity_3", "n3": "net_price_3",
        },
    )  # fmt: skip
    assert [(p.sku, p.amount, p.minimum_quantity) for p in found if isinstance(p, PriceRecord)] == [
        ("A", 10, 0),
        ("A", Decimal("9.5"), 5),
        ("A", 9, 50),
        ("B", 1, 0),
    ]


def test_a_spreadsheet_keeps_what_excel_makes_of_numbers_and_days(read: Read) -> None:
    content = workbook(
        ["Nr", "EAN", "Prijs", "Vanaf"],
        [100200, 5412345678908, 0.1, date(2026, 3, 1)],
        [None] * 4,
        ["B-1", "x", 2, None],
    )
    found = read(
        content,
        {"Nr": "sku", "EAN": "gtin", "Prijs": "price", "Vanaf": "valid_from"},
        format="xlsx",
    )
    article, price, other, last = found
    assert isinstance(article, ArticleRecord) and isinstance(other, ArticleRecord)
    assert (article.sku, article.gtin) == ("100200", "5412345678908")
    assert price == PriceRecord(2, "100200", Decimal("0.1"), "EUR", None, valid_from=date(2026, 3, 1))
    assert (other.line, other.sku) == (4, "B-1")
    assert last == PriceRecord(4, "B-1", Decimal(2), "EUR", None)


def test_features_by_column_are_numbers_or_words(read: Read) -> None:
    found = read(
        "sku;I;IP\nA;2,5 A;IP65\n", {"sku": "sku", "I": "attribute:rated-current", "IP": "attribute:ip"}
    )
    assert isinstance(found[0], ArticleRecord) and found[0].features is not None
    current, protection = found[0].features
    assert (current.code, current.number, current.unit) == ("rated-current", Decimal("2.5"), "A")
    assert (protection.code, protection.value, protection.number) == ("ip", "IP65", None)


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (b"sku;p\nA\xff;1\n", {}),
        (b'sku;p\nA;"' + b"x" * 140_000, {}),
        (b"other;p\nA;1\n", {}),
        (b"", {}),
        (b";" * 600 + b"\n", {"header_row": 0}),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_as_a_whole(
    read: Read, content: bytes, options: dict[str, Any]
) -> None:
    with pytest.raises(FileRefused):
        read(content, {"sku": "sku", "p": "price"}, **options)


class TestHostileSpreadsheets:
    @staticmethod
    def packed(sheet: bytes, **extra: bytes) -> bytes:
        source = zipfile.ZipFile(io.BytesIO(workbook(["sku"])))
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in source.namelist():
                archive.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else source.read(name))
            for name, data in extra.items():
                archive.writestr(name, data)
        return target.getvalue()

    def test_two_cells_a_billion_apart_are_refused(self, read: Read) -> None:
        sheet = (
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="QZ1048576"><v>1</v></c></row>'
            b"</sheetData></worksheet>"
        )
        with pytest.raises(FileRefused, match="too large"):
            read(self.packed(sheet), {"#1": "sku"}, format="xlsx", header_row=0)

    def test_a_sheet_that_unpacks_to_a_thousand_times_its_size_is_refused(self, read: Read) -> None:
        with pytest.raises(FileRefused, match="times its size"):
            read(self.packed(b" " * 60_000_000), {"#1": "sku"}, format="xlsx", header_row=0)

    def test_a_broken_sheet_is_refused(self, read: Read) -> None:
        with pytest.raises(FileRefused):
            read(self.packed(b"<worksheet><sheetData><row"), {"#1": "sku"}, format="xlsx")
        with pytest.raises(FileRefused):
            read(b"PK\x03\x04 no zip", {"#1": "sku"}, format="xlsx")


def test_headings_propose_their_fields_in_four_languages() -> None:
    assert propose(["Art.-Nr.", "EAN", "Bezeichnung", "Bruttopreis", "PE", "Lagerbestand", "Farbe"]) == {
        "Art.-Nr.": "sku",
        "EAN": "gtin",
        "Bezeichnung": "name_de",
        "Bruttopreis": "price",
        "PE": "price_unit",
        "Lagerbestand": "stock",
    }
    assert propose(["Référence", "Désignation", "Prix net"]) == {
        "Référence": "sku",
        "Désignation": "name_fr",
        "Prix net": "net_price",
    }


def test_tables_are_recognised_by_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sku;p\n")
    (tmp_path / "b.bin").write_bytes(workbook(["sku"]))
    found = [recognise(Source(tmp_path / name)) for name in ("a.csv", "b.bin")]
    assert [each and each.slug for each in found] == ["csv", "xlsx"]


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.imports.formats.table.rows.LONGEST_LINE", 1_000)
    with pytest.raises(FileRefused, match=r"line is longer than 1000"):
        read("nr;naam\nA-1;" + "x" * 2_000, {"nr": "sku", "naam": "name_nl"})
    with pytest.raises(FileRefused, match=r"line is longer than 1000"):
        read('nr;naam\nA-1;"' + "x" * 2_000, {"nr": "sku", "naam": "name_nl"})


def test_a_quoted_cell_may_go_on_over_lines_and_the_lines_are_counted_on(read: Read) -> None:
    found = read(
        'nr;tekst\r\nA-1;"one\r\ntwo ""x"""\r\nA-2;plain\r\n', {"nr": "sku", "tekst": "description_nl"}
    )
    assert [(each.line, each.sku) for each in found] == [(2, "A-1"), (4, "A-2")]  # type: ignore[union-attr]
    assert found[0].descriptions["nl"] == 'one\r\ntwo "x"'  # type: ignore[union-attr]


def test_an_amount_may_have_its_own_currency_beside_it_but_no_other(read: Read) -> None:
    columns = {"nr": "sku", "prijs": "price", "munt": "currency"}
    own, refusal = read("nr;prijs;munt\nA-1;€ 12,50;eur\nA-2;12,50 £;€\n", columns)
    assert isinstance(own, PriceRecord) and isinstance(refusal, Refusal)
    assert (own.amount, own.currency) == (Decimal("12.50"), "EUR")
    assert (refusal.record, refusal.value) == ("A-2", "12,50 £")
    assert "not in EUR" in str(refusal.reason)


def test_what_programs_make_of_numbers_and_days_is_read(read: Read) -> None:
    columns = {"nr": "sku", "ean": "gtin", "geldig": "valid_from", "prijs": "price"}
    article, _price = read('nr;ean;geldig;prijs\n="00123";5410000012345.0;01/02/2026;1,5\n', columns)
    assert isinstance(article, ArticleRecord)
    assert (article.sku, article.gtin) == ("00123", "5410000012345")
    price = read(workbook(["nr", "ean", "geldig", "prijs"], ["A", None, 46023, 1.5]), columns, "xlsx")[1]
    assert isinstance(price, PriceRecord) and price.valid_from == date(2026, 1, 1)


class TestAPriceListAsItIsSent:
    """A title, the day and an empty row above the headings, a hidden sheet in front, a sum below."""

    @pytest.fixture
    def sheet(self, tmp_path: Path) -> Path:
        book = openpyxl.Workbook()
        hidden = book.active
        assert hidden is not None
        hidden.append(["artikelnr", "prijs"])
        hidden.sheet_state = "hidden"
        shown = book.create_sheet("Prijzen")
        shown.append(["Prijslijst 2026", None, None])
        shown.merge_cells("A1:C1")
        shown.append(["geldig vanaf 01/02/2026"])
        shown.append([])
        shown.append(["Artikelnr.", "Omschrijving", "Bruto prijs"])
        shown.append(["A-1", "Kabel", "€ 12,50"])
        shown.append(["A-2", "Doos", "=C5*2"])
        book.active = 1
        book.save(tmp_path / "list.xlsx")
        return tmp_path / "list.xlsx"

    def test_the_headings_are_found_and_the_hidden_sheet_is_passed_over(self, sheet: Path) -> None:
        proposed = guess(Source(sheet), XlsxOptions)
        assert proposed["header_row"] == 4
        assert proposed["columns"] == {
            "Artikelnr.": "sku", "Omschrijving": "name_nl", "Bruto prijs": "price",
        }  # fmt: skip

    def test_a_formula_that_nobody_calculated_is_told(self, sheet: Path) -> None:
        options = XlsxOptions.model_validate(guess(Source(sheet), XlsxOptions))
        header, records = find_format("xlsx").read(Source(sheet), Reading(options=options, currency="EUR"))
        assert "(C6)" in header.notes[0]
        assert [each.amount for each in records if isinstance(each, PriceRecord)] == [Decimal("12.50")]

    def test_numbers_that_may_mean_two_things_do_not_choose_the_decimal_sign(self, tmp_path: Path) -> None:
        file = tmp_path / "list.csv"
        file.write_text("Lieferant: Muster\n\nArt.Nr;Preis;Bezeichnung\nA;1.234;x\nB;2.345;y\nC;12,50 €;z\n")
        proposed = guess(Source(file), CsvOptions)
        assert (proposed["header_row"], proposed["decimal_sign"]) == (3, ",")
