"""Say of a file which typed question asked for it, which period it covers, what it replaces, and a false alarm."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0093"
down_revision = "0092"
serves = "0091"  # this one only adds

COLUMNS = (
    ("detail", sa.String()),
    ("covers_from", sa.Date()),
    ("covers_until", sa.Date()),
    ("replaces", sa.Uuid()),
    ("overruled", sa.String()),
)
INDEXES = (("ix_evidence_detail", "application_id", "detail"), ("ix_evidence_replaces", "replaces", "replaces"))


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("evidence", sa.Column(name, kind, nullable=True), if_not_exists=True)
    online.commit()
    online.constrain("evidence", "ck_evidence_covers", "CHECK (covers_from <= covers_until)")
    online.constrain("evidence", "fk_evidence_replaces", "FOREIGN KEY (replaces) REFERENCES evidence (id)")
    with op.get_context().autocommit_block():
        for index, column, known in INDEXES:
            op.execute(f"DROP INDEX IF EXISTS {index}")  # what is left of one that was interrupted
            op.execute(f"CREATE INDEX CONCURRENTLY {index} ON evidence ({column}) WHERE {known} IS NOT NULL")


def downgrade() -> None:
    for name, _ in reversed(COLUMNS):
        op.drop_column("evidence", name)
