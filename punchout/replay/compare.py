"""Two answers side by side: as lines, without what differs between any two answers, in bounded time."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from punchout.documents import ReturnForm
from punchout.readable import indented

MOST_LINES = 4_000
LONGEST_LINE = 2_000
AROUND = 3  # equal lines that are shown around a difference
# What no two answers share, and what it is called instead. The order counts.
VOLATILE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(/start/)(?:[A-Za-z0-9_-]{16,64}|…|\[redacted\])"), r"\1[token]"),
    (re.compile(r"(/s/)(?:[A-Za-z0-9_-]{16,64}|…)"), r"\1[session]"),
    (re.compile(r"\b(payloadID=)(?:\"[^\"]*\"|'[^']*')"), r'\1"[id]"'),
    (
        re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE),
        "[uuid]",
    ),
    (
        re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"),
        "[time]",
    ),
    (re.compile(r"\b\d\d:\d\d:\d\d(?:Z|[+-]\d\d:?\d\d)?\b"), "[time]"),
)
DAY_FORMATS = ("%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y")
_BASE64 = re.compile(r"\A[A-Za-z0-9+/\s]{40,}={0,2}\s*\Z")


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of two answers. ``lines`` are (mark, text): blank both, ``-`` then, ``+`` now, ``…`` left out.

    Empty ``lines``: the part is the same. ``cut`` says that only the beginning was compared.
    """

    part: str
    lines: tuple[tuple[str, str], ...] = ()
    cut: bool = False

    @property
    def same(self) -> bool:
        return not self.lines


def steadied(text: str, *, day: date, names: dict[str, str] | None = None) -> str:
    """``text`` without what differs between any two answers: times, ids, tokens, and the ``day`` it was made.

    ``names`` are further words to replace, each by what it stands for.
    """
    for word, stands_for in (names or {}).items():
        if word:
            text = text.replace(word, stands_for)
    for pattern, stands_for in VOLATILE:
        text = pattern.sub(stands_for, text)
    for layout in DAY_FORMATS:
        text = re.sub(rf"(?<!\d){re.escape(day.strftime(layout))}(?!\d)", "[today]", text)
    return text


def answer_lines(text: str, content_type: str) -> list[str]:
    """A body as lines that can be compared: XML and JSON indented, anything else as it is."""
    stripped = text.lstrip("\ufeff \r\n\t")
    kind = content_type.partition(";")[0].strip().lower()
    if stripped.startswith("<"):
        text = indented(text, html="html" in kind)
    elif "json" in kind or stripped[:1] in ("{", "["):
        text = _json(text)
    return text.splitlines()


def form_lines(form: ReturnForm | None) -> list[str]:
    """A return form as lines: where it goes and how, then field by field; documents in fields are opened."""
    if form is None:
        return []
    settings = (
        ("action", form.action), ("method", form.method), ("target", form.target), ("charset", form.charset),
        ("enctype", form.enctype),
    )  # fmt: skip
    lines = [f"{name}: {value}" for name, value in settings if value]
    for name, value in form.fields:
        inner = answer_lines(_opened(value, form.charset), "")
        if len(inner) < 2:
            lines.append(f"{name} = {value}")
        else:
            lines += [f"{name} =", *(f"  {line}" for line in inner)]
    return lines


def _opened(value: str, charset: str) -> str:
    """A document that was sent as base64, as text."""
    if not _BASE64.match(value):
        return value
    try:
        text = base64.b64decode(value, validate=False).decode("utf-8")
    except (binascii.Error, ValueError):
        return value
    return text if text.lstrip("\ufeff \r\n\t").startswith(("<", "{")) else value


def _json(text: str) -> str:
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return json.dumps(data, ensure_ascii=False, indent=2)


def difference(part: str, before: list[str], now: list[str]) -> Difference:
    """What changed in one part, with a few equal lines around each change."""
    cut = max(len(before), len(now)) > MOST_LINES
    before, now = _bounded(before), _bounded(now)
    if before == now:
        return Difference(part, (), cut)
    return Difference(part, tuple(_changes(before, now)), cut)


def _bounded(lines: list[str]) -> list[str]:
    return [line[:LONGEST_LINE] for line in lines[:MOST_LINES]]


def _changes(before: list[str], now: list[str]) -> Iterator[tuple[str, str]]:
    matcher = SequenceMatcher(None, before, now)
    for number, group in enumerate(matcher.get_grouped_opcodes(AROUND)):
        if number or group[0][1]:
            yield "…", ""
        for kind, first, last, new_first, new_last in group:
            if kind == "equal":
                yield from ((" ", line) for line in before[first:last])
                continue
            yield from (("-", line) for line in before[first:last])
            yield from (("+", line) for line in now[new_first:new_last])
