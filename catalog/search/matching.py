"""From the words of a buyer to a query of the index.

An article is found when every word of the query is said of it, in any language; the session's language and
the name count most. Article numbers are compared without separators and always come first.
"""

import re
from collections.abc import Iterable, Sequence
from enum import Enum

import tantivy
from tantivy import Occur, Query

from catalog.search import schema
from catalog.search.documents import SHORTEST_PART
from catalog.search.text import COMPOUNDING, LANGUAGES, Token, code_key, stem, without_ascii_umlauts

# What a match is worth. Ranked matches are multiplied (BM25 gives about 1 to 10), the others are constants.
EXACT_CODE = 10_000.0
SHORTENED_CODE = 1_000.0
START_OF_CODE = 100.0
START_OF_LETTERS = 1.0  # without a digit it is more likely a word
NAME, BODY = 4.0, 0.5
NAME_ELSEWHERE, BODY_ELSEWHERE = 0.8, 0.1  # in a language other than the session's
START_OF_WORD, START_ELSEWHERE = 2.0, 0.4
END_OF_COMPOUND, END_ELSEWHERE = 4.0, 0.6
# Added when the brand or category is called so: "cable" means cables before cable shears.
CLASS = 2.0
INSIDE_WORD = 0.5
CODE_WORD = 8.0
OTHER_MEANING = 0.7
# How much the weaker places where a word is found add to the best one.
TIE_BREAKER = 0.1

SHORTEST_START = 2
SHORTEST_INSIDE = 5
SHORTEST_CODE = 3
SHORTEST_CODE_START = 4
# GTINs of one shop begin alike, so a few digits must not match them all.
SHORTEST_GTIN_START = 8


class Breadth(Enum):
    """How much a word may match: ``TYPED`` completes the last word, ``LOOSE`` any word, inside words too."""

    TYPED = "typed"
    LOOSE = "loose"


def text_query(words: Sequence[Token], typed: str, language: str, breadth: Breadth = Breadth.TYPED) -> Query:
    """Articles of which all these words are said, and those whose number is what was typed."""
    loose = breadth is Breadth.LOOSE
    every = [
        (Occur.Must, _word(word, language, starts=loose or word is words[-1], inside=loose)) for word in words
    ]
    wanted = [(Occur.Should, Query.boolean_query(every))] if every else []
    wanted += [(Occur.Should, query) for query in _codes(typed)]
    return Query.boolean_query(wanted) if wanted else Query.empty_query()


def is_said(searcher: tantivy.Searcher, word: Token, languages: Sequence[str] = LANGUAGES) -> bool:
    """Whether any article says this word, in one of these languages."""
    for language in languages:
        query = _word(word, language, starts=True, inside=True, languages=languages)
        if searcher.search(query, 1, count=False).hits:
            return True
    return False


def _term(field: str, text: str) -> Query:
    return Query.term_query(schema.SCHEMA, field, text, "freq")


def _starting(field: str, text: str) -> Query:
    # A thousand times cheaper to make than the regular expression that says the same.
    return Query.fuzzy_term_query(schema.SCHEMA, field, text, distance=0, prefix=True)


def _inside(field: str, text: str) -> Query:
    return Query.regex_query(schema.SCHEMA, field, f"[!-~]*{re.escape(text)}[!-~]*")


def _worth(query: Query, score: float) -> Query:
    return Query.const_score_query(query, score)


def _codes(typed: str) -> Iterable[Query]:
    key = code_key(typed)
    if len(key) < SHORTEST_CODE:
        return
    yield _worth(_term(schema.CODE, key), EXACT_CODE)
    yield _worth(_term(schema.PART, key), SHORTENED_CODE)
    if key.isdecimal():
        gtin = key.lstrip("0")
        yield _worth(_term(schema.GTIN, gtin), EXACT_CODE)
        if len(gtin) >= SHORTEST_GTIN_START:
            yield _worth(_starting(schema.GTIN, gtin), START_OF_CODE)
    if len(key) >= SHORTEST_CODE_START:
        score = START_OF_LETTERS if key.isalpha() else START_OF_CODE
        yield _worth(_starting(schema.PART, key), score)


def _word(
    word: Token, language: str, *, starts: bool, inside: bool, languages: Sequence[str] = LANGUAGES
) -> Query:
    """Articles of which this one word is said; the best of all places where it is said counts."""
    ways = list(_places(word.text, language, starts=starts, languages=languages))
    if not word.is_word:
        ways += list(_code_word(word.text))
    elif (plain := without_ascii_umlauts(word.text)) != word.text:
        places = _places(plain, language, starts=False, languages=languages)
        ways += [Query.boost_query(way, OTHER_MEANING) for way in places]
    if inside and word.is_word and len(word.text) >= SHORTEST_INSIDE:
        # This looks at every word of the index, so only at those of one language.
        ways.append(_worth(_inside(schema.word(language), word.text), INSIDE_WORD))
    for meaning in word.meanings:
        parts = [
            (Occur.Must, Query.disjunction_max_query([*_places(part, language, starts=False)], TIE_BREAKER))
            for part in meaning
        ]
        ways.append(Query.boost_query(Query.boolean_query(parts), OTHER_MEANING / len(parts)))
    best = Query.disjunction_max_query(ways, TIE_BREAKER)
    called = Query.boost_query(_term(schema.class_(language), stem(word.text, language)), CLASS)
    return Query.boolean_query([(Occur.Should, best), (Occur.Should, called)])


def _places(
    word: str, language: str, *, starts: bool, languages: Sequence[str] = LANGUAGES
) -> Iterable[Query]:
    if not word.isalpha():
        # Sizes and types are written the same in every language.
        yield Query.boost_query(_term(schema.name(language), word), NAME)
        yield Query.boost_query(_term(schema.body(language), word), BODY)
    else:
        for each in languages:
            here = each == language
            stemmed = stem(word, each)
            yield Query.boost_query(_term(schema.name(each), stemmed), NAME if here else NAME_ELSEWHERE)
            yield Query.boost_query(_term(schema.body(each), stemmed), BODY if here else BODY_ELSEWHERE)
            if each in COMPOUNDING and len(stemmed) >= SHORTEST_PART:
                score = END_OF_COMPOUND if here else END_ELSEWHERE
                yield _worth(_starting(schema.tail(each), stemmed[::-1]), score)
    if starts and len(word) >= SHORTEST_START:
        for each in languages if word.isalpha() else (language,):
            score = START_OF_WORD if each == language else START_ELSEWHERE
            yield _worth(_starting(schema.word(each), word), score)


def _code_word(word: str) -> Iterable[Query]:
    """A number of an article among other words: ``5SY6116 disjoncteur``."""
    key = code_key(word)
    if len(key) >= SHORTEST_CODE_START:
        yield _worth(_starting(schema.PART, key), CODE_WORD)
        if key.isdecimal():
            yield _worth(_term(schema.GTIN, key.lstrip("0")), CODE_WORD)
