"""Find the decisions that count from a later day, which are few, without reading all."""

from alembic import op

revision = "0080"
down_revision = "0079"
serves = "0075"  # this one only adds

LATER = "effective_on > (decided_at AT TIME ZONE 'Europe/Amsterdam')::date"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX IF EXISTS ix_decision_later")  # what is left of one that was interrupted
        op.execute(f"CREATE INDEX CONCURRENTLY ix_decision_later ON decision (effective_on) WHERE {LATER}")


def downgrade() -> None:
    op.execute("DROP INDEX IF EXISTS ix_decision_later")
