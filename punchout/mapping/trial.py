"""A mapping tried out row by row: what comes of it on a sample cart, and what is wrong, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

from catalog.models import Attribute
from punchout.adapters.outgoing import FieldTable, OutgoingField, Place, is_date, number_of
from punchout.adapters.registry import Adapter, AdapterOptions
from punchout.documents import ReturnLine
from punchout.mapping.apply import cart_values, rules_of
from punchout.mapping.articles import attributes_of, products_of
from punchout.mapping.expressions import (
    LONGEST_EXPRESSION,
    Expression,
    TemplateInvalid,
    compile_expression,
)
from punchout.mapping.names import ROOTS
from punchout.mapping.sample import Sample, sample_parts
from punchout.mapping.values import Launched, LineValues, name_of, part_values


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table and what came of it. An ``error`` prevents saving, a ``note`` does not."""

    field: str
    expression: str
    label: str = ""
    # Where a field of that name belongs; one that nobody knows belongs where it was typed.
    of: Place | None = None
    results: tuple[str, ...] = ()
    error: str = ""
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"label": self.label, "results": self.results, "error": self.error, "note": self.note}


def try_rows(
    adapter: Adapter, options: AdapterOptions, sample: Sample, rows: Sequence[tuple[str, str]]
) -> list[Row]:
    """Every row with its result; ``options`` are those beside the rows, the rows themselves may be wrong."""
    table = adapter.outgoing_fields(options)
    compiled = [_compiled(table, field, expression) for field, expression in rows]
    good = [(field, found) for field, found, _error in compiled if field is not None and found is not None]
    values = cart_values(sample.session, options, sample.lines, good)
    parts = sample_parts(sample) if any(field.of == "part" for field, _found in good) else ()
    skus = [line.sku for line in sample.lines] + [part.sku for _line, part in parts]
    roots = frozenset().union(*(found.roots for _field, found in good))
    spoken = {name for _field, found in good for root, name in found.names if root == "attribute"}
    products = products_of(skus) if "product" in roots else {}
    attributes = attributes_of(skus, spoken) if spoken else {}
    rules = rules_of(adapter, options)

    def of_article(sku: str, line: ReturnLine) -> dict[str, Any]:
        own: dict[str, Any] = {**values, "line": LineValues(line, rules)}
        own["product"] = products[sku] if products else values["product"]
        own["attribute"] = attributes[sku] if attributes else values["attribute"]
        return own

    contexts: dict[Place, list[dict[str, Any]]] = {
        "cart": [values],
        "line": [of_article(line.sku, line) for line in sample.lines],
        "part": [
            {**of_article(part.sku, line), "part": part_values(number, part, line, rules)}
            for number, (line, part) in enumerate(parts, start=1)
        ],
    }
    seen: set[str] = set()
    # Of a visit that was made up nobody knows what its launch would have sent.
    known = _Known(options, values["launch"] if sample.returned is not None else None)
    done = []
    for (name, expression), (field, found, error) in zip(rows, compiled, strict=True):
        row = Row(
            name, expression, str(field.label) if field else "", of=field.of if field else None, error=error
        )
        if not error and name in seen:
            row = replace(row, error=_("%(field)s is there twice.") % {"field": name})
        elif field is not None and found is not None and not error:
            results = tuple(found.evaluate(own).strip() for own in contexts[field.of])
            judged = _judged(field, found, results, known)
            row = replace(row, results=results, error=judged.get("error", ""), note=judged.get("note", ""))
            if not row.error and not row.note and field not in table.fields:
                row = replace(row, note=_meant(table, name))
        seen.add(name)
        done.append(row)
    return done


