"""XLSX: one sheet with a header, written to a temporary file and then handed out piece by piece.

A workbook is a zip whose directory comes last, so nothing can be sent before all is written.
"""

from collections.abc import Iterator
from tempfile import TemporaryFile

from openpyxl import Workbook

from catalog.exports.columns import COLUMNS, values
from catalog.exports.errors import ExportRefused
from catalog.exports.order import ExportOrder
from catalog.exports.registry import register
from catalog.exports.rows import chunks

# 1,048,576 rows a sheet (ECMA-376, as Excel limits it), one of them the header.
MOST_ROWS = 1_048_575
PIECE = 64 * 1024


@register(
    "xlsx",
    label="Excel",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    extension="xlsx",
)
def write(order: ExportOrder) -> Iterator[bytes]:
    """Numbers are numbers; GTINs and article numbers are texts, so that none is rounded."""
    count = order.count()
    if count > MOST_ROWS:
        raise ExportRefused(
            f"The file would have {count:,} rows, and a sheet holds {MOST_ROWS:,}. "
            "Choose categories or brands, or take CSV."
        )
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Articles")
    sheet.freeze_panes = "A2"
    sheet.append(COLUMNS)
    try:
        for rows in chunks(order):
            for row in rows:
                sheet.append([value if value != "" else None for value in values(row)])
    except BaseException:
        # Else its own temporary file stays open.
        sheet.close()
        raise
    with TemporaryFile() as file:
        workbook.save(file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece
