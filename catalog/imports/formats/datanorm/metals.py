"""Raw materials of Z records by the German way: a weight, and the quotation that the price has in it.

Version 4 says so by the kind 4, version 5 by 3. Factors are thousandths and make kilograms, and the currency
per kilogram, of whatever the sender counts in. Surcharges of a fixed amount or percentage are not read.
"""

from decimal import Decimal
from typing import NamedTuple

from catalog.imports.formats.datanorm.lines import Line
from catalog.imports.formats.datanorm.values import whole
from catalog.imports.records import MetalContent

# By version: the kind, and where the fields stand; the base is in whole units of the currency, or in cents.
KINDS = {4: "4", 5: "3"}
FIELDS = {
    4: {"base": 7, "base factor": 8, "weight": 9, "weight factor": 10},
    5: {"per": 8, "base": 9, "base factor": 10, "weight": 11, "weight factor": 12},
}
BASE_IN = {4: Decimal(1), 5: Decimal("0.01")}
HUNDREDTH, THOUSANDTH = Decimal("0.01"), Decimal("0.001")
METAL = 6


class Raw(NamedTuple):
    metal: str
    weight: Decimal  # kilograms
    base: Decimal  # per 100 kg
    per: int  # price units; zero: the article's own


def is_raw_material(line: Line, version: int) -> bool:
    return line.field(5) == KINDS[version] and line.field(METAL).isalpha()


def raw_material(line: Line, version: int) -> Raw | None:
    """``None`` where a number is missing or none."""
    numbers = {name: whole(line.field(position)) for name, position in FIELDS[version].items()}
    base, factor = numbers["base"], numbers["base factor"]
    weight, share = numbers["weight"], numbers["weight factor"]
    if base is None or factor is None or not weight or not share:
        return None
    return Raw(
        line.field(METAL).upper(),
        weight * HUNDREDTH * share * THOUSANDTH,
        base * BASE_IN[version] * factor * THOUSANDTH * 100,
        numbers.get("per") or 0,
    )


def kept(raw: Raw) -> str:
    return f"{raw.metal}|{raw.weight:f}|{raw.base:f}|{raw.per}"


def content(text: str, price_unit: int) -> MetalContent:
    metal, weight, base, per = text.split("|")
    return MetalContent(metal, Decimal(weight), int(per) or price_unit, Decimal(base))
