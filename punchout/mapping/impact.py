"""What a change of a connection would have done to the carts it returned last. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone, translation

from punchout.adapters import Adapter, get_adapter
from punchout.documents import ReturnLine
from punchout.errors import PunchoutError
from punchout.findings import errors_of
from punchout.mapping.apply import Mapped, apply_mapping
from punchout.mapping.sample import returned_carts
from punchout.models import Connection, PunchoutSession, ReturnedCart
from punchout.preflight import check
from punchout.replay.compare import Difference, difference, form_lines, steadied

MOST_CARTS = 10
MOST_LINES = 50  # of each cart; what changes one line changes the others alike


@dataclass(frozen=True, slots=True)
class CartImpact:
    """One returned cart: what differs in its form, and what would stop it that did not before."""

    returned: ReturnedCart
    difference: Difference
    stopped_by: tuple[str, ...]
    lines_left_out: int

    @property
    def same(self) -> bool:
        return self.difference.same and not self.stopped_by


@dataclass(frozen=True, slots=True)
class Impact:
    """The connection's last carts, newest first; ``changed`` are those that would be others."""

    carts: tuple[CartImpact, ...]

    @property
    def changed(self) -> tuple[CartImpact, ...]:
        return tuple(cart for cart in self.carts if not cart.same)


def impact_of(connection: Connection, old: Mapping[str, Any], new: Mapping[str, Any]) -> Impact:
    """The last carts, rendered with the old and with the new options; both must be valid."""
    adapter = get_adapter(connection.adapter)
    return Impact(
        tuple(_of_cart(returned, adapter, old, new) for returned in returned_carts(connection, MOST_CARTS))
    )


def _of_cart(
    returned: ReturnedCart, adapter: Adapter, old: Mapping[str, Any], new: Mapping[str, Any]
) -> CartImpact:
    lines = tuple(ReturnLine.from_json(line) for line in returned.lines[:MOST_LINES])
    today = timezone.localdate()
    returned.session.order_number = returned.order_number
    before, errors_before = _rendered(returned.session, adapter, old, lines, today)
    after, errors_after = _rendered(returned.session, adapter, new, lines, today)
    known = set(errors_before)
    return CartImpact(
        returned,
        difference("", before, after),
        tuple(text for text in errors_after if text not in known),
        len(returned.lines) - len(lines),
    )


def _fields(mapped: Mapped) -> list[str]:
    """Of a cart that is fetched, the fields that the mapping fills."""
    lines = [f"{name} = {text}" for name, text in mapped.cart.items()]
    for line in mapped.lines:
        lines += [f"{line.number} {name} = {text}" for name, text in line.mapped.items()]
    for number, parts in (mapped.parts or {}).items():
        for part in parts:
            lines += [f"{number} {part.sku} {name} = {text}" for name, text in part.mapped.items()]
    return lines


def _rendered(
    session: PunchoutSession,
    adapter: Adapter,
    options: Mapping[str, Any],
    lines: tuple[ReturnLine, ...],
    today: date,
) -> tuple[list[str], list[str]]:
    """The form as lines, and the errors in the reader's language."""
    visit = copy(session)
    visit.connection = copy(session.connection)
    visit.connection.options = dict(options)
    validated = adapter.options(visit.connection)
    with translation.override(session.language):
        mapped = apply_mapping(visit, adapter, validated, lines)
        mapped.onto(visit)
        findings = check(visit, adapter, validated, mapped)
        try:
            form = form_lines(adapter.return_form(visit, mapped.lines)) or _fields(mapped)
        except PunchoutError as error:
            form = [str(error)]
    shown = [steadied(line, day=today) for line in form]
    return shown, [str(finding) for finding in errors_of(findings)]
