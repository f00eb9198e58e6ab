"""How any connection of the shop is entered: typed in by staff, never read from the database.

What was typed in travels with its run sealed, since it holds the connection's secret.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any

from punchout.sandbox.dialects import CxmlDialect, Party, Protocol, System
from punchout.secrets import seal, unseal

SECRET = "secret"  # noqa: S105 - a field's name
_NAMED = ("connection", "user", SECRET)
# What has to be known to enter, by protocol.
ENTRIES: Mapping[Protocol, tuple[str, ...]] = MappingProxyType(
    {
        "oci": (*_NAMED, "user_name", "password_name", "hook_name"),
        "ids": ("connection", "customer_number", "user", SECRET),
        "oraclexml": _NAMED,
        "peppol": (*_NAMED, "user_name", "password_name", "return_name", "cart_field"),
        "cebeoxml": ("connection", "customer_number", "user", SECRET),
        "cxml": (
            "from_domain", "from_identity", "sender_domain", "sender_identity", "to_domain", "to_identity",
            SECRET,
        ),
    }
)  # fmt: skip
# Which attribute of a system holds the dialect of a protocol.
_SLOTS: Mapping[Protocol, str] = MappingProxyType(
    {"oci": "oci", "ids": "ids", "oraclexml": "oracle", "peppol": "peppol", "cebeoxml": "cebeo"}
)
_PARTIES = {"from": "from_party", "sender": "sender", "to": "to"}


def usual(system: System) -> dict[str, str]:
    """What the system's own dialect would send, as a start; never a secret."""
    dialect = system.dialect
    if isinstance(dialect, CxmlDialect):
        return {"from_domain": "DUNS", "sender_domain": dialect.sender.domain, "to_domain": "DUNS"}
    held = {field.name for field in fields(dialect)}
    kept = set(ENTRIES[system.protocol]) - set(_NAMED) - {"customer_number"}
    return {name: str(getattr(dialect, name)) for name in sorted(kept & held)}


def entered(system: System, access: Mapping[str, str]) -> System:
    """The system with these credentials instead of the demo's."""
    dialect = system.dialect
    if isinstance(dialect, CxmlDialect):
        parties: dict[str, Any] = {
            attribute: Party(access.get(f"{name}_domain", ""), access.get(f"{name}_identity", ""))
            for name, attribute in _PARTIES.items()
        }
        return replace(system, cxml=replace(dialect, secret=access.get(SECRET, ""), **parties))
    known: dict[str, Any] = {name: access[name] for name in ENTRIES[system.protocol] if name in access}
    changed: dict[str, Any] = {_SLOTS[system.protocol]: replace(dialect, **known)}
    return replace(system, **changed)


def sealed(access: Mapping[str, str]) -> str:
    return seal(json.dumps(dict(access)))


def opened(text: str) -> dict[str, str]:
    """What ``sealed`` closed; empty when the key is gone, so that the launch is refused."""
    try:
        return dict(json.loads(unseal(text)))
    except ValueError:
        return {}
