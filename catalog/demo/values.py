"""The values that an article of a demo family varies in, and the templates they are filled into."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.text import slugify

LANGUAGES = ("en", "nl", "fr", "de")
PLACEHOLDER = re.compile(r"\{(\w+)(?:\.(\w+))?(?::(\w+))?\}")
CABLE_SIZE = re.compile(r"(\d+)([GX])(\d+(?:\.\d+)?)")
DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")

Json = Any


@dataclass(frozen=True)
class Choice:
    """One value of an attribute that is chosen from a list, with its text in every language."""

    code: str
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Value:
    """One value on an axis: how it is written in each language and in an article number."""

    code: str
    sku: str
    texts: Mapping[str, str]
    number: Decimal | None = None
    factor: float = 1.0
    fields: Mapping[str, Json] = field(default_factory=dict)

    def text(self, language: str, name: str | None) -> str:
        if name is None:
            return self.texts[language]
        found = self._field(name)
        return found[language] if isinstance(found, dict) else localised(found, language)

    def plain(self, name: str | None) -> str:
        """As in an article number: the short form, without regard to language."""
        return self.sku if name is None else str(self._field(name))

    def amount(self, name: str | None) -> Decimal:
        found = self.number if name is None else self._field(name)
        if found is None:
            raise ValueError(f"{self.code} is not a number")
        return Decimal(str(found))

    def choice(self) -> Choice:
        return Choice(choice_code(self), tuple(self.texts.items()))

    def _field(self, name: str) -> Json:
        own = {"code": self.code, "sku": self.sku, "n": self.number}
        return own[name] if name in own else self.fields[name]


def localised(value: Json, language: str) -> str:
    """A number or a size such as 3G2.5 with the decimal sign of the language."""
    return str(value) if language == "en" else DECIMAL_POINT.sub(",", str(value))


def same_in_all(value: Json) -> dict[str, str]:
    return {language: localised(value, language) for language in LANGUAGES}


def choice_code(value: Value) -> str:
    # Families describe variants in their own words, so a code of their own could mean two things.
    source = value.texts["en"] if "en" in value.fields else value.code
    return slugify(re.sub(r"[+/.]", "-", source))[:40].strip("-")


def value_of(raw: Json, words: Mapping[str, Json]) -> Value:
    """A value as the family file spells it: a number, a word, a cable size or an object with details."""
    if isinstance(raw, int | float):
        return Value(str(raw), str(raw), same_in_all(raw), Decimal(str(raw)))
    if isinstance(raw, str):
        size = CABLE_SIZE.fullmatch(raw)
        if size:
            cores, kind, section = size.groups()
            short = f"{cores}{kind}{round(float(section) * 10):03}"
            details = {"cores": int(cores), "section": float(section)}
            return Value(raw, short, same_in_all(raw.replace("X", "x")), fields=details)
        raw = {"code": raw}
    code = str(raw.get("code", raw.get("n")))
    word = words.get(code, {}) if "en" not in raw else {}
    texts = {
        language: raw.get(language, raw.get("text", word.get(language, localised(code, language))))
        for language in LANGUAGES
    }
    return Value(
        code=code,
        sku=str(raw.get("sku", word.get("sku", code))),
        texts=texts,
        number=Decimal(str(raw["n"])) if "n" in raw else None,
        factor=raw.get("factor", 1.0),
        fields=raw,
    )


def fill(template: str, values: Mapping[str, Value], language: str) -> str:
    """The template as a text of the given language, beginning with a capital."""

    def replace(match: re.Match[str]) -> str:
        axis, name, _ = match.groups()
        return values[axis].text(language, name)

    text = " ".join(PLACEHOLDER.sub(replace, template).split())
    return text[:1].upper() + text[1:]


def fill_code(template: str, values: Mapping[str, Value], seed: str = "") -> str:
    """The template as an article number; ``{digits:5}`` are five digits that follow from ``seed``."""

    def replace(match: re.Match[str]) -> str:
        axis, name, form = match.groups()
        if axis == "digits":
            return digits(seed, int(form))
        value = values[axis]
        if form is None:
            return value.plain(name)
        if form.startswith("x"):
            return f"{round(value.amount(name) * int(form[1:])):03}"
        return f"{int(value.amount(name)):0{int(form)}}"

    return PLACEHOLDER.sub(replace, template)


def digest(text: str) -> int:
    """The same large number for the same text, in every process and on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def digits(text: str, count: int) -> str:
    return f"{digest(text) % 10**count:0{count}}"
