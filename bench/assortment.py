"""An assortment of any size, the same at every run, and a database filled with it in minutes.

Every article is one of the demo's under another brand, series and type, in four languages; the demo must be
loaded. Words are spread as in a wholesaler's catalog: a few brands and series have most of the articles, a
type is one article's alone, and some words stand in nearly every text.
"""

import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils import timezone

from catalog.demo import families
from catalog.demo.labels import ids
from catalog.demo.loader import DEMO
from catalog.demo.values import LANGUAGES, Choice
from catalog.models import (
    Agreement,
    Attribute,
    AttributeChoice,
    Brand,
    Category,
    ListPrice,
    Product,
    ProductAttribute,
    ProductMedia,
    Stock,
    StockSite,
)
from customers.models import Organisation, PriceList

CUSTOMERS = ("100001", "100002", "100003")
REFERENCE = "BENCH"
BRANDS, SERIES = 240, 3_000
# Coprime with the number of the demo's articles, so that neighbours are of different families.
STRIDE = 1_009
SPREAD, TYPES = 2_654_435_761, 10_000_000
BATCH = 20_000
_SYLLABLES = (
    "bo",
    "cal",
    "dri",
    "el",
    "fon",
    "gar",
    "hel",
    "in",
    "kor",
    "lux",
    "mer",
    "nov",
    "or",
    "pra",
    "tek",
)
_ENDINGS = ("a", "ex", "ia", "is", "on", "or", "um", "va")
_WORDS = len(_SYLLABLES) ** 3 * len(_ENDINGS)
_SENTENCES = {
    "en": "Series {series}, type {type}. Supplied with CE and RoHS declarations.",
    "nl": "Reeks {series}, type {type}. Geleverd met CE- en RoHS-verklaring.",
    "fr": "Gamme {series}, type {type}. Livré avec déclarations CE et RoHS.",
    "de": "Serie {series}, Typ {type}. Lieferung mit CE- und RoHS-Erklärung.",
}  # fmt: skip


class Article(NamedTuple):
    """One article; ``model`` is the demo's article that gives units, category, attributes and classes."""

    number: int
    sku: str
    gtin: str
    brand: str
    part_number: str
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    list_price: str
    # One a customer of CUSTOMERS, per the model's price unit.
    net_prices: tuple[str, ...]
    model: families.Article


def wanted() -> int:
    """How many articles ``BENCH_ARTICLES`` asks for; 0 leaves the demo as it is."""
    return int(os.environ.get("BENCH_ARTICLES", "0"))


def articles(count: int, start: int = 0) -> Iterator[Article]:
    """``count`` articles from number ``start`` on, one at a time; number and article never change."""
    models = _models()
    for number in range(start, start + count):
        turn, place = divmod(number, len(models))
        model = models[place * STRIDE % len(models)]
        brand = _brand(model.family, turn)
        series = name_of(3_000 + _often(zlib.crc32(f"{brand} {turn}".encode()), SERIES))
        spread = number * SPREAD % TYPES
        type_ = f"{series[:3].upper()}{spread // 100:05d}-{spread % 100:02d}"
        price = float(model.list_price) * (0.7 + spread % 61 / 100)
        yield Article(
            number=number,
            sku=f"{brand[:3].upper()}{turn:03d}-{model.sku.partition('-')[2]}-{number % 97:02d}",
            gtin=families.with_check_digit(f"210{number:09d}"),
            brand=brand,
            part_number=type_,
            names={code: f"{text} {series.title()} {type_}" for code, text in model.names.items()},
            descriptions={
                code: f"{text} {_SENTENCES[code].format(series=series.title(), type=type_)}"
                for code, text in model.descriptions.items()
            },
            list_price=f"{price:.2f}",
            net_prices=tuple(f"{price * part:.2f}" for part in (0.62, 0.58, 0.71)),
            model=model,
        )


def fill(count: int) -> int:
    """Brings the database to ``count`` articles, each with three net prices; how many were made.

    Attributes, stock, pictures and list prices come with them. Nothing is logged for the search: build its
    index afterwards.
    """
    have = Product.objects.count()
    if have >= count:
        return 0
    # The generator's numbers go on where they ended.
    before = Product.objects.filter(gtin__startswith="210").count()
    _make_brands()
    first = (Product.objects.aggregate(Max("id"))["id__max"] or 0) + 1
    _unchecked(True)
    try:
        made, start = count - have, before
        while made > 0:
            part = min(made, BATCH)
            with transaction.atomic():
                _write(list(articles(part, start)), first + start - before)
            made, start = made - part, start + part
    finally:
        _unchecked(False)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Product]):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            # As its autovacuum does. SQLite has no statistics in a shop either (docs/performance.md).
            cursor.execute("ANALYZE")
    return count - have


def name_of(number: int) -> str:
    """A word that nobody else uses: the name of a brand or series."""
    # A prime step, so that neighbours do not sound alike.
    number, ending = divmod((number + 1) * 7_919 % _WORDS, len(_ENDINGS))
    parts = []
    for _ in range(3):
        number, part = divmod(number, len(_SYLLABLES))
        parts.append(_SYLLABLES[part])
    return "".join(parts) + _ENDINGS[ending]


