"""The words of one state of the index: how many articles have them, how they go on, and what has them inside.

What was looked up is kept for as long as the index does not change; no answer is.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import tantivy

from catalog.search import schema

TERMS_KEPT = 20_000
WORDS_KEPT = 50_000
STARTS_KEPT = 2_000
# Where a word begins and ends.
EDGE = "\n"


@dataclass(frozen=True)
class Dictionary:
    """The words of one state of the index."""

    searcher: tantivy.Searcher
    kept: dict[tuple[str, str | int], int] = field(default_factory=dict)
    begun: dict[tuple[str, str, int], tuple[str, ...]] = field(default_factory=dict)
    spelled: dict[str, str] = field(default_factory=dict)

    def articles(self, name: str, term: str | int) -> int:
        """How many articles have this term in this field, those that were there until just now included."""
        found = self.kept.get((name, term))
        if found is None:
            if len(self.kept) >= TERMS_KEPT:
                self.kept.clear()
            found = self.kept[name, term] = self.searcher.doc_freq(name, term)
        return found

    def beginning(self, name: str, start: str, most: int) -> tuple[str, ...]:
        """The terms of a field that begin like this, at most so many, the most frequent first."""
        found = self.begun.get((name, start, most))
        if found is None:
            if len(self.begun) >= STARTS_KEPT:
                self.begun.clear()
            listed = self.searcher.terms_with_prefix(name, start, limit=most)
            found = self.begun[name, start, most] = tuple(term for term, _ in listed)
        return found

    def around(self, part: str, language: str) -> Iterator[str]:
        """The whole words of a language that have this inside, the most frequent first.

        Those that begin or end with it, where ``EDGE`` stands before or behind it.
        """
        spelled = self.spelled.get(language)
        if spelled is None:
            listed = self.searcher.terms_with_prefix(schema.word(language), "", limit=WORDS_KEPT)
            # One text, in which to look for something is a thousand times quicker than in each word.
            spelled = self.spelled[language] = "".join(f"{EDGE}{word}" for word, _ in listed) + EDGE
        end = 0
        while (at := spelled.find(part, end)) >= 0:
            end = spelled.index(EDGE, at + 1)
            yield spelled[spelled.rindex(EDGE, 0, at + 1) + 1 : end]

    @cached_property
    def size(self) -> int:
        return self.searcher.num_docs

    def rarity(self, name: str, term: str) -> float:
        """By what the index multiplies a match of this term (inverse document frequency of BM25)."""
        found = self.articles(name, term)
        return math.log(1 + (self.size - min(found, self.size) + 0.5) / (found + 0.5))
