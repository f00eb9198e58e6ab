"""From the words of a buyer to a query of the index.

An article is found when every word of the query is said of it; the name and what its category is count most.
Article numbers are compared without separators and always come first. What a word may stand for (the
beginning of another, the end of a compound, a synonym) is looked up in the index's dictionary first, so that
the query is a few plain terms: the best articles of a million are then known without looking at all that fit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from tantivy import Query

from catalog.search import schema
from catalog.search.analysis import SHORTEST_PART
from catalog.search.compounds import joined, parted
from catalog.search.dictionary import Dictionary
from catalog.search.sought import Either, Sought, any_of
from catalog.search.text import COMPOUNDING, LANGUAGES, Token, code_key, stem, without_ascii_umlauts

# What a match is worth; a rare word is not worth more than a frequent one, as all must be said anyway.
EXACT_CODE = 10_000.0
SHORTENED_CODE = 1_000.0
START_OF_CODE = 100.0
START_OF_LETTERS = 1.0  # without a digit it is more likely a word
NAME, SAID, CLASS = 4.0, 0.4, 2.0
CODE_WORD = 8.0
# Of those, what a word is worth that was not typed like this.
END_OF_COMPOUND, START_OF_WORD, INSIDE_WORD, OTHER_MEANING, OTHER_LANGUAGE = 0.8, 0.5, 0.2, 0.7, 0.2

SHORTEST_START = 2
SHORTEST_INSIDE = 5
SHORTEST_CODE = 3
SHORTEST_CODE_START = schema.STARTS.start
# GTINs of one shop begin alike, so a few digits must not match them all.
SHORTEST_GTIN_START = schema.GTIN_START
# So many words that go on or end like the typed one are looked for, the most frequent first.
MOST_VARIANTS = 24
# Of fewer articles with a word, two languages may well say it of as many and mean others.
SAME_FROM = 100
# Up to so many article numbers that begin as typed are ranked one by one.
MOST_CODES = 64
# A word that may be several is looked for among all only up to so many articles.
SKIPPED = 64_000


class Breadth(Enum):
    """How a word may be taken: as typed; as the beginning of another when it is the last; in any way."""

    TYPED = "typed"
    STARTED = "started"
    LOOSE = "loose"


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the index's dictionary in one language, and what finding it is worth (1 as typed)."""

    language: str
    stem: str
    worth: float


@dataclass(frozen=True)
class Wanted:
    """One thing that must be said of an article: any of these terms, numbers, or wordings.

    ``code_start`` stands for ``codes`` where very many numbers begin alike.
    """

    terms: tuple[Term, ...] = ()
    codes: tuple[str, ...] = ()
    wordings: tuple[tuple["Wanted", ...], ...] = ()
    code_start: str = ""

    def __bool__(self) -> bool:
        return bool(self.terms or self.codes or self.wordings or self.code_start)


@dataclass(frozen=True)
class Reading:
    """One way to understand what was typed."""

    wanted: tuple[Wanted, ...]
    typed: str
    words: Dictionary

    @cached_property
    def ranked(self) -> Sought:
        """The articles that fit, the best first."""
        if self.skips and self.wanted:
            word = self.wanted[0]
            return Sought(others=(*_alternatives(self.words, word), *_titles(self.words, word), *self._coded))
        return replace(self.matched, shoulds=tuple(_worth(self.words, self.wanted)))

    @cached_property
    def matched(self) -> Sought:
        """The same articles in no order, for counting and for another order."""
        return replace(_every(self.words, self.wanted), others=self._coded)

    @cached_property
    def _coded(self) -> tuple[Query, ...]:
        return tuple(_codes(self.words, self.typed))

    @cached_property
    def skips(self) -> bool:
        """Whether the index finds the best without looking at all that fit.

        It can where articles are called so; what is only said of them makes them all alike, and of many words
        that may be meant there is always one more to look at.
        """
        if not self.wanted:
            return True
        if len(self.wanted) > 1 or self.wanted[0].wordings or self.cost > SKIPPED:
            return False
        return any(True for _ in _titles(self.words, self.wanted[0]))

    @cached_property
    def is_number(self) -> bool:
        """Whether what was typed is the number of an article."""
        key = code_key(self.typed)
        gtin = key.lstrip("0") if key.isdecimal() else ""
        known = self.words.articles
        return bool((key and known(schema.CODE, key)) or (gtin and known(schema.GTIN, gtin)))

    @cached_property
    def most(self) -> int:
        """No more articles than this can fit, by words."""
        return min((_most(self.words, wanted) for wanted in self.wanted), default=0)

    @cached_property
    def cost(self) -> int:
        """About how many entries of its lists the index reads to find all that fit.

        Between plain words it leaps along the rarest; of one that may be several every list is read.
        """
        unions = (wanted for wanted in self.wanted if len(wanted.terms) > 1 or wanted.wordings)
        return max(self.most, sum(_most(self.words, wanted) for wanted in unions))


