"""System checks of orders."""

import re
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError
from django.db import connection as database
from pydantic import ValidationError as OptionsInvalid

from punchout.adapters import all_adapters
from punchout.models import Connection
from trading.numbers import LONGEST_PREFIX


@checks.register()
def number_prefix(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """trading.E001: a number that some protocol could not carry."""
    if re.fullmatch(rf"[A-Za-z0-9]{{0,{LONGEST_PREFIX}}}", settings.ORDER_NUMBER_PREFIX):
        return []
    return [
        checks.Error(
            f"ORDER_NUMBER_PREFIX is not up to {LONGEST_PREFIX} letters and digits.",
            hint="IDS-Connect carries numbers of 15 characters; year and count take the rest.",
            id="trading.E001",
        )
    ]


@checks.register()
def notice_addresses(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """trading.E002: an address that no e-mail reaches."""
    return [
        checks.Error(
            f"ORDERS_NOTICE_TO has {address!r}, which is no e-mail address.",
            hint="ORDERS_NOTICE_TO=orders@supplier.example,desk@supplier.example",
            id="trading.E002",
        )
        for address in settings.ORDERS_NOTICE_TO
        if not _is_address(address)
    ]


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


@checks.register(checks.Tags.database)
def somebody_is_told(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """trading.W001: buyers can order, and nobody is told that they did."""
    if settings.ORDERS_NOTICE_TO or not databases:
        return []
    names = ordering_connections()
    if not names:
        return []
    return [
        checks.Warning(
            f"Buyers may order in the shop ({', '.join(names[:5])}), and nobody is told of their orders.",
            hint="Set ORDERS_NOTICE_TO=orders@supplier.example, and EMAIL_URL to a mail server.",
            id="trading.W001",
        )
    ]


def ordering_connections() -> list[str]:
    """The slugs of the active connections over which orders are taken; none before the first migration."""
    adapters = {adapter.slug: adapter for adapter in all_adapters()}
    try:
        if Connection._meta.db_table not in database.introspection.table_names():
            return []
        connections = list(
            Connection.objects.filter(active=True, adapter__in=adapters).only("slug", "adapter", "options")
        )
    except DatabaseError:
        return []
    found = []
    for connection in connections:
        adapter = adapters[connection.adapter]
        try:
            if adapter.takes_orders(adapter.options(connection)):
                found.append(connection.slug)
        except OptionsInvalid:
            continue
    return found
