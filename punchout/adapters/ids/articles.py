"""Which of our articles a number means: the article number, or the GTIN in its place."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from catalog.models import Product
from customers.models import Organisation

GTIN_LENGTHS = (8, 12, 13, 14)


@dataclass(frozen=True, slots=True)
class Articles:
    """The articles that some numbers mean to one customer, found in one query."""

    by_number: Mapping[str, str]
    by_gtin: Mapping[str, str]
    units: Mapping[str, str]

    @classmethod
    def load(cls, organisation: Organisation, numbers: Iterable[str]) -> "Articles":
        wanted = {number for number in numbers if number and "\x00" not in number}
        if not wanted:
            return cls({}, {}, {})
        gtins = {spelling for number in wanted for spelling in _spellings(number)}
        rows = list(
            Product.objects.visible_to(organisation)
            .filter(Q(sku__in=wanted | {number.upper() for number in wanted}) | Q(gtin__in=gtins))
            .values_list("sku", "gtin", "order_unit")
        )
        # A GTIN that two articles carry means neither.
        count = Counter(gtin.zfill(14) for _sku, gtin, _unit in rows if gtin)
        return cls(
            {sku.casefold(): sku for sku, _gtin, _unit in rows},
            {gtin.zfill(14): sku for sku, gtin, _unit in rows if gtin and count[gtin.zfill(14)] == 1},
            {sku: unit for sku, _gtin, unit in rows},
        )

    def sku(self, number: str, ean: str = "") -> str:
        """Our article number, or empty.

        The GTIN counts where there is no other number, or where it stands in place of one (Vaillant's app,
        and our own return when the article number is too long).
        """
        if number:
            return self.by_number.get(number.casefold()) or self._by_gtin(number)
        return self._by_gtin(ean)

    def _by_gtin(self, number: str) -> str:
        return self.by_gtin.get(number.zfill(14), "") if _is_gtin(number) else ""


def _is_gtin(number: str) -> bool:
    return number.isascii() and number.isdigit() and 8 <= len(number) <= 14


def _spellings(number: str) -> Iterable[str]:
    if not _is_gtin(number):
        return ()
    bare = number.lstrip("0")
    return (bare.zfill(length) for length in GTIN_LENGTHS if len(bare) <= length)
