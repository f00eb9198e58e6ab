"""What somebody asked for: whose file, of which part of the assortment, since when and how written."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from catalog.exports.changed import changed_since, gone, left
from catalog.exports.errors import ExportRefused, FieldUnknown
from catalog.models import Agreement, Brand, Category, Product, ProductQuerySet
from catalog.tree import below
from catalog.withdrawals import REMEMBERED
from customers.models import Organisation

IDS_AT_ONCE = 10_000


@dataclass(frozen=True)
class ExportOrder:
    """One file for one customer. ``categories`` are slugs and hold what is below them, ``brands`` are codes.

    Without ``since`` the file is complete; with it, it holds what changed and names what went. ``origin`` is
    scheme and host of links; without it there are none. All prices are those of ``today``.
    ``updates_before`` counts the files since the last complete one, for formats that number them.
    ``agreed_only`` keeps to the articles for which a net price was agreed with this customer.
    """

    organisation: Organisation
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    since: datetime | None = None
    language: str = ""
    origin: str = ""
    with_stock: bool = True
    agreed_only: bool = False
    orderable_only: bool = False
    # BMEcat: texts in every language of the shop, the written one as the file's default.
    every_language: bool = False
    # Level-2 catalogs: the shop itself and its categories are entries too (``catalog.exports.levels``).
    with_levels: bool = False
    updates_before: int = 0
    byte_order_mark: bool = False
    decimal_comma: bool = False
    today: date = field(default_factory=timezone.localdate)

    @property
    def written_language(self) -> str:
        return self.language or self.organisation.language

    @property
    def incremental(self) -> bool:
        return self.since is not None

    def kept(self) -> ProductQuerySet:
        """The articles that this customer has in his file; the only door to them."""
        shown = Product.objects.visible_to(self.organisation)
        if self.orderable_only:
            shown = shown.filter(status__in=Product.ORDERABLE)
        if self.agreed_only:
            shown = shown.filter(Exists(self._net_prices()))
        return shown.filter(self._chosen)

    def _net_prices(self) -> QuerySet[Agreement]:
        """What was agreed with this customer for the article of the outer query, and is valid today."""
        valid = (Q(valid_from__isnull=True) | Q(valid_from__lte=self.today)) & (
            Q(valid_until__isnull=True) | Q(valid_until__gte=self.today)
        )
        return Agreement.objects.filter(
            valid, organisation=self.organisation, kind=Agreement.Kind.NET, product=OuterRef("pk")
        )

    @property
    def _chosen(self) -> Q:
        """The categories and brands that were asked for."""
        found = Q()
        if self.categories:
            found &= Q(category_id__in=self._category_ids)
        if self.brands:
            found &= Q(brand_id__in=self._brand_ids)
        return found

    def products(self) -> ProductQuerySet:
        """What the file is about: the articles in it, and in an incremental one those that went."""
        if self.since is None:
            return self.kept()
        chosen = self._chosen
        if chosen:
            moved = left(self.since, self._category_ids, self._brand_ids)
            chosen |= Q(pk__in=moved.values("product_id"))
        changed = changed_since(self.organisation, self.since, self.today, stock=self.with_stock)
        found = Product.objects.filter(chosen)
        return found if changed is None else found.filter(pk__in=changed)

    @cached_property
    def changed_ids(self) -> Sequence[int]:
        """What an incremental file is about, by rising id: looked for once, and not once a page."""
        found = self.products().order_by("id").values_list("id", flat=True)
        return array("q", found.iterator(chunk_size=IDS_AT_ONCE))

    def gone(self) -> list[str]:
        """Of an incremental file, the numbers that are no article's any more."""
        if self.since is None:
            return []
        return list(gone(left(self.since, self._category_ids, self._brand_ids)))

    def count(self) -> int:
        """How many rows there would be now."""
        return len(self.changed_ids) + len(self.gone()) if self.incremental else self.products().count()

    def check(self) -> None:
        """Raises ``FieldUnknown`` for a category or brand that does not exist, and ``ExportRefused``."""
        if self.since is not None and self.since < timezone.now() - REMEMBERED:
            raise ExportRefused(
                f"What was withdrawn is remembered for {REMEMBERED.days} days. Take a complete file."
            )
        _ = self._category_ids, self._brand_ids

    @cached_property
    def _category_ids(self) -> list[int]:
        if not self.categories:
            return []
        rows = list(Category.objects.order_by().values_list("id", "parent_id", "slug"))
        by_slug = {slug: pk for pk, _parent, slug in rows}
        unknown = [slug for slug in self.categories if slug not in by_slug]
        if unknown:
            raise FieldUnknown("category", unknown)
        return below(
            ((pk, parent) for pk, parent, _slug in rows), [by_slug[slug] for slug in self.categories]
        )

    @cached_property
    def _brand_ids(self) -> list[int]:
        if not self.brands:
            return []
        by_code = dict(Brand.objects.filter(code__in=self.brands).order_by().values_list("code", "id"))
        unknown = [code for code in self.brands if code not in by_code]
        if unknown:
            raise FieldUnknown("brand", unknown)
        return list(by_code.values())
