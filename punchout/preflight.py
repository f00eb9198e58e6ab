"""Before a cart leaves: would the buyer's system take it? Said in plain words, line by line.

Buyers' systems refuse silently: SAP drops a line with a unit it does not know, Coupa fails the import. So the
cart, as the connection's mapping makes it, is held against what that system takes. What it would refuse stops
the cart while the buyer can still change it; what it would cut or lose is remarked and recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from operator import attrgetter

from punchout import origins, positions
from punchout.adapters import Adapter, get_adapter
from punchout.adapters.outgoing import FieldTable, is_date, number_of
from punchout.adapters.registry import AdapterOptions
from punchout.adapters.texts import all_as_written, one_line, transliterate
from punchout.documents import ReturnLine
from punchout.findings import Finding, Findings, errors_of, warnings_of
from punchout.freezing import freeze_lines
from punchout.line_checks import PLAIN, SHOWN, LineChecks
from punchout.mapping.apply import Mapped, apply_mapping
from punchout.models import Connection, PunchoutSession
from punchout.surcharges import How, arranged, comes_to
from shop.carts import PricedCart, PricedLine

MOST_CHARACTERS = 10
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")  # ASCII is in every charset of ours


@dataclass(frozen=True, slots=True)
class Inspection:
    """A cart before it leaves: with what is wrong at its lines, frozen, mapped, and what was found."""

    cart: PricedCart
    lines: tuple[ReturnLine, ...]
    mapped: Mapped
    findings: tuple[Finding, ...]


def checked(priced: PricedCart, session: PunchoutSession) -> PricedCart:
    """The cart with what the buyer's system would refuse as the problem of its line."""
    return inspect(priced, session).cart


def inspect(priced: PricedCart, session: PunchoutSession, base_url: str = "") -> Inspection:
    """Freezes, maps and checks the lines that nothing is wrong with yet; the same few queries for any cart.

    The texts are in the active language.
    """
    connection = session.connection
    adapter = get_adapter(connection.adapter)
    options = adapter.options(connection)
    good = [(number, line) for number, line in enumerate(priced.lines, start=1) if not line.problem]
    lines = freeze_lines(
        replace(priced, lines=tuple(line for _number, line in good)),
        session.language,
        base_url,
        numbers=tuple(number for number, _line in good),
    )
    in_cart = [line.number for line in lines]
    if joined := session.echo.get(positions.KEPT):
        lines, in_cart = positions.parted(lines, joined)
    lines = arranged(lines, options.surcharges)
    # A surcharge that leaves as a line of its own belongs to the cart's line of its article.
    articles = [line.number for line in lines if not line.parent]
    cart_number = dict(zip(articles, in_cart, strict=True))
    cart_number |= {line.number: cart_number[line.parent] for line in lines if line.parent}
    mapped = apply_mapping(session, adapter, options, lines)
    findings = check(session, adapter, options, mapped)
    problems: dict[int, str] = {}
    for finding in errors_of(findings):
        for number in finding.lines:
            problems.setdefault(cart_number[number], finding.text)
    totals = _totals(lines, cart_number)
    as_sent = priced.lines
    if totals or problems or len(good) < len(priced.lines):
        as_sent = tuple(
            [
                _with_problem(_with_total(line, totals.get(n), options.surcharges), problems.get(n, ""))
                for n, line in enumerate(priced.lines, start=1)
            ]
        )
    cart = replace(
        priced,
        lines=as_sent,
        obstacles=tuple(finding.text for finding in errors_of(findings) if not finding.lines),
        remarks=tuple(str(finding) for finding in warnings_of(findings)),
    )
    return Inspection(cart, lines, mapped, findings)


def _totals(lines: tuple[ReturnLine, ...], cart_number: dict[int, int]) -> dict[int, Decimal]:
    """What each line of the cart comes to as it is sent, where it has surcharges.

    A price with its surcharges in it is rounded once, they alone each on its own: that can be a cent.
    """
    totals: dict[int, Decimal] = {}
    if any(line.surcharges or line.parent for line in lines):
        for line in lines:
            number = cart_number[line.number]
            totals[number] = totals.get(number, Decimal(0)) + line.total
    return totals


def _with_total(line: PricedLine, total: Decimal | None, how: How) -> PricedLine:
    if line.price is None or line.total is None or not line.price.surcharges:
        return line
    if total is None:  # something is wrong with it, so it was not frozen
        total = comes_to(line.price, line.line.quantity, how).amount
    if line.total.amount == total:
        return line
    return replace(line, total=replace(line.total, amount=total))


def _with_problem(line: PricedLine, text: str) -> PricedLine:
    """``line`` with ``text`` as its problem; what was wrong already is said first and alone."""
    return replace(line, problem=text) if text and not line.problem else line


