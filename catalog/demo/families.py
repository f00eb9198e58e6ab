"""The demo assortment as plain data: every family file expanded into its articles, always the same."""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from catalog.demo.values import (
    LANGUAGES,
    PLACEHOLDER,
    Choice,
    Value,
    digest,
    digits,
    fill,
    fill_code,
    value_of,
)

Json = Any
GTIN_PREFIX = "200"  # GS1 restricted circulation: never the number of a real article
PIECE = "C62"


@dataclass(frozen=True)
class Article:
    """One article of the demo with everything that is loaded about it."""

    family: str
    key: tuple[str, ...]
    sku: str
    gtin: str
    part_number: str
    brand: str
    category: str
    status: str
    successor: str | None
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    order_unit: str
    content_quantity: Decimal
    content_unit: str
    price_unit: int
    minimum_quantity: Decimal
    quantity_step: Decimal
    list_price: Decimal
    unspsc: str
    etim_class: str
    lead_time_days: int
    attributes: Mapping[str, Decimal | Choice]
    picture: str
    document: str


class Assortment:
    """The families of one folder, with the words and axes they share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.words: Mapping[str, Json] = self.read("words.json")
        self.shared: Mapping[str, Json] = self.read("shared.json")
        self.attributes: Mapping[str, Json] = self.read("attributes.json")

    def read(self, name: str) -> Json:
        return json.loads((self.folder / name).read_text("utf-8"))

    @cached_property
    def articles(self) -> list[Article]:
        """All articles, successors resolved to article numbers."""
        found: list[Article] = []
        for path in sorted((self.folder / "families").glob("*.json")):
            for family in json.loads(path.read_text("utf-8")):
                found += self._expand(family)
        return found

    def _expand(self, family: Json) -> list[Article]:
        articles: list[Article] = []
        successors: dict[str, tuple[str, ...]] = {}
        for values in self._variants(family):
            article = self._article(family, values)
            for rule in family.get("retired", []):
                if all(values[axis].code == str(code) for axis, code in rule["match"].items()):
                    article = replace(article, status=rule["status"])
                    successors[article.sku] = tuple(
                        str(rule["successor"].get(axis, value.code)) for axis, value in values.items()
                    )
            articles.append(article)
        by_key = {article.key: article.sku for article in articles}
        # One article a family has no GTIN, as in every real catalog.
        nameless = max(articles, key=lambda article: digest(article.sku)).sku
        return [
            replace(
                article,
                gtin="" if article.sku == nameless else article.gtin,
                successor=by_key[successors[article.sku]] if article.sku in successors else None,
            )
            for article in articles
        ]

    def _variants(self, family: Json) -> Iterator[dict[str, Value]]:
        axes = {
            name: [
                value_of(raw, self.words)
                for raw in (self.shared[axis[1:]] if isinstance(axis, str) else axis)
            ]
            for name, axis in family["axes"].items()
        }
        for combination in itertools.product(*axes.values()):
            values = dict(zip(axes, combination, strict=True))
            if not any(_matches(rule, values) for rule in family.get("except", [])):
                yield values

    def _article(self, family: Json, values: Mapping[str, Value]) -> Article:
        sku = fill_code(family["sku"], values)
        unit = dict(family.get("unit", {}))
        for value in values.values():
            unit |= value.fields.get("unit", {})
        content = unit.get("content", 1)
        minimum = Decimal(unit.get("minimum", 1))
        return Article(
            family=family["code"],
            key=tuple(value.code for value in values.values()),
            sku=sku,
            gtin=with_check_digit(GTIN_PREFIX + digits(f"gtin {sku}", 9)),
            part_number=fill_code(family["part"], values, seed=f"part {sku}"),
            brand=family["brand"],
            category=family["category"],
            status="active",
            successor=None,
            names={code: fill(family["name"][code], values, code) for code in LANGUAGES},
            descriptions={code: fill(family["description"][code], values, code) for code in LANGUAGES},
            order_unit=unit.get("order", PIECE),
            content_quantity=self._number(content, values),
            content_unit=unit.get("content_unit", ""),
            price_unit=unit.get("price_unit", 1),
            minimum_quantity=minimum,
            quantity_step=Decimal(unit.get("step", 1)),
            list_price=_price(family["price"], values),
            unspsc=family.get("unspsc", ""),
            etim_class=family.get("etim", ""),
            lead_time_days=family["lead"],
            attributes={
                code: self._attribute(code, raw, values) for code, raw in family["attributes"].items()
            },
            picture=f"demo/pictures/{fill_code(family['picture'], values)}.svg",
            document=f"demo/documents/{family['code']}.pdf" if family.get("document") else "",
        )

    def _attribute(self, code: str, raw: Json, values: Mapping[str, Value]) -> Decimal | Choice:
        if self.attributes[code]["kind"] == "number":
            return self._number(raw, values)
        if raw.startswith("@"):
            axis, _, wanted = raw[1:].partition("/")
            return value_of(next(v for v in self.shared[axis] if v["code"] == wanted), self.words).choice()
        match = PLACEHOLDER.fullmatch(raw)
        if match is None:
            return value_of(raw, self.words).choice()
        axis, name, _ = match.groups()
        return (values[axis] if name is None else value_of(values[axis].plain(name), self.words)).choice()

    @staticmethod
    def _number(raw: Json, values: Mapping[str, Value]) -> Decimal:
        match = PLACEHOLDER.fullmatch(str(raw))
        if match is None:
            return Decimal(str(raw))
        axis, name, _ = match.groups()
        return values[axis].amount(name)


def with_check_digit(first: str) -> str:
    """The digits with the check digit of a GTIN behind them (GS1 General Specifications, 7.9)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(first)))
    return f"{first}{-total % 10}"


def _matches(rule: Mapping[str, list[Json]], values: Mapping[str, Value]) -> bool:
    return all(values[axis].code in {str(code) for code in codes} for axis, codes in rule.items())


def _price(rule: Json, values: Mapping[str, Value]) -> Decimal:
    amount = float(rule["base"])
    for value in values.values():
        amount *= value.factor
    for path, power in rule.get("powers", {}).items():
        axis, _, name = path.partition(".")
        amount *= float(values[axis].amount(name or None)) ** power
    decimals = rule.get("decimals", 2)
    for value in values.values():
        decimals = value.fields.get("decimals", decimals)
    return Decimal(str(amount)).quantize(Decimal(1).scaleb(-decimals))
