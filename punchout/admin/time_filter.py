"""A filter of lists that grow by the hour."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TimeFilter(admin.SimpleListFilter):
    """How far back to look, by the moment in ``column``; the calendar above the list finds a single day."""

    title = _("time")
    parameter_name = "since"
    column: ClassVar[str]
    SPANS = {
        "1h": (timedelta(hours=1), _("the last hour")),
        "24h": (timedelta(hours=24), _("the last 24 hours")),
        "7d": (timedelta(days=7), _("the last 7 days")),
        "30d": (timedelta(days=30), _("the last 30 days")),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(value, label) for value, (_span, label) in self.SPANS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        span = self.SPANS.get(self.value() or "")
        return queryset.filter(**{f"{self.column}__gte": timezone.now() - span[0]}) if span else queryset
