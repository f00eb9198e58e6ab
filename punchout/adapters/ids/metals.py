"""The metal in an article, whose price of the day is charged on top (IDS-Connect, ``Rohstoffanteil``)."""

from punchout.adapters.ids.fields import METALS
from punchout.documents import LineSurcharge, ReturnLine

# Our symbol for a metal that IDS-Connect calls otherwise.
NAMES = {"PT": "PL"}


def metals(line: ReturnLine) -> tuple[LineSurcharge, ...]:
    """The metal shares that IDS-Connect has a name for; the total of the line has all of them."""
    return tuple(each for each in line.surcharges if each.kind == "metal" and metal_name(each.code) in METALS)


def metal_name(code: str) -> str:
    return NAMES.get(code, code)
