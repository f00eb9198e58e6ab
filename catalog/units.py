"""Units of measure the shop knows: UN/CEFACT Recommendation 20 and 21 codes with their names.

Codes are kept as BMEcat and OCI write them: packaging without the X of Recommendation 21.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    name: str | Promise
    symbol: str | Promise
    discrete: bool  # whole numbers only


UNITS = {
    unit.code: unit
    for unit in (
        Unit("C62", _("piece"), _("pc"), True),
        Unit("MTR", _("metre"), "m", False),
        Unit("MTK", _("square metre"), "m²", False),
        Unit("MTQ", _("cubic metre"), "m³", False),
        Unit("KGM", _("kilogram"), "kg", False),
        Unit("LTR", _("litre"), "l", False),
        Unit("HUR", _("hour"), "h", False),
        Unit("RO", _("roll"), _("roll"), True),
        Unit("RL", _("reel"), _("reel"), True),
        Unit("CL", _("coil"), _("coil"), True),
        Unit("PK", _("pack"), _("pack"), True),
        Unit("BX", _("box"), _("box"), True),
        Unit("CT", _("carton"), _("carton"), True),
        Unit("PR", _("pair"), _("pair"), True),
        Unit("SET", _("set"), _("set"), True),
    )
}


def unit_name(code: str) -> str:
    """The name of a unit in the active language; an unknown code is shown as it is."""
    unit = UNITS.get(code)
    return str(unit.name) if unit else code


def unit_symbol(code: str) -> str:
    """What is written behind a quantity or price: ``m``, ``pc``."""
    unit = UNITS.get(code)
    return str(unit.symbol) if unit else code
