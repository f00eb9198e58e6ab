"""Texts that came as HTML, as what a reader would see: no tags, no ``&uuml;``.

Suppliers fill BMEcat, CIF and spreadsheets out of their web shops. What is only a comparison (``<5 mm``)
stays: nothing but HTML's own tags is taken for one.
"""

import re
from html import unescape

# With the names of tags that stand between two lines; the others stand inside of one.
_LINES = "address|article|blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|pre|section|table|tbody|thead|tr|ul"
_INSIDE = "a|abbr|b|big|center|cite|code|em|font|i|img|ins|s|small|span|strike|strong|sub|sup|td|th|tt|u"
_LINE_TAGS = re.compile(rf"(?<!\s)\s*+(?:</?(?:{_LINES})(?:\s[^<>]*+|/)?>\s*+)++", re.IGNORECASE)
_INSIDE_TAG = re.compile(rf"</?(?:{_INSIDE})(?:\s[^<>]*+|/)?>", re.IGNORECASE)
_CELL = re.compile(r"</t[dh]\s*>", re.IGNORECASE)
# Only with its semicolon, or “R&D” and “AT&T” would not be safe.
_REFERENCE = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")


def characters(text: str) -> str:
    """The text with HTML's named and numbered characters as characters; a name HTML does not have stays."""
    return _REFERENCE.sub(lambda found: unescape(found[0]), text) if "&" in text else text


def plain(text: str) -> str:
    """The text without HTML: paragraphs, list items and rows become lines."""
    text = characters(text)
    if "<" not in text:
        return text
    lines = _LINE_TAGS.sub("\n", _CELL.sub(" ", text))
    return _INSIDE_TAG.sub("", lines)
