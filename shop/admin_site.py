"""The operators' site: Django's admin under the supplier's name, with the rooms from the top down."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


class OperationsSite(AdminSite):
    """Groups stand in the order of the house (what happens today first), not by the alphabet."""

    site_header = site_title = format_lazy("{} – {}", settings.SUPPLIER_NAME or _("Webshop"), _("operations"))
    index_title = _("What do you want to look at?")

    @cached_property
    def _order(self) -> dict[str, int]:
        """INSTALLED_APPS name the lower rooms first, and Django's own before ours."""
        labels = reversed([config.label for config in apps.get_app_configs()])
        return {label: position for position, label in enumerate(labels)}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        groups = super().get_app_list(request, app_label)
        return sorted(groups, key=lambda group: self._order[group["app_label"]])