def read(
    words: Dictionary, query: Sequence[Token], typed: str, language: str, breadth: Breadth
) -> Reading | None:
    """The articles of which all these words are said, or whose number is what was typed.

    ``None`` when one of the words is in no article if it is taken like this and nothing has such a number.
    """
    wanted = []
    compounds = joined(query, language, lambda word: bool(words.articles(schema.word(language), word)))
    for word in query:
        started = breadth is Breadth.LOOSE or (breadth is Breadth.STARTED and word is query[-1])
        found = _wanted(words, word, language, started=started, loose=breadth is Breadth.LOOSE)
        found = _with_compounds(found, compounds.get(word.text, {}), language)
        if not found:
            # A word that nobody says like this may be unfinished or of another language.
            found = _wanted(words, word, language, started=word is query[-1], loose=False, foreign=True)
        if not found:
            found = _in_parts(words, word, language)
        if not found:
            return Reading((), typed, words) if any(True for _ in _codes(words, typed)) else None
        wanted.append(found)
    return Reading(tuple(wanted), typed, words) if wanted else None


def is_said(words: Dictionary, word: Token, languages: Sequence[str] = LANGUAGES) -> bool:
    """Whether any article says this word, in one of these languages."""
    if any(words.articles(schema.said(language), stem(word.text, language)) for language in languages):
        return True
    return any(_wanted(words, word, language, started=True, loose=True) for language in languages)


def _wanted(
    words: Dictionary, word: Token, language: str, *, started: bool, loose: bool, foreign: bool = False
) -> Wanted:
    """Every way in which this one word may be said, as the dictionary knows them."""
    terms: dict[tuple[str, str], Term] = {}
    wordings: list[tuple[Wanted, ...]] = []
    codes: tuple[str, ...] = ()
    code_start = ""

    def add(found: Iterable[Term]) -> None:
        for term in found:
            key = (term.language, term.stem)
            if key not in terms or terms[key].worth < term.worth:
                terms[key] = term

    phrase = " " in word.text
    languages = LANGUAGES if (loose or foreign) and word.is_word else (language,)
    spellings = [(word.text, 1.0)]
    if word.is_word and (plain := without_ascii_umlauts(word.text)) != word.text:
        spellings.append((plain, OTHER_MEANING))
    for each in () if phrase else languages:
        part = 1.0 if each == language else OTHER_LANGUAGE
        for spelling, worth in spellings:
            add(_forms(words, spelling, each, worth * part))
            if started and len(spelling) >= SHORTEST_START:
                add(_beginnings(words, spelling, each, worth * part))
    if loose and word.is_word and len(word.text) >= SHORTEST_INSIDE:
        add(_insides(words, word.text, language))
    if not word.is_word and not phrase:
        numbers = _numbers(words, word.text)
        if numbers is None:
            code_start = code_key(word.text)
        else:
            codes = numbers
    for meaning in word.meanings:
        own = phrase and " ".join(meaning) == word.text
        parts = tuple(_meant(words, part, language, 1.0 if own else OTHER_MEANING) for part in meaning)
        if not all(parts):
            continue
        if len(parts) == 1:
            add(parts[0].terms)
        else:
            wordings.append(parts)
    return Wanted(tuple(_once(words, terms, language)), codes, tuple(wordings), code_start)


