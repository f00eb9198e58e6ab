"""An order as a file: CSV for the back office's own system, and JSON for a trace."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from catalog.exports.text import cell, number_text
from punchout.documents import ReturnLine
from trading.models import Order

# One row a line of the order; names stay as they are, because programs read them.
OF_ORDER = (
    "order_number", "placed_at", "test", "customer_number", "customer_name", "ordered_by", "delivery_code",
    "delivery_address", "shipment", "requested", "commission", "inquiry_number", "offer_number",
    "part_number", "remark", "currency", "order_total",
)  # fmt: skip
OF_LINE = (
    "line", "belongs_to_line", "article_number", "customer_article_number", "gtin", "name", "quantity",
    "unit", "net_price", "price_quantity", "surcharges", "line_total", "agreement",
)  # fmt: skip
NO_SUM = Decimal(0)


def csv_of(order: Order) -> bytes:
    """``;`` between, UTF-8 with a byte order mark for spreadsheets, CRLF, numbers with a point."""
    buffer = io.StringIO(newline="")
    table = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    table.writerow((*OF_ORDER, *OF_LINE))
    head = tuple(_order_cells(order))
    table.writerows((*head, *_line_cells(line)) for line in order.lines)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _order_cells(order: Order) -> Iterator[str]:
    site = order.delivery_site
    yield from (order.number, order.placed_at.isoformat(timespec="seconds"), "1" if order.test else "0")
    texts = (
        order.organisation.number, order.organisation.name, order.ordered_by, site.code if site else "",
        order.delivery_address.replace("\n", ", "), order.shipment, requested(order), order.commission,
        order.inquiry_number, order.offer_number, order.part_number, order.remark,
    )  # fmt: skip
    yield from map(cell, texts)
    yield from (order.currency, number_text(order.total))


def _line_cells(line: ReturnLine) -> Iterator[str]:
    yield from (str(line.number), str(line.parent or ""))
    yield from map(cell, (line.sku, line.buyer_part_number, line.gtin, line.name))
    yield from (number_text(line.quantity), line.unit, number_text(line.price), str(line.price_unit))
    beside = () if line.surcharges_in_price else line.surcharges
    yield number_text(sum((each.total for each in beside), NO_SUM))
    yield from (number_text(line.total), cell(line.agreement))


def requested(order: Order) -> str:
    """When the goods are wanted, as the buyer's system said it: a day or a week; empty: it did not."""
    return order.requested_on.isoformat() if order.requested_on else order.requested_week


def summary(order: Order) -> dict[str, Any]:
    """The order as JSON can carry it, for the partner: not who of us did what with it, nor why."""
    head = dict(zip(OF_ORDER, _order_cells(order), strict=True))
    return {
        **head,
        "state": order.state,
        "steps": [{"state": step.state, "at": step.at} for step in order.steps.all()],
        "lines": [dict(zip(OF_LINE, _line_cells(line), strict=True)) for line in order.lines],
    }
