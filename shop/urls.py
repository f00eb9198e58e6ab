"""All addresses outside a buyer's session."""

from django.conf import settings
from django.contrib import admin
from django.contrib.staticfiles.storage import staticfiles_storage
from django.urls import include, path, re_path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from catalog.media import kept_file
from shop import health

# Worked out at the first request: without collected files there is no such address yet.
FAVICON = lazy(staticfiles_storage.url, str)("shop/mark.svg")

urlpatterns = [
    # First: every launch would try in vain what stands before them.
    path("", include("punchout.urls")),
    re_path(r"^healthz/?$", health.healthz, name="healthz"),
    re_path(r"^readyz/?$", health.readyz, name="readyz"),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("favicon.ico", RedirectView.as_view(url=FAVICON)),
    path("admin/", admin.site.urls),
    path("media/<path:name>", kept_file),
    path("api/v1/", include("catalog.api.urls")),
    path("exports/", include("catalog.exports.urls")),
    path("", include("shop.urls_storefront")),
]
if settings.SANDBOX:
    urlpatterns.insert(0, path("sandbox/", include("punchout.sandbox.urls")))

handler404 = "shop.views.errors.not_found"
