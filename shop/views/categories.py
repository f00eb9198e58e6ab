"""The category tree, read in one query: paths, children, and how many articles each branch holds."""

from collections import defaultdict
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count

from catalog.models import Category, Product
from catalog.search import articles_by_category
from customers.models import Organisation

COUNTS_KEPT_SECONDS = 60


class CategoryTree:
    """All categories, by slug and by parent, in the order they are shown."""

    def __init__(self) -> None:
        self._by_id = {category.pk: category for category in Category.objects.all()}
        self._children: dict[int | None, list[Category]] = defaultdict(list)
        for category in self._by_id.values():
            self._children[category.parent_id].append(category)

    def find(self, slug: str) -> Category | None:
        return next((category for category in self._by_id.values() if category.slug == slug), None)

    def children(self, category: Category | None) -> list[Category]:
        """The categories right below this one; ``None`` gives the top."""
        return self._children.get(category.pk if category else None, [])

    def path(self, category_id: int | None) -> list[Category]:
        """From the top down to this category."""
        path: list[Category] = []
        while category_id is not None and len(path) < len(self._by_id):
            category = self._by_id[category_id]
            path.insert(0, category)
            category_id = category.parent_id
        return path

    def totals(self, own: dict[int, int]) -> dict[int, int]:
        """The articles in each branch, from the articles that hang on each node."""
        totals: dict[int, int] = defaultdict(int)
        for category_id, count in own.items():
            for category in self.path(category_id):
                totals[category.pk] += count
        return totals


@dataclass(frozen=True, slots=True)
class Branch:
    category: Category
    count: int
    children: tuple["Branch", ...] = ()


def article_counts(organisation: Organisation | None) -> dict[int, int]:
    """How many articles this customer sees in each category; at most a minute old."""
    key = f"shop.article-counts.{organisation.pk if organisation else 'visitor'}"
    counts: dict[int, int] | None = cache.get(key)
    if counts is None:
        # The index holds what everybody may see; to count a million articles there takes no second.
        counts = articles_by_category()
        if counts is None:
            seen = Product.objects.visible_to(organisation).order_by()
            counts = dict(seen.values_list("category_id").annotate(Count("id")))
        cache.set(key, counts, COUNTS_KEPT_SECONDS)
    return counts


def branches(tree: CategoryTree, own: dict[int, int], depth: int = 2) -> tuple[Branch, ...]:
    """The top of the tree, this deep, without branches that hold nothing."""
    totals = tree.totals(own)

    def below(category: Category | None, levels: int) -> tuple[Branch, ...]:
        return tuple(
            Branch(child, totals[child.pk], below(child, levels - 1) if levels > 1 else ())
            for child in tree.children(category)
            if totals.get(child.pk)
        )

    return below(None, depth)
