"""One customer's articles with his net prices, a thousand at a time: as many queries for each, flat memory.

Pages go by key, so the last costs what the first does, and no transaction is open while a slow client reads.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from django.db.models import F, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse

from catalog.exports.languages import languages_of
from catalog.exports.order import ExportOrder
from catalog.exports.plain import Pages, These
from catalog.exports.pricing import BlockPrices
from catalog.exports.row import REMOVED, ExportRow
from catalog.media import media_address
from catalog.models import CustomerArticle, Product, ProductAttribute, ProductMedia, Stock
from catalog.plain_rows import as_amount, as_day, as_quantity, one_of

CHUNK = 1_000
# Addresses of pictures that are remembered; every article may have its own.
ADDRESSES = 5_000
COLUMNS = (
    "id", "sku", "gtin", "discount_group", "brand_id", "brand__name", "manufacturer_part_number",
    "category_id", "category__slug", "status", "order_unit", "content_quantity", "content_unit", "price_unit",
    "minimum_quantity", "quantity_step", "unspsc", "etim_class", "lead_time_days", "successor_id",
)  # fmt: skip
# Article numbers that stand in an address as they are.
_SAFE = re.compile(r"[A-Za-z0-9_.~/-]+\Z")
_NOTHING = Decimal("0.000")
_NO_PRICE = (None, None, None, None, (), None, (), None)


class With(NamedTuple):
    """What a format asks for beside what every format gets."""

    features: bool = False
    texts: bool = False
    stock: bool = False


NOTHING_ELSE = With()
# What tables of one article a line hold.
STOCK = With(stock=True)


def chunks(order: ExportOrder, also: With = NOTHING_ELSE) -> Iterator[list[ExportRow]]:
    """The rows by rising id, at most ``CHUNK`` at a time; of an incremental file what was deleted at last."""
    read = _Reader(order, also)
    for found in read.pages:
        yield read.rows(found)
    gone = [ExportRow(sku, REMOVED) for sku in order.gone()]
    yield from (gone[start : start + CHUNK] for start in range(0, len(gone), CHUNK))


class _Reader:
    """Adds to articles what lies in other tables; each kind by one query for all of them."""

    def __init__(self, order: ExportOrder, also: With) -> None:
        self.order, self._also = order, also
        self._with_stock = also.stock and order.with_stock
        self._languages = languages_of(order) if also.texts else (order.written_language,)
        written = [_written(what, order.written_language) for what in ("name", "description")]
        # Of one language alone nothing is read beside what is written.
        others = self._languages if len(self._languages) > 1 else ()
        texts = [f"{what}_{code}" for code in others for what in ("name", "description")]
        columns: tuple[str | Combinable, ...] = (*COLUMNS, *written, *texts)
        # Of what changed meanwhile the next file tells.
        self.pages = (
            Pages(Product.objects.all(), columns, CHUNK, ids=order.changed_ids)
            if order.incremental
            else Pages(order.products(), columns, CHUNK)
        )
        self._prices = BlockPrices(order.organisation, order.today)
        self._numbered = CustomerArticle.objects.filter(organisation=order.organisation).exists()
        # A picture of a series is the same for many articles.
        self._address = lru_cache(maxsize=ADDRESSES)(self._whole_address)
        self._page = order.origin + reverse("shop:product", args=["~"]).removesuffix("~")

    def rows(self, found: Sequence[tuple[Any, ...]]) -> list[ExportRow]:
        if not self.order.incremental:
            return self._kept_rows(found)
        kept = self.order.kept().filter(pk__in=one_of([row[0] for row in found], "bigint"))
        shown = set(kept.order_by().values_list("pk", flat=True))
        rows = iter(self._kept_rows([row for row in found if row[0] in shown]))
        return [next(rows) if row[0] in shown else ExportRow(row[1], REMOVED) for row in found]

    def _kept_rows(self, found: Sequence[tuple[Any, ...]]) -> list[ExportRow]:
        """One row for each of these articles, which the customer may see."""
        if not found:
            return []
        these = These([row[0] for row in found])
        prices = self._prices
        prices.read(these)
        own = self._own_numbers(these) if self._numbered else {}
        stock = self._stock(these) if self._with_stock else {}
        lying = (_NOTHING, None) if self._with_stock else (None, None)
        pictures = self._pictures(these)
        features = self._features(these) if self._also.features else {}
        successors = self._successors({row[19] for row in found} - {None})
        languages, linked = self._languages, bool(self.order.origin)
        make, currency = ExportRow._make, prices.currency
        rows = []
        # Written out in one go, for it is done for every article.
        for (
            pk, sku, gtin, group, brand_id, brand, maker_number, category_id, category, status,
            order_unit, content, content_unit, price_unit, minimum, step, unspsc, etim, lead_time, successor,
            name, description, *texts,
        ) in found:  # fmt: skip
            least = as_quantity(minimum)
            price = prices.price(pk, prices.plan(group, brand_id, category_id), least)
            listed, net, per, until, scales, metal, levies, promotion = price or _NO_PRICE
            lies, coming = stock.get(pk, lying)
            rows.append(make((
                sku, status, own.get(pk, ""), gtin, brand, maker_number, name, description, category,
                listed, net, currency if price else "",
                per or price_unit, order_unit, until, scales, order_unit, as_quantity(content),
                content_unit or order_unit, least, as_quantity(step), lies, coming, lead_time,
                successors.get(successor, "") if successor else "", etim, unspsc, pictures.get(pk, ""),
                self._page + (sku if _SAFE.match(sku) else quote(sku)) if linked else "",
                group, prices.metals(pk), metal, levies, promotion, features.get(pk, ()),
                _texts(languages, texts) if texts else (),
            )))  # fmt: skip
        return rows

    def _own_numbers(self, these: These) -> dict[int, str]:
        organisation = [self.order.organisation.pk]
        return dict(these.of(CustomerArticle, "product_id, number", "organisation_id = %s", organisation))

    def _stock(self, these: These) -> dict[int, tuple[Decimal, Any]]:
        """What lies at all sites together, and the next day that more comes."""
        # A day that has passed says nothing any more.
        coming = "min(CASE WHEN next_date >= %s THEN next_date END)"
        rows = these.of(
            Stock,
            f"product_id, sum(quantity), {coming}",
            parameters=[self.order.today],
            end="GROUP BY product_id",
        )
        return {pk: (as_quantity(total), as_day(coming)) for pk, total, coming in rows}

    def _pictures(self, these: These) -> dict[int, str]:
        found: dict[int, str] = {}
        kind, order = [ProductMedia.Kind.PICTURE.value], "ORDER BY product_id, position, id"
        for pk, address in these.of(ProductMedia, "product_id, address", "kind = %s", kind, order):
            if not found.get(pk):
                found[pk] = self._address(address)
        return found

    def _features(self, these: These) -> dict[int, list[tuple[int, int | None, Any]]]:
        found: dict[int, list[tuple[int, int | None, Any]]] = defaultdict(list)
        columns, order = "product_id, attribute_id, choice_id, number", "ORDER BY product_id, attribute_id"
        for pk, attribute, choice, number in these.of(ProductAttribute, columns, end=order):
            found[pk].append((attribute, choice, None if number is None else as_amount(number)))
        return found

    def _whole_address(self, address: str) -> str:
        url = media_address(address)
        if url.startswith("/"):
            return self.order.origin + url if self.order.origin else ""
        return url

    def _successors(self, ids: set[int]) -> dict[int, str]:
        if not ids:
            return {}
        shown = Product.objects.visible_to(self.order.organisation).filter(pk__in=ids)
        return dict(shown.order_by().values_list("id", "sku"))


def _written(what: str, language: str) -> Combinable:
    """A text in one language; in English where there is none. The database chooses, so that one is read."""
    if language == "en":
        return F(f"{what}_en")
    own = NullIf(F(f"{what}_{language}"), Value(""), output_field=TextField())
    return Coalesce(own, F(f"{what}_en"), output_field=TextField())


def _texts(languages: Sequence[str], texts: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    """Name and description in each language that has any."""
    found = zip(languages, texts[::2], texts[1::2], strict=True)
    return tuple((code, name, description) for code, name, description in found if name or description)
