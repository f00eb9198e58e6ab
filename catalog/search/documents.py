"""One article as the index holds it, made from the database in a fixed number of queries a batch."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import tantivy
from django.db.models import Sum

from catalog.models import Product, ProductAttribute, Stock
from catalog.search import schema
from catalog.search.labels import Labels
from catalog.search.text import COMPOUNDING, LANGUAGES, code_key, sort_key, stem, tokens

# What relevance is multiplied by: an article one can no longer get comes after those one can.
WEIGHTS = {Product.Status.ACTIVE: 1.0, Product.Status.RUN_OUT: 0.9, Product.Status.DISCONTINUED: 0.3}
OUT_OF_STOCK = 0.95
# Only words this long are taken for compounds, and only parts this long are looked for at their end.
SHORTEST_COMPOUND = 8
SHORTEST_PART = 4
_ENUMERATION = re.compile(r",|&|\b(?:and|en|et|und)\b", re.IGNORECASE)
_COLUMNS = ("id", "sku", "gtin", "brand_id", "manufacturer_part_number", "category_id", "status")
_TEXTS = tuple(f"{kind}_{language}" for language in LANGUAGES for kind in ("name", "description"))


def number_text(number: Decimal) -> str:
    """A number as attribute filters spell it: ``2.5``, ``16``."""
    return f"{number.normalize():f}"


def documents(product_ids: Sequence[int], labels: Labels) -> Iterator[tantivy.Document]:
    """The documents of those of these articles that customers may find; three queries."""
    lying = Stock.objects.filter(product__in=product_ids).order_by().values_list("product")
    stock: dict[int, Decimal] = dict(lying.annotate(Sum("quantity")))
    values: dict[int, list[tuple[int, int | None, Decimal | None]]] = defaultdict(list)
    rows = ProductAttribute.objects.filter(product__in=product_ids).order_by()
    for product, *value in rows.values_list("product", "attribute", "choice", "number"):
        values[product].append(tuple(value))  # type: ignore[arg-type]
    found = Product.objects.filter(id__in=product_ids, status__in=Product.SHOWN).order_by("id")
    for row in found.values_list(*_COLUMNS, *_TEXTS):
        article = dict(zip((*_COLUMNS, *_TEXTS), row, strict=True))
        yield _document(article, stock.get(article["id"], Decimal(0)), values[article["id"]], labels)


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


@lru_cache(maxsize=5_000)
def heads_of(category: str, language: str) -> tuple[str, ...]:
    """What the things in a category are: cables and wires in "Cables and wires", glands in "Cable glands".

    The thing is the last word in Germanic languages and the first in French.
    """
    parts = (part.split() for part in _ENUMERATION.split(category))
    return tuple(part[0] if language == "fr" else part[-1] for part in parts if part)


def _document(
    article: dict[str, Any],
    quantity: Decimal,
    values: Iterable[tuple[int, int | None, Decimal | None]],
    labels: Labels,
) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned(schema.PRODUCT, article["id"])
    path = labels.path(article["category_id"])
    for category in path:
        document.add_unsigned(schema.CATEGORY, category)
    document.add_unsigned(schema.LEAF, article["category_id"])
    document.add_unsigned(schema.BRAND, article["brand_id"])
    document.add_boolean(schema.IN_STOCK, quantity > 0)
    document.add_float(schema.QUANTITY, float(quantity))
    weight = WEIGHTS[article["status"]] * (1.0 if quantity > 0 else OUT_OF_STOCK)
    document.add_float(schema.WEIGHT, weight)
    _add_codes(document, article)

    said: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    attributes: dict[str, list[str]] = {}
    for attribute, choice, number in values:
        feature = labels.features.get(attribute)
        if feature is None:
            continue
        if choice is not None and (chosen := labels.choices.get(choice)):
            attributes[feature.code] = [chosen.code]
            for language in LANGUAGES:
                said[language].append(chosen.names[language])
        elif number is not None:
            text = number_text(number)
            attributes[feature.code] = [text]
            for language in LANGUAGES:
                said[language].append(f"{text} {feature.unit}")
    if attributes:
        document.add_json(schema.ATTRIBUTES, attributes)

    brand = labels.brands.get(article["brand_id"], ("", ""))[1]
    for language in LANGUAGES:
        name = article[f"name_{language}"] or article["name_en"]
        description = article[f"description_{language}"] or article["description_en"]
        categories = [labels.categories[node].names[language] for node in path]
        heads = [head for category in categories for head in heads_of(category, language)]
        document.add_text(schema.class_(language), _stems(" ".join([brand, *heads]), language))
        _add_texts(document, language, name, [brand, *categories], [*said[language], description])
        # Discontinued articles stand at the end of an alphabetical list too.
        late = "~" if article["status"] == Product.Status.DISCONTINUED else ""
        document.add_text(schema.sort_name(language), late + sort_key(name))
    return document


def _add_codes(document: tantivy.Document, article: dict[str, Any]) -> None:
    codes = [code for code in (article["sku"], article["manufacturer_part_number"]) if code]
    for key in dict.fromkeys(code_key(code) for code in codes):
        document.add_text(schema.CODE, key)
    for key in dict.fromkeys(tail for code in codes for tail in code_tails(code)):
        document.add_text(schema.PART, key)
    if article["gtin"]:
        # With and without leading zeros it is the same number (GTIN-13 in 14 digits, UPC in 13).
        document.add_text(schema.GTIN, article["gtin"].lstrip("0"))
    document.add_text(schema.SORT_SKU, sort_key(article["sku"]))


def _add_texts(
    document: tantivy.Document, language: str, name: str, classes: Iterable[str], said: Iterable[str]
) -> None:
    name_words = _spellings(name)
    class_words = [word for text in classes for word in _spellings(text)]
    name_stems = [stem(word, language) for word in name_words]
    # The first word of a name is the thing itself; counted twice it weighs more than what it goes with.
    document.add_text(schema.name(language), " ".join([*name_stems[:1], *name_stems]))
    class_stems = [stem(word, language) for word in class_words]
    document.add_text(
        schema.body(language), " ".join([*class_stems, *(_stems(text, language) for text in said)])
    )
    words = dict.fromkeys([*name_words, *class_words])
    document.add_text(schema.word(language), " ".join(words))
    if language in COMPOUNDING:
        long = {
            stem(word, language) for word in name_words if len(word) >= SHORTEST_COMPOUND and word.isalpha()
        }
        document.add_text(schema.tail(language), " ".join(sorted(text[::-1] for text in long)))


# The texts of categories, brands, values and product families come again and again.
@lru_cache(maxsize=50_000)
def _spellings(text: str) -> tuple[str, ...]:
    return tuple(word for token in tokens(text) for word in (token.text, *token.also))


@lru_cache(maxsize=20_000)
def _stems(text: str, language: str) -> str:
    return " ".join(stem(word, language) for word in _spellings(text))
