"""Alembic's way in: the URL comes from the caller or from DATABASE_URL, never from a file.

An upgrade or downgrade is one transaction: the migrations, then the walls, then whom the tables still serve.
"""

import os

from alembic import context
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.dialects.postgresql.base import ischema_names

import audits.changes.models
import audits.findings.models
import audits.teams.models
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
# Who waits for a lock makes everybody after him wait too: rather give up, change nothing, and be started again.
LIMITS = {"lock_timeout": "5s", "statement_timeout": "15min"}


def migrate(connection: Connection) -> None:
    """Run what was asked for; nothing of it stays unless all of it succeeds."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('migrations'))"))  # one at a time
    for name, value in (LIMITS | attributes.get("limits", {})).items():
        connection.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
    before = context.get_context().get_current_revision()
    context.run_migrations()
    reached = context.get_context().get_current_revision()
    if reached == context.script.get_current_head():
        raise_walls(connection)
    if reached != before and reached is not None:
        declare(connection, reached)


def declare(connection: Connection, reached: str) -> None:
    """Note the oldest code that these tables serve, as the migration itself says; silence means no older code."""
    module = context.script.get_revision(reached).module
    if serves := getattr(module, "serves", None):
        connection.execute(text("UPDATE alembic_version SET serves = :serves"), {"serves": serves})


attributes = context.config.attributes
url = attributes.get("url") or os.environ["DATABASE_URL"]  # noqa: TID251  # the one tool outside the application
engine = create_engine(url)
try:
    with engine.begin() as connection:
        migrate(connection)
finally:
    engine.dispose()
