"""Change large tables while others read them: rows in batches, constraints without a scan under a lock.

Everything here commits, also what the migration did before. A migration that is interrupted starts again from its first
line, so that one which uses this may do nothing that it cannot do twice: ADD COLUMN IF NOT EXISTS, and so on.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import yaml
from alembic import op
from sqlalchemy import text

PAGES = 1000  # of the table, 8 kB each, in one transaction


def commit() -> None:
    """Commit what the migration did so far, and go on in a new transaction."""
    with op.get_context().autocommit_block():
        pass


def fill(table: str, update: str, *, kept: bool = False) -> None:
    """Run an UPDATE of a table on some of its pages at a time; `{batch}` in its condition stands for them.

    `kept` is a table whose triggers refuse the change: in each transaction they are disabled, which does not stop
    readers.
    """
    for batch in batches(table):
        if kept:
            op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        op.execute(update.format(batch=batch))
        if kept:
            op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        commit()


def batches(table: str) -> Iterator[str]:
    """Yield conditions that each hold for some of the pages that the table has now."""
    size = text("SELECT pg_relation_size(cast(:name AS regclass)) / current_setting('block_size')::integer")
    count: int = op.get_bind().execute(size, {"name": table}).scalar_one()
    for begin in range(0, count, PAGES):
        yield f"{table}.ctid >= '({begin},0)' AND {table}.ctid < '({begin + PAGES},0)'"


def require(table: str, column: str) -> None:
    """Make a column NOT NULL; PostgreSQL believes a valid CHECK and scans nothing while the table is locked."""
    name = f"ck_{table}_{column}_known"
    constrain(table, name, f"CHECK ({column} IS NOT NULL)")
    op.alter_column(table, column, nullable=False)
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def constrain(table: str, name: str, definition: str) -> None:
    """Add a CHECK or FOREIGN KEY, instead of one of that name; rows are read without stopping anybody."""
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID")
    commit()
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
    commit()


def unique(table: str, name: str, columns: Iterable[str]) -> None:
    """Add a UNIQUE constraint unless it is there; its index is made while others write."""
    found = "SELECT EXISTS (SELECT FROM pg_constraint WHERE conrelid = cast(:table AS regclass) AND conname = :name)"
    if op.get_bind().execute(text(found), {"table": table, "name": name}).scalar_one():
        return
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX IF EXISTS {name}")  # what is left of one that was interrupted
        op.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({', '.join(columns)})")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}")


def norms() -> dict[Any, dict[str, Any]]:
    """Return what the published versions of the norm say, by id; read before a table is locked, since it takes long."""
    rows = op.get_bind().execute(text("SELECT id, source FROM scheme_version")).all()
    return {version_id: _parsed(source) for version_id, source in rows}


@lru_cache(maxsize=8)
def _parsed(source: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(source)
    return found
