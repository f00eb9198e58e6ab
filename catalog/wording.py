"""Texts that can be said again: kept as a message and its values, shown in the language of the reader.

``said`` stands for gettext where a text is stored or sent on: what it returns is text in the language of the
moment, and knows its message and its values, which ``stored`` keeps and ``shown`` puts into words again.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext

Stored = dict[str, Any]
LONGEST_VALUE = 500


class Said(str):
    """A text with the message it was made of; ``%`` fills in values as it does with a text."""

    __slots__ = ("message", "values")
    message: str
    values: Any

    def __mod__(self, values: Any) -> "Said":
        return _made(self.message, values)


def said(message: str) -> Said:
    """The message in the active language, for one that was marked with ``_`` in a source file."""
    return _made(message, None)


def _made(message: str, values: Any) -> Said:
    text = gettext(message)
    made = Said(text if values is None else text % values)
    made.message, made.values = message, values
    return made


def stored(text: str | Promise) -> Stored:
    """As JSON; a text that is none of ours is kept as it stands."""
    if isinstance(text, Said):
        return {"message": text.message, "values": _plain(text.values)}
    return {"text": str(text)}


def shown(kept: Stored | None) -> str:
    """In the language of whoever reads it; empty for nothing."""
    if not kept:
        return ""
    return worded(kept["message"], kept.get("values")) if "message" in kept else str(kept.get("text", ""))


def worded(message: str, values: Any = None) -> str:
    """A message in the active language, with values as ``stored`` keeps them; never fails on what is kept."""
    text = gettext(message) if message else ""
    if values is None:
        return text
    filled = {key: _worded(value) for key, value in values.items()} if isinstance(values, dict) else None
    try:
        return text % (filled if filled is not None else tuple(_worded(value) for value in values))
    except (TypeError, ValueError, KeyError):
        return text


def _plain(values: Any) -> Any:
    match values:
        case None:
            return None
        case Mapping():
            return {key: _value(value) for key, value in values.items()}
        case tuple():
            return [_value(value) for value in values]
    return [_value(values)]


def _value(value: Any) -> Any:
    if isinstance(value, Said):
        return stored(value)
    return value if isinstance(value, int) else str(value)[:LONGEST_VALUE]


def _worded(value: Any) -> Any:
    return shown(value) if isinstance(value, dict) else value
