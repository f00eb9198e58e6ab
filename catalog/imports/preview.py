"""The first rows of a table, and how it seems to be written: a proposal for the operator to confirm."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from catalog.imports.errors import FileRefused
from catalog.imports.formats.table.columns import propose
from catalog.imports.formats.table.options import CsvOptions, TableOptions, XlsxOptions
from catalog.imports.formats.table.rows import Row, csv_rows, xlsx_rows
from catalog.imports.source import Source

ROWS = 12
# Above the headings stand a title, a date, an address; not more than this.
MOST_ABOVE = 20
SAMPLE = 64 * 1024
# One thousand two hundred for some, one and a bit for others: says nothing about the decimal sign.
_UNCLEAR = re.compile(r"\A-?\d{1,3}[.,]\d{3}\Z")
_BESIDE_NUMBER = re.compile(r"\A(?:[€$£]|[A-Z]{3})?\s*(-?[\d.,]+)\s*(?:[€$£%]|[A-Z]{3})?\Z")
_COMMA = re.compile(r"\A-?\d{1,3}(?:\.\d{3})*,\d+\Z|\A-?\d+,\d+\Z")
_POINT = re.compile(r"\A-?\d{1,3}(?:,\d{3})*\.\d+\Z|\A-?\d+\.\d+\Z")
_DAYS = (
    (re.compile(r"\A\d{4}-\d{2}-\d{2}\Z"), "%Y-%m-%d"),
    (re.compile(r"\A\d{2}\.\d{2}\.\d{4}\Z"), "%d.%m.%Y"),
    (re.compile(r"\A\d{2}/\d{2}/\d{4}\Z"), "%d/%m/%Y"),
    (re.compile(r"\A\d{2}-\d{2}-\d{4}\Z"), "%d-%m-%Y"),
    (re.compile(r"\A20\d{6}\Z"), "%Y%m%d"),
)
# Letters of the languages here, as the old code page of DOS has them and as Windows has them.
_DOS = frozenset(b"\x81\x82\x84\x85\x87\x88\x8a\x8b\x93\x94\x96\x97\x99\x9a\xe1\x8e")
_WINDOWS = frozenset("éèêëàâäçïîôöùûüßÄÖÜÉÈ".encode("cp1252"))


class Column(NamedTuple):
    key: str  # by which it is mapped: its heading, or #number
    samples: list[str]


def first_rows(source: Source, options: TableOptions) -> list[Row]:
    """Raises ``FileRefused``."""
    return list(islice(_rows(source, options), ROWS + options.header_row))


def _rows(source: Source, options: TableOptions) -> Iterator[Row]:
    if isinstance(options, CsvOptions):
        return csv_rows(source, options)
    assert isinstance(options, XlsxOptions)
    return xlsx_rows(source, options)


def columns_of(rows: list[Row], header_row: int) -> list[Column]:
    """Every column with its first values; an empty or repeated heading is named by its number."""
    width = max((len(row.cells) for row in rows), default=0)
    heads: list[Any] = next((row.cells for row in rows if header_row and row.line >= header_row), [])
    line = next((row.line for row in rows if header_row and row.line >= header_row), 0)
    found: list[Column] = []
    seen: set[str] = set()
    for place in range(width):
        head = str(heads[place] or "").strip() if place < len(heads) else ""
        key = head if head and head not in seen else f"#{place + 1}"
        seen.add(key)
        values = [
            str(row.cells[place]) if place < len(row.cells) and row.cells[place] is not None else ""
            for row in rows
            if row.line > line
        ]
        found.append(Column(key, values[:ROWS]))
    return found


def guess(source: Source, tabular: type[TableOptions]) -> dict[str, Any]:
    """Options as they seem to be, with a proposal for each heading that is known."""
    options: dict[str, Any] = {}
    if tabular is CsvOptions:
        options |= _written(source)
    try:
        rows = list(islice(_rows(source, tabular.model_validate(options)), ROWS + MOST_ABOVE))
    except FileRefused:
        return options
    place = _place_of_headings(rows)
    if place:
        options["header_row"] = rows[place].line
    # What a spreadsheet stores as number or day says nothing about how others are written.
    cells = [cell for row in rows[place + 1 :] for cell in row.cells if cell and isinstance(cell, str)]
    beside = [match[1] for cell in cells if (match := _BESIDE_NUMBER.match(cell))]
    numbers = [each for each in beside if not _UNCLEAR.match(each)]
    points = sum(1 for each in numbers if _POINT.match(each))
    if tabular is CsvOptions or points:
        commas = sum(1 for each in numbers if _COMMA.match(each))
        options["decimal_sign"] = "." if points > commas else ","
    days = Counter(name for cell in cells for pattern, name in _DAYS if pattern.match(cell))
    if days:
        options["day_format"] = days.most_common(1)[0][0]
    headings = _headings(rows[place]) if rows else []
    found = propose(headings)
    # A first row of numbers and no known word is no heading.
    if not found and any(re.fullmatch(r"[\d.,]+", heading) for heading in headings):
        options["header_row"] = 0
    options["columns"] = found
    return options


def _headings(row: Row) -> list[str]:
    return [str(cell or "").strip() for cell in row.cells]


def _place_of_headings(rows: list[Row]) -> int:
    """Of the first rows the one with the most headings that are known, at least two; else the first."""
    known = [len(propose(_headings(row))) for row in rows[: MOST_ABOVE + 1]]
    most = max(known, default=0)
    return known.index(most) if most > 1 else 0


def _written(source: Source) -> dict[str, Any]:
    """Character set and delimiter."""
    with source.open(counted=False) as file:
        data = file.read(SAMPLE)
    charset = _charset(data)
    text = data.decode(charset, errors="replace").lstrip("\ufeff")
    lines = [line for line in text.splitlines()[:-1] or text.splitlines() if line.strip()][:40]
    best, score = ";", 0.0
    for sign in (";", ",", "\t", "|"):
        widths = [len(row) for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=sign)]
        if not widths or max(widths) < 2:
            continue
        usual, often = Counter(widths).most_common(1)[0]
        points = often / len(widths) * min(usual, 20)
        if usual > 1 and points > score:
            best, score = sign, points
    return {"charset": charset, "delimiter": "tab" if best == "\t" else best}


def _charset(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        # The sample may end in the middle of a character.
        data[: max(0, len(data) - 4)].decode("utf-8")
    except UnicodeDecodeError:
        high = Counter(byte for byte in data if byte >= 128)
        dos = sum(count for byte, count in high.items() if byte in _DOS)
        windows = sum(count for byte, count in high.items() if byte in _WINDOWS)
        return "cp850" if dos > windows else "cp1252"
    return "utf-8"
