"""Events and the public history of certificates store their transaction, so that triggers find the event of a change."""

from alembic import op

revision = "0013"
down_revision = "0012"
serves = "0013"  # older code connects as one role for everything

TABLES = ("event", "certificate_change")


def upgrade() -> None:
    for table in TABLES:  # in two steps: rows from before keep none, and the table is not written anew
        op.execute(f"ALTER TABLE {table} ADD COLUMN txid xid8")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN txid SET DEFAULT pg_current_xact_id()")


def downgrade() -> None:
    for table in ("application", "audit", "finding", "certificate"):
        op.execute(f"DROP TRIGGER IF EXISTS {table}_trace ON {table}")
    for table in TABLES:
        op.drop_column(table, "txid")
