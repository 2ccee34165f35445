"""Alembic's way in: the URL comes from the caller or from DATABASE_URL, never from a file.

Each migration is a transaction of its own, so that no table stays locked while the others run; the last one also brings
the walls. One that changes many rows commits in between (`migrations/online.py`). Who is interrupted starts again.
"""

import os
from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.dialects.postgresql.base import ischema_names

import audits.changes.models
import audits.complaints.models
import audits.disputes.models
import audits.findings.models
import audits.inspections.days
import audits.links.models
import audits.signals.models
import audits.teams.models
import certificates.following.models
import certificates.ledger.models
import certificates.lifecycle.models
import certificates.register.models
import portal.doors.account.models
import portal.web.security_log
import portal.work.schedule
from audits.core.db import Base, Xid8
from audits.core.events import Event
from audits.core.numbering import Counter
from audits.core.outbox import OutboxItem
from migrations.raising import raise_walls

TABLES = (audits, certificates, portal, Event, OutboxItem, Counter)  # imported so that the metadata is whole
ischema_names["xid8"] = Xid8  # which SQLAlchemy does not know when it reads tables
# Who waits for a lock makes everybody after him wait too: rather give up, and be started again.
LIMITS = {"lock_timeout": "2s", "statement_timeout": "15min"}


def migrate(connection: Connection) -> None:
    """Run what was asked for, one at a time on this database."""
    connection.execute(text("SELECT pg_advisory_lock(hashtext('migrations'))"))  # until the connection closes
    for name, value in (LIMITS | attributes.get("limits", {})).items():
        connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": value})
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        transaction_per_migration=True,
        on_version_apply=finish,
    )
    context.run_migrations()
    connection.rollback()  # of what was only read
    if context.get_context().get_current_revision() == context.script.get_current_head():
        raise_walls(connection)  # again, since files can change without a migration
        connection.commit()


def finish(ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]) -> None:  # noqa: ARG001
    """Complete the transaction of a migration: with the last one come the walls, and each notes whom it serves.

    Silence means that the tables serve no older code.
    """
    connection = ctx.connection
    if connection is None or not heads:
        return
    [reached] = heads
    if reached == context.script.get_current_head():
        raise_walls(connection)
    module = context.script.get_revision(reached).module
    if serves := getattr(module, "serves", None):
        connection.execute(text("UPDATE alembic_version SET serves = :serves"), {"serves": serves})


attributes = context.config.attributes
url = attributes.get("url") or os.environ["DATABASE_URL"]  # noqa: TID251  # the one tool outside the application
engine = create_engine(url)
try:
    with engine.connect() as connection:
        migrate(connection)
finally:
    engine.dispose()
