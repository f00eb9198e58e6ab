"""Lines of one article that came back as several: one line in the shop, and as many again when it leaves.

Our cart holds an article once, at the price of its whole quantity. A buyer's requisition may have it twice,
for two sites or two accounts, and knows each line by its own identity. So what was put together at the launch
is kept with the session, and is taken apart again before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from punchout.documents import ReturnLine

# By the article number: identity and quantity of each line that ours stands for.
Joined = Mapping[str, Sequence[Sequence[str]]]
KEPT = "joined"  # where a session's ``echo`` has it


def parted(lines: tuple[ReturnLine, ...], joined: Joined) -> tuple[tuple[ReturnLine, ...], list[int]]:
    """The lines as the buyer's system knows them, numbered anew, and the number each has in the cart.

    The first gets what it asked for, and so on while there is some; the last gets the rest. Their totals add
    up to that of the line in the cart.
    """
    parts = [part for line in lines for part in _parts(line, joined.get(line.sku, ()))]
    numbered = tuple(part.changed(number=number) for number, part in enumerate(parts, start=1))
    return numbered, [part.number for part in parts]


def shares(quantity: Decimal, asked: Sequence[Decimal]) -> Iterator[tuple[int, Decimal]]:
    """How a quantity is spread over what was asked for: places and what each gets, none of them empty."""
    left = quantity
    for place, wanted in enumerate(asked):
        share = left if place == len(asked) - 1 else min(wanted, left)
        if share > 0:
            yield place, share
        left -= share


def _parts(line: ReturnLine, asked: Sequence[Sequence[str]]) -> Iterator[ReturnLine]:
    if not asked:
        yield line
        return
    left = line
    for place, share in shares(line.quantity, [Decimal(quantity) for _token, quantity in asked]):
        part, left = split(left, share)
        yield part.changed(token=asked[place][0])


def split(line: ReturnLine, share: Decimal) -> tuple[ReturnLine, ReturnLine]:
    """A line of that quantity and the rest of it; the totals of both add up to that of the line."""
    if share == line.quantity:
        return line, line
    taken = [_proportion(each.total, share, line.quantity) for each in line.surcharges]
    total = _proportion(line.total, share, line.quantity)
    part = line.changed(
        quantity=share,
        total=total,
        surcharges=tuple(
            replace(each, total=amount) for each, amount in zip(line.surcharges, taken, strict=True)
        ),
    )
    rest = line.changed(
        quantity=line.quantity - share,
        total=line.total - total,
        surcharges=tuple(
            replace(each, total=each.total - amount)
            for each, amount in zip(line.surcharges, taken, strict=True)
        ),
    )
    return part, rest


def _proportion(amount: Decimal, share: Decimal, whole: Decimal) -> Decimal:
    coin = Decimal(1).scaleb(int(amount.as_tuple().exponent))
    return (amount * share / whole).quantize(coin, ROUND_HALF_UP)
