from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PunchoutConfig(AppConfig):
    name = "punchout"
    verbose_name = _("Punch-out")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from catalog.exports.supplier import register_source
        from punchout import adapters, checks, embedding, supplier_identity  # noqa: F401
        from shop import context

        adapters.load()
        context.register_source(embedding.resolve)
        register_source(supplier_identity.of_customer)
