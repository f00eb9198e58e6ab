"""Plain text for a cart document: no markup, nothing that XML or a reader's eye cannot take."""

import re
import unicodedata
from html import unescape

from django.utils.html import strip_tags

_BLOCK_END = re.compile(r"<(?:br|hr|/?(?:p|div|li|ul|ol|tr|table|h[1-6]))\b[^>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACE_AT_LINE_END = re.compile(r" *\n[ \n]*")


def plain_text(text: str) -> str:
    """Text without markup and control characters, blanks collapsed; line ends stay, as ``\\n``."""
    if "<" in text:
        text = strip_tags(_BLOCK_END.sub("\n", text))
    if "&" in text:
        text = _ENTITY.sub(lambda entity: unescape(entity[0]), text)
    if not text.isprintable():
        text = _LINE_ENDS.sub("\n", text)
        text = "".join(char for char in text if _is_text(char))
        text = _SPACE_AT_LINE_END.sub("\n", _BLANKS.sub(" ", text))
    elif "  " in text:
        text = _BLANKS.sub(" ", text)
    return text.strip()


def _is_text(char: str) -> bool:
    # Format characters (direction marks, joiners, soft hyphens) can turn what a person reads around.
    return char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def one_line(text: str) -> str:
    """``plain_text`` in one line."""
    return plain_text(text).replace("\n", " ")


def shortened(text: str, length: int) -> str:
    """At most ``length`` characters, ending with a whole word where that keeps most of it."""
    if len(text) <= length:
        return text
    head = text[:length]
    if text[length] != " ":
        words = head.rpartition(" ")[0]
        head = words if len(words) > length // 2 else head
    return head.rstrip(" ,;:.-/(+&")
