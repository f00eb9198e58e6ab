"""What the web service says about articles: the customer's net price, list price and stock, in one go.

Five reads of the database for any number of articles. A price is per order unit: cebeoXML has no price unit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from catalog.display import stock_of
from catalog.models import Brand, CustomerArticle, Product, ProductQuerySet
from catalog.prices import NetPrice, PriceBook
from catalog.search import Query, SearchUnavailable, search
from catalog.surcharges import LEVY, METAL
from customers.models import Organisation
from punchout.errors import PunchoutError


class SearchNotReady(PunchoutError):
    """There is no index to search in yet; the sender may try again."""

    verdict = "failed"


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """One article for one customer. Prices are without VAT per order unit; ``None``: on request.

    The net price has the metal of the day in it, as cebeoXML has no place of its own for that.
    """

    product: Product
    net_price: Decimal | None
    list_price: Decimal | None
    stock: Decimal
    customer_number: str = ""
    # Eco-contributions per order unit: scheme and amount.
    levies: tuple[tuple[str, Decimal], ...] = ()


def facts_of(organisation: Organisation, products: Sequence[Product]) -> tuple[ArticleFacts, ...]:
    """Prices at the smallest quantity that is sold, stock over all sites, the customer's own numbers."""
    book = PriceBook.load(organisation, products)
    stock = stock_of(products)
    rows = CustomerArticle.objects.filter(organisation=organisation, product__in=products)
    numbers = dict(rows.values_list("product_id", "number"))
    found = []
    for product in products:
        price = book.price(product)
        listed = price.list_amount if price else None
        found.append(
            ArticleFacts(
                product=product,
                net_price=_with_metal(price) if price else None,
                list_price=listed / price.price_unit if price and listed is not None else None,
                stock=sum((row.quantity for row in stock[product.pk]), Decimal(0)),
                customer_number=numbers.get(product.pk, ""),
                levies=tuple((each.code, each.amount) for each in price.surcharges if each.kind == LEVY)
                if price
                else (),
            )
        )
    return tuple(found)


def _with_metal(price: NetPrice) -> Decimal:
    metals = (each.amount / each.price_unit for each in price.surcharges if each.kind == METAL)
    return price.per_order_unit + sum(metals, Decimal(0))


def find_articles(organisation: Organisation, numbers: Iterable[str]) -> tuple[list[Product], list[str]]:
    """The articles with these numbers, in that order, and the numbers that nobody has; case is forgiven."""
    wanted = list(numbers)
    rows = _shown(organisation).filter(
        sku__in={text for number in wanted for text in (number, number.upper())}
    )
    by_number = {product.sku.casefold(): product for product in rows}
    found = {number: by_number.get(number.casefold()) for number in wanted}
    products = list(dict.fromkeys(product for product in found.values() if product is not None))
    return products, [number for number, product in found.items() if product is None]


def search_articles(
    organisation: Organisation, words: Iterable[str], brands: Sequence[str], language: str, most: int
) -> list[Product]:
    """The best hits, best first; with ``brands`` only articles of these (by name or code)."""
    codes: tuple[str, ...] = ()
    if brands:
        named = Q()
        for brand in brands:
            named |= Q(name__icontains=brand) | Q(code__iexact=brand)
        codes = tuple(Brand.objects.filter(named).values_list("code", flat=True))
        if not codes:
            return []
    try:
        question = Query(text=" ".join(words), language=language, brands=codes, page_size=most)
        ids = search(question).product_ids
    except SearchUnavailable as unavailable:
        raise SearchNotReady("The search is not ready; please try again.", detail=str(unavailable)) from None
    products = {row.pk: row for row in _shown(organisation).filter(pk__in=ids)}
    return [products[pk] for pk in ids if pk in products]


def _shown(organisation: Organisation) -> ProductQuerySet:
    return Product.objects.visible_to(organisation).select_related("brand", "category")
