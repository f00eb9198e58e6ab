"""Plain text that survives the buyer's charset: no markup, no control characters, nothing it cannot hold.

A character outside the charset of the return page would be posted as ``&#8364;`` and stay that way in the
purchase order, so it is spelled out before: ``€`` becomes ``EUR`` in ISO-8859-1.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from html import unescape

from django.utils.html import strip_tags

DEFAULT = "iso-8859-1"  # OCI 4.0: http_content_charset, when it is not sent

# What makes a text another one, where several stand between bars.
_CHANGED = ("<", "&", "  ", "| ", " |")

# Python's codec names, and how a browser wants the charset named. Only charsets in which ASCII is ASCII.
LABELS = {
    "utf-8": "utf-8",
    "ascii": "us-ascii",
    **{f"iso8859-{part}": f"iso-8859-{part}" for part in (1, 2, 3, 4, 5, 7, 9, 10, 13, 14, 15, 16)},
    **{f"cp{page}": f"windows-{page}" for page in (1250, 1251, 1252, 1253, 1254, 1257)},
    "koi8-r": "koi8-r",
}
# Names that Python does not know: shorthand, and SAP's own code page numbers.
ALIASES = {
    "8859-1": "iso8859-1",
    "8859-15": "iso8859-15",
    "1100": "iso8859-1",
    "1160": "cp1252",
    "4110": "utf-8",
}

SPELLED_OUT = {
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "‚": "'",
    "‘": "'",
    "’": "'",
    "‛": "'",
    "′": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "‟": '"',
    "″": '"',
    "«": '"',
    "»": '"',
    "‹": "'",
    "›": "'",
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "–": "-",
    "—": "-",
    "―": "-",
    "−": "-",
    "•": "-",
    "·": "-",
    "…": "...",
    "⁄": "/",
    "∕": "/",
    "×": "x",
    "⨯": "x",
    "÷": "/",
    "±": "+/-",
    "≤": "<=",
    "≥": ">=",
    "≠": "<>",
    "≈": "~",
    "→": "->",
    "←": "<-",
    "↔": "<->",
    "∞": "inf",
    "√": "sqrt",
    "°": " deg",
    "Ω": "Ohm",  # U+03A9
    "µ": "u",  # U+00B5
    "μ": "µ",  # U+03BC, Greek, where the micro sign is meant
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "Δ": "Delta",
    "η": "eta",
    "λ": "lambda",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "Σ": "Sigma",
    "φ": "phi",
    "Φ": "Phi",
    "ω": "omega",
    "⌀": "Ø",
    "∅": "Ø",
    "Ø": "O",
    "ø": "o",
    "Æ": "AE",
    "æ": "ae",
    "Œ": "OE",
    "œ": "oe",
    "ß": "ss",
    "ẞ": "SS",
    "Ł": "L",
    "ł": "l",
    "Đ": "D",
    "đ": "d",
    "ı": "i",
    "Þ": "Th",
    "þ": "th",
    "Ð": "D",
    "ð": "d",
    "™": "(TM)",
    "®": "(R)",
    "©": "(C)",
    "№": "No.",
    "‰": "o/oo",
    "⎓": "DC",
    "⏚": "PE",
}

_BLOCK_END = re.compile(r"<(?:br|hr|/?(?:p|div|li|ul|ol|tr|table|h[1-6]))\b[^>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACE_AT_LINE_END = re.compile(r" *\n[ \n]*")


def resolve(name: str) -> str | None:
    """The browser's label of a charset as SAP names it; ``None`` when we do not write it."""
    wanted = name.strip().strip("\"'").lower()
    wanted = ALIASES.get(wanted, wanted)
    try:
        return LABELS.get(codecs.lookup(wanted).name) if wanted else None
    except (LookupError, ValueError):
        return None


def plain_text(text: str) -> str:
    """Text without markup and control characters, blanks collapsed; line ends stay, as ``\\n``."""
    if "<" in text:
        text = strip_tags(_BLOCK_END.sub("\n", text))
    if "&" in text:
        text = _ENTITY.sub(lambda entity: unescape(entity[0]), text)
    if not text.isprintable():
        text = _LINE_ENDS.sub("\n", text)
        if not text.replace("\n", "").isprintable():
            text = "".join([char for char in text if _is_text(char)])
        text = _SPACE_AT_LINE_END.sub("\n", _BLANKS.sub(" ", text))
    elif "  " in text:
        text = _BLANKS.sub(" ", text)
    return text.strip()


def _is_text(char: str) -> bool:
    # Format characters (direction marks, joiners, soft hyphens) can turn what a person reads around.
    return char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def one_line(text: str) -> str:
    """``plain_text`` in one line."""
    if text.isprintable() and "<" not in text and "&" not in text and "  " not in text:
        return text.strip()  # as nearly every text is
    return plain_text(text).replace("\n", " ")


class _Spelling(dict[int, str]):
    """What becomes of each character in one charset, for ``str.translate``; filled as characters are met."""

    def __init__(self, charset: str) -> None:
        super().__init__()
        self.charset = charset

    def __missing__(self, code: int) -> str:
        self[code] = spelled = self._spell(chr(code))
        return spelled

    def _spell(self, char: str) -> str:
        try:
            char.encode(self.charset)
            return char
        except UnicodeEncodeError:
            pass
        if char in SPELLED_OUT:
            return SPELLED_OUT[char].translate(self)
        parts = unicodedata.normalize("NFKD", char)
        if parts == char:
            return "" if unicodedata.combining(char) else "?"
        spelled = parts.translate(self)
        return spelled if spelled.strip("?") else "?"


@cache
def _spelling(charset: str) -> _Spelling:
    return _Spelling(charset)


def transliterate(text: str, charset: str) -> str:
    """``text`` in characters that ``charset`` has; ``?`` where nothing comes near."""
    if charset == "utf-8" or text.isascii():
        return text
    try:
        text.encode(charset)
        return text
    except UnicodeEncodeError:
        pass
    # Composed first: an e and a combining accent are one character in Latin-1.
    return unicodedata.normalize("NFC", text).translate(_spelling(charset))


def shortened(text: str, length: int) -> str:
    """At most ``length`` characters, ending with a whole word where that keeps most of it."""
    if len(text) <= length:
        return text
    head = text[:length]
    if text[length] != " ":
        words = head.rpartition(" ")[0]
        head = words if len(words) > length // 2 else head
    return head.rstrip(" ,;:.-/(+&")


def all_as_written(texts: Iterable[str], charset: str) -> bool:
    """Whether none of them would be changed by ``one_line`` and ``transliterate``: nearly always, so that one
    look at all of a cart's says it."""
    text = f"|{'|'.join(texts)}|"
    if not text.isprintable() or any(mark in text for mark in _CHANGED):
        return False
    if charset == "utf-8" or text.isascii():
        return True
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def written(texts: Sequence[str], charset: str) -> Sequence[str]:
    """Each in one line and in characters that ``charset`` has."""
    if all_as_written(texts, charset):
        return texts
    return [transliterate(one_line(text), charset) for text in texts]
