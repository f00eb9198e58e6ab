"""What was typed on a connection's mapping page, and the options that it makes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError as OptionsInvalid

from punchout.adapters import Adapter
from punchout.adapters.options import MOST_ROWS, TABLES
from punchout.adapters.outgoing import FreeFields, OutgoingField, Place
from punchout.adapters.registry import AdapterOptions
from punchout.admin.option_errors import mistakes
from punchout.admin.option_fields import PairsField
from punchout.mapping.names import ROOTS
from punchout.mapping.sample import Sample
from punchout.mapping.trial import Row, try_rows

FIELD, EXPRESSION, PLACE = "field", "expression", "place"
# In the order in which a cart is read: what is said of all of it, its lines, what stands below them.
PLACES: Mapping[Place, str | Promise] = {
    "cart": gettext_lazy("Whole cart"),
    "line": gettext_lazy("Each line"),
    "part": gettext_lazy("Articles of a set, below their line"),
}


@dataclass(frozen=True, slots=True)
class TableField:
    """One translation table as text, ``ours=theirs`` a line."""

    name: str
    label: str
    help_text: str
    text: str
    error: str = ""

    @property
    def rows(self) -> int:
        return min(12, max(3, self.text.count("\n") + 2))


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one place, numbered among all and the last of them empty, and what can be typed there.

    ``roots`` are what its expressions may speak of.
    """

    place: Place
    label: str
    rows: tuple[tuple[int, Row | None], ...]
    fields: tuple[OutgoingField, ...]
    free: tuple[FreeFields, ...]
    roots: str


class MappingForm:
    """Rows and tables as they stand on the page; ``options`` is what would be stored."""

    def __init__(
        self, adapter: Adapter, stored: Mapping[str, Any], sample: Sample, data: QueryDict | None = None
    ) -> None:
        self.adapter, self.stored, self.sample = adapter, dict(stored), sample
        self._pairs = PairsField(required=False)
        self.messages: list[str] = []
        self._typed_in: list[str] = []
        if data is None:
            rows = [(row["field"], row.get("expression", "")) for row in self.stored.get("mapping", ())]
            texts = {name: self._pairs.prepare_value(self.stored.get(name, {})) for name in TABLES}
        else:
            # A row without a field and an expression is the empty one for adding.
            typed = zip_longest(
                data.getlist(FIELD), data.getlist(EXPRESSION), data.getlist(PLACE), fillvalue=""
            )
            kept = [
                (field.strip(), text.strip(), place)
                for field, text, place in typed
                if field.strip() or text.strip()
            ]
            rows = [(field, text) for field, text, _place in kept]
            self._typed_in = [place for _field, _text, place in kept]
            texts = {name: data.get(name, "") for name in TABLES}
        self.typed = rows[:MOST_ROWS]
        tables, errors = self._read(texts)
        self.tables = self._table_fields(texts, errors)
        self.options = self._options(tables)
        # Without the rows, which may be wrong.
        self.validated = self._validated(
            {name: value for name, value in self.options.items() if name != "mapping"}
        )
        self.rows = try_rows(adapter, self.validated, sample, self.typed)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The rows where they belong, with an empty one at the end of each place that has fields."""
        table = self.adapter.outgoing_fields(self.validated)
        there: set[str] = {field.of for field in table.fields} | {free.of for free in table.free}
        typed = [*self._typed_in, *[""] * len(self.rows)]
        where = [
            row.of or (place if place in there else "line")
            for row, place in zip(self.rows, typed, strict=False)
        ]
        found, number = [], 0
        for place, label in PLACES.items():
            own: list[Row | None] = [row for row, of in zip(self.rows, where, strict=True) if of == place]
            if place not in there and not own:
                continue
            numbered = tuple(enumerate([*own, None], start=number))
            number += len(numbered)
            found.append(
                Group(
                    place,
                    str(label),
                    numbered,
                    tuple(field for field in table.fields if field.of == place),
                    tuple(free for free in table.free if free.of == place),
                    " ".join(sorted(ROOTS[place])),
                )
            )
        return tuple(found)

    def _read(self, texts: Mapping[str, str]) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
        tables, errors = {}, {}
        for name, text in texts.items():
            try:
                tables[name] = self._pairs.clean(text)
            except ValidationError as invalid:
                errors[name] = " ".join(invalid.messages)
                continue
            try:
                self.adapter.Options.model_validate({**self._rest(), name: tables[name]})
            except OptionsInvalid as invalid:
                errors[name] = mistakes(invalid)[0][1]
                del tables[name]
        return tables, errors

    def _rest(self) -> dict[str, Any]:
        """The connection's other options."""
        return {name: value for name, value in self.stored.items() if name not in (*TABLES, "mapping")}

    def _table_fields(self, texts: Mapping[str, str], errors: Mapping[str, str]) -> list[TableField]:
        fields = self.adapter.Options.model_fields
        return [
            TableField(
                name,
                _(fields[name].title or name),
                _(about) if (about := fields[name].description) else "",
                texts[name],
                errors.get(name, ""),
            )
            for name in TABLES
        ]

    def _options(self, tables: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
        rows = [{"field": field, "expression": text} for field, text in self.typed]
        found = {**self._rest(), **{name: dict(table) for name, table in tables.items() if table}}
        return {**found, "mapping": rows} if rows else found

    def _validated(self, options: Mapping[str, Any]) -> AdapterOptions:
        try:
            return self.adapter.Options.model_validate(options)
        except OptionsInvalid:
            self.messages.append(_("The connection's other options are not valid; correct them first."))
            return self.adapter.Options.model_validate({})

    @property
    def mistakes(self) -> int:
        """How many rows and tables have something wrong."""
        errors = [row.error for row in self.rows] + [table.error for table in self.tables]
        return len(list(filter(None, errors)))

    @property
    def valid(self) -> bool:
        """Whether the whole may be stored; what is wrong is said at its row or table."""
        if self.messages or any(row.error for row in self.rows) or any(table.error for table in self.tables):
            return False
        try:
            self.adapter.Options.model_validate(self.options)
        except OptionsInvalid as invalid:
            self.messages.append(mistakes(invalid)[0][1])
            return False
        return True


def version_of(options: Mapping[str, Any]) -> str:
    """Tells two states of a connection's options apart, so that nobody overwrites what he has not seen."""
    return hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()[:16]
