"""Which code page a Datanorm file is in: it says so nowhere, so a person chooses from what is shown.

CP850 is the rule and Latin-1 the practice. Text that is the same in all of them (ASCII) needs no choice, and
valid UTF-8 with letters beyond ASCII is nothing else.
"""

from typing import NamedTuple

ENCODINGS = ("cp850", "cp1252", "latin-1", "utf-8")
# Letters that German, French and Dutch texts have; each decoded by a wrong page gives signs of another kind.
LETTERS = frozenset("äöüÄÖÜßéèêëàâçîïôûùÉÈÀ²³°ø½µ®€")
SAMPLE = 1024 * 1024
_EXCERPT = 30


class Proposal(NamedTuple):
    """``score`` of 100: how much of what is beyond ASCII are letters; ``excerpt`` shows one of them."""

    encoding: str
    score: int
    excerpt: str


def proposals(sample: bytes) -> list[Proposal]:
    """The code pages in question, best first; none when the sample is plain ASCII."""
    if sample.isascii():
        return []
    found = []
    for encoding in ENCODINGS:
        # The sample may end within a character.
        errors = "ignore" if encoding == "utf-8" and _is_utf8(sample) else "strict"
        try:
            text = sample.decode(encoding, errors)
        except UnicodeDecodeError:
            continue
        beyond = [sign for sign in text if ord(sign) > 127]
        letters = sum(sign in LETTERS for sign in beyond)
        score = 100 * letters // max(1, len(beyond))
        found.append(Proposal(encoding, 100 if encoding == "utf-8" else min(score, 99), _excerpt(text)))
    return sorted(found, key=lambda each: -each.score)


def _is_utf8(sample: bytes) -> bool:
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(sample) - 4
    return True


def _excerpt(text: str) -> str:
    # The only letter beyond ASCII may be the one that the sample ends within.
    at = next((place for place, sign in enumerate(text) if ord(sign) > 127), len(text))
    around = text[max(0, at - _EXCERPT // 2) : at + _EXCERPT // 2]
    return " ".join(around.replace(";", " ").split())
