"""System checks for combinations of settings that would hurt somebody."""

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register(checks.Tags.security)
def dangerous_settings(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """shop.E001–E004, shop.W001."""
    found: list[checks.CheckMessage] = []
    if settings.DEBUG and not settings.DEMO and settings.PUBLIC_URL.startswith("https://"):
        found.append(
            checks.Error(
                "DEBUG is on for a shop with a public https address.",
                hint="Unset DEBUG; its error pages show settings and prices.",
                id="shop.E001",
            )
        )
    if settings.DEMO and settings.PUBLIC_URL.startswith("https://"):
        found.append(
            checks.Error(
                "DEMO is on for a shop with a public https address: its secrets are published.",
                hint="Unset DEMO, and delete the demo connections (manage.py load_demo --remove).",
                id="shop.E002",
            )
        )
    if not settings.RELAXED and not settings.PUBLIC_URL.startswith("https://"):
        found.append(
            checks.Error(
                "PUBLIC_URL is not https: browsers will not keep a session inside a buyer's frame.",
                hint="Set PUBLIC_URL=https://… to the address buyers reach.",
                id="shop.E003",
            )
        )
    if not settings.RELAXED and any(len(key) < 32 for key in settings.SEALING_KEYS):
        found.append(
            checks.Error(
                "A key in SEALING_KEYS is shorter than 32 characters.",
                hint='Make one with: python -c "import secrets; print(secrets.token_urlsafe(32))"',
                id="shop.E004",
            )
        )
    if settings.SANDBOX and not settings.RELAXED:
        found.append(
            checks.Warning(
                "The sandbox is switched on in production; it is open to staff only.",
                hint="Unset SANDBOX when nobody tests.",
                id="shop.W001",
            )
        )
    return found