def check(
    session: PunchoutSession, adapter: Adapter, options: AdapterOptions, mapped: Mapped
) -> tuple[Finding, ...]:
    """Everything found in a mapped cart; no query."""
    found = Findings()
    system = session.connection.buyer_system
    table = adapter.outgoing_fields(options)
    checks = LineChecks(found, system, adapter, options, table, mapped.lines)
    for line in mapped.lines:
        checks.line(line)
        if options.most_lines and line.number > options.most_lines:
            found.add("lines", "error", line.number, system=system, count=options.most_lines)
        for part in (mapped.parts or {}).get(line.number, ()):
            for name, text in part.mapped.items():
                checks.field(name, text, line)
    _check_cart(found, system, options, table, mapped)
    _check_fields(found, session, adapter, options, mapped)
    _check_return_host(found, session, adapter)
    _check_charset(found, adapter.return_charset(options, session.echo), table, mapped)
    return found.all()


def _check_cart(
    found: Findings, system: str, options: AdapterOptions, table: FieldTable, mapped: Mapped
) -> None:
    for name, text in mapped.cart.items():
        field = table.find(name)
        if field is None:
            continue
        if not text and (field.required or name in options.required_outgoing):
            found.add("whole cart", "error", system=system, field=name)
        elif text and field.kind == "number" and number_of(text) is None:
            found.add("no number", "error", system=system, field=name, value=text[:SHOWN])
        elif text and field.kind == "date" and not is_date(text):
            found.add("no date", "error", system=system, field=name, value=text[:SHOWN])
        elif text and field.choices and text not in field.choices:
            found.add(
                "choice", "error", system=system, field=name, choices=", ".join(field.choices),
                value=text[:SHOWN],
            )  # fmt: skip
        elif field.length and len(text) > field.length:
            if field.kind == "text":
                found.add("cut", "warning", field=name, length=field.length)
            else:
                found.add("left out", "warning", field=name, length=field.length, value=text[:SHOWN])


def may_go_to(address: str, connection: Connection) -> bool:
    """Whether the connection's list still has the address; it may have changed since the launch."""
    # What is no address (SAPEVENT:POST) was allowed by an option of its own.
    if not address.lower().startswith(("http:", "https:")):
        return True
    try:
        origins.allowed_address(address, origins.parse_return_origins(connection.return_origins))
    except ValueError:
        return False
    return True


def _check_fields(
    found: Findings, session: PunchoutSession, adapter: Adapter, options: AdapterOptions, mapped: Mapped
) -> None:
    """The form is made for it: how many fields a line has depends on everything."""
    most = adapter.most_fields(options)
    form = adapter.return_form(session, mapped.onto(session)) if most is not None else None
    if most is not None and form is not None and len(form.fields) > most:
        system = session.connection.buyer_system
        found.add("fields", "error", system=system, count=most, found=len(form.fields))


def _check_return_host(found: Findings, session: PunchoutSession, adapter: Adapter) -> None:
    """The cart carries the customer's prices."""
    if not adapter.cart_is_fetched and not may_go_to(session.return_url, session.connection):
        found.add("return host", "error", host=session.return_url.partition("?")[0][:80])


def _check_charset(found: Findings, charset: str, table: FieldTable, mapped: Mapped) -> None:
    if charset == "utf-8":
        return
    texts = [
        (field.name, attrgetter(field.value.partition(".")[2]))
        for field in table
        if field.kind == "text" and field.of == "line" and field.value.partition(".")[2] in PLAIN
    ]
    parts = mapped.parts or {}
    # Nearly every field of nearly every cart is fine: that is found out for a whole cart at once.
    odd = [
        (name, read) for name, read in texts if not all_as_written(map(str, map(read, mapped.lines)), charset)
    ]
    of_mapping = chain.from_iterable(line.mapped.values() for line in mapped.lines)
    if not odd and not parts and all_as_written(of_mapping, charset):
        return
    met: dict[str, tuple[dict[str, None], list[int]]] = {}
    for line in mapped.lines:
        own = (str(read(line)) for name, read in odd if name not in line.mapped)
        of_parts = (text for part in parts.get(line.number, ()) for text in part.mapped.values())
        for code, character in _odd((*own, *line.mapped.values(), *of_parts), charset):
            characters, numbers = met.setdefault(code, ({}, []))
            characters[character] = None
            if not numbers or numbers[-1] != line.number:
                numbers.append(line.number)
    for code, (characters, numbers) in met.items():
        shown = " ".join(list(characters)[:MOST_CHARACTERS])
        for number in numbers:
            found.add(code, "warning", number, charset=charset, characters=shown)


def _odd(texts: Iterable[str], charset: str) -> Iterable[tuple[str, str]]:
    for text in texts:
        if text.isascii():
            continue
        for character in dict.fromkeys(_NOT_ASCII.findall(one_line(text))):
            code = _how(character, charset)
            if code:
                yield code, character


@lru_cache(maxsize=4096)
def _how(character: str, charset: str) -> str:
    """What becomes of a character in that charset: nothing, ``spelled out`` or ``lost``."""
    if transliterate(character, charset) == character:
        return ""
    return "lost" if "?" in transliterate(character, charset) else "spelled out"
