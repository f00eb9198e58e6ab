"""Texts as they can stand in any file: one line, no control characters, nothing XML refuses."""

import re

# Also the two that XML 1.0 has no place for, and halves of surrogate pairs.
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t")
_NUMBER = re.compile(r"\A[+-]?[0-9]+([.,][0-9]+)?\Z")

# Between texts that are looked at together; one that has it is looked at by itself, and no harm done.
_BETWEEN = "¦"
_SUSPICIOUS = re.compile(rf"{_UNWANTED.pattern[:-1]}|(?:\A|{_BETWEEN})\s*[=+@-]")


def clean(text: str) -> str:
    """One line; each run of line breaks and control characters is one blank."""
    return _UNWANTED.sub(" ", text).strip() if _UNWANTED.search(text) else text


def cell(text: str) -> str:
    """A text that no spreadsheet computes: an apostrophe before what looks like a formula."""
    text = clean(text)
    if text.lstrip().startswith(_FORMULA) and not _NUMBER.match(text):
        return f"'{text}"
    return text


def cells(*texts: str) -> tuple[str, ...]:
    """``cell`` of each; at first all at once, for nearly always there is nothing to do."""
    return tuple(map(cell, texts)) if _SUSPICIOUS.search(_BETWEEN.join(texts)) else texts
