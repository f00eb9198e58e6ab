"""What is sold: articles, their classification, prices and stock."""

from catalog.models.classification import Attribute, AttributeChoice, Brand, Category, CategoryAttribute
from catalog.models.exports import ExportFile, ExportSchedule
from catalog.models.pricing import Agreement, ListPrice
from catalog.models.products import (
    CustomerArticle,
    Product,
    ProductAttribute,
    ProductChange,
    ProductMedia,
    ProductQuerySet,
)
from catalog.models.stock import Stock, StockSite

__all__ = [
    "Agreement",
    "Attribute",
    "AttributeChoice",
    "Brand",
    "Category",
    "CategoryAttribute",
    "CustomerArticle",
    "ExportFile",
    "ExportSchedule",
    "ListPrice",
    "Product",
    "ProductAttribute",
    "ProductChange",
    "ProductMedia",
    "ProductQuerySet",
    "Stock",
    "StockSite",
]
