"""Addresses inside a session, below /s/<key>/."""

from django.urls import re_path

from punchout import views

app_name = "punchout"
urlpatterns = [
    re_path(r"^return/?$", views.return_cart, name="return"),
    re_path(r"^order/?$", views.order, name="order"),
    re_path(r"^leave/?$", views.leave, name="leave"),
]
