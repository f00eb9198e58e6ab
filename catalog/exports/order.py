"""What somebody asked for: whose file, of which part of the assortment, since when and how written."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.utils import timezone

from catalog.exports.changed import changed_since
from catalog.exports.errors import FieldUnknown
from catalog.exports.tree import below
from catalog.models import Brand, Category, Product, ProductQuerySet
from customers.models import Organisation


@dataclass(frozen=True)
class ExportOrder:
    """One file for one customer. ``categories`` are slugs and hold what is below them, ``brands`` are codes.

    Without ``since`` the file is complete; with it, it holds what changed and names what went. ``origin`` is
    scheme and host of links; without it there are none. All prices are those of ``today``.
    """

    organisation: Organisation
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    since: datetime | None = None
    language: str = ""
    origin: str = ""
    with_stock: bool = True
    orderable_only: bool = False
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
        return shown.filter(status__in=Product.ORDERABLE) if self.orderable_only else shown

    def products(self) -> ProductQuerySet:
        """What the file is about: the articles in it, and in an incremental one those that went."""
        found = self.kept() if self.since is None else Product.objects.all()
        if self.since is not None:
            found = found.filter(changed_since(self.organisation, self.since, self.today))
        if self.categories:
            found = found.filter(category_id__in=self._category_ids)
        if self.brands:
            found = found.filter(brand_id__in=self._brand_ids)
        return found

    def count(self) -> int:
        """How many rows there would be now."""
        return self.products().count()

    def check(self) -> None:
        """Raises ``FieldUnknown`` for a category or brand that does not exist."""
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
