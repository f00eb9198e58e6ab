"""What the check before a return found: kept as code and values, said in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

Level = Literal["error", "warning"]
MOST_NAMED = 5  # line numbers that are said one by one

# What a connection can require of every article, and how a buyer would call it.
REQUIRED: Mapping[str, str | Promise] = {
    "gtin": gettext_lazy("an EAN"),
    "unspsc": gettext_lazy("an UNSPSC code"),
    "manufacturer_part_number": gettext_lazy("a manufacturer part number"),
    "buyer_part_number": gettext_lazy("your own article number"),
}
# Code of a finding: its text. ``system`` is what the buyer calls his system.
TEXTS: Mapping[str, str | Promise] = {
    "unit": gettext_lazy("%(system)s accepts %(units)s, not %(unit)s."),
    "currency": gettext_lazy("%(system)s accepts %(currencies)s, not %(currency)s."),
    "required": gettext_lazy("%(system)s needs %(what)s, and this article has none."),
    "empty": gettext_lazy("%(system)s needs %(field)s, and it is empty for this article."),
    "lines": gettext_lazy(
        "%(system)s takes no more lines at once than %(count)s. Return this one in a second cart."
    ),
    "fields": gettext_lazy(
        "%(system)s reads %(count)s fields at once, and this cart has %(found)s. Return a part of it in a "
        "second cart."
    ),
    "whole": gettext_lazy("%(system)s takes whole quantities, not %(quantity)s."),
    "quantity": gettext_lazy("%(system)s takes quantities with %(decimals)s decimals, not %(quantity)s."),
    "too long": gettext_lazy(
        "%(system)s takes %(length)s characters as %(field)s; “%(value)s” is longer. Remove the article, or "
        "ask us."
    ),
    "refused": gettext_lazy(
        "%(system)s takes no %(characters)s in %(field)s, as in “%(value)s”. Remove the article, or ask us."
    ),
    "no number": gettext_lazy("%(field)s has to be a number for %(system)s, not “%(value)s”. Ask us."),
    "above zero": gettext_lazy("%(field)s has to be above zero for %(system)s, not “%(value)s”. Ask us."),
    "below zero": gettext_lazy("%(field)s cannot be below zero for %(system)s, as in “%(value)s”. Ask us."),
    "no date": gettext_lazy(
        "%(field)s has to be a date such as 2026-01-31 for %(system)s, not “%(value)s”. Ask us."
    ),
    "choice": gettext_lazy("%(system)s knows %(field)s as %(choices)s, not as “%(value)s”. Ask us."),
    "left out": gettext_lazy(
        "%(field)s is left out where it has more than %(length)s characters, such as “%(value)s”."
    ),
    "cut": gettext_lazy("%(field)s is cut after %(length)s characters."),
    "decimals": gettext_lazy("%(field)s has more than %(decimals)s decimals, such as %(value)s."),
    "total": gettext_lazy(
        "%(system)s will calculate another total, such as %(calculated)s instead of %(total)s."
    ),
    "spelled out": gettext_lazy("%(charset)s has no %(characters)s; it is spelled out."),
    "lost": gettext_lazy("%(charset)s has no %(characters)s; a question mark is sent instead."),
    "return host": gettext_lazy(
        "The cart cannot be sent to %(host)s: this connection does not allow it any more."
    ),
    "whole cart": gettext_lazy("%(system)s needs %(field)s, and it is empty. Ask us."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """An error stops the return, a warning is recorded. ``lines`` are numbers; none: the whole cart."""

    code: str
    level: Level
    values: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The sentence alone, in the active language."""
        values = dict(self.values)
        if self.code == "required":
            values["what"] = str(REQUIRED.get(values["what"], values["what"]))
        text = TEXTS.get(self.code)
        return str(text) % values if text is not None else self.code

    @property
    def where(self) -> str:
        """Which lines, in words; empty for the whole cart."""
        if not self.lines:
            return ""
        if len(self.lines) == 1:
            return _("Line %(number)s") % {"number": self.lines[0]}
        named = ", ".join(map(str, self.lines[:MOST_NAMED]))
        more = len(self.lines) - MOST_NAMED
        if more <= 0:
            return _("Lines %(numbers)s") % {"numbers": named}
        text = ngettext("Lines %(numbers)s and %(count)s more", "Lines %(numbers)s and %(count)s more", more)
        return text % {"numbers": named, "count": more}

    def __str__(self) -> str:
        return f"{self.where}: {self.text}" if self.lines else self.text

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "level": self.level, "values": self.values, "lines": self.lines}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        return cls(data["code"], data["level"], data.get("values", {}), tuple(data.get("lines", ())))


# Values that differ from line to line: a warning names those of its first line.
EXAMPLES = frozenset(("value", "calculated", "total"))


class Findings:
    """Gathers findings; the same one of several lines is one, so that a long cart is read in a breath."""

    def __init__(self) -> None:
        self._found: dict[tuple[Any, ...], tuple[str, Level, dict[str, Any], list[int]]] = {}

    def add(self, code: str, level: Level, line: int = 0, **values: Any) -> None:
        # An error is said at its own line, with its own values.
        same = tuple(item for item in values.items() if level == "error" or item[0] not in EXAMPLES)
        found = self._found.setdefault((code, level, same), (code, level, values, []))[3]
        if line and (not found or found[-1] != line):
            found.append(line)

    def all(self) -> tuple[Finding, ...]:
        return tuple(
            Finding(code, level, values, tuple(lines)) for code, level, values, lines in self._found.values()
        )


def errors_of(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.level == "error")


def warnings_of(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.level == "warning")
