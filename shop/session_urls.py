"""What is reachable inside a buyer's session: the storefront, and what the punch-out room adds."""

from django.urls import include, path

urlpatterns = [
    path("", include("punchout.session_urls")),
    path("", include("shop.urls_storefront")),
]

handler404 = "shop.views.errors.not_found"
