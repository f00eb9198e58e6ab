"""Files from suppliers: whatever is in them, records and refusals with a place, or the whole file refused."""

import gzip
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

import catalog.imports.formats  # noqa: F401
from catalog.imports.errors import FileRefused
from catalog.imports.preview import columns_of, first_rows, guess
from catalog.imports.records import Refusal
from catalog.imports.registry import Reading, find_format, formats, recognise
from catalog.imports.source import Source
from tests.catalog.imports.formats.reading import PAYLOADS
from tests.fuzz.damage import LONGEST_SECONDS, damaged, fuzzed

TABLE = """Article;Name;List price;Unit;EAN;Valid from;Stock
A-1;Cable 3G1.5 "red";1.234,50;MTR;4012345678901;01.02.2025;12
B-2;"Socket; white";0,35;PCE;;31.12.2025;
"""


def zipped(*names: str) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.write(PAYLOADS / name, name)
    return packed.getvalue()


def workbook() -> bytes:
    book = Workbook()
    for row in TABLE.splitlines():
        book.active.append(row.split(";"))
    written = BytesIO()
    book.save(written)
    return written.getvalue()


SAMPLES: dict[str, list[tuple[str, bytes]]] = {
    "bmecat": [
        ("catalog.xml", (PAYLOADS / "etim.xml").read_bytes()),
        ("prices.xml", (PAYLOADS / "update_prices.xml").read_bytes()),
        ("catalog.zip", zipped("update_products.xml")),
        ("catalog.xml.gz", gzip.compress((PAYLOADS / "update_products.xml").read_bytes(), mtime=0)),
    ],
    "cif": [("catalog.cif", (PAYLOADS / "cif" / "full.cif").read_bytes())],
    "datanorm": [
        ("DATANORM.001", (PAYLOADS / "datanorm4" / "DATANORM.001").read_bytes()),
        ("DATANORM.001", (PAYLOADS / "datanorm5" / "DATANORM.001").read_bytes()),
        ("datanorm.zip", zipped("datanorm4/DATANORM.001", "datanorm4/datanorm.wrg")),
    ],
    "csv": [("articles.csv", TABLE.encode()), ("articles.csv", TABLE.encode("utf-16"))],
    "xlsx": [("articles.xlsx", workbook())],
}


def test_every_format_has_a_sample_to_damage() -> None:
    assert {format.slug for format in formats()} == set(SAMPLES)


@pytest.mark.parametrize(
    ("slug", "name", "whole"),
    [(slug, name, whole) for slug, samples in SAMPLES.items() for name, whole in samples],
    # Not by size: a workbook's is that of its moment.
    ids=[
        f"{slug}-{number}-{name}"
        for slug, samples in SAMPLES.items()
        for number, (name, _whole) in enumerate(samples, start=1)
    ],
)
def test_any_damage_to_a_file_is_read_or_refused(slug: str, name: str, whole: bytes, tmp_path: Path) -> None:
    format = find_format(slug)
    columns = (
        {"Article": "sku", "Name": "name_en", "List price": "price", "Unit": "order_unit", "Stock": "stock"}
        if format.tabular
        else {}
    )
    reading = Reading(options=format.options(**({"columns": columns} if columns else {})), currency="EUR")

    @fuzzed
    @given(body=damaged(whole))
    def check(body: bytes) -> None:
        file = tmp_path / name
        file.write_bytes(body)
        began = time.perf_counter()
        try:
            recognise(Source(file))
            _header, records = format.read(Source(file), reading)
            for record in records:
                assert not isinstance(record, Refusal) or str(record.reason)
        except FileRefused as refused:
            assert str(refused)
        if format.tabular:
            _look_at(file, format.options)
        assert time.perf_counter() - began < LONGEST_SECONDS

    check()


def _look_at(file: Path, options: type) -> None:
    """What the admin shows of a table before anything is mapped."""
    guessed = options(**{**guess(Source(file), options), "columns": {}})
    try:
        rows = first_rows(Source(file), guessed)
    except FileRefused:
        return
    columns_of(rows, guessed.header_row)


@fuzzed
@given(text=st.text(max_size=200))
def test_any_text_in_a_table_is_guessed_at_without_a_fault(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "guessed.csv"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    _look_at(file, find_format("csv").options)
