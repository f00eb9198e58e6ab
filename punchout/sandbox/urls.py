"""The sandbox's pages; mounted below ``/sandbox/`` by the project."""

from django.urls import path

from punchout.sandbox import connect, report_views, views

app_name = "sandbox"
urlpatterns = [
    path("", views.home, name="home"),
    path("launch", views.launch, name="launch"),
    path("connect", connect.connect, name="connect"),
    path("functions/<slug:system>", views.functions, name="functions"),
    path("functions/<slug:system>/call", views.call, name="call"),
    path("run/<str:public_id>/", views.run_page, name="run"),
    path("run/<str:public_id>/launch", views.launch_again, name="launch_again"),
    path("run/<str:public_id>/call", views.call_again, name="call_again"),
    path("run/<str:public_id>/status", views.run_status, name="status"),
    path("run/<str:public_id>/report", report_views.report_page, name="report"),
    path("run/<str:public_id>/report.json", report_views.report_json, name="report_json"),
    path("receive/<str:public_id>", views.receive, name="receive"),
    path("left/<str:public_id>", views.left, name="left"),
]
