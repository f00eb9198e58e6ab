"""``updated_at`` that is true however a row was written: one by one, in bulk, or by ``QuerySet.update``."""

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

Row = TypeVar("Row", bound=models.Model)


class StampedQuerySet(models.QuerySet[Row]):
    """Stamps what it changes; ``bulk_update`` goes through ``update``."""

    def update(self, **values: Any) -> int:
        return super().update(**{"updated_at": timezone.now(), **values})

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(
        self,
        objs: Iterable[Row],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[Row]:
        if update_conflicts and update_fields is not None:
            update_fields = {*update_fields, "updated_at"}
        return super().bulk_create(
            objs, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields
        )

    bulk_create.alters_data = True  # type: ignore[attr-defined]


class Stamped(models.Model):
    """Knows when it last changed; rows that are copied in by SQL get the moment from the database."""

    updated_at = models.DateTimeField(_("updated at"), auto_now=True, db_default=Now())

    objects = StampedQuerySet.as_manager()

    class Meta:
        abstract = True
