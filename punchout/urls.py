"""Addresses outside a session. They stay: buyers type them into their systems (README, Addresses)."""

from django.urls import path, re_path

from punchout import endpoint, views

app_name = "punchout"
urlpatterns = [
    re_path(r"^punchout/(?P<adapter>[a-z0-9-]+)/?$", endpoint.receive, name="endpoint"),
    re_path(
        r"^punchout/(?P<adapter>[a-z0-9-]+)/(?P<connection>[A-Za-z0-9_-]+)/?$",
        endpoint.receive,
        name="connection-endpoint",
    ),
    re_path(r"^start/(?P<token>[A-Za-z0-9_-]{16,64})/?$", views.start, name="start"),
    path("s/<slug:key>/enter/<slug:handover>", views.enter, name="enter"),
]
