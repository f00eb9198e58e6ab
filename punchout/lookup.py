"""Finds connections by address or by credentials: one statement for the connection, one for its secrets.

They are written by hand because every launch waits for them: as ORM queries they took more time than all the
rest of a launch together (1.7 ms against 0.2 ms, measured on SQLite). Plain SQL, the same on every database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from django.db import connection as database
from django.utils import timezone

from customers.models import Organisation
from punchout.credentials import SharedSecret
from punchout.models import Connection, HubSecret, Secret

# What a launch reads, in the order of the models; another field of theirs is loaded by itself when somebody
# asks for it.
_CONNECTION = (
    "id", "slug", "name", "organisation_id", "adapter", "buyer_system", "active", "test", "username",
    "return_origins", "frame_origins", "cookieless", "default_return_url",
    "client_networks", "client_certificates", "hub_id", "options",
)  # fmt: skip
_ORGANISATION = ("id", "number", "name", "language", "currency", "price_list_id", "pays_levies", "active")
_FLAGS = frozenset({"active", "test", "cookieless", "pays_levies"})  # SQLite has numbers for them
_COLUMNS = ", ".join([f"c.{name}" for name in _CONNECTION] + [f"o.{name}" for name in _ORGANISATION])
# All credentials, those of its hub too, of the connections of a protocol that have one of some keys as a
# party's credential.
_CANDIDATES = """
WITH found AS (
    SELECT id FROM punchout_connection WHERE adapter = %s AND id IN (
        SELECT connection_id FROM punchout_partycredential WHERE party = %s AND key IN ({keys}) )
    ORDER BY id LIMIT 200 )
SELECT p.party, p.key, {columns}
FROM (
    SELECT connection_id, party, key FROM punchout_partycredential
    WHERE connection_id IN (SELECT id FROM found)
    UNION ALL
    SELECT n.id, 'sender', h.key
    FROM punchout_hubcredential h JOIN punchout_connection n ON n.hub_id = h.hub_id
    WHERE n.id IN (SELECT id FROM found) ) p
JOIN punchout_connection c ON c.id = p.connection_id
JOIN customers_organisation o ON o.id = c.organisation_id
ORDER BY c.id
""".replace("{columns}", _COLUMNS)
_BY_SLUG = f"""
SELECT {_COLUMNS} FROM punchout_connection c
JOIN customers_organisation o ON o.id = c.organisation_id
WHERE c.adapter = %s AND c.slug = %s
"""  # noqa: S608  (our own column names)
_BY_USERNAME = f"""
SELECT {_COLUMNS} FROM punchout_connection c
JOIN customers_organisation o ON o.id = c.organisation_id
WHERE c.adapter = %s AND LOWER(c.username) = LOWER(%s) ORDER BY c.id LIMIT 50
"""  # noqa: S608  (our own column names)
_SECRETS = """
SELECT id, digest, sealed, last_used_at IS NULL OR last_used_at < %s
FROM punchout_{kind}secret WHERE {owner}_id = %s AND (valid_until IS NULL OR valid_until > %s)
ORDER BY slot
"""
_OWN_SECRETS = _SECRETS.format(kind="", owner="connection")
_HUB_SECRETS = _SECRETS.format(kind="hub", owner="hub")
# Of every connection and hub that one of some keys is a Sender of: whether a sender proves himself at all.
_SENDER_SECRETS = """
SELECT s.digest, s.sealed
FROM punchout_hubsecret s JOIN punchout_hubcredential h ON h.hub_id = s.hub_id
WHERE h.key IN ({keys}) AND (s.valid_until IS NULL OR s.valid_until > %s)
UNION ALL
SELECT s.digest, s.sealed
FROM punchout_secret s
JOIN punchout_connection c ON c.id = s.connection_id
JOIN punchout_partycredential p ON p.connection_id = c.id
WHERE c.adapter = %s AND p.party = 'sender' AND p.key IN ({keys})
    AND (s.valid_until IS NULL OR s.valid_until > %s)
LIMIT 100
"""
USED_RECENTLY = timedelta(minutes=1)
SecretModel = TypeVar("SecretModel", bound=SharedSecret)


@dataclass(slots=True)
class Candidate:
    """A connection that a message may belong to, with its customer and its credentials' keys by party."""

    connection: Connection
    keys: dict[str, set[str]] = field(default_factory=dict)

    def of(self, party: str) -> set[str]:
        return self.keys.get(party, set())

    def has(self, party: str, keys: Iterable[str]) -> bool:
        return not self.of(party).isdisjoint(keys)


