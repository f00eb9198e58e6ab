"""Texts as they can stand in any file: one line, no control characters, nothing XML refuses."""

import re
from decimal import Decimal
from functools import lru_cache
from xml.sax.saxutils import escape

# Also the two that XML 1.0 has no place for, and halves of surrogate pairs.
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t")
_NUMBER = re.compile(r"\A[+-]?[0-9]+([.,][0-9]+)?\Z")

# With what a text begins that has to be looked at; a blank may hide one of the others.
_SUSPICIOUS = frozenset("=+-@\t ")
NUMBERS = 16_384


def clean(text: str) -> str:
    """One line; each run of line breaks and control characters is one blank."""
    # What is printable has none of them, and that is known ten times sooner.
    if text.isprintable() or not _UNWANTED.search(text):
        return text
    return _UNWANTED.sub(" ", text).strip()


def cell(text: str) -> str:
    """A text that no spreadsheet computes: an apostrophe before what looks like a formula."""
    text = clean(text)
    if text.lstrip().startswith(_FORMULA) and not _NUMBER.match(text):
        return f"'{text}"
    return text


def cells(*texts: str) -> tuple[str, ...]:
    """``cell`` of each; at first all at once, for nearly always there is nothing to do."""
    if "".join(texts).isprintable() and _SUSPICIOUS.isdisjoint([text[:1] for text in texts]):
        return texts
    return tuple(map(cell, texts))


def cleaned(*texts: str) -> tuple[str, ...]:
    """``clean`` of each; at first all at once, for nearly always there is nothing to do."""
    return texts if "".join(texts).isprintable() else tuple(map(clean, texts))


def xml_text(text: str) -> str:
    """As it can stand between two tags."""
    return escape(clean(text))


def xml_texts(*texts: str) -> tuple[str, ...]:
    """``xml_text`` of each; at first all at once, for nearly always there is nothing to do."""
    together = "".join(texts)
    if together.isprintable() and not ("&" in together or "<" in together or ">" in together):
        return texts
    return tuple(escape(clean(text)) for text in texts)


# Quantities are few and come again and again, and so do most prices.
@lru_cache(maxsize=NUMBERS)
def number_text(value: Decimal) -> str:
    """With a point, never with an exponent or zeros at the end."""
    return f"{value.normalize():f}"


@lru_cache(maxsize=NUMBERS)
def with_comma(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",")
