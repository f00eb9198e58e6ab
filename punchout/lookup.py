"""Finds connections by address or by credentials, each with its customer and its secrets in one statement.

They are written by hand because every launch waits for them: as ORM queries they took more time than all the
rest of a launch together (1.7 ms against 0.2 ms, measured on SQLite). Plain SQL, the same on every database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db import connection as database
from django.utils import timezone

from catalog.prepared import rows_of
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
_SECRET = ("id", "digest", "sealed", "valid_until")
# As the ORM looks them up, name by name of each model.
_OF_CONNECTION, _OF_ORGANISATION, _OF_SECRET = map(frozenset, (_CONNECTION, _ORGANISATION, _SECRET))
# Places of what SQLite has as numbers, and of what both databases have as text.
_OWN_FLAGS = tuple(_CONNECTION.index(name) for name in ("active", "test", "cookieless"))
_CUSTOMERS_FLAGS = tuple(_ORGANISATION.index(name) for name in ("pays_levies", "active"))
_OPTIONS = _CONNECTION.index("options")
_COLUMNS = ", ".join([f"c.{name}" for name in _CONNECTION] + [f"o.{name}" for name in _ORGANISATION])
# The secrets that are valid at a moment, and whether a use of them is worth remembering anew (``_moments``).
_VALID = """
    SELECT {owner}_id, slot, id, digest, sealed, last_used_at IS NULL OR last_used_at < %s AS due
    FROM punchout_{kind}secret WHERE valid_until IS NULL OR valid_until > %s"""
_OWN = _VALID.format(kind="", owner="connection")
_OF_HUB = _VALID.format(kind="hub", owner="hub")
_WITH_SECRETS = f"""
SELECT {_COLUMNS}, s.id, s.digest, s.sealed, s.due
FROM punchout_connection c
JOIN customers_organisation o ON o.id = c.organisation_id
LEFT JOIN ({_OWN}) s ON s.connection_id = c.id
"""  # noqa: S608  (our own column names)
_BY_SLUG = f"{_WITH_SECRETS} WHERE c.adapter = %s AND c.slug = %s ORDER BY s.slot"
_BY_USERNAME = f"""{_WITH_SECRETS}
WHERE c.id IN (
    SELECT id FROM punchout_connection WHERE adapter = %s AND LOWER(username) = LOWER(%s)
    ORDER BY id LIMIT 50 )
ORDER BY c.id, s.slot
"""  # noqa: S608  (our own column names)
_SECRETS_OF = f"SELECT id, digest, sealed, due FROM ({_OWN}) s WHERE connection_id = %s ORDER BY slot"  # noqa: S608
# All credentials and valid secrets, those of its hub too, of the connections of a protocol that have one of
# some keys as a party's credential. A connection's own secrets come before those of its hub.
_CANDIDATES = f"""
WITH found AS (
    SELECT id, hub_id FROM punchout_connection WHERE adapter = %s AND id IN (
        SELECT connection_id FROM punchout_partycredential WHERE party = %s AND key IN ({{keys}}) )
    ORDER BY id LIMIT 200 )
SELECT {_COLUMNS}, p.kind, p.key, p.secret_id, p.digest, p.sealed, p.due
FROM (
    SELECT n.id AS connection_id, k.party AS kind, k.key, 0 AS place, 0 AS secret_id, '' AS digest,
        '' AS sealed, FALSE AS due
    FROM punchout_partycredential k JOIN found n ON n.id = k.connection_id
    UNION ALL
    SELECT n.id, 'sender', h.key, 0, 0, '', '', FALSE
    FROM punchout_hubcredential h JOIN found n ON n.hub_id = h.hub_id
    UNION ALL
    SELECT n.id, 'own', '', s.slot, s.id, s.digest, s.sealed, s.due
    FROM ({_OWN}) s JOIN found n ON n.id = s.connection_id
    UNION ALL
    SELECT n.id, 'hub', '', 100 + s.slot, s.id, s.digest, s.sealed, s.due
    FROM ({_OF_HUB}) s JOIN found n ON n.hub_id = s.hub_id ) p
