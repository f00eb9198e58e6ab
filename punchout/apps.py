from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PunchoutConfig(AppConfig):
    name = "punchout"
    verbose_name = _("Punch-out")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from punchout import adapters, checks, embedding  # noqa: F401
        from shop import context

        adapters.load()
        context.register_source(embedding.resolve)
