"""What a text says, as the index wants it: stems, whole words and the ends of compounds, the same as ``text``
finds by itself but with every piece of text that comes again read once.

A text falls into clauses, and those into runs, that can be read apart: a word far from any digit is one, so
is a type such as "ELK12242-39", and around digits everything that may belong together ("16 A", "3 G 2,5",
"IP 65", "3 P + N") stays together.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from catalog.search.text import COMPOUNDING, stem, tokens

# Only words this long are taken for compounds, and only parts this long are looked for at their end.
SHORTEST_COMPOUND = 8
SHORTEST_PART = 4
# How many words after one with a digit may still belong to it, at most ("3 P + N").
BELONGING = 3
RUNS_KEPT = 40_000
CLAUSES_KEPT = 20_000
# After a sign and a space a letter begins something new: nothing that has a digit goes on like this.
_CLAUSE_END = re.compile(r"(?<=[.,;:]) (?=[^\W\d_])")
# Digits that may belong to a word beside them; not those of a type, which begins with letters.
_OPEN_DIGITS = re.compile(r"(?![^\W\d_]{3})\S*?[\d²³]")
_AROUND_WORDS = ".,;:()"


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


def runs(text: str) -> Iterator[str]:
    """The pieces of a text that can be read apart, in its order."""
    run: list[str] = []
    until = -1
    chunks = text.split()
    open_ = [_OPEN_DIGITS.match(chunk) is not None for chunk in chunks]
    open_.append(False)
    for place, chunk in enumerate(chunks):
        if open_[place]:
            until = place + BELONGING
        if place <= until or open_[place + 1]:
            run.append(chunk)
        else:
            if run:
                yield " ".join(run)
                run = []
            yield chunk.strip(_AROUND_WORDS)
    if run:
        yield " ".join(run)


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
