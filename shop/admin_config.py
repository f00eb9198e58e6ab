"""Makes ``OperationsSite`` the project's ``admin.site``; a module of its own, because apps load first."""

from django.contrib.admin.apps import AdminConfig


class OperationsConfig(AdminConfig):
    default_site = "shop.admin_site.OperationsSite"
