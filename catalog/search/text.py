"""The same token for the same thing, however it is written: used for indexing and for queries alike.

``2,5 mm²``, ``2.5mm2`` and ``2,5²`` are one token; so are ``16 A`` and ``16A``, ``IP 65`` and ``IP65``,
``3G2,5`` and ``3 G 2.5``. A range (``4-6,3 A``) is found by both ends, ``3P+N+E`` by its five poles too.
Accents are folded (ß is ss). Nothing here knows about the index.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import tantivy

from catalog.search import scales
from catalog.search.words import NUMBER_LABELS, STOP_WORDS, UNITS

LANGUAGES = ("en", "nl", "fr", "de")
# The languages that write compounds as one word, whose last part is the thing itself.
COMPOUNDING = ("nl", "de")
_STEMMERS = {"en": "english", "nl": "dutch", "fr": "french", "de": "german"}
_ANALYZERS = {
    language: tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    .filter(tantivy.Filter.stemmer(name))
    .build()
    for language, name in _STEMMERS.items()
}

LONGEST_TOKEN = 60
LONGEST_QUERY = 200
MOST_WORDS = 12
# From here on AxB is no cable of A conductors any more but a length by a width.
MOST_CORES = 61
# M2 is also how a square metre is written.
THINNEST_THREAD = 3
# Texts often leave these units out: 10 in a pack, 19 inch.
NUMBERS_ALONE = frozenset({"pc", "in", "deg"})

_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_NUMBER = r"\d+(?:\.\d+)?"
# What may come in twos and more: 2x16 A are two poles, 4x58 W four tubes.
_COUNTED = "ma|a|kw|mw|w|kv|v|kva|va|kwh|wh|mah|ah"
_INCH = '"|inch|in|zoll|duim|pouces?'

# One alternative is one way of writing; the first that fits wins, so the order matters.
_TOKEN = re.compile(
    rf"""
    (?<![\w.])(?P<cable>\d+\s?g\s?{_NUMBER})(?:\s?(?:mm2|mm|qmm))?(?!\w)
  | (?<![\w.])(?P<count>\d{{1,2}})\s?[x*]\s?(?P<each>{_NUMBER})\s?(?P<each_unit>{_COUNTED})(?!\w)
  | (?<![\w.])(?P<size>{_NUMBER}(?:\s?[x*]\s?{_NUMBER})+)(?:\s?(?P<size_unit>mm2|qmm|mm|cm|m))?(?!\w)
  | (?<![\w.])(?P<phases>\d)\s?p(?P<beside>(?:\s?\+\s?(?:n|pe|e|t))+)(?!\w)
  | (?<![\w.])(?P<poles>\d{{1,2}})[\s-]?(?:p|pol|pole|poles|polig\w*|polaires?|pôles?|polen)(?!\w)
  | (?<![\w.])(?P<least>{_NUMBER})\s?(?:-|\.{{2,3}})\s?(?P<most>{_NUMBER})\s?(?P<range_unit>{_UNIT})(?!\w)
  | (?<![\w.])(?:(?P<whole>\d{{1,2}})[\s-])?(?P<fraction>[1-9]\d?/[1-9]\d?)\s?(?P<inch>{_INCH})(?!\w)
  | (?<![\w.])(?P<value>{_NUMBER})\s?(?P<unit>{_UNIT})(?!\w)
  | (?<!\w)(?P<thread>(?:m|ph|pz|tx)\s?\d{{1,3}})\s?[x*]\s?{_NUMBER}(?!\w)
  | (?<!\w)(?P<kind>ip|ik|cat|kat|rj|gu|gx|mr|pg|ph|pz|tx|dn|m|e)[\s.-]{{0,2}}
      (?P<grade>\d{{1,3}}(?:[a-z]{{1,2}})?)(?![\w.])
  | (?<![\w.])(?P<curve>[bcdkz])\s?(?P<ampere>\d{{1,3}})(?:\s?a)?(?![\w.-])
  | (?<![\w.])(?P<number>{_NUMBER})(?![\w.-])
  | (?P<word>[^\W_]+(?:[-/.+_&][^\W_]+)*)
    """,
    re.VERBOSE,
)
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_TRAILING_ZEROS = re.compile(r"(?<![\w.])(\d+)\.(\d*?)0+(?![\d.])")
_SQUARE_AFTER_NUMBER = re.compile(r"(?<=\d)\s?²")
_FRACTION_SIGN = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])")
_DASHES = str.maketrans({"–": "-", "−": "-", "⁄": "/", "”": '"', "“": '"'})
_INCH_MARK = re.compile("′′|''")
_DIAMETER = re.compile(r"[øØ⌀]\s?(?=\d)")
_SEPARATORS = re.compile(r"[-/.+_&]")
_NOT_CODE = re.compile(r"[\W_]+")
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "µ": "u"})
_MARKS = re.compile("[\u0300-\u036f]+")  # the combining ones of European languages
_LABEL = re.compile(rf"\A(?:(?:{'|'.join(sorted(NUMBER_LABELS, key=len, reverse=True))})\b[\s.:#°-]*)+", re.I)
_VOWELS = "aeiouy"
_ASCII_UMLAUT = re.compile(r"(?<=[aou])e")


@dataclass(frozen=True, slots=True)
class Token:
    """One thing said: its own spelling, what else it is found by, and what a query may mean by it."""

    text: str
    also: tuple[str, ...] = ()
    meanings: tuple[tuple[str, ...], ...] = ()

    @property
    def is_word(self) -> bool:
        return self.text.isalpha()


def fold(text: str) -> str:
    """Lower case without accents; ß becomes ss."""
    if text.isascii():
        return text.lower()
    decomposed = _MARKS.sub("", unicodedata.normalize("NFKD", text.lower().translate(_LETTERS)))
    if decomposed.isascii():
        return decomposed
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).replace("μ", "u")


def code_key(code: str) -> str:
    """An article number without its separators: ``5SY6 116-6`` and ``5sy61166`` are the same."""
    return _NOT_CODE.sub("", fold(code))


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text, in its order."""
    text = _SQUARE_AFTER_NUMBER.sub("mm2", _DIAMETER.sub("", text))
    text = unicodedata.normalize("NFKC", _FRACTION_SIGN.sub(" ", text)).lower().replace("×", "x")
    text = _INCH_MARK.sub('"', text.translate(_DASHES))
    text = _TRAILING_ZEROS.sub(_without_zeros, _DECIMAL_COMMA.sub(".", text))
    for match in _TOKEN.finditer(text):
        token = _READERS[match.lastgroup or "word"](match)
        if 0 < len(token.text) <= LONGEST_TOKEN:
            yield token


