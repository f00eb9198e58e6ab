"""One line of an OCI return as SAP reads it, with what SAP drops and cuts (OCI 4.0/5.0, NEW_ITEM table).

SAP has no status to answer with: a bad line is dropped with "only complete items were transferred", a long
value is cut, and the user finds out later. The sandbox says it at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from punchout.sandbox.dialects import OciDialect
from punchout.sandbox.oci_fields import (
    DEPENDS_ON,
    LENGTHS,
    LENGTHS_BY_VERSION,
    SAP_DECIMALS,
    Number,
    is_plain,
    read_number,
)
from punchout.sandbox.oci_quirks import as_stored
from punchout.sandbox.received import Line, Remark, Severity

# A number written this way stops the line; the rest is only remarked on.
_FATAL_FLAWS = frozenset({"comma", "thousands", "sign", "digits", "unreadable"})
_NUMBERS = frozenset({"QUANTITY", "PRICE", "PRICEUNIT", "LEADTIME"})
_THOUSANDTH = Decimal(1).scaleb(-SAP_DECIMALS)


@dataclass
class _Judge:
    """Collects remarks while one line is read."""

    fields: Mapping[str, str]
    remarks: list[Remark]

    def say(self, severity: Severity, name: str, text: str, sent: str = "", kept: str = "") -> None:
        self.remarks.append(Remark(severity, name, text, sent, kept))

    def get(self, name: str) -> str:
        return self.fields.get(name, "").strip()


def judge_line(
    number: int,
    fields: Mapping[str, str],
    long_text: str,
    raw: list[tuple[str, str]],
    dialect: OciDialect,
) -> Line:
    """The line that SAP makes of these fields: values cut to its lengths, a remark for all it minds."""
    judge = _Judge(fields, [])
    lengths = {**LENGTHS_BY_VERSION.get(dialect.version, LENGTHS), **dialect.lengths}
    cut = {name: _cut(judge, name, value, lengths, dialect.longest) for name, value in fields.items()}
    material = judge.get("MATNR")
    if not material and not judge.get("DESCRIPTION"):
        judge.say("lost", "DESCRIPTION", _("Neither DESCRIPTION nor MATNR is there; SAP drops the line."))
    if material and judge.get("DESCRIPTION"):
        judge.say(
            "note", "DESCRIPTION", _("Sent together with MATNR; SAP shows the text of its own material.")
        )
    quantity = _quantity(judge)
    unit = _unit(judge, dialect, has_material=bool(material))
    price, price_unit = _price(judge, dialect), _price_unit(judge)
    currency = judge.get("CURRENCY")
    if dialect.heeds("CURRENCY"):
        _currency(judge, currency, has_price=price is not None)
    lead_time = judge.get("LEADTIME")
    if lead_time and not lead_time.isdecimal():
        judge.say("wrong", "LEADTIME", _("LEADTIME is a whole number of days."))
    for name, needed in DEPENDS_ON.items():
        if judge.get(name) and not judge.get(needed):
            text = _("Only understood together with %(needed)s.") % {"needed": needed}
            judge.say("wrong", name, text)
    if judge.get("SERVICE") not in {"", "X"}:
        judge.say("wrong", "SERVICE", _("SERVICE is X for a service and empty for goods."))
    _required(judge, dialect)
    _dialect_fields(judge, lengths, dialect)
    schema = cut.get("EXT_SCHEMA_TYPE", "").strip()
    category = cut.get("EXT_CATEGORY_ID", "").strip() or cut.get("EXT_CATEGORY", "").strip()
    groups = (("MATGROUP", cut.get("MATGROUP", "").strip()), (schema or "EXT_CATEGORY", category))
    line = Line(
        number=number,
        part_id=cut.get("VENDORMAT", "").strip() or cut.get("EXT_PRODUCT_ID", "").strip(),
        description=cut.get("DESCRIPTION", "").strip() or material,
        long_text=long_text.strip(),
        quantity=quantity,
        unit=unit,
        price=price,
        price_unit=price_unit,
        currency=currency,
        lead_time=lead_time,
        manufacturer=cut.get("MANUFACTCODE", "").strip(),
        manufacturer_part_id=cut.get("MANUFACTMAT", "").strip(),
        classifications=tuple((domain, code) for domain, code in groups if code),
        fields=tuple(raw),
        remarks=tuple(judge.remarks),
    )
    return as_stored(line, dialect)


def _cut(judge: _Judge, name: str, value: str, lengths: Mapping[str, int], longest: int | None) -> str:
    limit = lengths.get(name, longest)
    if limit is None or len(value) <= limit or name in _NUMBERS or name == "UNIT":
        return value
    text = _("%(length)s characters; SAP cuts at %(limit)s.") % {"length": len(value), "limit": limit}
    judge.say("cut", name, text, value, value[:limit])
    return value[:limit]


def _quantity(judge: _Judge) -> Decimal | None:
    number = read_number(judge.fields.get("QUANTITY", ""))
    if "empty" in number.flaws:
        judge.say("lost", "QUANTITY", _("QUANTITY missing; SAP drops the line."))
        return None
    _number_remarks(judge, "QUANTITY", number)
    if number.value is not None and number.value <= 0:
        judge.say("lost", "QUANTITY", _("QUANTITY is not above zero; SAP drops the line."))
    return _as_sap_keeps(number.value)


def _price(judge: _Judge, dialect: OciDialect) -> Decimal | None:
    number = read_number(judge.fields.get("PRICE", ""))
    if "empty" in number.flaws:
        judge.say("note", "PRICE", _("PRICE missing; the buyer has to fill it in."))
        return None
    decimals = dialect.price_decimals
    if decimals == SAP_DECIMALS:
        _number_remarks(judge, "PRICE", number)
        return _as_sap_keeps(number.value)
    _number_remarks(judge, "PRICE", replace(number, flaws=number.flaws - {"decimals"}))
    if number.value is None or decimals is None:
        return number.value
    kept = number.value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if kept != number.value:
        text = _("This system keeps %(decimals)s decimals of a price.")
        judge.say("cut", "PRICE", text % {"decimals": decimals}, judge.get("PRICE"), f"{kept:f}")
    return kept


def _currency(judge: _Judge, currency: str, *, has_price: bool) -> None:
    if has_price and not currency:
        judge.say("lost", "CURRENCY", _("PRICE comes without CURRENCY; SAP drops the line."))
    elif currency and not (len(currency) == 3 and currency.isalpha() and currency.isupper()):
        judge.say("lost", "CURRENCY", _("%(value)s is not an ISO 4217 code.") % {"value": currency[:20]})


def _price_unit(judge: _Judge) -> Decimal:
    number = read_number(judge.fields.get("PRICEUNIT", ""))
    if "empty" in number.flaws:
        judge.say("note", "PRICEUNIT", _("PRICEUNIT missing; SAP takes 1."))
        return Decimal(1)
    if number.value is None or number.value <= 0:
        judge.say("lost", "PRICEUNIT", _("PRICEUNIT is not a whole number above zero."))
        return Decimal(1)
    if number.value != number.value.to_integral_value():
        judge.say("lost", "PRICEUNIT", _("PRICEUNIT is not a whole number above zero."))
    elif not judge.get("PRICEUNIT").isdecimal():
        judge.say("wrong", "PRICEUNIT", _("PRICEUNIT is a whole number; it is written with decimals."))
    elif number.value > 99999:
        judge.say("lost", "PRICEUNIT", _("PRICEUNIT has more than five digits."))
    return number.value


def _number_remarks(judge: _Judge, name: str, number: Number) -> None:
    said = {
        "comma": _("Written with a comma; SAP reads a dot and drops the line."),
        "thousands": _("Written with a thousands sign; SAP drops the line."),
        "sign": _("Written with a sign; SAP drops the line."),
        "digits": _("More than 11 digits before the decimal point."),
        "unreadable": _("Not a number."),
    }
    fatal = sorted(number.flaws & _FATAL_FLAWS)
    for flaw in fatal[:1]:
        judge.say("lost", name, said[flaw])
    if fatal:
        return
    if "decimals" in number.flaws:
        text = _("%(name)s has more than 3 decimals; SAP keeps three. Raise PRICEUNIT instead.")
        kept = _as_sap_keeps(number.value)
        judge.say("cut", name, text % {"name": name}, judge.get(name), "" if kept is None else f"{kept:f}")
    if "blanks" in number.flaws:
        judge.say("wrong", name, _("Blanks around the number."))
    if "padded" in number.flaws and not is_plain(judge.get(name).lstrip("0") or "0"):
        judge.say("wrong", name, _("Padded with zeros beyond 11 digits and 3 decimals."))
    elif "padded" in number.flaws:
        judge.say("note", name, _("Padded with zeros; not every SAP release accepts it."))


def _as_sap_keeps(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(_THOUSANDTH, rounding=ROUND_HALF_UP)


def _unit(judge: _Judge, dialect: OciDialect, *, has_material: bool) -> str:
    unit = judge.get("UNIT")
    if not dialect.heeds("UNIT"):
        return unit
    if not unit:
        severity: Severity = "note" if has_material else "lost"
        judge.say(severity, "UNIT", _("UNIT missing."))
    elif len(unit) > 3:
        text = _("%(unit)s is longer than 3 characters; SAP drops the line.") % {"unit": unit[:20]}
        judge.say("lost", "UNIT", text)
    elif dialect.known_units is not None and unit not in dialect.known_units:
        text = _("Unit of measure %(unit)s is not an ISO code. Item will not be transferred.") % {
            "unit": unit
        }
        judge.say("lost", "UNIT", text, unit)
    return unit


def _required(judge: _Judge, dialect: OciDialect) -> None:
    """What this buyer made obligatory beyond OCI's own table."""
    for name in dialect.required:
        if not judge.get(name):
            judge.say("lost", name, _("This system needs it of every line."))
    if dialect.any_of and not any(judge.get(name) for name in dialect.any_of):
        text = _("This system needs one of %(names)s of every line.")
        judge.say("lost", dialect.any_of[0], text % {"names": ", ".join(dialect.any_of)})
    for name in dialect.expected:
        if not judge.get(name):
            judge.say("note", name, _("Missing; a setting of that system or its user fills it in."))


def _dialect_fields(judge: _Judge, lengths: Mapping[str, int], dialect: OciDialect) -> None:
    if dialect.reads is not None:
        filled = {name for name, value in judge.fields.items() if value.strip()}
        ignored = sorted(filled - dialect.reads)
        if ignored:
            text = _("Not in this system's list of fields: %(names)s.")
            judge.say("note", "NEW_ITEM", text % {"names": ", ".join(ignored[:20])})
        return
    known = lengths.keys() | dialect.agreed
    names = sorted(name for name, value in judge.fields.items() if name not in known and value.strip())
    if names:
        text = _("Fields outside the OCI table, kept only if the buyer agreed on them: %(names)s.")
        judge.say("note", "NEW_ITEM", text % {"names": ", ".join(names[:20])})
