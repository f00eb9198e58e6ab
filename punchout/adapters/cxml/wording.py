"""Texts and numbers as an ItemIn has them: one line, no marks that XML or a reader stumbles over, exact."""

import re
from decimal import Decimal
from html import unescape

from punchout.adapters.xml import xml_text

# A price per order unit that does not end (price unit 3) is cut so late that no line total notices.
PRICE_DECIMALS = 12
_FINEST = Decimal(1).scaleb(-PRICE_DECIMALS)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
# Unicode's format characters: soft hyphen, zero widths, direction marks, byte order mark, annotations.
_FORMAT = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def plain_text(text: str) -> str:
    """``text`` on one line, without HTML, control characters and marks that turn the writing direction."""
    if "&" in text or "<" in text:
        text = _TAG.sub(" ", unescape(text))
    if not text.isprintable():  # a blank is the only space that is
        text = _CONTROL.sub(" ", _FORMAT.sub("", xml_text(text)))
    return " ".join(text.split())


def shorten(text: str, length: int) -> str:
    """``text`` in at most ``length`` characters, cut between words where that is possible."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    if text[length - 1] != " " and " " in cut[length // 2 :]:
        cut = cut.rpartition(" ")[0]
    return cut.rstrip(" ,;:-") + "…"


def number_text(number: Decimal) -> str:
    """Without exponent and without zeros at the end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount_text(amount: Decimal) -> str:
    """An amount as it is, with at least the decimals it came with; never a thousands sign."""
    return f"{amount:f}"


def price_text(price: Decimal) -> str:
    """A price with at least two decimals, and as many more as it needs to stay exact."""
    whole, _point, decimals = f"{price.quantize(_FINEST):f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"
