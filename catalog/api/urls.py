"""Addresses below ``/api/v1/``; they stay. With and without a slash at the end, never a redirect."""

from typing import Any

from django.urls import URLPattern, path, re_path

from catalog.api import docs, exports, views
from catalog.api.base import Nothing

app_name = "api"


def both(route: str, view: Any, name: str) -> list[URLPattern]:
    return [path(route, view, name=name), path(f"{route}/", view)]


urlpatterns = [
    *both("articles", views.ArticlesService.as_view(), "articles"),
    # A number may have slashes of its own, so the view cuts the one at the end.
    path("articles/<path:sku>", views.ArticleService.as_view(), name="article"),
    *both("search", views.SearchService.as_view(), "search"),
    *both("prices", views.PricesService.as_view(), "prices"),
    *both("stock", views.StockService.as_view(), "stock"),
    *both("categories", views.CategoriesService.as_view(), "categories"),
    *both("changes", views.ChangesService.as_view(), "changes"),
    *both("exports", exports.ExportFilesService.as_view(), "export-files"),
    *both("exports/<str:format_slug>", exports.ExportService.as_view(), "exports"),
    path("openapi.json", docs.openapi, name="openapi"),
    path("docs/", docs.page, name="docs"),
    path("docs", docs.page),
    path("", docs.page),
    re_path(r"", Nothing.as_view()),
]
