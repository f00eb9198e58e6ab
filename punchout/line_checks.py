"""What one line of a cart is held against before it leaves: units, required fields, lengths, numbers."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from typing import Any

from punchout.adapters.outgoing import FieldTable, OutgoingField, is_date, number_of
from punchout.adapters.registry import Adapter, AdapterOptions
from punchout.documents import ReturnLine
from punchout.findings import Findings
from punchout.mapping.apply import rules_of
from punchout.mapping.values import LineValues, Rules

CENT = Decimal("0.01")
PRICE_ROLES = ("quantity", "price", "price unit")
ABOVE_ZERO = ("quantity", "price unit")
LARGEST = Decimal(10) ** 15
# What names the article and the line to the buyer's system.
IDENTITIES = frozenset(("line.sku", "line.token"))
SHOWN = 40  # characters of a value that is too long
# Of a frozen line, as they are sent; others go through the connection's tables.
PLAIN = frozenset(ReturnLine.__dataclass_fields__) - {"unit", "currency", "mapped"}

Read = Callable[[ReturnLine], Any]


class LineChecks:
    """The checks of one line, for one connection; what is the same for every line is worked out once."""

    def __init__(
        self,
        found: Findings,
        system: str,
        adapter: Adapter,
        options: AdapterOptions,
        table: FieldTable,
        lines: Sequence[ReturnLine],
    ) -> None:
        self.found, self.system, self.options = found, system, options
        self.table = table
        self.rules = rules_of(adapter, options)
        self.unit_field = _by_role(table, "unit")
        self.currency_field = _by_role(table, "currency")
        self.priced = {field.role: field for field in table if field.role in PRICE_ROLES}
        codes = (
            (field, _reader(field, self.rules))
            for field in table
            if field.of == "line" and field.kind == "code" and field.length and field.value
        )
        # Nearly always every code fits: that is found out for a whole cart at once.
        self.codes = [(field, read) for field, read in codes if _longest(read, lines) > field.length]
        self.limited = [
            (replace(field, length=length), _reader(field, self.rules) if field.value else None)
            for name, length in options.field_lengths.items()
            if (field := table.find(name)) is not None and field.of == "line"
        ]
        self.refused = frozenset(options.refused_characters.replace(" ", ""))
        self.identities = [
            (field, _reader(field, self.rules))
            for field in table
            if self.refused and field.value in IDENTITIES
        ]
        names = dict.fromkeys(name for line in lines for name in line.mapped)
        # As of the codes, whether all of a field are right is found out for a whole cart at once.
        self.mapped = [name for name in names if self._may_be_wrong(name, lines)]
        self.total_mapped = any(field.name in names for field in self.priced.values())
        self.wanted = [(name, table.find(name)) for name in options.required_outgoing]
        self.readers = {
            name: _reader(field, self.rules)
            for name, field in self.wanted
            if field is not None and field.value
        }

    def line(self, line: ReturnLine) -> None:
        options = self.options
        if options.accepted_units:
            self._unit(line)
        # What every article must have, a surcharge has not.
        if not line.parent:
            for name in options.required_fields:
                if not getattr(line, name):
                    self._error("required", line, what=name)
            if self.wanted:
                self._required(line)
        if options.accepted_currencies:
            self._currency(line)
        if options.quantity_decimals is not None:
            self._quantity(line, options.quantity_decimals)
        for field, read in self.codes:
            if field.name not in line.mapped:
                text = str(read(line))
                if len(text) > field.length:
                    self._too_long(field, text, line)
        for field, own in self.limited:
            text = line.mapped.get(field.name, str(own(line)) if own is not None else "")
            if len(text) > field.length:
                self._beyond(field, text, line)
        for field, read in self.identities:
            text = line.mapped.get(field.name, str(read(line)))
            if odd := sorted(self.refused & set(text)):
                self._error("refused", line, field=field.name, characters=" ".join(odd), value=text[:SHOWN])
        for mapped in self.mapped:
            if mapped in line.mapped:
                self.field(mapped, line.mapped[mapped], line)
        if self.total_mapped:
            self._total(line)

    def _may_be_wrong(self, name: str, lines: Sequence[ReturnLine]) -> bool:
        """Whether ``field`` has to look at what the mapping makes of that field of each line."""
        field = self.table.find(name)
        if field is None:
            return False
        if field.kind in ("number", "date") or field.choices:
            return True
        texts = [line.mapped.get(name, "") for line in lines]
        return (field.required and not all(texts)) or 0 < field.length < max(map(len, texts))

    def _beyond(self, field: OutgoingField, text: str, line: ReturnLine) -> None:
        """Longer than the buyer's system keeps: it is sent whole, so a code would arrive as another one."""
        if field.kind == "text":
            self.found.add("cut", "warning", line.number, field=field.name, length=field.length)
        else:
            shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
            self._error("too long", line, field=field.name, length=field.length, value=shown)

    def _error(self, code: str, line: ReturnLine, **values: Any) -> None:
        self.found.add(code, "error", line.number, system=self.system, **values)

    def _unit(self, line: ReturnLine) -> None:
        own = self.rules.unit(line.unit)
        unit = line.sent(self.unit_field.name, own) if self.unit_field else own
        if unit not in self.options.accepted_units:
            self._error("unit", line, units=", ".join(self.options.accepted_units), unit=unit)

    def _currency(self, line: ReturnLine) -> None:
        sent = line.sent(self.currency_field.name, line.currency) if self.currency_field else line.currency
        if sent not in self.options.accepted_currencies:
            accepted = ", ".join(self.options.accepted_currencies)
            self._error("currency", line, currencies=accepted, currency=sent)

    def _quantity(self, line: ReturnLine, most: int) -> None:
        if line.quantity != line.quantity.quantize(Decimal(1).scaleb(-most)):
            code = "quantity" if most else "whole"
            self._error(code, line, decimals=most, quantity=f"{line.quantity.normalize():f}")

    def _required(self, line: ReturnLine) -> None:
        for name, field in self.wanted:
            if field is not None and field.of != "line":
                continue
            read = self.readers.get(name)
            if name in line.mapped:
                there = bool(line.mapped[name])
            elif read is not None:
                there = bool(str(read(line)))
            else:
                # What the adapter works out is there; a free field only if the mapping has it.
                there = field is not None and field in self.table.fields
            if not there:
                self._error("empty", line, field=name)

    def _too_long(self, field: OutgoingField, text: str, line: ReturnLine) -> None:
        shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
        if field.kind == "text":
            self.found.add("cut", "warning", line.number, field=field.name, length=field.length)
        elif field.required or field.kind == "number":
            self._error("too long", line, field=field.name, length=field.length, value=shown)
        else:
            self.found.add(
                "left out", "warning", line.number, field=field.name, length=field.length, value=shown
            )

    def field(self, name: str, text: str, line: ReturnLine) -> None:
        """What the mapping makes of one field of the line, or of a part of the set that it is."""
        field = self.table.find(name)
        if field is None:
            return
        if field.length and len(text) > field.length:
            self._too_long(field, text, line)
        if not text and field.required:
            self._error("empty", line, field=name)
        elif text and field.kind == "number":
            self._number(field, text, line)
        elif text and field.kind == "date" and not is_date(text):
            self._error("no date", line, field=name, value=text[:SHOWN])
        elif text and field.choices and text not in field.choices:
            self._error("choice", line, field=name, choices=", ".join(field.choices), value=text[:SHOWN])

    def _number(self, field: OutgoingField, text: str, line: ReturnLine) -> None:
        number = number_of(text)
        if number is None:
            self._error("no number", line, field=field.name, value=text[:SHOWN])
            return
        if field.role in ABOVE_ZERO and number <= 0:
            self._error("above zero", line, field=field.name, value=text[:SHOWN])
        elif field.role == "price" and number < 0:
            self._error("below zero", line, field=field.name, value=text[:SHOWN])
        exponent = number.normalize().as_tuple().exponent
        if field.decimals is not None and isinstance(exponent, int) and -exponent > field.decimals:
            self.found.add(
                "decimals",
                "warning",
                line.number,
                field=field.name,
                decimals=field.decimals,
                value=text[:SHOWN],
            )

    def _total(self, line: ReturnLine) -> None:
        """A mapping that changes quantity or price must not change what the line costs."""
        if not any(field.name in line.mapped for field in self.priced.values()):
            return
        per_unit = "price unit" not in self.priced
        values = {
            "quantity": line.quantity,
            "price": line.price / line.price_unit if per_unit else line.price,
            "price unit": Decimal(1) if per_unit else Decimal(line.price_unit),
        }
        for role, field in self.priced.items():
            if field.name in line.mapped:
                number = number_of(line.mapped[field.name])
                if number is None:
                    return
                values[role] = number
        if not values["price unit"]:
            return
        calculated = values["quantity"] * values["price"] / values["price unit"]
        if abs(calculated) < LARGEST:
            rounded = calculated.quantize(CENT, ROUND_HALF_UP)
            if rounded != line.total:
                self.found.add(
                    "total", "warning", line.number, system=self.system, calculated=str(rounded),
                    total=str(line.total),
                )  # fmt: skip


def _longest(read: Read, lines: Sequence[ReturnLine]) -> int:
    return max(map(len, map(str, map(read, lines))), default=0)


def _by_role(table: FieldTable, role: str) -> OutgoingField | None:
    return next((field for field in table if field.role == role), None)


def _reader(field: OutgoingField, rules: Rules) -> Read:
    """What an outgoing field holds without a mapping."""
    if field.own is not None:
        return field.own
    name = field.value.partition(".")[2]
    if name in PLAIN:
        return attrgetter(name)
    if name == "unit":
        return lambda line: rules.unit(line.unit)
    if name == "currency":
        return lambda line: rules.currencies.get(line.currency, line.currency)
    return lambda line: LineValues(line, rules)[name]
