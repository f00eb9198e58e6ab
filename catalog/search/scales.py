"""The same measure in another unit: ``120 cm`` is ``1200 mm``, ``0,75 kW`` is ``750 W``."""

from collections.abc import Iterator
from decimal import Decimal

# Units of one thing and how many of the first each is.
_FAMILIES = tuple(
    {unit: Decimal(factor) for unit, factor in family.items()}
    for family in (
        {"mm": "1", "cm": "10", "m": "1000"},
        {"ma": "1", "a": "1000"},
        {"w": "1", "kw": "1000"},
        {"v": "1", "kv": "1000"},
        {"va": "1", "kva": "1000"},
        {"wh": "1", "kwh": "1000"},
        {"g": "1", "kg": "1000"},
        {"ml": "1", "l": "1000"},
    )
)
_FAMILY = {unit: family for family in _FAMILIES for unit in family}
# Nobody writes 0.016 kA or 100000 mm.
_LEAST, _MOST, _DECIMALS = Decimal("0.1"), Decimal(9_999), -2


def others(number: str, unit: str) -> Iterator[str]:
    """How else the trade may write this measure, number and unit as one word."""
    family = _FAMILY.get(unit, {})
    for other in family:
        value = Decimal(number) * family[unit] / family[other]
        if other == unit or not _LEAST <= value <= _MOST:
            continue
        plain = value.normalize()
        if int(plain.as_tuple().exponent) >= _DECIMALS:
            yield f"{plain:f}{other}"
