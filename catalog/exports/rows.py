"""One customer's articles with his net prices, a thousand at a time: as many queries for each, flat memory.

Pages go by key, so the last costs what the first does, and no transaction is open while a slow client reads.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from django.db.models import Min, Q, Sum
from django.urls import reverse

from catalog.exports.order import ExportOrder
from catalog.exports.plain import day, plain_rows, quantity
from catalog.exports.row import MOST_SCALES, REMOVED, ExportRow, Levy, six_decimals
from catalog.media import media_address
from catalog.models import CustomerArticle, Product, ProductMedia, Stock
from catalog.prices import NetPrice, PriceBook
from catalog.surcharges import METAL

CHUNK = 1_000
# Articles that lie further apart than this are named one by one.
SPARSE = 3
# Addresses of pictures that are remembered; every article may have its own.
ADDRESSES = 5_000


class Listed(NamedTuple):
    """What is read of an article (``catalog.prices.Article``): no model, for speed."""

    pk: int
    sku: str
    gtin: str
    discount_group: str
    brand_id: int
    brand: str
    manufacturer_number: str
    category_id: int
    category: str
    status: str
    name: str
    name_en: str
    description: str
    description_en: str
    order_unit: str
    content_quantity: Decimal
    content_unit: str
    price_unit: int
    minimum_quantity: Decimal
    quantity_step: Decimal
    unspsc: str
    etim_class: str
    lead_time_days: int
    successor_id: int | None


class Lying(NamedTuple):
    """What lies at all sites together, and the next day that more comes."""

    quantity: Decimal
    next_date: date | None


def chunks(order: ExportOrder) -> Iterator[list[ExportRow]]:
    """The rows by rising id, at most ``CHUNK`` at a time."""
    language = order.written_language
    columns = (
        *("id", "sku", "gtin", "discount_group", "brand_id", "brand__name", "manufacturer_part_number"),
        *(
            "category_id",
            "category__slug",
            "status",
            f"name_{language}",
            "name_en",
            f"description_{language}",
        ),
        *("description_en", "order_unit", "content_quantity", "content_unit", "price_unit"),
        *("minimum_quantity", "quantity_step", "unspsc", "etim_class", "lead_time_days", "successor_id"),
    )
    read = _Reader(order)
    products = order.products().order_by("id")
    last = 0
    while True:
        found = [
            _listed(row) for row in plain_rows(products.filter(id__gt=last).values_list(*columns)[:CHUNK])
        ]
        if found:
            last = found[-1].pk
            yield read.rows(found)
        if len(found) < CHUNK:
            return


_QUANTITIES = [Listed._fields.index(f) for f in ("content_quantity", "minimum_quantity", "quantity_step")]


def _listed(row: tuple[Any, ...]) -> Listed:
    values = list(row)
    for position in _QUANTITIES:
        values[position] = quantity(values[position])
    return Listed._make(values)


class _Reader:
    """Adds to articles what lies in other tables; each kind by one query for all of them."""

    def __init__(self, order: ExportOrder) -> None:
        self.order = order
        # A picture of a series is the same for many articles.
        self._address = lru_cache(maxsize=ADDRESSES)(self._whole_address)
        self._page = order.origin + reverse("shop:product", args=["~"]).removesuffix("~")

    def rows(self, listed: Sequence[Listed]) -> list[ExportRow]:
        kept = listed
        if self.order.incremental:
            shown = set(
                self.order.kept().filter(pk__in=[each.pk for each in listed]).values_list("pk", flat=True)
            )
            kept = [each for each in listed if each.pk in shown]
        rows = self._kept_rows(kept)
        return [rows.get(each.pk) or ExportRow(each.sku, REMOVED) for each in listed]

    def _kept_rows(self, listed: Sequence[Listed]) -> dict[int, ExportRow]:
        if not listed:
            return {}
        ids = [each.pk for each in listed]
        these = _these(ids)
        book = PriceBook.load(self.order.organisation, listed, self.order.today)
        own = dict(
            CustomerArticle.objects.filter(these, organisation=self.order.organisation)
            .order_by()
            .values_list("product_id", "number")
        )
        stock = self._stock(these) if self.order.with_stock else {}
        pictures = self._pictures(these)
        successors = self._successors(listed)
        nothing = Lying(Decimal(0), None) if self.order.with_stock else None
        rows: dict[int, ExportRow] = {}
        for each in listed:
            price = book.price(each)
            lying = stock.get(each.pk, nothing)
            rows[each.pk] = ExportRow(
                each.sku,
                each.status,
                own.get(each.pk, ""),
                each.gtin,
                each.brand,
                each.manufacturer_number,
                each.name or each.name_en,
                each.description or each.description_en,
                each.category,
                price.list_amount if price else None,
                price.amount if price else None,
                price.currency if price else "",
                price.price_unit if price else each.price_unit,
                each.order_unit,
                price.valid_until if price else None,
                _scales(book, each, price.price_unit) if price else (),
                each.order_unit,
                each.content_quantity,
                each.content_unit or each.order_unit,
                each.minimum_quantity,
                each.quantity_step,
                lying.quantity if lying else None,
                lying.next_date if lying else None,
                each.lead_time_days,
                successors.get(each.successor_id, "") if each.successor_id else "",
                each.etim_class,
                each.unspsc,
                pictures.get(each.pk, ""),
                self._page + quote(each.sku) if self.order.origin else "",
                each.discount_group,
                tuple(book.metals(each)),
                *(_surcharges(price) if price and (price.surcharges or price.promotion) else _NO_SURCHARGES),
            )
        return rows

    def _stock(self, these: Q) -> dict[int, Lying]:
        # A day that has passed says nothing any more.
        coming = Min("next_date", filter=Q(next_date__gte=self.order.today))
        rows = Stock.objects.filter(these).order_by().values_list("product_id")
        return {
            pk: Lying(quantity(total), day(date))
            for pk, total, date in plain_rows(rows.annotate(total=Sum("quantity"), coming=coming))
        }

    def _pictures(self, these: Q) -> dict[int, str]:
        media = ProductMedia.objects.filter(these, kind=ProductMedia.Kind.PICTURE)
        found: dict[int, str] = {}
        for pk, address in media.order_by("position", "id").values_list("product_id", "address"):
            if not found.get(pk):
                found[pk] = self._address(address)
        return found

    def _whole_address(self, address: str) -> str:
        url = media_address(address)
        if url.startswith("/"):
            return self.order.origin + url if self.order.origin else ""
        return url

    def _successors(self, listed: Sequence[Listed]) -> dict[int, str]:
        ids = {each.successor_id for each in listed if each.successor_id is not None}
        if not ids:
            return {}
        shown = Product.objects.visible_to(self.order.organisation).filter(pk__in=ids)
        return dict(shown.order_by().values_list("id", "sku"))


def _these(ids: Sequence[int]) -> Q:
    """Rows of these articles, and maybe of some between them: a range costs less than 500 numbers."""
    if ids[-1] - ids[0] < SPARSE * len(ids):
        return Q(product_id__gte=ids[0], product_id__lte=ids[-1])
    return Q(product_id__in=ids)


_NO_SURCHARGES: tuple[Decimal | None, tuple[Levy, ...], date | None] = (None, (), None)


def _surcharges(price: NetPrice) -> tuple[Decimal | None, tuple[Levy, ...], date | None]:
    """Metal per the price's own unit, levies per order unit, and the last day of a promotion."""
    metals = [each for each in price.surcharges if each.kind == METAL]
    levies = tuple(
        Levy(each.code, each.tariff, each.amount) for each in price.surcharges if each.kind != METAL
    )
    return (
        sum((each.amount for each in metals), Decimal(0)) if metals else None,
        levies,
        price.promotion.until if price.promotion else None,
    )


def _scales(book: PriceBook, article: Listed, price_unit: int) -> tuple[tuple[Decimal, Decimal], ...]:
    """From which quantity on another price holds, per the same ``price_unit`` as the first."""
    return tuple(
        (each.quantity, six_decimals(each.amount * price_unit / each.price_unit))
        for each in book.breaks(article)[1 : MOST_SCALES + 1]
    )
