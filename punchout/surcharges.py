"""Metal surcharges and eco-contributions of a returned cart: in the price, as own lines, or beside it.

Frozen lines have them beside the price. ``arranged`` makes of them what the connection's option
``surcharges`` says, before any adapter sees them, so an adapter that knows nothing of surcharges loses no
money. A line of its own has an article number that begins with ``SURCHARGE-``: when a cart comes back for
editing it is recognised by that, left out, and calculated anew.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal

from catalog.money import Money, round_total
from catalog.prices import NetPrice
from catalog.surcharges import Surcharge
from punchout.documents import LineSurcharge, ReturnLine

How = Literal["in_price", "own_line", "field"]
# Label, text and day (ISO 8601) of a surcharge, which articles with the same inside have in common.
Words = dict[Surcharge, tuple[str, str, str]]

PREFIX = "SURCHARGE-"
LONGEST_NUMBER = 25  # Oracle's own is the shortest (25); SAP has 40
LONGEST_TOKEN = 255
_NO_CODE = re.compile(r"[^A-Z0-9]+")


def frozen_surcharges(price: NetPrice, quantity: Decimal, words: Words) -> tuple[LineSurcharge, ...]:
    """The surcharges of a price for a quantity, named in the active language.

    ``words`` are those of the cart's other lines.
    """
    return tuple([_frozen(each, quantity, words) for each in price.surcharges])


def _frozen(surcharge: Surcharge, quantity: Decimal, words: Words) -> LineSurcharge:
    metal = surcharge.metal
    said = words.get(surcharge)
    if said is None:
        day = metal.day.isoformat() if metal is not None else ""
        said = words[surcharge] = surcharge.label, surcharge.text, day
    label, text, day = said
    kind, code, amount, price_unit = surcharge.kind, surcharge.code, surcharge.amount, surcharge.price_unit
    total = surcharge.due(quantity)
    # In the order of its fields, as lines are made.
    if metal is None:
        return LineSurcharge(kind, code, label, text, amount, price_unit, total, surcharge.tariff)
    return LineSurcharge(
        kind, code, label, text, amount, price_unit, total, surcharge.tariff, metal.weight, metal.per,
        metal.base, metal.quotation, day,
    )  # fmt: skip


def arranged(lines: tuple[ReturnLine, ...], how: str) -> tuple[ReturnLine, ...]:
    """The lines as this connection wants surcharges; totals of the result add up to what is sent."""
    if how == "field" or not any(line.surcharges for line in lines):
        return lines
    if how == "own_line":
        return tuple(_numbered(lines))
    return tuple([_in_price(line, line.surcharges) for line in lines])


def comes_to(price: NetPrice, quantity: Decimal, how: How) -> Money:
    """What ``arranged`` makes the lines of an article come to, before there are any.

    A price with surcharges in it is rounded once, they alone each on its own: that can be a cent.
    """
    included = [
        each for each in price.surcharges if how == "in_price" or (how == "own_line" and each.amount <= 0)
    ]
    if not included:
        return price.total(quantity)
    amount = price.amount + sum(
        (each.amount * price.price_unit / each.price_unit for each in included), Decimal(0)
    )
    total = round_total(amount * quantity / price.price_unit, price.currency)
    beside = (each.total(quantity).amount for each in price.surcharges if each not in included)
    return Money(total + sum(beside, Decimal(0)), price.currency)


def _in_price(line: ReturnLine, included: tuple[LineSurcharge, ...]) -> ReturnLine:
    """One price with everything in it; the total is what this price makes, as the buyer's system will."""
    if not included:
        return line
    price, price_unit = line.price, line.price_unit
    for each in included:
        same_unit = each.price_unit == price_unit
        price += each.amount if same_unit else each.amount * price_unit / each.price_unit
    total = round_total(price * line.quantity / price_unit, line.currency)
    return line.changed(price=price, total=total, surcharges=included, surcharges_in_price=True)


def _numbered(lines: Iterable[ReturnLine]) -> Iterator[ReturnLine]:
    """Each article followed by its surcharges; ``parent`` is the article's new number."""
    number = 0
    for line in lines:
        # No protocol has a negative line: what is credited stays in the price.
        due = [each for each in line.surcharges if each.amount > 0]
        credited = tuple(each for each in line.surcharges if each.amount <= 0)
        number += 1
        article = number
        goods = line.total - sum((each.total for each in line.surcharges), Decimal(0))
        bare = line.changed(number=article, surcharges=(), total=goods)
        yield _in_price(bare, credited)
        for each in due:
            number += 1
            yield _own_line(line, each, number, article)


def _own_line(line: ReturnLine, surcharge: LineSurcharge, number: int, parent: int) -> ReturnLine:
    sku = article_number(surcharge)
    return ReturnLine(
        number=number,
        sku=sku,
        token=f"{line.token[: LONGEST_TOKEN - len(sku) - 1]}.{sku}" if line.token else "",
        quantity=line.quantity,
        unit=line.unit,
        name=f"{surcharge.label} {line.sku}",
        description=surcharge.text,
        language=line.language,
        price=surcharge.amount,
        price_unit=surcharge.price_unit,
        currency=line.currency,
        total=surcharge.total,
        lead_time_days=line.lead_time_days,
        unspsc=line.unspsc,
        etim_class=line.etim_class,
        eclass=line.eclass,
        category=line.category,
        agreement=line.agreement,
        parent=parent,
    )


def article_number(surcharge: LineSurcharge) -> str:
    """The number of a surcharge's own line, the same every time: ``SURCHARGE-CU``."""
    code = "-".join(filter(None, (surcharge.code, surcharge.tariff)))
    return (PREFIX + _NO_CODE.sub("-", code.upper()).strip("-"))[:LONGEST_NUMBER]


def is_surcharge(sku: str) -> bool:
    """Whether a line that comes back is one of ours for a surcharge, unless an article has that number."""
    return sku.strip().upper().startswith(PREFIX)