def find_by_slug(adapter: str, slug: str) -> Connection | None:
    """The connection of an address such as ``/punchout/oci/demo-sap-srm``, with its customer."""
    with database.cursor() as cursor:
        cursor.execute(_BY_SLUG, [adapter, slug])
        row = cursor.fetchone()
    return _connection(list(row)) if row else None


def find_by_username(adapter: str, username: str) -> list[Connection]:
    """The connections that one user name may mean, where the address names none; oldest first."""
    with database.cursor() as cursor:
        cursor.execute(_BY_USERNAME, [adapter, username])
        rows = cursor.fetchall()
    return [_connection(list(row)) for row in rows]


def find_candidates(adapter: str, party: str, keys: Iterable[str]) -> list[Candidate]:
    """The connections of ``adapter`` that have one of ``keys`` as credential of ``party``; oldest first."""
    wanted = sorted(keys)
    if not wanted:
        return []
    statement = _CANDIDATES.format(keys=", ".join(["%s"] * len(wanted)))
    with database.cursor() as cursor:
        cursor.execute(statement, [adapter, party, *wanted])
        rows = cursor.fetchall()
    found: dict[int, Candidate] = {}
    for its_party, key, pk, *values in rows:
        if pk not in found:
            found[pk] = Candidate(_connection([pk, *values]))
        found[pk].keys.setdefault(its_party, set()).add(key)
    return list(found.values())


def _connection(values: list[Any]) -> Connection:
    own = dict(zip(_CONNECTION, values, strict=False))
    customer = dict(zip(_ORGANISATION, values[len(_CONNECTION) :], strict=True))
    if isinstance(own["options"], str):
        own["options"] = json.loads(own["options"])
    connection = Connection.from_db(database.alias, list(own), _converted(own))
    connection.organisation = Organisation.from_db(database.alias, list(customer), _converted(customer))
    return connection


def _converted(values: Mapping[str, Any]) -> list[Any]:
    return [bool(value) if name in _FLAGS else value for name, value in values.items()]


def secrets_of(connection: Connection) -> list[Secret]:
    """Its own secrets that are valid now; ``use_is_due`` on each: its use is worth remembering anew."""
    secrets = [_secret(Secret, *row) for row in _secret_rows(_OWN_SECRETS, connection.pk)]
    for secret in secrets:
        secret.connection = connection
    return secrets


def secrets_with_hub(connection: Connection) -> list[SharedSecret]:
    """As ``secrets_of``, and those of the network that sends for this customer."""
    own: list[SharedSecret] = list(secrets_of(connection))
    if connection.hub_id is None:
        return own
    return own + [_secret(HubSecret, *row) for row in _secret_rows(_HUB_SECRETS, connection.hub_id)]


def sender_secrets(adapter: str, keys: Iterable[str]) -> list[SharedSecret]:
    """The valid secrets of whoever has one of ``keys`` as Sender; at most a hundred, only to compare with."""
    wanted = sorted(keys)
    if not wanted:
        return []
    statement = _SENDER_SECRETS.format(keys=", ".join(["%s"] * len(wanted)))
    now = database.ops.adapt_datetimefield_value(timezone.now())
    with database.cursor() as cursor:
        cursor.execute(statement, [*wanted, now, adapter, *wanted, now])
        rows = cursor.fetchall()
    return [Secret(digest=digest, sealed=sealed) for digest, sealed in rows]


def _secret_rows(statement: str, owner: int) -> list[tuple[Any, ...]]:
    now = timezone.now()
    at, recently = (database.ops.adapt_datetimefield_value(time) for time in (now, now - USED_RECENTLY))
    with database.cursor() as cursor:
        cursor.execute(statement, [recently, owner, at])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _secret(model: type[SecretModel], pk: int, digest: str, sealed: str, due: Any) -> SecretModel:
    fields = ("id", "digest", "sealed", "valid_until")
    secret = model.from_db(database.alias, fields, (pk, digest, sealed, None))
    secret.use_is_due = bool(due)
    return secret
