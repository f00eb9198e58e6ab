"""Prices whose file leaves the price unit to the article: Datanorm 4 P records, BMEcat price updates."""

from decimal import Decimal

from catalog.imports.records import ArticleRecord, PriceRecord
from catalog.models import ListPrice
from tests.factories import ProductFactory


def test_a_price_without_a_unit_is_per_the_unit_of_its_article(imported, profile):
    ProductFactory(sku="OLD", price_unit=100)
    new = ArticleRecord(
        line=1, sku="NEW", names={"en": "New"}, order_unit="MTR", price_unit=1000, brand="Kepler"
    )
    prices = [
        PriceRecord(line=2, sku=sku, amount=Decimal(5), currency="EUR", price_unit=None)
        for sku in ("OLD", "NEW")
    ]
    imported(new, *prices)
    assert dict(ListPrice.objects.values_list("product__sku", "price_unit")) == {"OLD": 100, "NEW": 1000}