JOIN punchout_connection c ON c.id = p.connection_id
JOIN customers_organisation o ON o.id = c.organisation_id
ORDER BY c.id, p.place
"""  # noqa: S608  (our own column names)
# The kinds of rows of a candidate that are secrets; the others are keys of the party of that name.
_KINDS: Mapping[str, type[SharedSecret]] = {"own": Secret, "hub": HubSecret}
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
    """A connection that a message may belong to, with its customer and its credentials' keys by party.

    ``secrets`` are valid now: its own, then those of the network that sends for this customer.
    """

    connection: Connection
    keys: dict[str, set[str]] = field(default_factory=dict)
    secrets: list[SharedSecret] = field(default_factory=list)

    def of(self, party: str) -> set[str]:
        return self.keys.get(party, set())

    def has(self, party: str, keys: Iterable[str]) -> bool:
        return not self.of(party).isdisjoint(keys)


def find_by_slug(adapter: str, slug: str) -> Connection | None:
    """The connection of an address such as ``/punchout/oci/demo-sap-srm``, with customer and secrets."""
    return next(iter(_with_secrets(_BY_SLUG, adapter, slug)), None)


def find_by_username(adapter: str, username: str) -> list[Connection]:
    """The connections that one user name may mean, where the address names none; oldest first."""
    return _with_secrets(_BY_USERNAME, adapter, username)


def _with_secrets(statement: str, *wanted: str) -> list[Connection]:
    found: dict[int, Connection] = {}
    secrets: dict[int, list[Secret]] = {}
    for *values, pk, digest, sealed, due in rows_of(statement, [*_moments(), *wanted]):
        connection = found.get(values[0])
        if connection is None:
            connection = found[values[0]] = _connection(values)
            connection.valid_secrets = secrets[values[0]] = []
        if pk is not None:
            secrets[values[0]].append(_own_secret(connection, pk, digest, sealed, due))
    return list(found.values())


def find_candidates(adapter: str, party: str, keys: Iterable[str]) -> list[Candidate]:
    """The connections of ``adapter`` that have one of ``keys`` as credential of ``party``; oldest first."""
    wanted = sorted(keys)
    if not wanted:
        return []
    statement = _CANDIDATES.format(keys=", ".join(["%s"] * len(wanted)))
    found: dict[int, Candidate] = {}
    moments = _moments()
    rows = rows_of(statement, [adapter, party, *wanted, *moments, *moments])
    for *values, kind, key, pk, digest, sealed, due in rows:
        candidate = found.get(values[0])
        if candidate is None:
            candidate = found[values[0]] = Candidate(_connection(values))
        if kind in _KINDS:
            candidate.secrets.append(_secret(_KINDS[kind], pk, digest, sealed, due))
        else:
            candidate.keys.setdefault(kind, set()).add(key)
    return list(found.values())


def secrets_of(connection: Connection) -> list[Secret]:
    """Its own secrets that are valid now; ``use_is_due`` on each: its use is worth remembering anew."""
    if connection.valid_secrets is not None:
        return connection.valid_secrets
    rows = rows_of(_SECRETS_OF, [*_moments(), connection.pk])
    return [_own_secret(connection, *row) for row in rows]


def sender_secrets(adapter: str, keys: Iterable[str]) -> list[SharedSecret]:
    """The valid secrets of whoever has one of ``keys`` as Sender; at most a hundred, only to compare with."""
    wanted = sorted(keys)
    if not wanted:
        return []
    statement = _SENDER_SECRETS.format(keys=", ".join(["%s"] * len(wanted)))
    _recently, now = _moments()
    rows = rows_of(statement, [*wanted, now, adapter, *wanted, now])
    return [Secret(digest=digest, sealed=sealed) for digest, sealed in rows]


def _moments() -> tuple[Any, Any]:
    """When a use is long enough ago to be remembered anew, and now, as the database compares them."""
    now = timezone.now()
    adapt: Any = database.ops.adapt_datetimefield_value
    return adapt(now - USED_RECENTLY), adapt(now)


def _connection(values: list[Any]) -> Connection:
    own, customer = values[: len(_CONNECTION)], values[len(_CONNECTION) :]
    for flag in _OWN_FLAGS:
        own[flag] = bool(own[flag])
    for flag in _CUSTOMERS_FLAGS:
        customer[flag] = bool(customer[flag])
    if isinstance(own[_OPTIONS], str):
        own[_OPTIONS] = json.loads(own[_OPTIONS])
    connection = Connection.from_db(DEFAULT_DB_ALIAS, _OF_CONNECTION, own)
    connection.organisation = Organisation.from_db(DEFAULT_DB_ALIAS, _OF_ORGANISATION, customer)
    return connection


def _own_secret(connection: Connection, pk: int, digest: str, sealed: str, due: Any) -> Secret:
    secret = _secret(Secret, pk, digest, sealed, due)
    secret.connection = connection
    return secret


def _secret(model: type[SecretModel], pk: int, digest: str, sealed: str, due: Any) -> SecretModel:
    secret = model.from_db(DEFAULT_DB_ALIAS, _OF_SECRET, (pk, digest, sealed, None))
    secret.use_is_due = bool(due)
    return secret
