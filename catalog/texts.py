"""Texts in four languages: one column a language, English always there."""

from django.db.models import Model
from django.utils.translation import get_language

FALLBACK = "en"


def translated(record: Model, field: str, language: str | None = None) -> str:
    """``record.<field>_<language>`` in the given or the active language, else the English text."""
    code = (language or get_language() or FALLBACK)[:2].lower()
    return getattr(record, f"{field}_{code}", "") or getattr(record, f"{field}_{FALLBACK}")
