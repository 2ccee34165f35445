"""Let a connection prepare a statement early and describe it once: with row policies, planning costs more than running.

PostgreSQL decides after five uses whether a plan for any values is as good. It is not to be forced: partial indexes
(`uq_audit_live`) serve no unknown value. psycopg has no settings for this; tests/database/test_connections.py holds it.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import Column
from psycopg._preparing import PrepareManager


def on_connect(connection: Any, _: object) -> None:
    """Prepare a new connection, of SQLAlchemy's event."""
    connection._prepared = _Kept()  # noqa: SLF001
    connection.cursor_factory = _Described


class _Kept(PrepareManager):
    """Keeps prepared statements after a ROLLBACK.

    psycopg drops them all then, in case the ROLLBACK removed a table. Requests create no tables, and every page that
    only reads ends with a ROLLBACK: without this, statements would be prepared again for each page.
    """

    prepare_threshold = 1  # what is sent a second time; by default a sixth time

    def __init__(self) -> None:
        super().__init__()
        self.columns: dict[str, Sequence[Column]] = {}

    def clear(self) -> bool:
        """Keep everything."""
        return False


class _Described(psycopg.Cursor[Any]):
    """Describes the columns of a prepared statement once; SQLAlchemy asks at each execution, and only for whether."""

    @property
    def description(self) -> Any:
        """Return the columns of the result."""
        prepared, query = self._conn._prepared, self._last_query  # noqa: SLF001
        if not isinstance(prepared, _Kept) or not isinstance(query, str) or not self.pgresult:
            return super().description
        known = prepared.columns.get(query)
        if known is None or len(known) != self.pgresult.nfields:
            known = super().description
            if known and len(prepared.columns) < prepared.prepared_max:
                prepared.columns[query] = known
        return known
