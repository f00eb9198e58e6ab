"""Rows of cells from a CSV or a spreadsheet; what would fill the memory is refused before it is opened."""

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from catalog.imports.errors import FileRefused
from catalog.imports.formats.table.options import CsvOptions, XlsxOptions
from catalog.imports.source import BROKEN, Source
from catalog.wording import said as _

Cell = str | Decimal | datetime.date | None
# No cell of a catalog is longer, a long description included; a quote that never ends is.
LONGEST_CELL = 131_072
LONGEST_LINE = 8 * 1024 * 1024
MOST_COLUMNS = 500
# The reader of spreadsheets keeps a place for every cell between the first and the last.
MOST_CELLS = 20_000_000
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]{0,200}?\br="([A-Z]{1,3})([0-9]{1,7})"')
_TEXT_FORMULA = re.compile(r'\A="([^"]*)"\Z')
# The line by which Excel learns what is between columns; it is no row.
_SEPARATOR = re.compile(r'\A"?sep=.{1,3}[\r\n]')
PIECE = 4 * 1024 * 1024
OVERLAP = 256


class Row(NamedTuple):
    line: int
    cells: list[Any]


def csv_rows(source: Source, options: CsvOptions) -> Iterator[Row]:
    """The rows of a CSV, headings included; raises ``FileRefused`` with the line."""
    charset = "utf-8-sig" if options.charset == "utf-8" else options.charset
    delimiter = "\t" if options.delimiter == "tab" else options.delimiter
    quote = "" if options.quote == "none" else options.quote
    line = 0
    with source.open() as binary:
        text = io.TextIOWrapper(binary, encoding=charset, errors="strict", newline="")
        lines = _Lines(text)
        csv.field_size_limit(LONGEST_CELL)
        try:
            for written in lines:
                begins, line = line + 1, lines.count
                if begins == 1 and _SEPARATOR.match(written):
                    continue
                if quote and quote in written:
                    # It may go on over further lines.
                    cells = next(csv.reader(chain((written,), lines), delimiter=delimiter, quotechar=quote))
                    line = lines.count
                    if '="' in written:
                        # How a CSV tells Excel that a number is a text.
                        cells = [_TEXT_FORMULA.sub(r"\1", cell) for cell in cells]
                else:
                    cells = written.rstrip("\r\n").split(delimiter)
                    if len(written) > LONGEST_CELL and max(map(len, cells)) > LONGEST_CELL:
                        raise FileRefused(_("A cell is longer than %s characters.") % LONGEST_CELL, begins)
                if len(cells) > MOST_COLUMNS:
                    raise FileRefused(_("There are more than %s columns.") % MOST_COLUMNS, begins)
                if any(cells):
                    yield Row(begins, cells)
        except UnicodeDecodeError as error:
            raise FileRefused(
                _("The file is not written in %(charset)s: byte %(byte)s.")
                % {"charset": options.charset, "byte": hex(error.object[error.start])},
                line + 1,
            ) from error
        except csv.Error as error:
            raise FileRefused(_("The row cannot be read: %s") % error, line + 1) from error


class _Lines:
    """The lines of a text with their ends, none longer than fits into memory; how many were taken."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._read = partial(text.readline, LONGEST_LINE)
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._read()
        if not line:
            raise StopIteration
        self.count += 1
        if len(line) == LONGEST_LINE:
            raise FileRefused(_("A line is longer than %s characters.") % LONGEST_LINE, self.count)
        return line


def xlsx_rows(source: Source, options: XlsxOptions) -> Iterator[Row]:
    """The rows of a sheet; numbers as they are stored, dates as dates."""
    for line, cells in enumerate(_sheet(source, options.sheet), start=1):
        if any(cell not in ("", None) for cell in cells):
            yield Row(line, [_cell(cell) for cell in cells])
    source.done()


def sheet_names(source: Source) -> list[str]:
    return _workbook(source).sheet_names


def _workbook(source: Source) -> CalamineWorkbook:
    if not source.is_workbook:
        raise FileRefused(_("This is no XLSX file."))
    path = source.as_workbook()
    _measure(source)
    try:
        return CalamineWorkbook.from_path(path)
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused(_("The spreadsheet cannot be opened: %s") % error) from error


def _sheet(source: Source, name: str) -> Iterator[list[Any]]:
    workbook = _workbook(source)
    names = workbook.sheet_names
    if not names:
        raise FileRefused(_("The spreadsheet has no sheet."))
    if name and name not in names:
        raise FileRefused(_("The spreadsheet has no sheet %s.") % name)
    try:
        shown = (each.name for each in workbook.sheets_metadata if each.visible == SheetVisibleEnum.Visible)
        sheet = workbook.get_sheet_by_name(name or next(shown, names[0]))
        # Rows count from the first of the sheet, empty or not; columns from the first that has a cell.
        _top, left = sheet.start or (0, 0)
        for cells in sheet.iter_rows():
            yield [""] * left + cells
    except (CalamineError, ValueError) as error:
        raise FileRefused(_("The sheet cannot be read: %s") % error) from error


def _measure(source: Source) -> None:
    """Refuses a sheet whose first and last cell are too far apart, whatever it says of its own size."""
    try:
        with zipfile.ZipFile(source.path) as archive:
            for info in archive.infolist():
                if not re.match(r"xl/worksheets/[^/]*\.xml\Z", info.filename):
                    continue
                columns = rows = 0
                with archive.open(info) as sheet:
                    tail = b""
                    while piece := sheet.read(PIECE):
                        for letters, number in _CELL.findall(tail + piece):
                            rows = max(rows, int(number))
                            columns = max(columns, _column(letters))
                        tail = piece[-OVERLAP:]
                if columns > MOST_COLUMNS:
                    raise FileRefused(_("There are more than %s columns.") % MOST_COLUMNS)
                if rows * columns > MOST_CELLS:
                    raise FileRefused(_("The sheet is too large; save it as CSV."))
    except (*BROKEN, NotImplementedError, RuntimeError) as error:
        raise FileRefused(_("The spreadsheet cannot be opened: %s") % error) from error


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _cell(value: Any) -> Cell:
    match value:
        case bool():
            return "1" if value else "0"
        case float():
            # A GTIN is stored as a float too; repr has every digit that is stored and none more.
            return Decimal(int(value)) if value.is_integer() else Decimal(repr(value))
        case int():
            return Decimal(value)
        case datetime.datetime():
            return value.date()
        case datetime.date():
            return value
        case datetime.time() | datetime.timedelta():
            return str(value)
        case _:
            return value
