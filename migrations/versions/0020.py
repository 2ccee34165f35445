"""Keep every verdict that was replaced, with the reason of the change."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
serves = "0019"  # this one only adds; what older code changes is kept without a reason


def upgrade() -> None:
    op.add_column("verdict", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "verdict_change",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("requirement_code", "unit", "reference")),
        sa.Column("value_before", sa.String(), nullable=False),
        sa.Column("note_before", sa.Text(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("note", "reason")),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id", "requirement_code", "unit", "reference"],
            ["verdict.audit_id", "verdict.requirement_code", "verdict.unit", "verdict.reference"],
            name="fk_verdict_change_audit_id_requirement_code_unit_reference",
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name="fk_verdict_change_changed_by"),
        sa.PrimaryKeyConstraint("id", name="pk_verdict_change"),
    )
    op.create_index("ix_verdict_change_audit_id", "verdict_change", ["audit_id", "requirement_code"])


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS verdict_history ON verdict")
    op.execute("DROP FUNCTION IF EXISTS keep_verdict()")
    op.drop_table("verdict_change")
    op.drop_column("verdict", "reason")
