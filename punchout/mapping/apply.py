"""The mapping at work: frozen lines in, the same lines as this buyer's system is to read them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, partial
from typing import Any

from django.utils import timezone, translation

from punchout.adapters.outgoing import FieldTable, OutgoingField
from punchout.adapters.registry import Adapter, AdapterOptions
from punchout.adapters.sets import Part, Sets, sets_in
from punchout.adapters.texts import plain_text
from punchout.documents import ReturnForm, ReturnLine
from punchout.mapping.articles import attributes_of, products_of
from punchout.mapping.expressions import Expression, compile_expression
from punchout.mapping.names import CART_ROOTS
from punchout.mapping.values import LineValues, Open, Rules, launch_values, name_of, part_values
from punchout.models import PunchoutSession

Row = tuple[OutgoingField, Expression]


@dataclass(frozen=True, slots=True)
class Mapped:
    """Lines with ``mapped`` filled and their currency as it is sent, and the fields of the whole cart.

    ``parts`` are those of sets with their fields; ``None`` where no field of a part is mapped.
    """

    lines: tuple[ReturnLine, ...]
    cart: Mapping[str, str]
    parts: Sets | None = None

    def onto(self, session: PunchoutSession) -> tuple[ReturnLine, ...]:
        """The lines for the adapter's ``return_form``, which finds the rest with the session."""
        session.mapped, session.mapped_parts = self.cart, self.parts
        return self.lines


def rows_of(table: FieldTable, options: AdapterOptions) -> list[Row]:
    """The connection's mapping, compiled; rows of fields that the protocol has not are passed over."""
    found = ((table.find(row.field), row.expression) for row in options.mapping)
    return [(field, compile_expression(source)) for field, source in found if field is not None]


def rules_of(adapter: Adapter, options: AdapterOptions) -> Rules:
    return Rules(
        unit=cache(partial(adapter.unit_sent, options)),
        currencies=options.currencies,
        taxes=options.taxes,
        classifications=options.classifications,
        vat_percent=options.vat_percent,
    )


def apply_mapping(
    session: PunchoutSession, adapter: Adapter, options: AdapterOptions, lines: tuple[ReturnLine, ...]
) -> Mapped:
    """At most five queries: articles, their attributes, the delivery site, each only if spoken of.

    Fields of the parts of sets take one more, and one or four again where they speak of the parts' articles.
    """
    rows = rows_of(adapter.outgoing_fields(options), options)
    if not rows and not options.currencies:
        return Mapped(lines, {})
    values = cart_values(session, options, lines, rows)
    of_cart = {field.name: _clean(row.evaluate(values)) for field, row in rows if field.of == "cart"}
    of_lines = [(field.name, row) for field, row in rows if field.of == "line"]
    of_parts = [(field.name, row) for field, row in rows if field.of == "part"]
    parts = _parts(session, adapter, options, lines, of_parts, values) if of_parts else None
    return Mapped(_lines(adapter, options, lines, of_lines, values), of_cart, parts)


def mapped_form(
    session: PunchoutSession, adapter: Adapter, lines: tuple[ReturnLine, ...]
) -> ReturnForm | None:
    """The return form of frozen lines, with the mapping of the session's connection as it stands."""
    mapped = apply_mapping(session, adapter, adapter.options(session.connection), lines)
    return adapter.return_form(session, mapped.onto(session))


def _clean(text: str) -> str:
    """What every protocol can carry: no control characters, no blanks around it."""
    return text.strip() if text.isprintable() else plain_text(text)


def _attributes(rows: list[tuple[str, Expression]]) -> set[str]:
    return {name for _field, row in rows for root, name in row.names if root == "attribute"}


