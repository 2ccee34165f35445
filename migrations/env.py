"""Alembic's way in: the URL comes from the caller or from DATABASE_URL, never from a file."""

import os

from alembic import context
from sqlalchemy import create_engine

import certificates.ledger.models
import certificates.lifecycle.models
import certificates.register.models
import portal.doors.account.models
import portal.work.schedule
from audits.core.db import Base
from audits.core.events import Event
from audits.core.numbering import Counter
from audits.core.outbox import OutboxItem

TABLES = (certificates, portal, Event, OutboxItem, Counter)  # imported so that the metadata is whole

url = context.config.attributes.get("url") or os.environ["DATABASE_URL"]  # noqa: TID251  # the one tool outside the application

engine = create_engine(url)
with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=Base.metadata, compare_type=True, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
