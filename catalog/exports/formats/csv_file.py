"""CSV: a header and one article a line, ``;`` between, UTF-8, CRLF (RFC 4180 but for the separator)."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

from catalog.exports.columns import COLUMNS, Value, values
from catalog.exports.order import ExportOrder
from catalog.exports.registry import register
from catalog.exports.rows import chunks

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@register("csv", label="CSV", media_type="text/csv; charset=utf-8", extension="csv")
def write(order: ExportOrder) -> Iterator[bytes]:
    """Numbers with a point, or with a comma when asked; a byte order mark only when asked."""
    buffer = io.StringIO(newline="")
    line = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    line.writerow(COLUMNS)
    numbers = _with_comma if order.decimal_comma else _plain
    begin = BYTE_ORDER_MARK if order.byte_order_mark else b""
    for rows in chunks(order):
        line.writerows(map(numbers, map(values, rows)))
        yield begin + buffer.getvalue().encode()
        begin = b""
        buffer.seek(0)
        buffer.truncate()
    if buffer.tell():
        yield begin + buffer.getvalue().encode()


def _plain(row: list[Value]) -> list[Value]:
    """Never with an exponent or zeros at the end; written out in one go, for it is done for every cell."""
    return [f"{value.normalize():f}" if type(value) is Decimal else value for value in row]


def _with_comma(row: list[Value]) -> list[Value]:
    return [f"{value.normalize():f}".replace(".", ",") if type(value) is Decimal else value for value in row]
