"""Record the last check of each stored file."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
serves = "0010"

STATES = "'whole', 'lost', 'changed'"


def upgrade() -> None:
    op.create_table(
        "file_check",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_file_check_state")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_file_check")),
    )
    op.create_index("ix_file_check_checked_at", "file_check", ["checked_at"])
    op.create_index("ix_file_check_trouble", "file_check", ["sha256"], postgresql_where=sa.text("state <> 'whole'"))
    op.create_index(op.f("ix_evidence_sha256"), "evidence", ["sha256"])


def downgrade() -> None:
    op.drop_index(op.f("ix_evidence_sha256"), "evidence")
    op.drop_table("file_check")
