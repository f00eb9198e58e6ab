"""Classes and properties: ETIM by its codes, eCl@ss and UNSPSC, and what suppliers name themselves (udf_)."""

import re
from collections.abc import Iterator, Mapping, Sequence

from catalog.imports.formats.bmecat.nodes import Node, by_name, child_text, children, language_said, text
from catalog.imports.records import FeatureValue
from catalog.imports.values import NotANumber, decimal, language

# Which field of an article a classification fills, and what its classes look like.
SYSTEMS = (
    ("ETIM", "etim_class", re.compile(r"\AEC[0-9]{6}\Z")),
    ("ECLASS", "eclass", re.compile(r"\A[0-9]{8}\Z")),
    ("ECL@SS", "eclass", re.compile(r"\A[0-9]{8}\Z")),
    ("UNSPSC", "unspsc", re.compile(r"\A[0-9]{8}\Z")),
)
# ETIM BMEcat, FVALUE_DETAILS of a "-": not applicable, no fitting value, unknown.
NO_VALUE = ("", "-")
# A number, and not a code that begins with zeros.
_NUMBER = re.compile(r"\A[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?\Z")


def classification(system: str, group: str) -> tuple[str, str]:
    """The field and the class, both empty for a system the shop has no place for; the class when odd."""
    for begins, field, looks in SYSTEMS:
        if system.upper().startswith(begins):
            code = group.upper().replace("-", "").replace(" ", "") if field != "etim_class" else group.upper()
            return field, code if looks.match(code) else ""
    return "", ""


def values(block: Node, system: str, spoken: str, templates: Mapping[str, str]) -> Iterator[FeatureValue]:
    """The properties of one block, without those that have no value.

    ``spoken``: of texts in several languages those in this one are taken.
    """
    etim = system.upper().startswith("ETIM")
    for feature in children(block, "FEATURE"):
        parts = by_name(feature)
        template = next(iter(parts.get("FTEMPLATE", ())), None)
        code = _first(parts, "FT_IDREF") or child_text(template, "FT_ID")
        name = next(iter(_spoken(parts.get("FNAME", ()), spoken)), "") or child_text(template, "FT_NAME")
        name = name or templates.get(code, "")
        code = code or name
        if not code:
            continue
        written = [value for value in _spoken(parts.get("FVALUE", ()), spoken) if value not in NO_VALUE]
        yield from _values(code, "" if etim else name, written, _first(parts, "FUNIT"), ranges=etim)


def variants(block: Node) -> Iterator[Node]:
    """Where a property makes several articles of one: each value adds something to its number."""
    for feature in children(block, "FEATURE"):
        yield from children(feature, "VARIANTS")


def supplements(variants: Node) -> Iterator[str]:
    for variant in children(variants, "VARIANT"):
        added = child_text(variant, "SUPPLIER_AID_SUPPLEMENT", "SUPPLIER_PID_SUPPLEMENT")
        yield f"{added} {child_text(variant, 'FVALUE')}".strip()


def _values(code: str, name: str, written: list[str], unit: str, *, ranges: bool) -> Iterator[FeatureValue]:
    if ranges and len(written) == 2 and all(map(_NUMBER.match, written)):
        low, high = sorted(map(decimal, written))
        yield FeatureValue(code, name, number=low, upper=high, unit=unit)
        return
    for value in written:
        try:
            number = decimal(value) if _NUMBER.match(value) else None
        except NotANumber:
            number = None
        if number is not None:
            yield FeatureValue(code, name, number=number, unit=unit)
        else:
            yield FeatureValue(code, name, value=value, unit=unit)


def _first(parts: Mapping[str, list[Node]], name: str) -> str:
    return text(parts[name][0]) if name in parts else ""


def _spoken(nodes: Sequence[Node], spoken: str) -> list[str]:
    """Texts that say no language, or this one; else those of the first language there is."""
    found: dict[str, list[str]] = {}
    for each in nodes:
        said = language_said(each)
        found.setdefault((language(said) or said) if said else spoken, []).append(text(each))
    return found.get(spoken) or next(iter(found.values()), [])
