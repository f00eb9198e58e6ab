"""What a text says, as the index wants it: stems, whole words and the ends of compounds, the same as ``text``
finds by itself but with every piece of text that comes again read once.

A text falls into clauses, and those into runs, that can be read apart: a word is one, so is a type such as
"ELK12242-39", and around digits everything that may belong together ("16 A", "3 G 2,5", "IP 65", "3 P + N")
stays together.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from catalog.search.text import COMPOUNDING, stem, tokens
from catalog.search.words import UNITS

# Only words this long are taken for compounds, and only parts this long are looked for at their end.
SHORTEST_COMPOUND = 8
SHORTEST_PART = 4
# How many words after one with a digit may still belong to it, at most ("3 P + N + E").
BELONGING = 5
RUNS_KEPT = 40_000
CLAUSES_KEPT = 20_000
# After a sign and a space a letter begins something new: nothing that has a digit goes on like this.
_CLAUSE_END = re.compile(r"(?<=[.,;:]) (?=[^\W\d_])")
# Digits that may belong to a word beside them; not those of a type, which begins with letters.
_OPEN_DIGITS = re.compile(r"(?![^\W\d_]{3})\S*?[\d²³]")
_TYPE = re.compile(r"[^\W\d_]{3}\S*?\d")
_AROUND_WORDS = ".,;:()"
# The only words that become one token with digits beside them, with a space between (``text`` reads them so).
_JOINED = """
g x n ø p pol pole poles polen polaire polaires pôle pôles ip ik cat kat rj gu gx mr pg ph pz tx dn m e t pe
b c d k z
"""
_JOINING = frozenset(_JOINED.split()) | UNITS.keys()


class Said(NamedTuple):
    """Each a text of words with spaces between them."""

    stems: str
    words: str
    tails: str


def analyse(text: str, language: str) -> Said:
    """All that a text says in one language."""
    return together([_clause(clause, language) for clause in _CLAUSE_END.split(text)])


def together(parts: Sequence[Said]) -> Said:
    if len(parts) == 1:
        return parts[0]
    return Said(
        " ".join([part.stems for part in parts if part.stems]),
        " ".join([part.words for part in parts if part.words]),
        " ".join([part.tails for part in parts if part.tails]),
    )


def analyse_once(text: str, language: str) -> Said:
    """The same for a text that hardly comes again, such as a name."""
    return together([_run(run, language) for run in runs(text)])


def runs(text: str) -> Iterator[str]:
    """The pieces of a text that can be read apart, in its order."""
    run: list[str] = []
    until = -1
    chunks = text.split()
    kinds = [_kind(chunk) for chunk in chunks]
    for place, (chunk, kind) in enumerate(zip(chunks, kinds, strict=True)):
        if kind is _Kind.DIGITS:
            until = place + BELONGING
        elif kind is _Kind.ALONE:
            if run:
                yield " ".join(run)
                run = []
            until = -1
            yield chunk.strip(_AROUND_WORDS)
            continue
        if place <= until or kinds[place + 1 : place + 2] == [_Kind.DIGITS]:
            run.append(chunk)
            continue
        if run:
            yield " ".join(run)
            run = []
        yield chunk.strip(_AROUND_WORDS)
    if run:
        yield " ".join(run)


class _Kind(Enum):
    """What a piece between spaces has to do with the digits beside it."""

    DIGITS = "has digits to which others may belong"
    ALONE = "belongs to no digits before or behind"
    EITHER = "may belong to digits, or not"


@lru_cache(maxsize=RUNS_KEPT)
def _kind(chunk: str) -> _Kind:
    if _OPEN_DIGITS.match(chunk):
        return _Kind.DIGITS
    word = unicodedata.normalize("NFKC", chunk).strip(_AROUND_WORDS).lower()
    if word.isalpha():
        joins = word in _JOINING or word.startswith("polig")
        return _Kind.EITHER if joins else _Kind.ALONE
    return _Kind.ALONE if _TYPE.match(word) else _Kind.EITHER


@lru_cache(maxsize=CLAUSES_KEPT)
def _clause(clause: str, language: str) -> Said:
    return together([_run(run, language) for run in runs(clause)])


@lru_cache(maxsize=RUNS_KEPT)
def _run(run: str, language: str) -> Said:
    spelled = _spellings(run)
    words = dict.fromkeys(word for word in spelled if word.isalpha())
    tails: Iterable[str] = ()
    if language in COMPOUNDING:
        tails = dict.fromkeys(stem(word, language)[::-1] for word in words if len(word) >= SHORTEST_COMPOUND)
    return Said(" ".join(stem(word, language) for word in spelled), " ".join(words), " ".join(tails))


# The four languages share most runs with digits.
@lru_cache(maxsize=RUNS_KEPT // 4)
def _spellings(text: str) -> tuple[str, ...]:
    return tuple(word for token in tokens(text) for word in (token.text, *token.also))
