"""The refused records of an import as a CSV, written while it is read."""

import csv
from collections.abc import Iterator

from django.utils.translation import gettext as _

from catalog.models import ImportRun

# A cell that begins with one of these is a formula to a spreadsheet (security.md 12).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    def write(self, text: str) -> str:
        return text


def refused_csv(run: ImportRun) -> Iterator[str]:
    """Line by line, with headings; semicolons, since spreadsheets of the continent expect them."""
    writer = csv.writer(_Echo(), delimiter=";")
    # Excel reads UTF-8 only when it begins with this.
    yield "\ufeff" + writer.writerow(
        [_("line"), _("record"), _("field"), _("value"), _("reason"), _("left out")]
    )
    rows = run.refusals.order_by("id").values_list("line", "record", "field", "value", "reason", "fatal")
    for line, *texts, fatal in rows.iterator(2_000):
        whole = _("the record") if fatal else _("the field")
        yield writer.writerow([line, *(_harmless(text) for text in texts), whole])


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
