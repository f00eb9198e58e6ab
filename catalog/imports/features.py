"""Attributes and their choices for the features of a file: found by code or name, else created."""

import re
from collections.abc import Callable
from decimal import Decimal

from catalog.imports.labels import Created, code_of, refuse, write_map
from catalog.imports.refused import refusal_row
from catalog.imports.tables import LANGUAGES, Staging
from catalog.models import Attribute, AttributeChoice, ImportProfile
from catalog.wording import said as _

# A property with more values than this is a text about each article, and nothing to filter by.
MOST_CHOICES = 1_000
ETIM_UNIT = re.compile(r"\AEU\d{6}\Z")
# UN/CEFACT codes and other spellings of units, as the shop shows them.
SIGNS = {
    "amp": "A", "vlt": "V", "wtt": "W", "kwt": "kW", "mmt": "mm", "cmt": "cm", "mtr": "m", "kgm": "kg",
    "grm": "g", "htz": "Hz", "cel": "°C", "mmk": "mm²", "mm2": "mm²", "ohm": "Ω", "4k": "mA", "h87": "",
    "c62": "", "hur": "h", "lum": "lm", "kel": "K", "p1": "%", "qmm": "mm²", "va": "VA", "d46": "VA",
}  # fmt: skip
PREFIXES = {
    "µ": Decimal("0.000001"),
    "m": Decimal("0.001"),
    "c": Decimal("0.01"),
    "k": Decimal(1_000),
    "M": Decimal(1_000_000),
}


def resolve_features(staging: Staging, created: Created, profile: ImportProfile) -> None:
    """``{attrmap}`` and ``{choicemap}``; what does not fit is refused."""
    known: dict[str, Attribute] = {}
    for attribute in Attribute.objects.order_by("-id"):
        for code in (*LANGUAGES, ""):
            text = getattr(attribute, f"name_{code}") if code else attribute.code
            if text:
                known[text.casefold()] = attribute
    codes = {attribute.code.casefold() for attribute in known.values()}
    rows: list[tuple[str, str, int, str, Decimal | None]] = []
    promised: dict[str, tuple[int, str, str]] = {}
    counted = staging.rows(
        "SELECT code, coalesce(unit, ''), max(name), count(number), count(*) FROM {feature}"
        " GROUP BY code, coalesce(unit, '') ORDER BY 1, 4 DESC, 2"
    )
    numeric: dict[str, tuple[int, int]] = {}
    for code, _unit, _name, numbers, total in counted:
        before = numeric.get(code, (0, 0))
        numeric[code] = (before[0] + numbers, before[1] + total)
    texts = _texts(staging)
    for code, unit, name, _numbers, _total in counted:
        found = known.get(code.casefold()) or (known.get(name.casefold()) if name else None)
        number_only = numeric[code][0] == numeric[code][1]
        if code in texts and not (found.kind == Attribute.Kind.NUMBER if found else number_only):
            continue
        if found is not None:
            rows.append((code, unit, found.pk, found.kind, factor(unit, found.unit)))
            continue
        if code not in promised:
            kind = (Attribute.Kind.NUMBER if number_only else Attribute.Kind.CHOICE).value
            shown = "" if kind == Attribute.Kind.CHOICE else sign(unit)
            own = code_of(code, lambda each: each.casefold() in codes)
            codes.add(own.casefold())
            number = created.promise(
                "property", name or code, _attribute_maker(own, kind, shown, name or code, profile.language)
            )
            promised[code] = (number, kind, shown)
        number, kind, shown = promised[code]
        rows.append((code, unit, number, kind, factor(unit, shown)))
    write_map(
        staging,
        "attrmap",
        {"code": "text", "unit": "text", "id": "int", "kind": "text", "factor": "number"},
        rows,
    )
    _resolve_choices(staging, created, profile)
    _refuse(staging)


