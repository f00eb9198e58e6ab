"""Prepares a received cart for the page: numbers as people read them, remarks worst first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from punchout.sandbox.dialects import Protocol, System
from punchout.sandbox.received import Line, Outcome, ReceivedCart, Remark, Severity

_WORST_FIRST: dict[Severity, int] = {"lost": 0, "converted": 1, "cut": 2, "wrong": 3, "note": 4}
SEVERITY_LABELS: dict[Severity, Promise] = {
    "lost": _("Not transferred"),
    "cut": _("Cut"),
    "converted": _("Converted"),
    "wrong": _("Against the specification"),
    "note": _("Note"),
}
# Title and explanation of each outcome, as the buyer's system would put it.
OUTCOME_TEXTS: dict[Outcome, tuple[Promise, Promise]] = {
    "cart": (_("Requisition received"), _("The catalog returned these lines.")),
    "cancelled": (_("No items were transferred"), _("The buyer came back without items.")),
    "unchanged": (_("Nothing changed"), _("Status 204: the requisition stays as it was.")),
    "emptied": (_("All lines were removed"), _("The edited cart came back empty, so its lines are deleted.")),
    "inspected": (_("Nothing changed"), _("The items were looked at; whatever came back is ignored.")),
    "refused": (
        _("The catalog reported an error"),
        _("The message carries an error status."),
    ),
    "unreadable": (
        _("The message could not be read"),
        _("Nothing was transferred."),
    ),
    "answered": (_("The catalog answered"), _("An answer is no cart: nothing was transferred.")),
}

ORDERED = (
    _("Order booked"),
    _("These lines were ordered in the catalog. They are booked as ordered, and nothing is left to order."),
)


@dataclass(frozen=True)
class Note:
    """A remark with its label."""

    severity: Severity
    label: Promise
    field: str
    text: str


@dataclass(frozen=True)
class Row:
    """One line of the requisition as shown."""

    line: Line
    quantity: str
    price: str
    price_unit: str
    amount: str
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Sheet:
    """A whole requisition as shown."""

    rows: tuple[Row, ...]
    total: str
    currency: str
    lost: int
    notes: tuple[Note, ...]


# The systems are listed by what they speak.
_GROUPS: Mapping[str, tuple[Protocol, ...]] = {
    "OCI": ("oci",),
    "cXML": ("cxml",),
    "IDS-Connect · Oracle XML · Peppol · cebeoXML": ("ids", "oraclexml", "peppol", "cebeoxml"),
}


def grouped(systems: Iterable[System]) -> list[tuple[str, list[System]]]:
    """The systems of each group of protocols, in their order."""
    listed = list(systems)
    return [
        (label, [system for system in listed if system.protocol in protocols])
        for label, protocols in _GROUPS.items()
    ]


def catches_form(system: System) -> bool:
    """Whether the return form posts to an event of the buyer's own program instead of an address."""
    return bool(system.oci is not None and system.oci.hook_value)


def title_of(cart: ReceivedCart, call: Mapping[str, str]) -> tuple[str, str]:
    """Title and explanation of the page; a function is named with what it was asked."""
    title, explanation = map(str, ORDERED if cart.ordered else OUTCOME_TEXTS[cart.outcome])
    if not call:
        return title, explanation
    values = " ".join(call[name] for name in ("product", "quantity", "search") if call.get(name))
    return f"{call['function']} {values}".strip(), f"{title}. {explanation}"


def first_product(cart: ReceivedCart, system: System) -> str:
    """The article that a function is most likely about: the first one that was received."""
    for line in cart.lines:
        keyed = dict(line.fields)
        if system.oci is not None and (product := keyed.get(f"NEW_ITEM-EXT_PRODUCT_ID[{line.number}]")):
            return product
        if line.part_id:
            return line.part_id
    return ""


def sheet_of(cart: ReceivedCart) -> Sheet:
    """The requisition of this cart; the total holds only the lines that are transferred."""
    rows = tuple(_row(line) for line in cart.lines)
    currency = cart.currency or next((line.currency for line in cart.lines if line.currency), "")
    lost = sum(not line.transferred for line in cart.lines)
    total = cart.total.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return Sheet(rows, money(total), currency, lost, tuple(_notes(cart.remarks)))


def plain(value: Decimal | None) -> str:
    """The number without trailing zeros and without an exponent; a dash when there is none."""
    return "–" if value is None else f"{value.normalize():,f}"


def money(value: Decimal | None, *, least_decimals: int = 2) -> str:
    """The amount with two decimals, or with all it has when it needs more."""
    if value is None:
        return "–"
    exact = value.normalize()
    exponent = exact.as_tuple().exponent
    decimals = max(least_decimals, -exponent if isinstance(exponent, int) else 0)
    return f"{value:,.{min(decimals, 6)}f}"


def _row(line: Line) -> Row:
    amount = line.amount
    rounded = None if amount is None else amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    price_unit = "" if line.price_unit == 1 else plain(line.price_unit)
    return Row(
        line, plain(line.quantity), money(line.price), price_unit, money(rounded), tuple(_notes(line.remarks))
    )


def _notes(remarks: tuple[Remark, ...]) -> Iterator[Note]:
    for remark in sorted(remarks, key=lambda remark: _WORST_FIRST[remark.severity]):
        yield Note(remark.severity, SEVERITY_LABELS[remark.severity], remark.field, remark.text)
