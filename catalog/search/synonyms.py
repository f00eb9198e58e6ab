"""What a buyer may mean by other words than he typed: the trade's, and those of the operator's list.

A term is one word or several. Nothing of this is in the index, so a change counts from the next search on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from catalog.models import Synonym
from catalog.models.synonyms import terms_of
from catalog.search.text import LANGUAGES, Token, tokens
from catalog.search.words import SYNONYMS

# Terms of more words than this are not looked for.
LONGEST_PHRASE = 5

Words = tuple[str, ...]


@dataclass(frozen=True)
class Synonyms:
    """By the session's language, then by the words of a term: the words of every other way to say it."""

    by_language: Mapping[str, Mapping[Words, tuple[Words, ...]]]

    def read_into(self, query: Sequence[Token], language: str) -> tuple[Token, ...]:
        """The words of a query with what they may mean as well; the words of one term become one."""
        known = self.by_language[language]
        found: list[Token] = []
        place = 0
        while place < len(query):
            for length in range(min(LONGEST_PHRASE, len(query) - place), 0, -1):
                phrase = tuple(token.text for token in query[place : place + length])
                if phrase in known:
                    found.append(_with(query[place : place + length], known[phrase]))
                    break
            else:
                length = 1
                found.append(query[place])
            place += length
        return tuple(found)


def read() -> Synonyms:
    """The trade's synonyms and those of the operator's list as it stands now: one query."""
    meant: dict[str, dict[Words, dict[Words, None]]] = {language: defaultdict(dict) for language in LANGUAGES}
    for typed, said in SYNONYMS:
        _add_line(meant, LANGUAGES, typed, said)
    rows = Synonym.objects.filter(active=True).order_by("id")
    for language, term, meanings, both_ways in rows.values_list("language", "term", "meanings", "both_ways"):
        others = terms_of(meanings)
        languages = (language,) if language in LANGUAGES else LANGUAGES
        _add_line(meant, languages, (term, *others) if both_ways else (term,), (term, *others))
    return Synonyms(
        {
            language: {term: tuple(others) for term, others in terms.items()}
            for language, terms in meant.items()
        }
    )


def _add_line(
    meant: dict[str, dict[Words, dict[Words, None]]],
    languages: Iterable[str],
    typed: Iterable[str],
    said: Iterable[str],
) -> None:
    wordings = [_words(term) for term in said]
    for term in typed:
        own = _words(term)
        others = [words for words in wordings if words and words != own]
        for spelling in _spellings(term):
            for language in languages:
                meant[language][spelling].update(dict.fromkeys(others))


def _words(term: str) -> Words:
    return tuple(token.text for token in tokens(term))


def _spellings(term: str) -> set[Words]:
    """A term as it is typed: ``FI-Schalter`` also as two words."""
    found = list(tokens(term))
    parts = tuple(part for token in found for part in (token.also if len(token.also) > 1 else (token.text,)))
    return {words for words in (tuple(token.text for token in found), parts) if words}


def _with(phrase: Sequence[Token], meanings: tuple[Words, ...]) -> Token:
    if len(phrase) == 1:
        return replace(phrase[0], meanings=(*phrase[0].meanings, *meanings))
    own = tuple(token.text for token in phrase)
    return Token(" ".join(own), (), (own, *meanings))
