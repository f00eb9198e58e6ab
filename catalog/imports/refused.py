"""What was refused: rows that keep message and values apart, and a CSV in the language of its reader."""

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from catalog.models import ImportRun
from catalog.wording import Said, stored, worded

# A cell that begins with one of these is a formula to a spreadsheet (security.md 12).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    def write(self, text: str) -> str:
        return text


def refusal_row(
    line: int, record: str, field: str, value: str, reason: str, *, fatal: bool, compared: int = 0
) -> tuple[Any, ...]:
    """For the table of refusals, in the order of its columns."""
    return (line, record[:80], *said_field(field), value[:200], *said_reason(reason), int(fatal), compared)


def said_field(field: str) -> tuple[str, int]:
    """The field, or the message of a word that is the shop's own, and whether it is one."""
    if isinstance(field, Said):
        return field.message, 1
    return field[:80], 0


def said_reason(reason: str) -> tuple[str, str | None]:
    """The message, and its values as JSON."""
    kept = stored(reason)
    if "message" not in kept:
        return kept["text"][:255], None
    return kept["message"], None if kept["values"] is None else json.dumps(kept["values"])


def refused_csv(run: ImportRun) -> Iterator[str]:
    """Line by line, with headings; semicolons, since spreadsheets of the continent expect them.

    In the language that is active when it is asked for, whichever is when it is read.
    """
    return _lines(run, get_language() or "en")


def _lines(run: ImportRun, language: str) -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=";")
    with override(language):
        heads = [_("line"), _("record"), _("field"), _("value"), _("reason"), _("left out")]
        left_out = {True: _("the record"), False: _("the field")}
    # Excel reads UTF-8 only when it begins with this.
    yield "\ufeff" + writer.writerow(heads)
    rows = run.refusals.order_by("id").values_list(
        "line", "record", "field", "ours", "value", "reason", "values", "fatal"
    )
    for line, record, field, ours, value, reason, values, fatal in rows.iterator(2_000):
        with override(language):
            texts = (record, worded(field) if ours else field, value, worded(reason, values))
        yield writer.writerow([line, *map(_harmless, texts), left_out[fatal]])


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
