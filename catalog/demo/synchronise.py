"""Brings the rows of a table to what is wanted, in few statements, and says which of them differed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

BATCH = 500

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Differences:
    """The keys of rows that were not there, that were otherwise, and that should not have been there."""

    created: frozenset[Key]
    updated: frozenset[Key]
    deleted: frozenset[Key]

    @property
    def keys(self) -> frozenset[Key]:
        return self.created | self.updated | self.deleted


def synchronise(
    rows: QuerySet[Any], key: Sequence[str], wanted: Iterable[Mapping[str, Any]], *, remove: bool
) -> Differences:
    """Makes ``rows`` hold the wanted column values, matched by ``key``; repeated, it changes nothing.

    Columns that are not named keep their values. Rows nobody wants are deleted only with ``remove``.
    No signals are sent. Call it inside a transaction.
    """
    model: type[Model] = rows.model
    by_key = {tuple(row[name] for name in key): row for row in wanted}
    columns = [name for name in next(iter(by_key.values()), {}) if name not in key]
    present: dict[Key, tuple[int, Key]] = {}
    surplus: list[tuple[int, Key]] = []
    for pk, *found in rows.order_by("pk").values_list("pk", *key, *columns):
        identity, values = tuple(found[: len(key)]), tuple(found[len(key) :])
        if identity in by_key and identity not in present:
            present[identity] = (pk, values)
        else:
            surplus.append((pk, identity))
    created, updated = [], []
    for identity, row in by_key.items():
        if identity not in present:
            created.append(identity)
        elif present[identity][1] != tuple(row[name] for name in columns):
            updated.append(identity)
    manager = model._default_manager
    manager.bulk_create([model(**by_key[identity]) for identity in created], batch_size=BATCH)
    if updated:
        changed = [model(pk=present[identity][0], **by_key[identity]) for identity in updated]
        manager.bulk_update(changed, columns, batch_size=BATCH)
    if remove:
        for start in range(0, len(surplus), BATCH):
            manager.filter(pk__in=[pk for pk, _ in surplus[start : start + BATCH]]).delete()
    removed = [identity for _, identity in surplus] if remove else []
    return Differences(frozenset(created), frozenset(updated), frozenset(removed))
