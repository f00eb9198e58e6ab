"""Net prices of many articles for one customer, each with its steps: at most four queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import Any

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from catalog.api.figures import plain
from catalog.api.price_text import PriceTexts, quoted
from catalog.api.questions import PriceItem
from catalog.models import Product
from catalog.plain_rows import among, as_quantity, is_among
from catalog.prepared import rows_of
from catalog.prices import NetPrice, PriceBook
from catalog.quantities import QuantityInvalid, check_quantity
from customers.models import Organisation

_COLUMNS = (
    "pk", "sku", "discount_group", "brand_id", "category_id", "status", "order_unit", "minimum_quantity",
    "quantity_step",
)  # fmt: skip
_ORDERABLE = frozenset(map(str, Product.ORDERABLE))


# As it is read, and never changed: a frozen one takes seven times as long to make.
@dataclass(slots=True, eq=False)
class Priced:
    """What is needed of an article for its price (``catalog.prices.Article``): no model, for speed."""

    pk: int
    sku: str
    discount_group: str
    brand_id: int
    category_id: int
    status: str
    order_unit: str
    minimum_quantity: Decimal
    quantity_step: Decimal


def net_prices(*, organisation: Organisation, items: Sequence[PriceItem]) -> str:
    """The JSON of one entry an item, in order; texts in the active language."""
    products = _products(organisation, {item.sku for item in items})
    book = PriceBook.load(organisation, products.values())
    texts = PriceTexts()
    return f"[{','.join([_priced(item, products.get(item.sku), book, texts) for item in items])}]"


def _products(organisation: Organisation, skus: set[str]) -> dict[str, Priced]:
    statement, parameters = _shown(connection.vendor)
    return {
        sku: Priced(pk, sku, group, brand, category, status, unit, as_quantity(least), as_quantity(step))
        for pk, sku, group, brand, category, status, unit, least, step in rows_of(
            statement, [*parameters, among(skus)]
        )
    }


@lru_cache(maxsize=2)
def _shown(vendor: str) -> tuple[str, tuple[Any, ...]]:
    """As the ORM compiles it, which takes as long as to run it; its last parameter are the numbers.

    Every customer is shown the articles that a visitor is shown. A test holds that.
    """
    asked = RawSQL(  # noqa: S611  (the names are our models')
        f"{Product._meta.db_table}.sku {is_among(vendor, 'text')}", [""], output_field=BooleanField()
    )
    shown = Product.objects.visible_to(None).filter(asked).order_by()
    statement, parameters = shown.values_list(*_COLUMNS).query.sql_with_params()
    return statement, parameters[:-1]


def _priced(item: PriceItem, product: Priced | None, book: PriceBook, texts: PriceTexts) -> str:
    quantity = item.quantity
    if product is None:
        problem = _problem("unknown-article", _("There is no such article."))
        asked = f'"{plain(quantity)}"' if quantity is not None else "null"
        # What was sent may be half a character, which no other text can hold.
        sku = encode_basestring_ascii(item.sku)
        return f'{{"sku":{sku},"quantity":{asked},"unit":null,"price":null,"problem":{problem}}}'
    if quantity is None:
        quantity = product.minimum_quantity
    price = book.price(product, quantity)
    return (
        f'{{"sku":{quoted(product.sku)},"quantity":"{plain(quantity)}","unit":{quoted(product.order_unit)},'
        f'"price":{texts.price(price, quantity) if price is not None else "null"},'
        f'"problem":{_objection(product, quantity, price)}}}'
    )


def _objection(product: Priced, quantity: Decimal, price: NetPrice | None) -> str:
    """Why it could not be ordered like this, if so."""
    if product.status not in _ORDERABLE:
        return _problem("not-orderable", _("This article can no longer be ordered."))
    if price is None:
        return _problem("price-on-request", _("The price of this article is on request."))
    if quantity >= product.minimum_quantity and not quantity % product.quantity_step:
        return "null"
    try:
        check_quantity(product, quantity)
    except QuantityInvalid as error:
        return _problem("quantity-not-sold", error.message, error.suggestion)
    return "null"


def _problem(code: str, detail: str, suggestion: Decimal | None = None) -> str:
    suggested = f'"{plain(suggestion)}"' if suggestion is not None else "null"
    return f'{{"code":"{code}","detail":{quoted(detail)},"suggested_quantity":{suggested}}}'
