"""What a buyer probably meant when nothing says what he typed."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice

import tantivy

from catalog.models import Product
from catalog.search import matching, schema
from catalog.search.dictionary import EDGE, Dictionary
from catalog.search.labels import Labels
from catalog.search.text import LANGUAGES, Token, tokens

SHORTEST_CORRECTED = 4
# From this length on two slips are taken for one word.
TWO_SLIPS_FROM = 8
# So many articles are looked at to find the word that was meant.
LOOKED_AT = 20
# So many words that have a piece of it are compared with it, the most frequent.
ALIKE = 2_000


def corrections(
    dictionary: Dictionary, words: Sequence[Token], language: str, labels: Labels
) -> Iterator[tuple[Token, ...]]:
    """What may be meant: each unknown word replaced by the likeliest known one, or left out.

    First only what is unknown in every language, then what is unknown in the session's, because a slip may
    happen to be a word of another language; last what no name spells so, because it may share its stem.
    """
    rounds: tuple[Callable[[Token], bool], ...] = (
        lambda word: matching.is_said(dictionary, word, LANGUAGES),
        lambda word: matching.is_said(dictionary, word, (language,)),
        lambda word: not word.is_word or bool(dictionary.articles(schema.word(language), word.text)),
    )
    tried = {tuple(words)}
    nearest = cache(lambda word: _nearest(dictionary, word, language, labels))
    for is_known in rounds:
        meant = []
        for word in words:
            if is_known(word):
                meant.append(word)
            elif (known := nearest(word)) is not None:
                meant += labels.synonyms.read_into((Token(known),), language)
        if meant and tuple(meant) not in tried:
            tried.add(tuple(meant))
            yield tuple(meant)


def slips(left: str, right: str, most: int) -> int:
    """How many letters differ (missing, extra, wrong, swapped with the next); ``most + 1`` when more."""
    # One slip takes a letter away, brings one in, or both.
    if abs(len(left) - len(right)) > most or len(set(left) ^ set(right)) > 2 * most:
        return most + 1
    before, row = [0] * (len(right) + 1), list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        before, last, row = row, before, [i]
        for j, b in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and b == left[i - 2]:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def _nearest(dictionary: Dictionary, word: Token, language: str, labels: Labels) -> str | None:
    """The known word with the fewest slips, the session's language first, then the most frequent."""
    # A wrong digit is another article, not a slip.
    if not word.is_word or len(word.text) < SHORTEST_CORRECTED:
        return None
    searcher = dictionary.searcher
    for distance in (1, 2) if len(word.text) >= TWO_SLIPS_FROM else (1,):
        for each in (language, *(other for other in LANGUAGES if other != language)):
            field = schema.word(each)
            near = tantivy.Query.fuzzy_term_query(schema.SCHEMA, field, word.text, distance, True)
            hits = searcher.search(near, LOOKED_AT, count=False).hits
            found = _within(dictionary, word.text, each, distance) if hits else []
            if hits and not found:
                # Rarer than what the dictionary spells out.
                ids = searcher.fast_field_values(schema.PRODUCT, [address for _, address in hits])
                words = _words_of([int(pk) for pk in ids if pk is not None], each, labels)
                found = [known for known in words if slips(word.text, known, distance) <= distance]
            if not found and each == language:
                # What no article is called, but buyers and operators say.
                terms = labels.synonyms.by_language[language]
                found = [said[0] for said in terms if len(said) == 1]
                found = [known for known in found if slips(word.text, known, distance) <= distance]
            if found:
                return min(found, key=lambda known: (-dictionary.articles(field, known), known))
    return None


def _within(dictionary: Dictionary, word: str, language: str, most: int) -> list[str]:
    """The words of a language that differ by so many slips at most."""
    having = (dictionary.around(part, language) for part in pieces(word, most))
    alike = (known for words in having for known in islice(words, ALIKE))
    return [known for known in dict.fromkeys(alike) if slips(word, known, most) <= most]


def pieces(word: str, most: int) -> Iterator[str]:
    """Pieces of a word of which so many slips leave one as it is: no slip reaches two of them."""
    # A letter is left out between them, because two that are swapped may be one of each.
    size, wider = divmod(len(word) - most, most + 1)
    start = 0
    for number in range(most + 1):
        end = start + size + (number < wider)
        yield f"{EDGE * (number == 0)}{word[start:end]}{EDGE * (number == most)}"
        start = end + 1


def _words_of(product_ids: Sequence[int], language: str, labels: Labels) -> set[str]:
    """The words by which these articles are found; the index knows them but does not tell by article."""
    texts: set[str] = set()
    columns = (f"name_{language}", "name_en", "brand", "category")
    for name, english, brand, category in Product.objects.filter(id__in=product_ids).values_list(*columns):
        texts.add(name or english)
        texts.update(labels.categories[node].names[language] for node in labels.path(category))
        if brand in labels.brands:
            texts.add(labels.brands[brand][1])
    return {word for text in texts for token in tokens(text) for word in (token.text, *token.also)}
