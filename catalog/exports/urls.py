"""Links to exported files; they stay valid over releases."""

from django.urls import path

from catalog.exports import views

app_name = "exports"
urlpatterns = [path("<str:token>", views.download, name="download")]
