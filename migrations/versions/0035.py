"""Write down findings and strengths by hand, and name the finding that came back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0035"
down_revision = "0034"
serves = "0034"


def upgrade() -> None:
    op.create_table(
        "remark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_code", sa.String(), nullable=False),
        sa.Column("grade", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("agency_text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["audit_id", "scheme_version_id"],
            ["audit.id", "audit.scheme_version_id"],
            name=op.f("fk_remark_audit_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"],
            ["requirement.scheme_version_id", "requirement.code"],
            name=op.f("fk_remark_scheme_version_id_requirement_code"),
        ),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"], name=op.f("fk_remark_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    op.create_index("ix_remark_audit_id", "remark", ["audit_id"])
    op.add_column("audit", sa.Column("strengths", JSONB(), server_default="[]", nullable=False))
    op.add_column("finding", sa.Column("remark_id", sa.Uuid(), nullable=True))
    op.add_column("finding", sa.Column("repeat_of_id", sa.Uuid(), nullable=True))
    op.add_column("finding", sa.Column("repeat_of", sa.String(), server_default="", nullable=False))
    op.create_foreign_key("fk_finding_remark_id", "finding", "remark", ["remark_id"], ["id"])
    op.create_foreign_key("fk_finding_repeat_of_id", "finding", "finding", ["repeat_of_id"], ["id"])


def downgrade() -> None:
    """Go back. Findings by hand stay findings; strengths are lost."""
    for name in ("finding_repeated", "finding_as_found"):
        op.execute(f"DROP TRIGGER IF EXISTS {name} ON finding")
    op.drop_constraint("fk_finding_repeat_of_id", "finding")
    op.drop_constraint("fk_finding_remark_id", "finding")
    for column in ("repeat_of", "repeat_of_id", "remark_id"):
        op.drop_column("finding", column)
    op.drop_column("audit", "strengths")
    op.drop_table("remark")