def _lines(
    adapter: Adapter,
    options: AdapterOptions,
    lines: tuple[ReturnLine, ...],
    rows: list[tuple[str, Expression]],
    values: dict[str, Any],
) -> tuple[ReturnLine, ...]:
    rules = rules_of(adapter, options)
    roots = frozenset().union(*(row.roots for _name, row in rows))
    # A line for a surcharge speaks of the article that it belongs to.
    own = {line.number: line.sku for line in lines}
    sku_of = {line.number: own[line.parent or line.number] for line in lines}
    skus = list(dict.fromkeys(sku_of.values()))
    products = products_of(skus) if "product" in roots else {}
    attributes = attributes_of(skus, spoken) if (spoken := _attributes(rows)) else {}
    # What speaks of no line is the same on each.
    same = {name: _clean(row.evaluate(values)) for name, row in rows if row.roots <= CART_ROOTS}
    fields = {name: same.get(name, "") for name, _row in rows}
    own_rows = [(name, row.evaluate) for name, row in rows if name not in same]
    currencies = options.currencies
    done = []
    for line in lines:
        values["line"] = LineValues(line, rules)
        if products:
            values["product"] = products[sku_of[line.number]]
        if attributes:
            values["attribute"] = attributes[sku_of[line.number]]
        mapped = fields.copy()
        for name, evaluate in own_rows:
            mapped[name] = _clean(evaluate(values))
        currency = currencies.get(line.currency, line.currency)
        done.append(line.changed(mapped=mapped, currency=currency))
    return tuple(done)


def _parts(
    session: PunchoutSession,
    adapter: Adapter,
    options: AdapterOptions,
    lines: tuple[ReturnLine, ...],
    rows: list[tuple[str, Expression]],
    values: dict[str, Any],
) -> Sets:
    """The parts of the cart's sets, each with its fields; of a part, product and attribute are its own."""
    with translation.override(session.language or None):
        found = sets_in(lines, session.organisation)
    rules = rules_of(adapter, options)
    roots = frozenset().union(*(row.roots for _name, row in rows))
    skus = list(dict.fromkeys(part.sku for parts in found.values() for part in parts))
    products = products_of(skus) if found and "product" in roots else {}
    attributes = attributes_of(skus, spoken) if found and (spoken := _attributes(rows)) else {}
    by_number = {line.number: line for line in lines}
    done: dict[int, tuple[Part, ...]] = {}
    for number, parts in found.items():
        line, mapped = by_number[number], []
        own = {**values, "line": LineValues(line, rules)}
        for place, part in enumerate(parts, start=1):
            own["part"] = part_values(place, part, line, rules)
            if products:
                own["product"] = products[part.sku]
            if attributes:
                own["attribute"] = attributes[part.sku]
            mapped.append(replace(part, mapped={name: _clean(row.evaluate(own)) for name, row in rows}))
        done[number] = tuple(mapped)
    return done


def cart_values(
    session: PunchoutSession, options: AdapterOptions, lines: tuple[ReturnLine, ...], rows: list[Row]
) -> dict[str, Any]:
    """All names but the line's and its article's, which are empty until a line sets them."""
    organisation, person = session.organisation, session.person if session.person_id else None
    currency = lines[0].currency if lines else organisation.currency
    roots = frozenset().union(*(row.roots for _field, row in rows))
    return {
        "session": {
            "key": session.key,
            "cart_id": session.cart_id,
            "operation": session.operation,
            "language": session.language,
            "shopper": person.identifier if person else "",
            "shopper_name": person.name if person else "",
            "shopper_email": person.email if person else "",
            "date": timezone.localdate(),
            "test": session.connection.test,
            "line_count": len(lines),
            "total": sum((line.total for line in lines), Decimal("0.00")),
            "currency": options.currencies.get(currency, currency),
        },
        "customer": {
            "number": organisation.number,
            "name": organisation.name,
            "vat_number": organisation.vat_number,
            "language": organisation.language,
            "currency": organisation.currency,
        },
        "site": _site(session) if "site" in roots else Open(),
        "launch": launch_values(session.echo),
        "constant": Open({name_of(name): text for name, text in options.constants.items()}),
        "product": Open(),
        "attribute": Open(),
        "line": Open(),
        "part": Open(),
    }


def _site(session: PunchoutSession) -> Open:
    site = session.delivery_site if session.delivery_site_id else None
    if site is None:
        return Open()
    names = ("code", "name", "street", "postal_code", "city", "country")
    return Open({name: str(getattr(site, name)) for name in names})