def query_tokens(text: str) -> tuple[Token, ...]:
    """The words of a query, each once, in its order."""
    return tuple(dict.fromkeys(tokens(text[:LONGEST_QUERY])))


def without_label(text: str) -> str:
    """A number without the words that say it is one: ``EAN: 2003…``, ``Best.-Nr. 5SY6``."""
    labelled = _LABEL.match(text)
    rest = text[labelled.end() :] if labelled else text
    return rest if any(letter.isdigit() for letter in rest) else text


def telling(query: Sequence[Token]) -> tuple[Token, ...]:
    """What a query asks for: its words without stop words, unless there is nothing else."""
    found = [token for token in query if token.text not in STOP_WORDS]
    return tuple((found or list(query))[:MOST_WORDS])


@lru_cache(maxsize=60_000)
def stem(word: str, language: str) -> str:
    """The stem of a folded word; whatever holds a digit is its own stem."""
    if len(word) < 3 or not word.isalpha():
        return word
    stemmed = fold(_ANALYZERS[language].analyze(word)[0])
    if language == "fr" and stemmed.endswith("ch"):
        return stemmed[:-1]  # blanche, as blanc
    return _voiceless(stemmed) if language == "nl" else stemmed


def _voiceless(stemmed: str) -> str:
    """Dutch writes schijf and schijven; of huls the stemmer leaves no s, of hulzen it does."""
    if stemmed.endswith(("v", "z")):
        stemmed = stemmed[:-1] + {"v": "f", "z": "s"}[stemmed[-1]]
    if stemmed.endswith("s") and stemmed[-2:-1] not in _VOWELS:
        return stemmed[:-1]
    return stemmed


def without_ascii_umlauts(word: str) -> str:
    """``schuetz`` as ``schütz`` is indexed: ``schutz``."""
    return _ASCII_UMLAUT.sub("", word)


def sort_key(text: str) -> str:
    """Sorts as people do: case and accents do not count, 2.5 stands before 16."""
    plain = " ".join(fold(_DECIMAL_COMMA.sub(".", text)).split())
    return re.sub(r"\d+", lambda digits: digits.group().zfill(6), plain)[:120]


def _without_zeros(match: re.Match[str]) -> str:
    return f"{match[1]}.{match[2]}" if match[2] else match[1]


def _compact(text: str) -> str:
    return text.replace(" ", "").replace("*", "x")


def _cable(match: re.Match[str]) -> Token:
    text = _compact(match["cable"])
    section = text.rpartition("g")[2]
    return Token(text, (f"{section}mm2", f"{section}mm", section))


