"""Record when a periodic task ran and failed last, and find failed jobs without reading all jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
serves = "0014"  # as the one before it: this one only adds


def upgrade() -> None:
    op.add_column("chore", sa.Column("ran_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("chore", sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("chore", sa.Column("last_error", sa.String(), nullable=True))
    op.add_column("chore", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_outbox_failed", "outbox", ["failed_at"], postgresql_where=sa.text("failed_at IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_outbox_failed", "outbox")
    for column in ("failures", "last_error", "failed_at", "ran_at"):
        op.drop_column("chore", column)
