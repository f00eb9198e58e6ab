"""The cursor of ``catalog.prepared`` on PostgreSQL."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus


class PreparingCursor(psycopg.Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **options: Any) -> PreparingCursor:
        values = [str(value) if type(value) is int else value for value in params or ()]
        try:
            super().execute(query, values, prepare=True, **options)
        except errors.FeatureNotSupported:
            # A column's type was changed under a running worker ("cached plan must not change result type").
            # From now on this connection prepares nothing; only a transaction that has begun is lost.
            self.connection.prepare_threshold = None
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                raise
            super().execute(query, values, **options)
        return self
