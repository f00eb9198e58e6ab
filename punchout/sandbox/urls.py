"""The sandbox's pages; mounted below ``/sandbox/`` by the project."""

from django.urls import path

from punchout.sandbox import views

app_name = "sandbox"
urlpatterns = [
    path("", views.home, name="home"),
    path("launch", views.launch, name="launch"),
    path("run/<str:public_id>/", views.run_page, name="run"),
    path("run/<str:public_id>/launch", views.launch_again, name="launch_again"),
    path("run/<str:public_id>/status", views.run_status, name="status"),
    path("receive/<str:public_id>", views.receive, name="receive"),
]
