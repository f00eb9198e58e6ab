"""What an adapter says of the fields it writes: which a connection's mapping can fill, and what they hold."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from django.utils.functional import Promise

from punchout.documents import ReturnLine

Kind = Literal["text", "code", "number", "date"]
# A line, the whole cart, or an article of a set, which stands below the set's line.
Place = Literal["line", "cart", "part"]
# Fields that the check before the return knows the meaning of.
Role = Literal["", "unit", "currency", "quantity", "price", "price unit"]


_NUMBER = re.compile(r"-?[0-9]{1,30}(?:[.,][0-9]{0,30})?")
MOST_KEPT = 1_000  # names of free fields that a table remembers


@dataclass(frozen=True, slots=True)
class OutgoingField:
    """A field of the returned cart, of its lines or of the parts of sets, as the buyer's system reads it.

    ``length`` is in characters, 0: none is known. A ``text`` that is too long is cut by the adapter; a
    ``code`` is left out, as it would be the code of something else, and where it is ``required`` the cart is
    stopped. A ``number`` must be one, with at most ``decimals``, a ``date`` a day such as 2026-01-31, and
    what has ``choices`` one of them. ``value`` names what the field holds without a mapping, such as
    ``line.sku``; empty where the adapter calculates it.
    """

    name: str
    label: str | Promise
    length: int = 0
    kind: Kind = "text"
    of: Place = "line"
    value: str = ""
    decimals: int | None = None
    required: bool = False
    role: Role = ""
    choices: tuple[str, ...] = ()
    # What it holds without a mapping where that depends on the line, for the check before the return.
    own: Callable[[ReturnLine], str] | None = None
    # What an operator should know who fills it otherwise.
    advice: str | Promise = ""


@dataclass(frozen=True, slots=True)
class FreeFields:
    """Fields whose names the buyer chooses: every one that ``pattern`` matches can be added."""

    pattern: str
    label: str | Promise
    # How such a name looks, for the operator.
    example: str
    length: int = 0
    kind: Kind = "text"
    of: Place = "line"

    def named(self, name: str) -> OutgoingField | None:
        if re.fullmatch(self.pattern, name) is None:
            return None
        return OutgoingField(name, self.label, length=self.length, kind=self.kind, of=self.of)


def number_of(text: str) -> Decimal | None:
    """A number with point or comma; ``None`` for anything else, also for 1e3: no buyer's system reads it."""
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text.strip()) else None


def is_date(text: str) -> bool:
    """Whether it is a day that there is, as 2026-01-31."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class FieldTable:
    """The outgoing fields of one connection, by name. ``free`` are tried where none has that name."""

    def __init__(self, fields: Sequence[OutgoingField] = (), free: Sequence[FreeFields] = ()) -> None:
        self.fields = tuple(fields)
        self.free = tuple(free)
        self._by_name: dict[str, OutgoingField | None] = {field.name: field for field in self.fields}

    def __iter__(self) -> Iterator[OutgoingField]:
        return iter(self.fields)

    def __bool__(self) -> bool:
        return bool(self.fields or self.free)

    def find(self, name: str) -> OutgoingField | None:
        """The field of that name; ``None`` when this connection has none and may not add it."""
        if name not in self._by_name:
            found = (free.named(name) for free in self.free)
            # Asked for at every line of a cart; what operators typed wrongly is not kept for ever.
            if len(self._by_name) >= MOST_KEPT:
                return next((field for field in found if field is not None), None)
            self._by_name[name] = next((field for field in found if field is not None), None)
        return self._by_name[name]


NO_FIELDS = FieldTable()
