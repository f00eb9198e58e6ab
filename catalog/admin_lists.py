"""Lists of the admin that answer with a million articles and several million prices as with a hundred.

Nothing is counted or paged further than anybody reads, a filter offers what a small table holds, and articles
are found by their numbers and by the search index: no page reads a large table from end to end.
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog import search
from catalog.models import Product

MOST_COUNTED = 10_000
# Nobody looks through more articles than this by their beginning or by what they are called.
MOST_FOUND = 200
_LAST = "\U0010ffff"


class AtLeast(int):
    """A number at which counting stopped: it says "10000+"."""

    def __str__(self) -> str:
        return f"{int(self):d}+"


class CappedPaginator(Paginator[Any]):
    """Counts to ``MOST_COUNTED``; who looks for what stands behind that narrows the list."""

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet[Any], self.object_list)
        number = rows.order_by().values("pk")[: MOST_COUNTED + 1].count()
        return AtLeast(MOST_COUNTED) if number > MOST_COUNTED else number


class UsedFilter(admin.RelatedFieldListFilter):
    """Offers what the list has any of: one look into the index for each, not one through all rows."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, Any]]:
        rows = model_admin.model._default_manager.filter(**{field.name: OuterRef("pk")}).order_by()
        ordering = self.field_admin_ordering(field, request, model_admin)
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=Q(Exists(rows)))


class LargeAdmin(admin.ModelAdmin):
    """A list of very many rows, which are found by their article.

    ``articles`` names the keys to it, ``also`` what else may be called as was typed.
    """

    articles: ClassVar[Sequence[str]] = ("product",)
    also: ClassVar[Sequence[str]] = ()
    search_fields = ("pk",)  # makes the box; what is looked at is in ``named``
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a count of each value would go through all rows
    # What no index orders is not offered to be ordered by.
    sortable_by: ClassVar[tuple[str, ...]] = ()
    search_help_text = _("Beginning of an article number, GTIN, manufacturer's number, or words of the name.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # PostgreSQL's texts have no NUL.
        text = search_term.replace("\0", "").strip()
        return (queryset.filter(self.named(text)) if text else queryset), False

    def named(self, text: str) -> Q:
        """What a text in the search box asks for."""
        found = articles_called(text)
        by_article = (Q(**{f"{key}__in": found}) for key in self.articles)
        return reduce(or_, [*by_article, *(Q(**{name: text}) for name in self.also)])


def with_article_count(owners: QuerySet[Any]) -> QuerySet[Any]:
    """Brands or categories with ``article_count``, told by the index of the key alone."""
    key = owners.model._meta.model_name
    own = Product.objects.filter(**{key: OuterRef("pk")}).order_by().values(key)
    return owners.annotate(article_count=Coalesce(Subquery(own.annotate(n=Count("*")).values("n")), 0))


def articles_called(text: str, *, corrected: bool = True) -> list[int]:
    """Articles whose number begins like this in the database, hidden ones too, and what buyers would find.

    ``corrected``: also what was probably meant where nothing is called like this.
    """
    found = dict.fromkeys(_numbered(text))
    try:
        results = search.search(search.Query(text, get_language() or "en", page_size=MOST_FOUND))
    except search.SearchUnavailable:
        return list(found)
    if corrected or results.corrected is None:
        found |= dict.fromkeys(results.product_ids)
    return list(found)


def _numbered(text: str) -> Iterator[int]:
    spellings = dict.fromkeys((text, text.upper()))
    conditions = [
        Q(gtin=text),
        *(begins(name, each) for name in ("sku", "manufacturer_part_number") for each in spellings),
    ]
    # One after the other, so that each is answered by its own index.
    for condition in conditions:
        yield from Product.objects.filter(condition).order_by().values_list("id", flat=True)[:MOST_FOUND]


def begins(name: str, text: str) -> Q:
    """Texts that begin exactly like this, as the index of the column can find them."""
    if connection.vendor == "postgresql":
        return Q(**{f"{name}__startswith": text})
    # SQLite looks through a whole table for LIKE; its columns are ordered by code point.
    return Q(**{f"{name}__gte": text, f"{name}__lt": text + _LAST})