def load(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes rows as fast as the database takes them, in the caller's transaction; the rest gets defaults."""
    own = {field.attname: field for field in model._meta.local_concrete_fields if not field.primary_key}
    others = {name: field for name, field in own.items() if name not in columns and not field.generated}
    rest = tuple(
        field.get_db_prep_save(
            timezone.now() if getattr(field, "auto_now", False) else field.get_default(), connection
        )
        for field in others.values()
    )
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(
        connection.ops.quote_name(own[name].column if name in own else name) for name in (*columns, *others)
    )
    complete = ((*row, *rest) for row in rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in complete:
                    copy.write_row(row)
        else:
            places = ", ".join("?" * (len(columns) + len(others)))
            # Past Django's own placeholder conversion.
            cursor.cursor.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", complete)


def _write(made: list[Article], first: int) -> None:
    brands = ids(Brand.objects.all(), ["code"])
    categories = ids(Category.objects.all(), ["slug"])
    number = {article.number: pk for pk, article in enumerate(made, start=first)}
    languages = (*(f"name_{code}" for code in LANGUAGES), *(f"description_{code}" for code in LANGUAGES))
    load(
        Product,
        (
            "id", "sku", "gtin", "brand_id", "manufacturer_part_number", "category_id", *languages,
            "order_unit", "content_quantity", "content_unit", "price_unit", "minimum_quantity",
            "quantity_step", "unspsc", "etim_class", "lead_time_days",
        ),
        (
            (
                number[article.number], article.sku, article.gtin, brands[article.brand], article.part_number,
                categories[article.model.category],
                *(article.names[code] for code in LANGUAGES),
                *(article.descriptions[code] for code in LANGUAGES),
                article.model.order_unit, str(article.model.content_quantity), article.model.content_unit,
                article.model.price_unit, str(article.model.minimum_quantity),
                str(article.model.quantity_step), article.model.unspsc, article.model.etim_class,
                article.model.lead_time_days,
            )
            for article in made
        ),
    )  # fmt: skip
    values = _values_by_model()
    load(
        ProductAttribute,
        ("product_id", "attribute_id", "choice_id", "number"),
        ((number[a.number], *value) for a in made for value in values[a.model.sku]),
    )
    sites = list(StockSite.objects.order_by("position").values_list("id", flat=True))
    load(
        Stock,
        ("product_id", "site_id", "quantity"),
        (
            (number[a.number], site, a.number * (place + 3) % 11 * int(a.model.minimum_quantity))
            for a in made
            for place, site in enumerate(sites)
            if place == 0 or a.number % 5 == place
        ),
    )
    load(
        ProductMedia,
        ("product_id", "kind", "address"),
        ((number[a.number], ProductMedia.Kind.PICTURE, a.model.picture) for a in made),
    )
    standard = PriceList.objects.get(code="standard").pk
    load(
        ListPrice,
        ("product_id", "price_list_id", "amount", "price_unit"),
        ((number[a.number], standard, a.list_price, a.model.price_unit) for a in made),
    )
    customers = ids(Organisation.objects.filter(number__in=CUSTOMERS), ["number"])
    load(
        Agreement,
        ("organisation_id", "product_id", "kind", "value", "price_unit", "reference"),
        (
            (
                customers[customer], number[a.number], Agreement.Kind.NET, a.net_prices[place],
                a.model.price_unit, REFERENCE,
            )
            for place, customer in enumerate(CUSTOMERS)
            for a in made
        ),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _models() -> tuple[families.Article, ...]:
    return tuple(families.Assortment(DEMO).articles)


def _make_brands() -> None:
    names = [name_of(number) for number in range(BRANDS)]
    Brand.objects.bulk_create([Brand(code=name, name=name.title()) for name in names], ignore_conflicts=True)


def _values_by_model() -> dict[str, list[tuple[int, int | None, str | None]]]:
    attributes = ids(Attribute.objects.all(), ["code"])
    choices = ids(AttributeChoice.objects.all(), ["attribute_id", "code"])
    return {
        model.sku: [
            (attributes[code], choices[attributes[code], value.code], None)
            if isinstance(value, Choice)
            else (attributes[code], None, str(value))
            for code, value in model.attributes.items()
        ]
        for model in _models()
    }


@lru_cache(maxsize=100_000)
def _brand(family: str, turn: int) -> str:
    return name_of(_often(zlib.crc32(f"{family} {turn}".encode()), BRANDS))


def _often(dice: int, choices: int) -> int:
    """One of so many choices, the first ones far more often than the last."""
    return int(choices * (dice % 100_000 / 100_000) ** 3)


def _unchecked(off: bool) -> None:
    """Without looking up foreign keys, which all come from the tables they point to."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SET session_replication_role = {'replica' if off else 'origin'}")
        else:
            cursor.execute(f"PRAGMA foreign_keys = {'OFF' if off else 'ON'}")