def _in_parts(words: Dictionary, word: Token, language: str) -> Wanted:
    """A compound that nothing says as one word."""
    if not word.is_word:
        return Wanted()
    parts = parted(word.text, language, lambda part: bool(words.articles(schema.word(language), part)))
    return (
        Wanted(wordings=(tuple(_meant(words, part, language, 1.0) for part in parts),)) if parts else Wanted()
    )


def _once(words: Dictionary, terms: Mapping[tuple[str, str], Term], language: str) -> Iterator[Term]:
    """The terms without those of other languages that say the same of as many articles, such as a brand."""

    def said(by: str, stemmed: str) -> int:
        return words.articles(schema.said(by), stemmed)

    for (other, stemmed), term in terms.items():
        again = other != language and (language, stemmed) in terms
        if not again or not SAME_FROM <= said(other, stemmed) == said(language, stemmed):
            yield term


def _with_compounds(wanted: Wanted, compounds: Mapping[str, float], language: str) -> Wanted:
    """What may also be said by one word with the word beside it."""
    if not compounds:
        return wanted
    joined_ = {stem(compound, language): worth for compound, worth in compounds.items()}
    own = tuple(Term(language, compound, worth) for compound, worth in joined_.items())
    others = (term for term in wanted.terms if term.language != language or term.stem not in joined_)
    return replace(wanted, terms=(*others, *own))


def _meant(words: Dictionary, part: str, language: str, worth: float) -> Wanted:
    """A word that was not typed itself, in the session's language or, where that has none, in any."""
    found = tuple(_forms(words, part, language, worth))
    if not found and part.isalpha():
        found = tuple(
            term
            for each in LANGUAGES
            if each != language
            for term in _forms(words, part, each, worth * OTHER_LANGUAGE)
        )
    return Wanted(found)


def _forms(words: Dictionary, word: str, language: str, worth: float) -> Iterator[Term]:
    """The word with any ending, and the compounds that end in it."""
    stemmed = stem(word, language)
    if words.articles(schema.said(language), stemmed):
        yield Term(language, stemmed, worth)
    if language in COMPOUNDING and len(stemmed) >= SHORTEST_PART and stemmed.isalpha():
        name = schema.tail(language)
        for backwards in words.beginning(name, stemmed[::-1], MOST_VARIANTS):
            if (compound := backwards[::-1]) != stemmed:
                yield Term(language, compound, worth * END_OF_COMPOUND)


def _beginnings(words: Dictionary, word: str, language: str, worth: float) -> Iterator[Term]:
    for longer in words.beginning(schema.word(language), word, MOST_VARIANTS):
        if longer != word:
            yield Term(language, stem(longer, language), worth * START_OF_WORD)


def _insides(words: Dictionary, word: str, language: str) -> Iterator[Term]:
    inside = (longer for longer in words.around(word, language) if longer != word)
    for _, longer in zip(range(MOST_VARIANTS), inside, strict=False):
        yield Term(language, stem(longer, language), INSIDE_WORD)


def _numbers(words: Dictionary, word: str) -> tuple[str, ...] | None:
    """Numbers of articles that begin like this word among other words: ``5SY6116 disjoncteur``.

    ``None`` when there are too many to look for each.
    """
    key = code_key(word)
    if len(key) < SHORTEST_CODE_START:
        return ()
    return _starting_alike(words, schema.PART, key)


def _starting_alike(words: Dictionary, name: str, key: str) -> tuple[str, ...] | None:
    # Of very many the dictionary would have to be read through.
    if len(key) < schema.STARTS.stop and words.articles(schema.START, key) > MOST_CODES:
        return None
    found = words.beginning(name, key, MOST_CODES + 1)
    return found if len(found) <= MOST_CODES else None


def _most(words: Dictionary, wanted: Wanted) -> int:
    return (
        sum(words.articles(schema.said(term.language), term.stem) for term in wanted.terms)
        + (_most_starting(words, wanted.code_start) if wanted.code_start else len(wanted.codes))
        + sum(min(_most(words, part) for part in wording) for wording in wanted.wordings)
    )


