"""One article as the index holds it, made from the database in a fixed number of queries a batch.

A million of these are made in one go, so whatever comes again is made once: the words of a text by
``analysis``, what a category, a brand or a value says by ``Maker``.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import tantivy
from django.db.models import Sum

from catalog.models import Product, ProductAttribute, Stock
from catalog.search import schema
from catalog.search.analysis import SHORTEST_PART, Said, analyse, analyse_once, together
from catalog.search.fronts import NAMED, SKU, STOCK, Fronts, Key
from catalog.search.labels import Labels
from catalog.search.text import COMPOUNDING, LANGUAGES, code_key, sort_key

# What relevance is multiplied by, among articles that fit about as well.
WEIGHTS = {Product.Status.ACTIVE: 1.0, Product.Status.RUN_OUT: 0.9, Product.Status.DISCONTINUED: 0.3}
OUT_OF_STOCK = 0.95
_ENUMERATION = re.compile(r",|&|\b(?:and|en|et|und)\b", re.IGNORECASE)
_COLUMNS = ("id", "sku", "gtin", "brand_id", "manufacturer_part_number", "category_id", "status")
_TEXTS = tuple(f"{kind}_{language}" for language in LANGUAGES for kind in ("name", "description"))

Value = tuple[int, int | None, Decimal | None]


class _Classes(NamedTuple):
    """What the brand and the categories of an article say in one language."""

    heads: str
    said: Said


def number_text(number: Decimal) -> str:
    """A number as attribute filters spell it: ``2.5``, ``16``."""
    return f"{number.normalize():f}"


def code_tails(code: str) -> Iterator[str]:
    """An article number as people shorten it: ``VLT-5SY6116-6`` is also looked for as ``5SY6116-6``."""
    key = code_key(code)
    yield key
    rest = code
    while True:
        _, separator, rest = rest.partition("-")
        tail = code_key(rest)
        if not separator or len(tail) < SHORTEST_PART:
            return
        if any(letter.isdigit() for letter in tail) and tail != key:
            yield tail


def in_stock(product_ids: Sequence[int]) -> dict[int, Decimal]:
    """How many of each article lie at all sites together, in order units."""
    lying = Stock.objects.filter(product__in=product_ids).order_by().values_list("product")
    return dict(lying.annotate(Sum("quantity")))


def order_keys(sku: str, names: Sequence[str], quantity: Decimal, *, gone: bool) -> dict[str, Key]:
    """By what an article is ordered in each of the orders; ``names`` in the order of ``LANGUAGES``."""
    # Discontinued articles stand at the end of an alphabetical list too.
    last = "~" if gone else ""
    keys: dict[str, Key] = {
        language: last + sort_key(name or names[0]) for language, name in zip(LANGUAGES, names, strict=True)
    }
    return keys | {SKU: sort_key(sku), STOCK: float(quantity)}


@lru_cache(maxsize=5_000)
def heads_of(category: str, language: str) -> tuple[str, ...]:
    """What the things in a category are: cables and wires in "Cables and wires", glands in "Cable glands".

    The thing is the last word in Germanic languages and the first in French.
    """
    parts = (part.split() for part in _ENUMERATION.split(category))
    return tuple(part[0] if language == "fr" else part[-1] for part in parts if part)


class Maker:
    """Makes documents with one state of the labels."""

    def __init__(self, labels: Labels, fronts: Fronts) -> None:
        self.labels = labels
        self.fronts = fronts
        self._classes: dict[tuple[int, int], dict[str, _Classes]] = {}
        self._path = lru_cache(maxsize=None)(labels.path)
        self._values: dict[Value, tuple[str, str, dict[str, str]] | None] = {}

    def of(self, product_ids: Sequence[int]) -> Iterator[tantivy.Document]:
        """The documents of those of these articles that customers may find, in their order; three queries."""
        stock = in_stock(product_ids)
        values: dict[int, list[Value]] = defaultdict(list)
        rows = ProductAttribute.objects.filter(product__in=product_ids).order_by()
        for product, attribute, choice, number in rows.values_list(
            "product", "attribute", "choice", "number"
        ):
            values[product].append((attribute, choice, number))
        found = Product.objects.filter(id__in=product_ids, status__in=Product.SHOWN).order_by()
        shown = {row[0]: row for row in found.values_list(*_COLUMNS, *_TEXTS)}
        for product in product_ids:
            if product in shown:
                yield self._document(shown[product], stock.get(product, Decimal(0)), values[product])

    def _document(self, row: tuple[Any, ...], quantity: Decimal, values: list[Value]) -> tantivy.Document:
        product, sku, gtin, brand, part_number, category, status, *texts = row
        gone = status == Product.Status.DISCONTINUED
        document = tantivy.Document()
        document.add_unsigned(schema.PRODUCT, product)
        for depth in range(1, schema.depth_of(product) + 1):
            document.add_unsigned(schema.SAMPLE, depth)
        for node in self._path(category):
            document.add_unsigned(schema.CATEGORY, node)
        document.add_unsigned(schema.LEAF, category)
        document.add_unsigned(schema.BRAND, brand)
        document.add_boolean(schema.IN_STOCK, quantity > 0)
        document.add_float(schema.QUANTITY, float(quantity))
        document.add_float(schema.WEIGHT, WEIGHTS[status] * (1.0 if quantity > 0 else OUT_OF_STOCK))
        _add_codes(document, sku, part_number, gtin)
        known = [found for value in values if (found := self._value(value))]
        if known:
            document.add_json(schema.ATTRIBUTES, {code: [chosen] for code, chosen, _ in known})
        keys = order_keys(sku, texts[::2], quantity, gone=gone)
        for order in NAMED:
            document.add_unsigned(schema.place(order), self.fronts.place(order, str(keys[order])))
        for front in self.fronts.of(keys):
            document.add_text(schema.FRONT, front)
        classes = self._classes_of(brand, category)
        for place, language in enumerate(LANGUAGES):
            name = texts[2 * place] or texts[0]
            description = texts[2 * place + 1] or texts[1]
            named, described = analyse_once(name, language), analyse(description, language)
            own = classes[language]
            said = [named.stems, own.said.stems, *(stems[language] for _, _, stems in known), described.stems]
            document.add_text(schema.said(language), " ".join(said))
            # What one can no longer get is found after all that is called so: no name to rank by.
            if not gone:
                # The first word of a name is the thing itself; said twice it weighs more.
                first = named.stems.partition(" ")[0]
                document.add_text(schema.name(language), f"{first} {named.stems}")
                document.add_text(schema.class_(language), own.heads)
            document.add_text(schema.word(language), f"{named.words} {own.said.words}")
            if language in COMPOUNDING:
                document.add_text(schema.tail(language), named.tails)
        return document

    def _classes_of(self, brand: int, category: int) -> dict[str, _Classes]:
        found = self._classes.get((brand, category))
        if found is None:
            nodes = [self.labels.categories[node] for node in self.labels.path(category)]
            called = self.labels.brands.get(brand, ("", ""))[1]
            found = self._classes[brand, category] = {}
            for language in LANGUAGES:
                names = [node.names[language] for node in nodes]
                heads = [head for text in names for head in heads_of(text, language)]
                found[language] = _Classes(
                    analyse(" ".join([called, *heads]), language).stems,
                    together([analyse(text, language) for text in (called, *names)]),
                )
        return found

    def _value(self, value: Value) -> tuple[str, str, dict[str, str]] | None:
        """The attribute's code, the value's, and its stems by language."""
        if value not in self._values:
            self._values[value] = self._read_value(*value)
        return self._values[value]

    def _read_value(
        self, attribute: int, choice: int | None, number: Decimal | None
    ) -> tuple[str, str, dict[str, str]] | None:
        feature = self.labels.features.get(attribute)
        if feature is None:
            return None
        if choice is not None and (chosen := self.labels.choices.get(choice)):
            stems = {language: analyse(chosen.names[language], language).stems for language in LANGUAGES}
            return feature.code, chosen.code, stems
        if number is None:
            return None
        text = number_text(number)
        said = f"{text} {feature.unit}"
        return feature.code, text, {language: analyse(said, language).stems for language in LANGUAGES}


def _add_codes(document: tantivy.Document, sku: str, part_number: str, gtin: str) -> None:
    codes = [code for code in (sku, part_number) if code]
    for key in dict.fromkeys(code_key(code) for code in codes):
        document.add_text(schema.CODE, key)
    parts = dict.fromkeys(tail for code in codes for tail in code_tails(code))
    for key in parts:
        document.add_text(schema.PART, key)
    starts = [key[:length] for key in parts for length in schema.STARTS if length <= len(key)]
    if gtin:
        # With and without leading zeros it is the same number (GTIN-13 in 14 digits, UPC in 13).
        bare = gtin.lstrip("0")
        document.add_text(schema.GTIN, bare)
        starts.append(bare[: schema.GTIN_START])
    for start in dict.fromkeys(starts):
        document.add_text(schema.START, start)
