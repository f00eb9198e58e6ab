from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TradingConfig(AppConfig):
    name = "trading"
    verbose_name = _("Orders")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from punchout import following, ordering
        from trading import checks, links  # noqa: F401
        from trading.taking import ShopOrders

        ordering.register(ShopOrders())
        following.register(links.of_cart)
