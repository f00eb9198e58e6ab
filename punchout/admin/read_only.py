"""The admin of what happened: it can be looked at, never changed."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString


class ReadOnlyAdmin(admin.ModelAdmin):
    """Nobody adds, changes or deletes here, whatever his permissions."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def tag(text: object, tone: str = "") -> SafeString:
    """A coloured word: ``good``, ``bad``, ``warn`` or calm."""
    return format_html('<span class="tag {}">{}</span>', tone, text)