def _texts(staging: Staging) -> set[str]:
    """Properties with more values than anybody filters by; each is refused once."""
    counted = staging.rows(
        "SELECT code, count(DISTINCT label), count(number), count(*) FROM {feature} GROUP BY code"
    )
    many = {code: values for code, values, _numbers, _total in counted if values > MOST_CHOICES}
    reason = _("So many different values are a text and no property: left out.")
    for code, _values, numbers, total in counted:
        if code in many and numbers < total:
            row = refusal_row(0, "", code, str(many[code]), reason, fatal=False, compared=1)
            staging.write("refusal", [row])
    return set(many)


def sign(unit: str) -> str:
    """A unit as the shop shows it; an ETIM code says nothing to a reader and is left out."""
    if ETIM_UNIT.match(unit):
        return ""
    return SIGNS.get(unit.casefold(), unit)[:12]


def factor(unit: str, shown: str) -> Decimal | None:
    """By what a number in ``unit`` is multiplied to be one in ``shown``; ``None``: they do not match."""
    unit = sign(unit)
    if not unit or not shown or unit == shown:
        return Decimal(1)
    for prefix, times in PREFIXES.items():
        if unit == prefix + shown:
            return times
        if shown == prefix + unit:
            return 1 / times
    return Decimal(1) if unit.casefold() == shown.casefold() else None


def _attribute_maker(code: str, kind: str, unit: str, name: str, language: str) -> Callable[[Created], int]:
    return lambda created: (
        Attribute.objects.create(
            **{"code": code, "kind": kind, "unit": unit, "name_en": name, f"name_{language}": name}
        ).pk
    )


def _resolve_choices(staging: Staging, created: Created, profile: ImportProfile) -> None:
    pairs = staging.rows(
        "SELECT DISTINCT m.id, f.label FROM {feature} f JOIN {attrmap} m"
        " ON m.code = f.code AND m.unit = coalesce(f.unit, '') WHERE m.kind = 'choice' ORDER BY 1, 2"
    )
    wanted = {attribute for attribute, _label in pairs if attribute > 0}
    known: dict[tuple[int, str], int] = {}
    codes: set[tuple[int, str]] = set()
    for choice in AttributeChoice.objects.filter(attribute__in=wanted).order_by("-id"):
        codes.add((choice.attribute_id, choice.code.casefold()))
        for text in (choice.name_de, choice.name_fr, choice.name_nl, choice.name_en, choice.code):
            if text:
                known[choice.attribute_id, text.casefold()] = choice.pk
    rows = []
    for attribute, label in pairs:
        key = (attribute, label.casefold())
        if key not in known:
            code = code_of(label, lambda each, a=attribute: (a, each.casefold()) in codes)  # type: ignore[misc]
            codes.add((attribute, code.casefold()))
            known[key] = created.promise(
                "choice", label, _choice_maker(attribute, code, label, profile.language)
            )
        rows.append((label, attribute, known[key]))
    write_map(staging, "choicemap", {"label": "text", "attribute": "int", "id": "int"}, rows)


def _choice_maker(attribute: int, code: str, label: str, language: str) -> Callable[[Created], int]:
    return lambda created: (
        AttributeChoice.objects.create(
            **{
                "attribute_id": created.real(attribute),
                "code": code,
                "name_en": label,
                f"name_{language}": label,
            }
        ).pk
    )


def _refuse(staging: Staging) -> None:
    refuse(
        staging,
        "SELECT f.line, f.sku AS record, f.code || ': ' || f.label AS value FROM {feature} f JOIN {attrmap} m"
        " ON m.code = f.code AND m.unit = coalesce(f.unit, '')"
        " WHERE m.kind = 'number' AND f.number IS NULL",
        _("property"),
        _("The shop has this property as a number, and this is none."),
        fatal=False,
    )
    refuse(
        staging,
        "SELECT f.line, f.sku AS record, f.code || ': ' || f.label AS value FROM {feature} f JOIN {attrmap} m"
        " ON m.code = f.code AND m.unit = coalesce(f.unit, '')"
        " WHERE m.kind = 'number' AND f.number IS NOT NULL AND m.factor IS NULL",
        _("property"),
        _("The unit does not go with the unit that the shop has for this property."),
        fatal=False,
    )
