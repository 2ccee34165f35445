"""Dispute findings, and answer the checklist of the scheme with a review."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0041"
down_revision = "0040"
serves = "0041"  # older code does not know findings that were withdrawn

STATES = "('open', 'answered', 'plan_accepted', 'proven', 'closed', 'superseded')"
MORE = "('open', 'answered', 'plan_accepted', 'proven', 'closed', 'superseded', 'withdrawn')"


def upgrade() -> None:
    online.constrain("finding", "ck_finding_state", f"CHECK (state IN {MORE})")
    op.create_table(
        "dispute",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["finding_id", "agency_id"], ["finding.id", "finding.agency_id"], name="fk_dispute_agency"
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_dispute_asked_by")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_dispute_answered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_dispute_finding_id")),
    )
    op.create_table(
        "review_check",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("chapter", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("ticked", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_review_check_audit_id")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["person.id"], name=op.f("fk_review_check_reviewed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_check")),
    )
    op.create_index("ix_review_check_audit_id", "review_check", ["audit_id"])


def downgrade() -> None:
    """Go back. A finding that was withdrawn counts as superseded, which is no longer said to be a dispute."""
    op.drop_table("review_check")
    op.drop_table("dispute")
    op.execute("ALTER TABLE finding DISABLE TRIGGER USER")
    op.execute("UPDATE finding SET state = 'superseded' WHERE state = 'withdrawn'")
    op.execute("ALTER TABLE finding ENABLE TRIGGER USER")
    op.drop_constraint("ck_finding_state", "finding")
    op.create_check_constraint(op.f("ck_finding_state"), "finding", f"state IN {STATES}")
