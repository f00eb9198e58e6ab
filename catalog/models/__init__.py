"""What is sold: articles, their classification, prices and stock."""

from catalog.models.classification import Attribute, AttributeChoice, Brand, Category, CategoryAttribute
from catalog.models.exports import ExportFile, ExportSchedule
from catalog.models.import_schedules import ImportSchedule
from catalog.models.imports import CategoryMapping, FetchedMedia, ImportProfile, ImportRefusal, ImportRun
from catalog.models.pricing import Agreement, ListPrice
from catalog.models.products import (
    CustomerArticle,
    Product,
    ProductAttribute,
    ProductChange,
    ProductMedia,
    ProductQuerySet,
)
from catalog.models.references import ProductReference
from catalog.models.stock import Stock, StockSite
from catalog.models.surcharges import Metal, MetalQuotation, ProductLevy, ProductMetal
from catalog.models.synonyms import Synonym
from catalog.models.withdrawn import WithdrawnArticle, WithdrawnPrice

__all__ = [
    "Agreement",
    "Attribute",
    "AttributeChoice",
    "Brand",
    "Category",
    "CategoryAttribute",
    "CategoryMapping",
    "CustomerArticle",
    "ExportFile",
    "ExportSchedule",
    "FetchedMedia",
    "ImportProfile",
    "ImportRefusal",
    "ImportRun",
    "ImportSchedule",
    "ListPrice",
    "Metal",
    "MetalQuotation",
    "Product",
    "ProductAttribute",
    "ProductChange",
    "ProductLevy",
    "ProductMedia",
    "ProductMetal",
    "ProductQuerySet",
    "ProductReference",
    "Stock",
    "StockSite",
    "Synonym",
    "WithdrawnArticle",
    "WithdrawnPrice",
]
