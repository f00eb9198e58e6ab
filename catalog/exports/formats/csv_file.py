"""CSV: a header and one article a line, ``;`` between, UTF-8, CRLF (RFC 4180 but for the separator)."""

import csv
import io
from collections.abc import Iterator

from catalog.exports.columns import COLUMNS, values
from catalog.exports.order import ExportOrder
from catalog.exports.registry import register
from catalog.exports.rows import STOCK, chunks
from catalog.exports.text import number_text, with_comma

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@register("csv", label="CSV", media_type="text/csv; charset=utf-8", extension="csv", stock=True)
def write(order: ExportOrder) -> Iterator[bytes]:
    """Numbers with a point, or with a comma when asked; a byte order mark only when asked."""
    buffer = io.StringIO(newline="")
    line = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    line.writerow(COLUMNS)
    number = with_comma if order.decimal_comma else number_text
    begin = BYTE_ORDER_MARK if order.byte_order_mark else b""
    for rows in chunks(order, STOCK):
        line.writerows([values(row, number) for row in rows])
        yield begin + buffer.getvalue().encode()
        begin = b""
        buffer.seek(0)
        buffer.truncate()
    if buffer.tell():
        yield begin + buffer.getvalue().encode()
