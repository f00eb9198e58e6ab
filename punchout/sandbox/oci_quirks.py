"""What single OCI systems do to lines that SAP takes as they are: join them, divide prices, lose texts."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from punchout.sandbox.dialects import OciDialect
from punchout.sandbox.received import Line, Remark


def as_stored(line: Line, dialect: OciDialect) -> Line:
    """The line with its price unit and long text as that system keeps them."""
    if dialect.price_unit == "ignored":
        line = _without_price_unit(line)
    elif dialect.price_unit == "divided":
        line = _divided(line, dialect.divided_decimals)
    if dialect.longest is not None and len(line.long_text) > dialect.longest:
        text = _("%(length)s characters; this system keeps %(limit)s.")
        text %= {"length": len(line.long_text), "limit": dialect.longest}
        kept = line.long_text[: dialect.longest]
        line = replace(line, long_text=kept).with_remarks(
            Remark("cut", "LONGTEXT", text, line.long_text, kept)
        )
    if dialect.loses_long_text and line.long_text:
        text = _("This system does not find the text: it takes the empty brackets for line 0.")
        line = replace(line, long_text="").with_remarks(Remark("cut", "LONGTEXT", text, line.long_text))
    return line


def as_taken(lines: Iterable[Line], dialect: OciDialect) -> tuple[Line, ...]:
    """The lines of a whole cart, as they are taken over together."""
    taken = _joined(lines) if dialect.joins_equal else list(lines)
    if dialect.one_fails_all and any(not line.transferred for line in taken):
        text = _("Another line fails, and this system then takes none.")
        taken = [
            line if not line.transferred else line.with_remarks(Remark("lost", "NEW_ITEM", text))
            for line in taken
        ]
    return tuple(taken)


def _without_price_unit(line: Line) -> Line:
    if line.price_unit == 1:
        return line
    text = _("Not read by this system: the price counts for one ordered unit.")
    remark = Remark("converted", "PRICEUNIT", text, f"{line.price_unit.normalize():f}", "1")
    return replace(line, price_unit=Decimal(1)).with_remarks(remark)


def _divided(line: Line, decimals: int) -> Line:
    if line.price is None or line.price_unit == 1:
        return line
    exact = line.price / line.price_unit
    kept = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    stored = replace(line, price=kept, price_unit=Decimal(1))
    if kept == exact:
        return stored
    text = _("This system keeps %(decimals)s decimals of a price.") % {"decimals": decimals}
    sent = f"{line.price:f} / {line.price_unit.normalize():f}"
    return stored.with_remarks(Remark("cut", "PRICE", text, sent, f"{kept:f}"))


def _joined(lines: Iterable[Line]) -> list[Line]:
    """One line for each article, unit and price; where there were several, the first says so."""
    places: dict[object, int] = {}
    numbers: dict[int, list[int]] = {}
    kept: list[Line] = []
    for line in lines:
        key = (line.part_id, line.unit, line.price, line.price_unit)
        place = places.get(key)
        if place is None or not line.transferred or line.quantity is None:
            if line.transferred and line.quantity is not None:
                places[key] = len(kept)
            kept.append(line)
            continue
        kept[place] = replace(kept[place], quantity=(kept[place].quantity or Decimal(0)) + line.quantity)
        numbers.setdefault(place, []).append(line.number)
    text = _("Joined with line %(numbers)s, which has the same article.")
    for place, others in numbers.items():
        said = text % {"numbers": ", ".join(map(str, others))}
        kept[place] = kept[place].with_remarks(Remark("note", "QUANTITY", said))
    return kept