def _size(match: re.Match[str]) -> Token:
    text = _compact(match["size"])
    parts = text.split("x")
    unit = UNITS.get(match["size_unit"] or "", "")
    also = [*parts, *(f"{part}{unit}" for part in parts if unit), *_other_scale(parts, unit)]
    if len(parts) > 2:
        also.append("x".join(parts[:2]))  # a box is asked for without its depth
    meanings = []
    if len(parts) == 2 and unit in ("", "mm2") and float(parts[0]) <= MOST_CORES:
        # Buyers write 3x2,5 for a cable with an earth conductor too.
        meanings.append((f"{parts[0]}g{parts[1]}",))
        also += [f"{parts[1]}mm2"]
    return Token(text, tuple(dict.fromkeys(also)), tuple(meanings))


def _other_scale(parts: list[str], unit: str) -> Iterator[str]:
    """A panel of 600 x 600 mm is asked for as 60 x 60."""
    if not all(part.isdecimal() for part in parts):
        return
    if unit == "cm":
        yield "x".join(f"{part}0" for part in parts)
    elif unit == "mm" and all(len(part) > 2 and part.endswith("0") for part in parts):
        yield "x".join(part[:-1] for part in parts)


def _count(match: re.Match[str]) -> Token:
    each, unit = match["each"], UNITS[match["each_unit"]]
    poles = ((f"{match['count']}p", f"{each}a"),) if unit == "a" else ()
    return Token(f"{match['count']}x{each}{unit}", (f"{each}{unit}", each), poles)


def _phases(match: re.Match[str]) -> Token:
    """``3P+N+E``, ``3P+N+T`` and ``3P+N+PE`` are one, and have five poles to whoever counts them."""
    phases, beside = match["phases"], {sign.strip() for sign in match["beside"].split("+")}
    neutral = "n" if "n" in beside else ""
    also = [f"{phases}p"]
    if earth := ("e" if beside & {"e", "pe", "t"} else ""):
        also = [f"{phases}p{neutral}", f"{phases}p", f"{int(phases) + len(neutral) + 1}p"]
    return Token(f"{phases}p{neutral}{earth}", tuple(dict.fromkeys(also)))


def _range(match: re.Match[str]) -> Token:
    least, most, unit = match["least"], match["most"], UNITS[match["range_unit"]]
    if Decimal(least) >= Decimal(most):
        # No range but a number of something; the unit alone says nothing.
        return _code(f"{least}-{most}")
    ends = (f"{least}{unit}", f"{most}{unit}", least, most)
    return Token(f"{least}-{most}{unit}", ends, (ends[:2],))


def _fraction(match: re.Match[str]) -> Token:
    whole = f"{match['whole']}." if match["whole"] else ""
    return Token(f"{whole}{match['fraction']}in", (f"{whole}{match['fraction']}".replace("/", ""),))


def _poles(match: re.Match[str]) -> Token:
    return Token(f"{match['poles']}p")


def _value(match: re.Match[str]) -> Token:
    number, unit = match["value"], UNITS[match["unit"]]
    also = (number, f"{number}mm") if unit == "mm2" else (number,)
    meanings = tuple((other,) for other in scales.others(number, unit))
    if unit in NUMBERS_ALONE:
        meanings = (*meanings, (number,))
    return Token(f"{number}{unit}", also, meanings)


def _thread(match: re.Match[str]) -> Token:
    """``M20x1,5`` is asked for as M20."""
    thread = _compact(match["thread"])
    return Token(_compact(match[0]), (thread, *_diameter(thread)))


def _grade(match: re.Match[str]) -> Token:
    kind = "cat" if match["kind"] == "kat" else match["kind"]
    return Token(f"{kind}{match['grade']}", tuple(_diameter(f"{kind}{match['grade']}")))


def _diameter(thread: str) -> Iterator[str]:
    """A gland M20 is asked for as 20 mm."""
    if (kind := thread[:1]) == "m" and (size := thread[1:]).isdecimal() and int(size) >= THINNEST_THREAD:
        yield f"{size}{kind}m"


def _curve(match: re.Match[str]) -> Token:
    curve, ampere = match["curve"], f"{match['ampere']}a"
    return Token(f"{curve}{match['ampere']}", (curve, ampere), ((curve, ampere),))


def _number(match: re.Match[str]) -> Token:
    return Token(match["number"])


def _word(match: re.Match[str]) -> Token:
    return _code(match["word"])


def _code(text: str) -> Token:
    word = fold(text)
    if word.isalnum():
        return Token(word)
    parts = tuple(part for part in _SEPARATORS.split(word) if part)
    if len(parts) < 2:
        return Token(word)
    return Token("".join(parts), parts, (parts,))


_READERS = {
    "cable": _cable,
    "size": _size,
    "size_unit": _size,
    "each_unit": _count,
    "beside": _phases,
    "range_unit": _range,
    "inch": _fraction,
    "poles": _poles,
    "unit": _value,
    "thread": _thread,
    "grade": _grade,
    "ampere": _curve,
    "number": _number,
    "word": _word,
}
