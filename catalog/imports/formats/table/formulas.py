"""Formulas of a spreadsheet that nobody has calculated: a program wrote them, without their values."""

import re
import zipfile

from catalog.imports.source import Source

PIECE = 4 * 1024 * 1024
OVERLAP = 4 * 1024
# A cell whose formula is followed by no value.
_UNSAVED = re.compile(rb"(?:</f>|<f\b[^<>]{0,200}/>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_NAME = re.compile(rb'\br="([A-Z]{1,3}[0-9]{1,7})"')
_SHEET = re.compile(r"xl/worksheets/[^/]*\.xml\Z")


def unsaved_formula(source: Source) -> str:
    """The first cell of the workbook with a formula and no value; empty when all have one."""
    with zipfile.ZipFile(source.path) as archive:
        for info in archive.infolist():
            if not _SHEET.match(info.filename):
                continue
            with archive.open(info) as sheet:
                tail = b""
                while piece := sheet.read(PIECE):
                    tail += piece
                    for found in _UNSAVED.finditer(tail):
                        cell = tail[max(0, tail.rfind(b"<c ", 0, found.start())) : found.start()]
                        # The value of a formula that makes a text may be an empty one.
                        if b't="str"' not in cell and (name := _NAME.search(cell)):
                            return name[1].decode()
                    tail = tail[-OVERLAP:]
    return ""
