"""All addresses outside a buyer's session."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from shop import health

urlpatterns = [
    re_path(r"^healthz/?$", health.healthz, name="healthz"),
    re_path(r"^readyz/?$", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("", include("punchout.urls")),
    path("", include("shop.urls_storefront")),
]
if settings.SANDBOX:
    urlpatterns.insert(0, path("sandbox/", include("punchout.sandbox.urls")))

handler404 = "shop.views.errors.not_found"
