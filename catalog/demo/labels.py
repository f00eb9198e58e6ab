"""Brands, the category tree and the attributes of the demo, kept up to date by code."""

from typing import Any

from catalog.demo.families import Assortment
from catalog.demo.synchronise import synchronise
from catalog.demo.values import LANGUAGES, Choice
from catalog.models import Attribute, AttributeChoice, Brand, Category, CategoryAttribute

Json = Any


class Labels:
    """The primary keys of what articles share, once up to date; ``renamed`` says that a text changed."""

    def __init__(self, assortment: Assortment) -> None:
        self.renamed = False
        names = assortment.read("brands.json")
        self.brands = self._sync(Brand, ["code"], [{"code": c, "name": n} for c, n in names.items()])
        self.categories: dict[str, int] = {}
        self.filters: dict[str, list[str]] = {}
        self._tree(assortment.read("categories.json"), None)
        self.attributes = self._sync(
            Attribute,
            ["code"],
            [
                {"code": code, "kind": row["kind"], "unit": row.get("unit", ""), **_named(row)}
                for code, row in assortment.attributes.items()
            ],
        )
        choices: dict[tuple[str, Choice], int] = {}
        for article in assortment.articles:
            for code, value in article.attributes.items():
                if isinstance(value, Choice):
                    choices.setdefault((code, value), len(choices))
        self.choices = self._sync(
            AttributeChoice,
            ["attribute_id", "code"],
            [
                {
                    "attribute_id": self.attributes[code],
                    "code": choice.code,
                    "position": position,
                    **{f"name_{language}": text[:1].upper() + text[1:] for language, text in choice.texts},
                }
                for (code, choice), position in choices.items()
            ],
        )
        self._sync(
            CategoryAttribute,
            ["category_id", "attribute_id"],
            [
                {
                    "category_id": self.categories[slug],
                    "attribute_id": self.attributes[code],
                    "position": position,
                }
                for slug, codes in self.filters.items()
                for position, code in enumerate(codes)
            ],
        )

    def _tree(self, nodes: list[Json], parent: int | None) -> None:
        rows = [
            {"slug": node["slug"], "parent_id": parent, "position": position, **_named(node)}
            for position, node in enumerate(nodes)
        ]
        found = self._sync(Category, ["slug"], rows)
        for node in nodes:
            slug = node["slug"]
            self.categories[slug] = found[slug]
            self.filters[slug] = node.get("filters", [])
            if "children" in node:
                self._tree(node["children"], found[slug])

    def _sync(self, model: Any, key: list[str], rows: list[dict[str, Any]]) -> dict[Any, int]:
        differences = synchronise(model.objects.all(), key, rows, remove=False)
        self.renamed |= bool(differences.updated)
        return ids(model.objects.all(), key)


def ids(rows: Any, key: list[str]) -> dict[Any, int]:
    """Primary keys by the only column of the key, or by the tuple of its columns."""
    found = rows.order_by().values_list("pk", *key)
    return {(identity[0] if len(key) == 1 else tuple(identity)): pk for pk, *identity in found}


def _named(row: Json) -> dict[str, str]:
    return {f"name_{language}": row[language] for language in LANGUAGES}
