"""Prices of a CIF's rows per order unit: the list price, or what the customer pays."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from catalog.imports.formats.cif.header import Header
from catalog.imports.formats.cif.options import CifOptions
from catalog.imports.records import PriceKind, PriceRecord, Record, Refusal
from catalog.imports.registry import Reading
from catalog.imports.values import NotANumber, compact_day, day, decimal, price_quantity, unclear_quantity
from catalog.wording import said as _


class Prices:
    """``unit`` makes a code of a unit as the file writes it."""

    def __init__(
        self, header: Header, reading: Reading, options: CifOptions, unit: Callable[[str], str | None]
    ) -> None:
        self._header = header
        self._reading = reading
        self._options = options
        self._unit = unit

    def price_unit(self, row: dict[str, str]) -> int | None:
        """Of how many units the price is; ``None`` for what is no whole number."""
        said = row.get("price unit quantity", "")
        try:
            quantity = price_quantity(said)
        except NotANumber:
            return None
        return int(quantity) if quantity == int(quantity) and 0 < quantity < 10**9 else None

    def _in_order_units(self, row: dict[str, str], unit: str | None) -> Decimal | None:
        """How many price units an order unit holds; ``None`` where prices are of another unit than ordered.

        ``Price Unit`` and ``Unit Conversion`` are cXML's PriceBasisQuantity: a box of ten at a price a piece.
        """
        said = row.get("price unit", "")
        if not said or unit is None or said == row.get("unit of measure") or self._unit(said) == unit:
            return Decimal(1)
        try:
            factor = decimal(row.get("unit conversion", ""))
        except NotANumber:
            return None
        return factor if factor > 0 else None

    def _valid(
        self, line: int, sku: str, row: dict[str, str], refused: list[Record]
    ) -> tuple[date | None, date | None] | None:
        """From and until; ``None`` when one of them is no date, since the price would hold too long."""
        found: list[date | None] = []
        for name in ("effective date", "expiration date"):
            written = row.get(name, "")
            moment = day(written.replace("/", "-")) or compact_day(written)
            if written and moment is None:
                reason = _("Not a date that is written like 2026-12-31; the prices beside it are left out.")
                refused.append(Refusal(line, sku, name.title(), written, reason, fatal=False))
                return None
            found.append(moment)
        return found[0], found[1]

    def of_row(
        self, line: int, sku: str, row: dict[str, str], unit: str | None, refused: list[Record]
    ) -> tuple[PriceRecord, ...] | None:
        net = self._options.unit_price == "net"
        kinds = [("unit price", PriceKind.NET if net else PriceKind.LIST)]
        if self._options.market_price == "list" and net:
            kinds.append(("market price", PriceKind.LIST))
        currency = (row.get("currency") or self._header["currency"] or self._reading.currency).upper()
        price_unit = self.price_unit(row)
        if price_unit is None:
            written = row.get("price unit quantity", "")
            refused.append(
                Refusal(line, sku, "Price Unit Quantity", written, unclear_quantity(), fatal=False)
            )
            return None
        per = self._in_order_units(row, unit)
        if per is None:
            written = f"{row.get('price unit', '')} × {row.get('unit conversion', '')}"
            other = _("The price is of another unit than the one ordered; give it per order unit.")
            refused.append(Refusal(line, sku, "Price Unit", written, other, fatal=False))
            return None
        valid = self._valid(line, sku, row, refused)
        if valid is None:
            return None
        found: list[PriceRecord] = []
        for name, kind in kinds:
            said = row.get(name, "")
            if not said:
                continue
            reason = ""
            amount = Decimal(0)
            try:
                amount = decimal(said)
            except NotANumber:
                reason = _("Not a number.")
            if not reason and amount < 0:
                reason = _("A price is not less than nothing.")
            if not reason and not currency:
                reason = _("Neither price nor catalog says a currency.")
            if not reason and kind is PriceKind.NET and not self._reading.customer:
                reason = _("A net price of a customer whom neither file nor profile names.")
            if reason:
                refused.append(Refusal(line, sku, name.title(), said, reason, fatal=False))
                continue
            found.append(
                PriceRecord(
                    line=line,
                    sku=sku,
                    amount=amount * per,
                    currency=currency,
                    price_unit=price_unit,
                    kind=kind,
                    valid_from=valid[0],
                    valid_until=valid[1],
                    customer=self._reading.customer if kind is PriceKind.NET else "",
                    territories=tuple(row.get("territory available", "").upper().split()),
                )
            )
        return tuple(found)