def _most_starting(words: Dictionary, key: str) -> int:
    return words.articles(schema.START, key[: schema.STARTS.stop - 1])


def _every(words: Dictionary, wanted: Sequence[Wanted]) -> Sought:
    """All of these said."""
    return Sought(tuple(_said(words, each, wanted) for each in wanted))


def _worth(words: Dictionary, wanted: Sequence[Wanted]) -> Iterator[Query]:
    """What comes on top by rank: names and categories."""
    for each in wanted:
        yield from _titles(words, each)
        for wording in each.wordings:
            for part in wording:
                yield from _titles(words, part)


def _said(words: Dictionary, each: Wanted, wanted: Sequence[Wanted]) -> Either:
    """One of the words as it may be said; its wordings are looked for where the rarest of the others is."""
    queries = tuple(_alternatives(words, each))
    if not each.wordings:
        return Either(queries)
    plain = [other for other in wanted if not other.wordings]
    rarest = min(plain, key=lambda other: _most(words, other), default=None)
    beside = (any_of(_alternatives(words, rarest)),) if rarest else ()
    wordings = (_every(words, wording) for wording in each.wordings)
    return Either(queries, tuple(wording.within(beside) for wording in wordings))


def _alternatives(words: Dictionary, wanted: Wanted) -> Iterator[Query]:
    for term in wanted.terms:
        yield _term(words, schema.said(term.language), term.stem, SAID * term.worth)
    for number in wanted.codes:
        yield _term(words, schema.PART, number, CODE_WORD)
    if wanted.code_start:
        yield _beginning(schema.PART, wanted.code_start, CODE_WORD)


def _titles(words: Dictionary, wanted: Wanted) -> Iterator[Query]:
    for term in wanted.terms:
        for name, worth in ((schema.name(term.language), NAME), (schema.class_(term.language), CLASS)):
            if words.articles(name, term.stem):
                yield _term(words, name, term.stem, worth * term.worth)


def _term(words: Dictionary, name: str, term: str, worth: float) -> Query:
    query = Query.term_query(schema.SCHEMA, name, term, "freq")
    # A word that nearly everything says has a rarity near nothing; its worth must not blow up.
    return Query.boost_query(query, worth / max(words.rarity(name, term), 0.01))


def _codes(words: Dictionary, typed: str) -> Iterator[Query]:
    key = code_key(typed)
    if len(key) < SHORTEST_CODE:
        return
    exact: Callable[[str, str], bool] = lambda name, code: bool(words.articles(name, code))  # noqa: E731
    if exact(schema.CODE, key):
        yield _term(words, schema.CODE, key, EXACT_CODE)
    if exact(schema.PART, key):
        yield _term(words, schema.PART, key, SHORTENED_CODE)
    if key.isdecimal():
        gtin = key.lstrip("0")
        if exact(schema.GTIN, gtin):
            yield _term(words, schema.GTIN, gtin, EXACT_CODE)
        if len(gtin) >= SHORTEST_GTIN_START:
            yield from _starting(words, schema.GTIN, gtin, START_OF_CODE)
    if len(key) >= SHORTEST_CODE_START:
        score = START_OF_LETTERS if key.isalpha() else START_OF_CODE
        yield from _starting(words, schema.PART, key, score)


def _starting(words: Dictionary, name: str, key: str, score: float) -> Iterator[Query]:
    found = _starting_alike(words, name, key)
    if found is None:
        yield _beginning(name, key, score)
        return
    for code in found:
        if code != key:
            yield _term(words, name, code, score)


def _beginning(name: str, key: str, score: float) -> Query:
    if len(key) < schema.STARTS.stop:
        starting = Query.term_query(schema.SCHEMA, schema.START, key, "basic")
    else:
        starting = Query.fuzzy_term_query(schema.SCHEMA, name, key, distance=0, prefix=True)
    return Query.const_score_query(starting, score)
