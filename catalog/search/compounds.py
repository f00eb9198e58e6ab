"""Words that buyers write apart and the assortment writes as one: ``Dose Unterputz`` is an ``Unterputzdose``.

Only words beside each other, and only compounds that the index's dictionary has. The other way round,
``geelgroen`` is read as ``geel`` and ``groen`` where nothing says it as one word.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from catalog.search.text import COMPOUNDING, Token

SHORTEST_JOINED = 2
SHORTEST_PARTED = 4
# What stands between the parts of a compound; other languages put nothing there.
_LINKS = dict.fromkeys(COMPOUNDING, ("", "s", "n"))
# As typed it is the same word; the other way round it may be another thing.
AS_TYPED, TURNED = 1.0, 0.8


def joined(
    query: Sequence[Token], language: str, is_word: Callable[[str], bool]
) -> Mapping[str, Mapping[str, float]]:
    """By the words of a query, the compounds that each forms with one beside it, and what those are worth.

    ``is_word`` tells what stands in the dictionary.
    """
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for one, other in pairwise(query):
        if not all(word.is_word and len(word.text) >= SHORTEST_JOINED for word in (one, other)):
            continue
        for first, last, worth in ((one, other, AS_TYPED), (other, one, TURNED)):
            for link in _LINKS.get(language, ("",)):
                if is_word(compound := f"{first.text}{link}{last.text}"):
                    for part in (one, other):
                        found[part.text].setdefault(compound, worth)
    return found


def parted(word: str, language: str, is_word: Callable[[str], bool]) -> tuple[str, str] | None:
    """The two words of the dictionary that make this one, the last as long as there is one."""
    if language not in COMPOUNDING:
        return None
    for place in range(SHORTEST_PARTED, len(word) - SHORTEST_PARTED + 1):
        first, last = word[:place], word[place:]
        if not is_word(last):
            continue
        for link in _LINKS[language]:
            if first.endswith(link) and is_word(start := first.removesuffix(link)):
                return start, last
    return None
