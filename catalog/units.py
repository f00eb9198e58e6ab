"""Units of measure the shop knows: UN/CEFACT Recommendation 20 and 21 codes with their names.

Codes are kept as BMEcat and OCI write them: packaging without the X of Recommendation 21.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


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
        Unit("RO", _("roll"), ngettext_lazy("roll", "rolls", "amount"), True),
        Unit("RL", _("reel"), ngettext_lazy("reel", "reels", "amount"), True),
        Unit("CL", _("coil"), ngettext_lazy("coil", "coils", "amount"), True),
        Unit("PK", _("pack"), ngettext_lazy("pack", "packs", "amount"), True),
        Unit("BX", _("box"), ngettext_lazy("box", "boxes", "amount"), True),
        Unit("CT", _("carton"), ngettext_lazy("carton", "cartons", "amount"), True),
        Unit("PR", _("pair"), ngettext_lazy("pair", "pairs", "amount"), True),
        Unit("SET", _("set"), ngettext_lazy("set", "sets", "amount"), True),
    )
}


def unit_name(code: str) -> str:
    """The name of a unit in the active language; an unknown code is shown as it is."""
    unit = UNITS.get(code)
    return str(unit.name) if unit else code


def unit_symbol(code: str, amount: Decimal | int = 1) -> str:
    """What is written behind an amount: ``m``, ``pc``, ``roll`` or ``rolls``."""
    unit = UNITS.get(code)
    if unit is None:
        return code
    # A word has two forms, chosen by the amount; a sign has one.
    return unit.symbol % {"amount": int(amount)} if isinstance(unit.symbol, Promise) else unit.symbol
