"""Net prices of many articles for one customer, each with its steps: at most four queries."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple, Self

from django.utils.translation import gettext as _

from catalog.api.figures import amount, day, plain
from catalog.api.questions import PriceItem
from catalog.models import Product
from catalog.plain_rows import as_quantity, one_of, plain_rows
from catalog.prices import NetPrice, PriceBook, PriceStep, Surcharge
from catalog.quantities import QuantityInvalid, check_quantity
from customers.models import Organisation

# What was worded for one article is the text of all that have the same agreement or surcharge.
Texts = dict[Any, str]


class Priced(NamedTuple):
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

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> Self:
        *told, least, step = row
        return cls._make((*told, as_quantity(least), as_quantity(step)))


def net_prices(*, organisation: Organisation, items: Sequence[PriceItem]) -> list[dict[str, Any]]:
    """One entry an item, in order; texts in the active language."""
    skus = {item.sku for item in items}
    shown = Product.objects.visible_to(organisation).filter(sku__in=one_of(skus, "text")).order_by()
    products = {row.sku: row for row in map(Priced.of, plain_rows(shown.values_list(*Priced._fields)))}
    book = PriceBook.load(organisation, products.values())
    texts: Texts = {}
    return [_priced(item, products.get(item.sku), book, texts) for item in items]


def _priced(item: PriceItem, product: Priced | None, book: PriceBook, texts: Texts) -> dict[str, Any]:
    if product is None:
        problem = _problem("unknown-article", _("There is no such article."))
        asked = plain(item.quantity) if item.quantity is not None else None
        return {"sku": item.sku, "quantity": asked, "unit": None, "price": None, "problem": problem}
    quantity = item.quantity if item.quantity is not None else product.minimum_quantity
    price = book.price(product, quantity)
    return {
        "sku": product.sku,
        "quantity": plain(quantity),
        "unit": product.order_unit,
        "price": _explained(price, quantity, texts) if price is not None else None,
        "problem": _objection(product, quantity, price),
    }


def _objection(product: Priced, quantity: Decimal, price: NetPrice | None) -> dict[str, Any] | None:
    """Why it could not be ordered like this, if so."""
    if product.status not in Product.ORDERABLE:
        return _problem("not-orderable", _("This article can no longer be ordered."))
    if price is None:
        return _problem("price-on-request", _("The price of this article is on request."))
    try:
        check_quantity(product, quantity)
    except QuantityInvalid as error:
        return _problem("quantity-not-sold", error.message, error.suggestion)
    return None


def _problem(code: str, detail: str, suggestion: Decimal | None = None) -> dict[str, Any]:
    suggested = plain(suggestion) if suggestion is not None else None
    return {"code": code, "detail": detail, "suggested_quantity": suggested}


def _text(step: PriceStep, texts: Texts) -> str:
    wording = step.wording
    text = texts.get(wording)
    if text is None:
        text = texts[wording] = step.text
    return text


def _worded(surcharge: Surcharge, texts: Texts) -> str:
    key = (surcharge.code, surcharge.tariff, surcharge.metal)
    text = texts.get(key)
    if text is None:
        text = texts[key] = surcharge.text
    return text


def _explained(price: NetPrice, quantity: Decimal, texts: Texts) -> dict[str, Any]:
    listed, promotion = price.list_amount, price.promotion
    goods, *beside = price.totals(quantity)
    return {
        "amount": amount(price.amount),
        "price_unit": price.price_unit,
        "unit": price.unit,
        "currency": price.currency,
        "total": amount(sum(beside, goods)),
        "surcharges": [
            {
                "kind": each.kind,
                "code": each.code,
                "text": _worded(each, texts),
                "amount": amount(each.amount),
                "price_unit": each.price_unit,
                "total": amount(total),
            }
            for each, total in zip(price.surcharges, beside, strict=True)
        ],
        "promotion": {"label": promotion.label, "valid_until": day(promotion.until)} if promotion else None,
        "list_amount": amount(listed) if listed is not None else None,
        "reference": price.reference or None,
        "valid_until": day(price.valid_until),
        "steps": [
            {
                "kind": step.kind,
                "text": _text(step, texts),
                "amount": amount(step.amount),
                "price_unit": step.price_unit,
            }
            for step in price.steps
        ],
        "breaks": [
            {"quantity": plain(each.quantity), "amount": amount(each.amount), "price_unit": each.price_unit}
            for each in price.breaks
        ],
    }
