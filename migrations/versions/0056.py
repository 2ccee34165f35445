"""Record interests of others, with where the office knows them from."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
serves = "0055"  # this one only adds


def upgrade() -> None:
    op.add_column("tie", sa.Column("source", sa.String(), server_default="", nullable=False))
    op.add_column("tie", sa.Column("recorded_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_tie_recorded_by"), "tie", "person", ["recorded_by"], ["id"])
    op.create_check_constraint(op.f("ck_tie_not_own"), "tie", "recorded_by <> person_id")
    op.create_check_constraint(op.f("ck_tie_source"), "tie", "(recorded_by IS NULL) = (source = '')")


def downgrade() -> None:
    """Go back. What the office recorded stays, as if the person had declared it."""
    op.execute("DROP POLICY IF EXISTS tie_insert ON tie")
    op.drop_column("tie", "recorded_by")
    op.drop_column("tie", "source")