def _compiled(
    table: FieldTable, name: str, source: str
) -> tuple[OutgoingField | None, Expression | None, str]:
    field = table.find(name)
    if field is None:
        return None, None, _unknown_field(table, name)
    if len(source) > LONGEST_EXPRESSION:
        return field, None, _("At most %(most)s characters.") % {"most": LONGEST_EXPRESSION}
    try:
        found = compile_expression(source)
    except TemplateInvalid as invalid:
        return field, None, str(invalid)
    wrong = sorted(found.roots - ROOTS[field.of])
    if wrong:
        text = (
            _("%(field)s is a field of the whole cart; %(names)s is of a line.")
            if field.of == "cart"
            else _("%(field)s is a field of a line; %(names)s is of an article in a set.")
        )
        return field, None, text % {"field": name, "names": ", ".join(wrong)}
    return field, found, ""


def _unknown_field(table: FieldTable, name: str) -> str:
    if not name:
        return _("Which field?")
    near = get_close_matches(name, [field.name for field in table], n=1, cutoff=0.6)
    if near:
        return _("There is no field “%(name)s”. Is %(near)s meant?") % {"name": name, "near": near[0]}
    examples = ", ".join(free.example for free in table.free)
    if examples:
        text = _(
            "There is no field “%(name)s”, and none can be added by that name; one would look like "
            "%(example)s."
        )
        return text % {"name": name, "example": examples}
    return _("There is no field “%(name)s” in this protocol.") % {"name": name}


def _meant(table: FieldTable, name: str) -> str:
    """Whether a field that would be added is one of the protocol's own, written wrongly."""
    # CUST_FIELD6 is no slip for CUST_FIELD5.
    letters = _without_digits(name)
    others = [field.name for field in table if _without_digits(field.name) != letters]
    near = get_close_matches(name, others, n=1, cutoff=0.8)
    return _("It is added under that name. Is %(near)s meant?") % {"near": near[0]} if near else ""


def _without_digits(name: str) -> str:
    return name.translate(dict.fromkeys(map(ord, "0123456789")))


class _Known:
    """Which constants and attributes there are, asked for once and only if an expression speaks of one."""

    def __init__(self, options: AdapterOptions, launch: Launched | None) -> None:
        self.launch = launch
        self.constants = {name_of(name) for name in options.constants}
        self._attributes: set[str] | None = None

    @property
    def attributes(self) -> set[str]:
        if self._attributes is None:
            self._attributes = {name_of(code) for code in Attribute.objects.values_list("code", flat=True)}
        return self._attributes


def _judged(field: OutgoingField, found: Expression, results: Sequence[str], known: _Known) -> dict[str, str]:
    """Error and note of a row that works."""
    for root, name in sorted(found.open_names):
        if root == "constant" and name not in known.constants:
            return {"error": _("There is no constant “%(name)s”. Add it below.") % {"name": name}}
        if root == "attribute" and name not in known.attributes:
            return {"note": _("No article has an attribute “%(name)s”.") % {"name": name}}
        if root == "launch" and known.launch is not None and not known.launch[name]:
            return {"note": _("The launch of the cart shown here had no “%(name)s”.") % {"name": name}}
    for text in results:
        if text and field.kind == "number" and number_of(text) is None:
            return {"error": _("%(field)s has to be a number.") % {"field": field.name}}
        if text and field.kind == "date" and not is_date(text):
            return {"error": _("%(field)s has to be a date such as 2026-01-31.") % {"field": field.name}}
        if text and field.choices and text not in field.choices:
            choices = {"field": field.name, "choices": ", ".join(field.choices)}
            return {"error": _("%(field)s can be %(choices)s.") % choices}
        if field.length and len(text) > field.length:
            values = {"count": len(text), "length": field.length}
            if field.kind == "text":
                return {"note": _("%(count)s characters; it is cut after %(length)s.") % values}
            return {"note": _("%(count)s characters; more than %(length)s are not sent.") % values}
    if field.required and not all(results):
        return {"note": _("A cart in which this is empty is stopped.")}
    if field.advice and any(results):
        return {"note": str(field.advice)}
    return {}
