"""What is paid beside the demo's prices, its promotions, and which articles go together."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from catalog.demo.families import Article

Json = Any
Row = dict[str, Any]
PROMOTIONS = "DEMO-PROMOTION"
MOST_REFERENCES = 3
# How many days quotations go back: enough to see that they change.
QUOTED_DAYS = 5


def metal_rows(rules: Json, articles: Iterable[Article], products: Mapping[str, int]) -> Iterator[Row]:
    """Copper by section and cores: 0.96 kg in 100 m for each square millimetre."""
    copper = rules["copper"]
    for article in articles:
        section = article.attributes.get("cross-section")
        if article.category not in copper["categories"] or not isinstance(section, Decimal):
            continue
        cores = article.attributes.get("cores", Decimal(1))
        assert isinstance(cores, Decimal)
        in_100_metres = (Decimal(str(copper["per_square"])) * section * cores).quantize(Decimal("0.0001"))
        by_the_metre = article.order_unit == "MTR"
        weight = in_100_metres if by_the_metre else in_100_metres * article.content_quantity / 100
        yield {
            "product_id": products[article.sku],
            "metal": "CU",
            "currency": "EUR",
            "weight": weight.quantize(Decimal("0.0001")),
            "per": 100 if by_the_metre else 1,
            "base": Decimal(copper["base"]).quantize(Decimal("0.0001")),
            "credit": False,
        }


def quotation_rows(rules: Json, today: date) -> Iterator[Row]:
    """One a day and metal, the same for a day however often it is loaded."""
    for metal, amounts in rules["quotations"].items():
        for ago in range(QUOTED_DAYS):
            day = today - timedelta(days=ago)
            amount = Decimal(str(amounts[day.toordinal() % len(amounts)])).quantize(Decimal("0.0001"))
            yield {"metal": metal, "currency": "EUR", "day": day, "amount": amount}


def levy_rows(rules: Json, articles: Iterable[Article], products: Mapping[str, int]) -> Iterator[Row]:
    """Per order unit: a pack of four batteries pays four times."""
    for article in articles:
        for levy in rules["levies"]:
            if article.category in levy.get("categories", ()) or article.family in levy.get("families", ()):
                pieces = article.content_quantity if levy.get("per_content") else Decimal(1)
                yield {
                    "product_id": products[article.sku],
                    "scheme": levy["scheme"],
                    "code": levy["code"],
                    "currency": "EUR",
                    "amount": (Decimal(str(levy["amount"])) * pieces).quantize(Decimal("0.0001")),
                }


def promotion_rows(
    rules: Json, price_lists: Mapping[str, int], categories: Mapping[str, int], today: date
) -> Iterator[Row]:
    """For everybody on a price list, until the end of next month."""
    last = (today.replace(day=1) + timedelta(days=62)).replace(day=1) - timedelta(days=1)
    for promotion in rules["promotions"]:
        yield {
            "price_list_id": price_lists[promotion["price_list"]],
            "category_id": categories[promotion["category"]],
            "reference": PROMOTIONS,
            "promotion": True,
            "label": promotion["label"],
            "kind": "discount",
            "value": Decimal(promotion["percent"]),
            "minimum_quantity": Decimal(promotion.get("from", 0)),
            "valid_until": last,
        }


def reference_rows(rules: Json, articles: list[Article], products: Mapping[str, int]) -> Iterator[Row]:
    """A few articles of one family for each of another."""
    by_family: dict[str, list[Article]] = {}
    for article in articles:
        by_family.setdefault(article.family, []).append(article)
    for rule in rules["references"]:
        targets = by_family[rule["target"]][:MOST_REFERENCES]
        for article in by_family[rule["family"]]:
            for position, target in enumerate(targets):
                yield {
                    "product_id": products[article.sku],
                    "kind": rule["kind"],
                    "target_id": products[target.sku],
                    "position": position,
                    "quantity": None,
                }
