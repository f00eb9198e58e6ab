"""The fields of the index. ``VERSION`` changes with them, and an index of another version is rebuilt.

Texts are tokenised by ``catalog.search.text`` before they come here, so every text field splits at spaces
only. Per language: ``said_`` stems of all that is said, by which an article is found; ``name_`` stems of the
name and ``class_`` stems of its brand and of what its categories are, by which it is ranked; ``word_`` whole
words and ``tail_`` long stems backwards, which say how a word goes on and which compounds end in it;
``place_`` where it stands by its name, as a number. No price of any customer is ever here.
"""

import tantivy

from catalog.search.fronts import NAMED
from catalog.search.text import COMPOUNDING, LANGUAGES

VERSION = 8

PRODUCT = "product"  # Product.id
CATEGORY = "category"  # ids of its category and of all above it, to filter by
LEAF = "leaf"  # the id of its category alone, to count by
BRAND = "brand"  # Brand.id
IN_STOCK = "in_stock"
QUANTITY = "quantity"  # in order units, over all sites
WEIGHT = "weight"  # what relevance is multiplied by
SAMPLE = "sample"  # 1 when it is in the sampled half of the assortment, 2 in the quarter, and so on
FRONT = "front"  # the orders at whose beginning it stands, see ``fronts``
ATTRIBUTES = "attributes"  # attribute code -> choice code, or the number as text
CODE = "code"  # article and manufacturer part numbers, without separators
PART = "part"  # those, and what is left of them without their first parts
GTIN = "gtin"
START = "start"  # what its numbers begin with, where very many may begin alike

# So many letters and digits of a number are kept as its beginning, and of a GTIN so many.
STARTS = range(4, 9)
GTIN_START = 8

# The smallest sample is one article of 2 ** SAMPLES.
SAMPLES = 8


def depth_of(product: int) -> int:
    """In how many of the samples, which lie within each other, an article is."""
    # Articles that were imported one after the other are alike, so neighbours go to different samples.
    spread = product * 2_654_435_761 % 2**32
    return min(32 - spread.bit_length(), SAMPLES)


def name(language: str) -> str:
    return f"name_{language}"


def said(language: str) -> str:
    return f"said_{language}"


def class_(language: str) -> str:
    return f"class_{language}"


def word(language: str) -> str:
    return f"word_{language}"


def tail(language: str) -> str:
    return f"tail_{language}"


def place(order: str) -> str:
    """Where it stands in one of the orders by name and number, see ``fronts``."""
    return f"place_{order}"


def _build() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for number in (PRODUCT, BRAND):
        builder.add_unsigned_field(number, indexed=True, fast=True)
    for number in (CATEGORY, SAMPLE):
        builder.add_unsigned_field(number, indexed=True)
    builder.add_unsigned_field(LEAF, fast=True)
    builder.add_boolean_field(IN_STOCK, indexed=True, fast=True)
    builder.add_float_field(QUANTITY, fast=True)
    builder.add_float_field(WEIGHT, fast=True)
    builder.add_json_field(ATTRIBUTES, fast=True, tokenizer_name="raw", index_option="basic")
    for code in (CODE, PART, GTIN, START, FRONT):
        builder.add_text_field(code, tokenizer_name="raw", index_option="basic")
    for order in NAMED:
        builder.add_unsigned_field(place(order), fast=True)
    for language in LANGUAGES:
        builder.add_text_field(said(language), tokenizer_name="whitespace", index_option="basic")
        builder.add_text_field(name(language), tokenizer_name="whitespace", index_option="freq")
        builder.add_text_field(class_(language), tokenizer_name="whitespace", index_option="freq")
        builder.add_text_field(word(language), tokenizer_name="whitespace", index_option="basic")
    for language in COMPOUNDING:
        builder.add_text_field(tail(language), tokenizer_name="whitespace", index_option="basic")
    return builder.build()


SCHEMA = _build()


def sample(depth: int) -> tantivy.Query:
    """One article of 2 ** ``depth``, of all kinds alike."""
    return tantivy.Query.term_query(SCHEMA, SAMPLE, depth, "basic")


def before(border: str) -> tantivy.Query:
    """What stands before a border of an order, named by ``fronts.front``."""
    return tantivy.Query.term_query(SCHEMA, FRONT, border, "basic")


def depth_for(most: int, enough: int) -> int:
    """How deep a sample is that leaves about ``enough`` of at most so many articles; 0 for all of them."""
    return min(max(0, (most // max(1, enough)).bit_length()), SAMPLES) if most > enough else 0
