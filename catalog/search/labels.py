"""The small tables that searching needs beside the index: names of facets, and synonyms.

Read in a fixed number of queries; a change in any process of this machine counts from the next search on, one
that came another way within a minute.
"""

import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings

from catalog.models import Attribute, AttributeChoice, Brand, Category, CategoryAttribute
from catalog.search import synonyms
from catalog.search.synonyms import Synonyms
from catalog.search.text import LANGUAGES

MAX_AGE_SECONDS = 60.0
# Beside the index, which all processes of a machine share: touched when one of the tables changed.
STAMP = "labels"

NAME_COLUMNS = tuple(f"name_{language}" for language in LANGUAGES)


class Names(dict[str, str]):
    """One text in four languages; a language without a text gets the English one."""

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Names":
        names = cls(zip(LANGUAGES, texts, strict=True))
        return cls({language: text or names["en"] for language, text in names.items()})


@dataclass(frozen=True)
class Node:
    id: int
    parent: int | None
    slug: str
    names: Names


@dataclass(frozen=True)
class Choice:
    id: int
    code: str
    names: Names
    rank: int


@dataclass(frozen=True)
class Feature:
    id: int
    code: str
    kind: str
    unit: str
    names: Names
    choices: dict[str, Choice] = field(default_factory=dict)


@dataclass(frozen=True)
class Labels:
    """Categories, brands, attributes and synonyms as they stood when they were read."""

    categories: Mapping[int, Node]
    brands: Mapping[int, tuple[str, str]]
    features: Mapping[int, Feature]
    filters: Mapping[int, tuple[int, ...]]
    synonyms: Synonyms

    @cached_property
    def category_ids(self) -> Mapping[str, int]:
        return {node.slug: node.id for node in self.categories.values()}

    @cached_property
    def brand_ids(self) -> Mapping[str, int]:
        return {code: pk for pk, (code, _) in self.brands.items()}

    @cached_property
    def choices(self) -> Mapping[int, Choice]:
        features = self.features.values()
        return {choice.id: choice for feature in features for choice in feature.choices.values()}

    @cached_property
    def children(self) -> Mapping[int | None, tuple[int, ...]]:
        below: dict[int | None, list[int]] = defaultdict(list)
        for node in self.categories.values():
            below[node.parent].append(node.id)
        return {parent: tuple(ids) for parent, ids in below.items()}

    def path(self, category: int | None) -> tuple[int, ...]:
        """The category and all above it, the nearest first."""
        found: list[int] = []
        while category is not None and category not in found and category in self.categories:
            found.append(category)
            category = self.categories[category].parent
        return tuple(found)

    def below(self, category: int) -> set[int]:
        """The category and all below it."""
        found: set[int] = set()
        waiting = [category]
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting.extend(self.children.get(node, ()))
        return found

    def filters_of(self, category: int) -> tuple[Feature, ...]:
        """The attributes by which this category is filtered: its own, then those of the ones above."""
        ids = dict.fromkeys(pk for node in self.path(category) for pk in self.filters.get(node, ()))
        return tuple(self.features[pk] for pk in ids if pk in self.features)


def read() -> Labels:
    """The tables as they stand now: six queries."""
    attributes = Attribute.objects.values_list("id", "code", "kind", "unit", *NAME_COLUMNS)
    features = {
        pk: Feature(pk, code, kind, unit, Names.of(names)) for pk, code, kind, unit, *names in attributes
    }
    choices = AttributeChoice.objects.order_by("attribute", "position", "code")
    rows = choices.values_list("id", "attribute", "code", *NAME_COLUMNS)
    for rank, (pk, attribute, code, *names) in enumerate(rows):
        features[attribute].choices[code] = Choice(pk, code, Names.of(names), rank)
    filters: dict[int, list[int]] = defaultdict(list)
    shown = CategoryAttribute.objects.order_by("position", "id").values_list("category", "attribute")
    for category, attribute in shown:
        filters[category].append(attribute)
    tree = Category.objects.order_by("position", "name_en")
    nodes = tree.values_list("id", "parent", "slug", *NAME_COLUMNS)
    return Labels(
        categories={pk: Node(pk, parent, slug, Names.of(names)) for pk, parent, slug, *names in nodes},
        brands={pk: (code, name) for pk, code, name in Brand.objects.values_list("id", "code", "name")},
        features=features,
        filters={category: tuple(ids) for category, ids in filters.items()},
        synonyms=synonyms.read(),
    )


_lock = threading.Lock()
_held: tuple[tuple[str, int], float, Labels] | None = None


def current(clock: Callable[[], float] = time.monotonic) -> Labels:
    """The labels, read again when they changed, are a minute old, or belong to another index."""
    global _held
    version = _version()
    held = _held
    if held and held[0] == version and clock() - held[1] < MAX_AGE_SECONDS:
        return held[2]
    with _lock:
        held = _held
        if not held or held[0] != version or clock() - held[1] >= MAX_AGE_SECONDS:
            held = (version, clock(), read())
            _held = held
        return held[2]


def forget() -> None:
    """The next use in this process reads the tables again."""
    global _held
    _held = None


def announce() -> None:
    """The next search of every process on this machine reads the tables again; called after the commit."""
    forget()
    folder = str(settings.SEARCH_INDEX_DIR)
    os.makedirs(folder, exist_ok=True)
    stamp = os.path.join(folder, STAMP)
    with open(stamp, "a"):
        os.utime(stamp)


def _version() -> tuple[str, int]:
    folder = str(settings.SEARCH_INDEX_DIR)
    try:
        return folder, os.stat(f"{folder}/{STAMP}").st_mtime_ns
    except OSError:
        return folder, 0
