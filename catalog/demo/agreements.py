"""What the demo's customers agreed, from rules such as "58 % of the list price, from 10 rolls 55 %"."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from catalog.demo.families import Article
from catalog.models import Agreement

Json = Any


@dataclass(frozen=True)
class AgreementRow:
    kind: str
    value: Decimal
    minimum_quantity: Decimal = Decimal(0)
    price_unit: int = 1
    sku: str = ""
    brand: str = ""
    category: str = ""


def agreement_rows(contract: Json, articles: list[Article]) -> Iterator[AgreementRow]:
    """The discounts of one contract, then a net price for every article of the families it names."""
    for discount in contract.get("discounts", []):
        yield AgreementRow(
            kind=Agreement.Kind.DISCOUNT,
            value=Decimal(str(discount["percent"])),
            minimum_quantity=Decimal(discount.get("from", 0)),
            brand=discount.get("brand", ""),
            category=discount.get("category", ""),
        )
    for rule in contract.get("net", []):
        for article in articles:
            if article.family != rule["family"]:
                continue
            if article.order_unit != rule.get("order_unit", article.order_unit):
                continue
            for start, share in rule["breaks"].items():
                yield AgreementRow(
                    kind=Agreement.Kind.NET,
                    value=(article.list_price * Decimal(str(share))).quantize(article.list_price),
                    minimum_quantity=Decimal(start),
                    price_unit=article.price_unit,
                    sku=article.sku,
                )
