"""What a procurement system understood of a cart that came back: the same shape for every protocol.

Amounts are ``Decimal``; a line keeps what arrived (``fields``) beside what the system made of it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any, Literal

# lost: the line does not reach the requisition; cut: a value is shortened or rounded; converted: a value is
# turned into another one; wrong: against the specification, but read; note: worth knowing.
Severity = Literal["lost", "cut", "converted", "wrong", "note"]
# cart: lines came; cancelled: the buyer came back without items; unchanged: status 204, the requisition
# stays as it is; emptied: an edit came back without lines, so the buyer's system deletes what it had;
# inspected: the end of a look, whatever it carries is ignored; refused: an error status; unreadable;
# answered: the answer to a function, which is no cart.
Outcome = Literal[
    "cart", "cancelled", "unchanged", "emptied", "inspected", "refused", "unreadable", "answered"
]


@dataclass(frozen=True)
class Remark:
    """One thing the buyer's system would stumble over; ``field`` is the protocol's own name for the place.

    ``sent`` and ``kept`` are the value as it came and as it is then stored, where that tells something.
    """

    severity: Severity
    field: str
    text: str
    sent: str = ""
    kept: str = ""

    @property
    def cut_off(self) -> str:
        """The end of the value that did not fit; empty when the value was changed in another way."""
        return self.sent[len(self.kept) :] if self.kept and self.sent.startswith(self.kept) else ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line as the procurement system reads it; ``transferred`` is False when it would drop the line."""

    number: int
    part_id: str = ""
    description: str = ""
    long_text: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None
    price_unit: Decimal = Decimal(1)
    # How many price units one ordered unit is (cXML PriceBasisQuantity/@conversionFactor).
    price_factor: Decimal = Decimal(1)
    currency: str = ""
    lead_time: str = ""
    manufacturer: str = ""
    manufacturer_part_id: str = ""
    classifications: tuple[tuple[str, str], ...] = ()
    # The SupplierPartAuxiliaryID element as it came, a subtree and not only its text.
    auxiliary_id_xml: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def transferred(self) -> bool:
        return not any(remark.severity == "lost" for remark in self.remarks)

    @property
    def amount(self) -> Decimal | None:
        """Quantity times price per price unit, unrounded; None when either could not be read."""
        if self.quantity is None or self.price is None or not self.price_unit:
            return None
        return self.quantity * self.price_factor * self.price / self.price_unit

    def with_remarks(self, *remarks: Remark) -> "Line":
        return replace(self, remarks=(*self.remarks, *remarks))


@dataclass(frozen=True, kw_only=True)
class ReceivedCart:
    """A return message as understood, with what the system would say about it as a whole."""

    outcome: Outcome
    lines: tuple[Line, ...] = ()
    remarks: tuple[Remark, ...] = ()
    # What the message itself states as its sum; OCI has no such field.
    stated_total: Decimal | None = None
    currency: str = ""
    operation_allowed: str = ""
    status_code: str = ""
    status_text: str = ""
    # Whether the catalog says that it was ordered there, and under which number; ``None``: it does not say.
    ordered: bool | None = None
    order_number: str = ""
    encoding: str = ""
    # The decoded document or the decoded fields, for showing.
    document: str = ""
    extra_fields: tuple[tuple[str, str], ...] = ()

    @property
    def total(self) -> Decimal:
        """Sum of the lines that reach the requisition, in the cart's currency, unrounded."""
        return sum((line.amount or Decimal(0) for line in self.lines if line.transferred), Decimal(0))

    @property
    def transferred_lines(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.transferred)

    @property
    def all_remarks(self) -> tuple[Remark, ...]:
        return (*self.remarks, *(remark for line in self.lines for remark in line.remarks))

    def as_json(self) -> dict[str, Any]:
        """A form that JSON can carry and ``cart_from_json`` reads back without loss."""
        return dict(_plain(asdict(self)))


def cart_from_json(data: Mapping[str, Any]) -> ReceivedCart:
    """The cart that ``as_json`` wrote."""
    values = dict(data)
    values["lines"] = tuple(_line_from_json(line) for line in values.get("lines", ()))
    values["remarks"] = tuple(Remark(**remark) for remark in values.get("remarks", ()))
    values["extra_fields"] = tuple((name, value) for name, value in values.get("extra_fields", ()))
    values["stated_total"] = _decimal(values.get("stated_total"))
    return ReceivedCart(**values)


def _line_from_json(data: Mapping[str, Any]) -> Line:
    values = dict(data)
    values["quantity"] = _decimal(values.get("quantity"))
    values["price"] = _decimal(values.get("price"))
    values["price_unit"] = _decimal(values.get("price_unit")) or Decimal(1)
    values["price_factor"] = _decimal(values.get("price_factor")) or Decimal(1)
    values["classifications"] = tuple((domain, code) for domain, code in values.get("classifications", ()))
    values["fields"] = tuple((name, value) for name, value in values.get("fields", ()))
    values["remarks"] = tuple(Remark(**remark) for remark in values.get("remarks", ()))
    return Line(**values)


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
