from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = _("Catalog")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from catalog import changes, stamping, withdrawals
        from catalog.imports import formats  # noqa: F401  registers them

        changes.connect()
        withdrawals.connect()
        stamping.connect()
