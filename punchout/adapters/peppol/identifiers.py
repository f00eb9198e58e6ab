"""Peppol participant identifiers as ``scheme:value``, with the checks that Peppol's rules make on them.

Peppol BIS, rules PEPPOL-COMMON-R040, R041, R042, R043: a receiver refuses a document whose number is wrong.
"""

import re
from collections.abc import Callable

_WRITTEN = re.compile(r"\A(?P<scheme>[0-9]{4}):(?P<value>[^\s:][^\s]{0,49})\Z")


def _gln(value: str) -> bool:
    """GS1 check digit: weights 3 and 1 from the right."""
    digits = [int(digit) for digit in value]
    weighted = sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return weighted % 10 == 0


def _norwegian(value: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(value, (3, 2, 7, 6, 5, 4, 3, 2), strict=False))
    return len(value) == 9 and (11 - total % 11) % 11 == int(value[8])


def _belgian(value: str) -> bool:
    return len(value) == 10 and int(value[8:]) == 97 - int(value[:8]) % 97


# By scheme: what the number is called, and whether the digits are one.
CHECKED: dict[str, tuple[str, Callable[[str], bool]]] = {
    "0088": ("a GLN", _gln),
    "0192": ("a Norwegian organisation number", _norwegian),
    "0208": ("a Belgian enterprise number", _belgian),
}


def split(identifier: str) -> tuple[str, str]:
    """Scheme and value; ``ValueError`` in plain words when it is no participant identifier."""
    written = _WRITTEN.match(identifier)
    if written is None:
        raise ValueError("Write the scheme and the number, such as 0208:0123456749.")
    scheme, value = written["scheme"], written["value"]
    if scheme in CHECKED:
        name, is_right = CHECKED[scheme]
        if not (value.isascii() and value.isdigit() and is_right(value)):
            raise ValueError(f"{value} is not {name}.")
    return scheme, value
