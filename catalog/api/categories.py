"""The tree of categories in one language, from names that are at most a minute old."""

from typing import Any

from catalog.search import labels as label_cache


def category_tree(language: str) -> list[dict[str, Any]]:
    """From the roots down, siblings in the order of the shop; a circle in the data is never entered."""
    labels = label_cache.current()

    def below(parent: int | None) -> list[dict[str, Any]]:
        nodes = [labels.categories[pk] for pk in labels.children.get(parent, ())]
        return [
            {"code": node.slug, "name": node.names[language], "children": below(node.id)} for node in nodes
        ]

    return below(None)
