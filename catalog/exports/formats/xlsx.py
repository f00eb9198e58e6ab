"""XLSX: sheets with a header each, written to a temporary file and then handed out piece by piece.

A workbook is a zip whose directory comes last, so nothing can be sent before all is written. What one sheet
cannot hold goes on in the next.
"""

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

from openpyxl import Workbook

from catalog.exports.columns import COLUMNS, values
from catalog.exports.order import ExportOrder
from catalog.exports.registry import register
from catalog.exports.rows import STOCK, chunks

# 1,048,576 rows a sheet (ECMA-376, as Excel limits it), one of them the header.
MOST_ROWS = 1_048_575
PIECE = 64 * 1024


@register(
    "xlsx",
    label="Excel",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    extension="xlsx",
    stock=True,
)
def write(order: ExportOrder) -> Iterator[bytes]:
    """Numbers are numbers; GTINs and article numbers are texts, so that none is rounded."""
    workbook = Workbook(write_only=True)
    sheet, free = _sheet(workbook), MOST_ROWS
    try:
        for rows in chunks(order, STOCK):
            for row in rows:
                if not free:
                    sheet.close()
                    sheet, free = _sheet(workbook), MOST_ROWS
                sheet.append([None if value == "" else value for value in values(row)])
                free -= 1
    except BaseException:
        # Else its own temporary file stays open.
        sheet.close()
        raise
    with TemporaryFile() as file:
        workbook.save(file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _sheet(workbook: Workbook) -> Any:
    """The next sheet: "Articles", "Articles 2" and so on, each with the header above its rows."""
    number = len(workbook.worksheets) + 1
    sheet = workbook.create_sheet("Articles" if number == 1 else f"Articles {number}")
    sheet.freeze_panes = "A2"
    sheet.append(COLUMNS)
    return sheet
