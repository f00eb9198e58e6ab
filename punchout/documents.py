"""What adapters speak in: dataclasses between wire and shop that nobody changes. No XML, no form keys.

Those that a long cart has by the thousand are not declared frozen: that takes six times as long to make.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any

from punchout.form_text import BETWEEN, WITHIN, Pair, WrittenFields, is_apart
from punchout.models import Connection, PunchoutSession, WireMessage


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A request as it came in; ``record`` is its row in the wire log."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    content_type: str
    body: bytes
    remote_address: str
    # The shop as the sender reached it, without a slash at the end: for addresses in the answer.
    base_url: str
    connection: Connection | None
    record: WireMessage
    # Run again by ``punchout.replay``, and undone: nobody guesses, so no failure is counted or held against
    # anybody. It proves nothing: credentials are checked as ever. No request from outside can set it.
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. ``log_body`` replaces ``body`` in the wire log where that holds a token."""

    status: int
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    log_body: str | None = None
    # Origins that may frame the answer (a refusal shown inside the buyer's system).
    frame_ancestors: tuple[str, ...] = ()
    # Content-Security-Policy directives in place of the shop's own, such as where a form may post.
    csp: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shopper:
    """Who the buyer's system says is shopping; all may be empty."""

    identifier: str = ""
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class RequestedItem:
    """A line of an earlier cart that comes back for edit or inspect (cXML ``ItemOut``)."""

    sku: str
    quantity: Decimal
    # SupplierPartAuxiliaryID as it was returned; never an authority, users copy old carts.
    token: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class SetupRequest:
    """An authenticated wish to shop, whatever the protocol.

    ``return_url`` was checked against the connection's list and written anew. ``echo`` is JSON that the
    adapter needs for its return document. ``notes`` say what was forgiven.
    """

    connection: Connection
    operation: str = "create"
    return_url: str = ""
    language: str = ""
    shopper: Shopper = Shopper()
    # The buyer's own id of the delivery address, and that address on one line.
    delivery_code: str = ""
    delivery_address: str = ""
    landing: str = "/"
    items: tuple[RequestedItem, ...] = ()
    # An earlier visit of the same connection, with whose lines this one begins. They are not copied before
    # its browser has arrived, so a launch costs the same whatever is in that cart.
    continues: PunchoutSession | None = None
    echo: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class LineSurcharge:
    """Metal or an eco-contribution on a line: ``amount`` per ``price_unit`` order units, without VAT.

    Of a metal also kilograms in ``per`` order units, and quotations per 100 kg: ``base`` is in the price
    already, ``quotation`` is that of ``day`` (ISO 8601).
    """

    kind: str  # metal | levy
    code: str  # the metal's symbol, or the scheme
    label: str
    text: str
    amount: Decimal
    price_unit: int
    total: Decimal
    tariff: str = ""  # the scheme's own code
    weight: Decimal | None = None
    per: int = 0
    base: Decimal | None = None
    quotation: Decimal | None = None
    day: str = ""

    def as_row(self) -> tuple[Any, ...]:
        """What is kept of it, in the order of ``SURCHARGE_FIELDS``; ``None``: its field's default."""
        return (
            self.kind,
            self.code,
            self.label,
            self.text,
            str(self.amount),
            self.price_unit,
            str(self.total),
            self.tariff or None,
            None if self.weight is None else str(self.weight),
            self.per or None,
            None if self.base is None else str(self.base),
            None if self.quotation is None else str(self.quotation),
            self.day or None,
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> LineSurcharge:
        names = ("amount", "total", "weight", "base", "quotation")
        decimals = {name: Decimal(data[name]) for name in names if data.get(name) is not None}
        return cls(**{**data, **decimals})


@dataclass(slots=True)
class ReturnLine:
    """One frozen cart line. Prices are net, without VAT, per ``price_unit`` order units.

    ``unit`` is UN/CEFACT Rec 20 as in the catalog; adapters translate it. ``surcharges`` are beside the price
    unless ``surcharges_in_price``; ``total`` has them either way. A line that is itself a surcharge has the
    number of its article's line as ``parent`` (``punchout.surcharges``).
    """

    number: int
    sku: str
    token: str
    quantity: Decimal
    unit: str
    name: str
    description: str
    language: str
    price: Decimal
    price_unit: int
    currency: str
    total: Decimal
    lead_time_days: int
    brand: str = ""
    manufacturer_part_number: str = ""
    gtin: str = ""
    unspsc: str = ""
    etim_class: str = ""
    eclass: str = ""
    category: str = ""
    agreement: str = ""
    picture_url: str = ""
    page_url: str = ""
    # What the customer calls the article (``catalog.models.CustomerArticle``).
    buyer_part_number: str = ""
    # The list price per ``price_unit``; ``None``: the article has none in this currency.
    list_price: Decimal | None = None
    surcharges: tuple[LineSurcharge, ...] = ()
    surcharges_in_price: bool = False
    parent: int = 0
    # What the connection's mapping makes of outgoing fields, by their names; an empty text leaves one out.
    # Not stored: it is made anew from the line wherever it is needed.
    mapped: Mapping[str, str] = field(default_factory=dict)

    def changed(self, **changes: Any) -> ReturnLine:
        """The line with other values; ``dataclasses.replace`` takes five times as long."""
        values = list(_line_values(self))
        for name, value in changes.items():
            values[_PLACES[name]] = value
        return ReturnLine(*values)

    def as_row(self) -> tuple[Any, ...]:
        """What is kept of the line, in the order of ``KEPT_FIELDS``; ``None``: what its field has by default.

        Field by field: 500 lines in a loop over their names take three times as long.
        """
        return (
            self.number,
            self.sku,
            self.token,
            str(self.quantity),
            self.unit,
            self.name,
            self.description,
            self.language,
            str(self.price),
            self.price_unit,
            self.currency,
            str(self.total),
            self.lead_time_days,
            self.brand or None,
            self.manufacturer_part_number or None,
            self.gtin or None,
            self.unspsc or None,
            self.etim_class or None,
            self.eclass or None,
            self.category or None,
            self.agreement or None,
            self.picture_url or None,
            self.page_url or None,
            self.buyer_part_number or None,
            None if self.list_price is None else str(self.list_price),
            [each.as_row() for each in self.surcharges] if self.surcharges else None,
            self.surcharges_in_price or None,
            self.parent or None,
        )

    def sent(self, name: str, own: str) -> str:
        """What the outgoing field holds: the connection's mapping if it has the field, else ``own``."""
        return self.mapped.get(name, own)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ReturnLine:
        decimals = {key: Decimal(data[key]) for key in _LINE_DECIMALS if data.get(key) is not None}
        surcharges = tuple(LineSurcharge.from_json(each) for each in data.get("surcharges", ()))
        return cls(**{**data, **decimals, "surcharges": surcharges})


SURCHARGE_FIELDS = tuple(each.name for each in fields(LineSurcharge))
# All but what the mapping makes, which is made anew.
KEPT_FIELDS = tuple(line_field.name for line_field in fields(ReturnLine) if line_field.name != "mapped")
_PLACES = {line_field.name: place for place, line_field in enumerate(fields(ReturnLine))}
_line_values = attrgetter(*_PLACES)
_LINE_DECIMALS = tuple(
    line_field.name for line_field in fields(ReturnLine) if "Decimal" in str(line_field.type)
)


def kept_lines(lines: Iterable[ReturnLine]) -> dict[str, Any]:
    """Frozen lines as ``ReturnedCart.table`` keeps them."""
    return {
        "fields": KEPT_FIELDS,
        "surcharge_fields": SURCHARGE_FIELDS,
        "rows": [line.as_row() for line in lines],
    }


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """What the buyer's system said of the order that a returned cart becomes; all may be empty.

    ``requested_day`` is ISO 8601, ``requested_week`` such as ``2026-W48``; one of them at most.
    """

    commission: str = ""
    inquiry_number: str = ""
    offer_number: str = ""
    part_number: str = ""
    remark: str = ""
    requested_day: str = ""
    requested_week: str = ""
    pickup: bool = False
    # One line each: name, street, place, country, whom to ask for.
    delivery_address: str = ""


@dataclass(frozen=True)
class ReturnForm:
    """The form that a browser posts to the buyer's system, and nothing else in it.

    ``charset`` is the charset of the page and of the post. ``fields`` keep their order. ``enctype`` is
    empty for the usual urlencoded form.
    """

    action: str
    fields: Sequence[Pair]
    target: str = "_top"
    charset: str = "utf-8"
    method: str = "post"
    enctype: str = ""

    @cached_property
    def joined(self) -> str | None:
        """All fields as one text, made once; ``None`` where a field holds what stands between them."""
        if isinstance(self.fields, WrittenFields):
            return self.fields.text
        text = BETWEEN.join(map(WITHIN.join, self.fields))
        return text if is_apart(text, len(self.fields)) else None

    @cached_property
    def encoded(self) -> bytes | None:
        """``joined`` in the charset of the form; ``None`` as well where that has not every character."""
        try:
            return None if self.joined is None else self.joined.encode(self.charset)
        except UnicodeEncodeError:
            return None
