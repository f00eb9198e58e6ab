"""Prices of A, P and Z records: gross ones are list prices, net ones those of the file's customer."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from catalog.imports.formats.datanorm.header import Header
from catalog.imports.formats.datanorm.lines import Line
from catalog.imports.formats.datanorm.values import CENT, GROSS, NET, ON_REQUEST, cents, day, less, whole
from catalog.imports.records import PriceKind, PriceRecord, PriceWithdrawn, Record, Refusal
from catalog.wording import said as _

# Version 4 packs up to three articles into a P record, nine fields each.
PACKED, WIDTH = 3, 9
# The kind of a Z record that says a price from a quantity on; all others are surcharges.
SCALE_PRICE = "1"
# What the bounds of it count: quantities, and not distances or days.
BY_QUANTITY = ("", "1")
# Where its fields stand, by version.
SCALE = {
    4: {"basis": 6, "price kind": 8, "price": 9, "from": 10},
    5: {"indicator": 8, "price kind": 10, "price unit": 11, "price": 12, "basis": 14, "from": 15},
}


class Prices:
    """``groups``: what a .RAB file of the same zip says of each discount group, as (kind, value)."""

    def __init__(self, header: Header, currency: str, customer: str) -> None:
        self._header = header
        self._currency = currency
        self._customer = customer
        self.groups: dict[str, tuple[str, str]] = {}
        # A C record with TERMIN-1 says from when the prices after it hold.
        self.valid_from: date | None = None

    def of_article(
        self, number: int, sku: str, said: Mapping[str, str], price_unit: int
    ) -> tuple[list[PriceRecord], list[Refusal]]:
        """The price in an A record, and the net price that its discount group makes of it."""
        group = self.groups.get(said["discount group"])
        discounts = [group] if group and said["price kind"] == GROSS else []
        found = list(
            self._prices(number, sku, said["price kind"], said["price"], price_unit, discounts, None)
        )
        return (
            [each for each in found if isinstance(each, PriceRecord)],
            [each for each in found if isinstance(each, Refusal)],
        )

    def changed(self, line: Line) -> Iterator[Record]:
        """The prices of a P record."""
        if self._header.version == 5:
            kind, price_unit = line.field(3), whole(line.field(4) or "1")
            discounts = self._discounts(line, 7, line.field(6), kind)
            yield from self._beside_net(line, line.field(2), 7, kind)
            valid = day(line.field(13)) if line.field(13) else self.valid_from
            yield from self._prices(
                line.number, line.field(2), kind, line.field(5), price_unit or None, discounts, valid
            )
            return
        for place in range(PACKED):
            start = 3 + place * WIDTH
            sku = line.field(start)
            if not sku:
                continue
            kind, price = line.field(start + 1), line.field(start + 2)
            discounts = self._discounts(line, start + 3, "", kind)
            yield from self._beside_net(line, sku, start + 3, kind)
            yield from self._prices(line.number, sku, kind, price, None, discounts, self.valid_from)

    def scale(self, line: Line) -> Iterator[Record]:
        """A price from a quantity on; every other kind of Z record is refused."""
        # Some write the fields of version 5, with a sign where version 4 has the amount, under a header of 4.
        fields = SCALE[5 if self._header.version == 5 or line.field(9) in ("+", "-") else 4]
        said = {name: line.field(position) for name, position in fields.items()}
        sku, amount, bound = line.field(3), cents(said["price"]), whole(said["from"])
        kind = {GROSS: PriceKind.LIST, NET: PriceKind.NET}.get(said["price kind"])
        plain = line.field(5) == SCALE_PRICE and said.get("indicator", "1") == "1"
        if not plain or said["basis"] not in BY_QUANTITY or amount is None or bound is None or kind is None:
            reason = _("Only prices from a quantity on are read of Z records, no surcharges.")
            value = ";".join(line.fields[3:12]).strip(";")
            yield Refusal(line.number, sku, "Z", value, reason, fatal=False)
            return
        if kind is PriceKind.LIST:
            reason = _("A list price from a quantity on is not read, only the customer's prices.")
            yield Refusal(line.number, sku, "Z", f"{amount} / {bound}", reason, fatal=False)
            return
        if not self._customer:
            yield self._of_nobody(line.number, sku, amount)
            return
        # Version 4 leaves it to the article.
        unit = whole(said["price unit"]) if self._header.version == 5 else None
        yield self._record(line.number, sku, kind, amount, unit or None, self.valid_from, Decimal(bound))

    def _beside_net(self, line: Line, sku: str, start: int, kind: str) -> Iterator[Refusal]:
        """Tells of discounts beside a net price, which has none."""
        said = [(line.field(start + 2 * n), line.field(start + 2 * n + 1)) for n in range(3)]
        odd = ", ".join(f"{each} {value}" for each, value in said if each and value.strip("0"))
        if kind == NET and odd:
            reason = _("A discount beside a net price is not taken off.")
            yield Refusal(line.number, sku, "discount", odd, reason, fatal=False)

    def _discounts(self, line: Line, start: int, group: str, kind: str) -> list[tuple[str, str]]:
        """Up to three; a discount group (kind 0) stands for what the .RAB file says of it."""
        if kind != GROSS:
            return []
        found = [(line.field(start + 2 * n), line.field(start + 2 * n + 1)) for n in range(3)]
        resolved = [
            self.groups.get(value, ("0", value)) if kind == "0" else (kind, value)
            for kind, value in found
            if value not in ("", "0") and kind
        ]
        if not resolved and group in self.groups:
            resolved = [self.groups[group]]
        return resolved

    def _prices(
        self,
        number: int,
        sku: str,
        kind: str,
        price: str,
        price_unit: int | None,
        discounts: Sequence[tuple[str, str]],
        valid_from: date | None,
    ) -> Iterator[PriceRecord | PriceWithdrawn | Refusal]:
        amount = cents(price)
        if kind == ON_REQUEST:
            yield self.withdrawn(number, sku)
            return
        if kind not in (GROSS, NET):
            yield Refusal(number, sku, "price kind", kind, _("Neither gross (1) nor net (2)."), fatal=False)
            return
        if amount is None:
            yield Refusal(number, sku, "price", price, _("A price is a whole number of cents."), fatal=False)
            return
        if amount == 0:
            reason = _("A price of nothing is none; one on request has the kind 9.")
            yield Refusal(number, sku, "price", price, reason, fatal=False)
            return
        if kind == NET:
            if self._customer:
                yield self._record(number, sku, PriceKind.NET, amount, price_unit, valid_from)
            else:
                yield self._of_nobody(number, sku, amount)
            return
        yield self._record(number, sku, PriceKind.LIST, amount, price_unit, valid_from)
        if not discounts or not self._customer:
            return
        net = less(amount, discounts)
        if net is None:
            text = ", ".join(f"{each} {value}" for each, value in discounts)
            reason = _("A discount that is none, or whose group no .RAB file explains.")
            yield Refusal(number, sku, "discount", text, reason, fatal=False)
        elif net != amount:
            rounded = net.quantize(CENT, ROUND_HALF_UP)
            yield self._record(number, sku, PriceKind.NET, rounded, price_unit, valid_from)

    def _record(
        self,
        number: int,
        sku: str,
        kind: PriceKind,
        amount: Decimal,
        price_unit: int | None,
        valid_from: date | None,
        minimum: Decimal = Decimal(0),
    ) -> PriceRecord:
        return PriceRecord(
            line=number,
            sku=sku,
            amount=amount,
            currency=self._currency,
            price_unit=price_unit,
            kind=kind,
            minimum_quantity=minimum,
            valid_from=valid_from,
            customer=self._customer if kind is PriceKind.NET else "",
        )

    def withdrawn(self, number: int, sku: str) -> PriceWithdrawn:
        return PriceWithdrawn(number, sku, self._customer)

    def _of_nobody(self, number: int, sku: str, amount: Decimal) -> Refusal:
        reason = _("A net price of a customer whom neither file nor profile names.")
        return Refusal(number, sku, "price", str(amount), reason, fatal=False)
